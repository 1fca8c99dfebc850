use futures_util::{StreamExt, stream};
use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::gather::Gathered;
use super::health::Health;
use super::ports::{Claim, Commit, Committed, Source, Store, StoreError, Target};
use super::review;
use crate::absorb::Outcome;
use crate::admit::{Admission, Alert, Hold, admit};
use crate::decide::{Explanation, Verdict};
use crate::plan::{Disposition, Finding, Plan, Step};
use crate::policy::Policy;
use crate::quarantine::{Alarm, Lane};
use crate::wait::retry_at;

/// Decides and applies whatever is due, over the three ports.
#[derive(Debug)]
pub struct Driver<S, T, D> {
    pub(super) policy: Policy,
    pub(super) source: S,
    pub(super) target: T,
    pub(super) store: D,
    seed: u64,
}

/// What a turn did, and when the next one is needed.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Turn {
    /// When the next employee is due; `None` = only when something new is noted.
    pub next_due: Option<Timestamp>,
    /// What was decided, one entry an employee.
    pub decided: Vec<Decided>,
    /// How many employees were due and wait for an API that is paused or stopped. It costs them
    /// no attempt.
    pub postponed: usize,
    /// What the guards have to tell an operator, each of it once.
    pub alerts: Vec<Alert>,
    /// What the APIs' state has to tell an operator, each of it once.
    pub alarms: Vec<Alarm>,
}

/// One employee's decision and what came of it. Holds no personal value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decided {
    /// The employee.
    pub employee: EmployeeId,
    /// When the first of the events arrived that it answers; `None` = it was a timer, a refresh or
    /// a wake-up.
    pub since: Option<Timestamp>,
    /// What it came to after the guards and the steps.
    pub disposition: Disposition,
    /// What stands beside it.
    pub findings: Vec<Finding>,
    /// What was proposed.
    pub plan: Plan,
    /// The steps that were applied, with their outcomes.
    pub applied: Vec<(Step, Outcome)>,
    /// The steps that wait for approval, and those that were rejected.
    pub held: Vec<Hold>,
    /// How the verdict came about.
    pub explanation: Explanation,
    /// When the employee is looked at again.
    pub due: Option<Timestamp>,
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// A driver over these ports.
    pub fn new(policy: Policy, source: S, target: T, store: D) -> Self {
        Self {
            policy,
            source,
            target,
            store,
            seed: 0,
        }
    }

    /// The same driver with a number that other hosts on the same account do not have, so that
    /// they do not come back from a pause all at once.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The policy it decides by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The Store, to note hints.
    pub fn store(&self) -> &D {
        &self.store
    }

    /// The Store, to go on with another driver: under another policy, say.
    pub fn into_store(self) -> D {
        self.store
    }

    /// Decides and applies what is due now, for up to [`BATCH`] employees, reading for all of them
    /// together and writing to a few at the same time.
    ///
    /// Call it again at once while `next_due` is not later than now. Nothing is lost if the future
    /// is dropped: leases run out, and the facts tell what was done. While the work is paused,
    /// nobody is decided about. While an API is paused or stopped, whoever needs it waits.
    ///
    /// # Errors
    /// If the Store fails; what the other two ports fail at is retried.
    pub async fn turn(&self, now: Timestamp) -> Result<Turn, StoreError> {
        let mut turn = Turn::default();
        if self.store.paused().await? {
            (turn.alerts, turn.next_due) = review::alerts(&self.store, now).await?;
            return Ok(turn);
        }
        let health = Health::new(self.store.quarantine().await?, self.seed, now);
        let limit = if health.is_probing() { 1 } else { BATCH };
        let claims = self.store.claim(now, limit).await?;
        let gathered = self.decide_all(&claims, &health, now).await;
        let applied = match gathered {
            Ok(gathered) => self.work(&claims, gathered, &health, &mut turn, now).await,
            Err(error) => Err(error),
        };
        if let Some(quarantine) = health.changed() {
            self.store.replace_quarantine(&quarantine).await?;
        }
        applied?;
        turn.alarms = health.take_alarms();
        turn.decided.sort_by(|a, b| a.employee.cmp(&b.employee));
        turn.next_due = self.store.next_due().await?;
        if turn.next_due.is_none_or(|due| due > now) {
            // At the end of a burst, so that it is one alert.
            let (alerts, next) = review::alerts(&self.store, now).await?;
            turn.alerts = alerts;
            turn.next_due = [turn.next_due, next].into_iter().flatten().min();
        }
        Ok(turn)
    }

    async fn work(
        &self,
        claims: &[Claim],
        mut gathered: Gathered,
        health: &Health,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.store.paused().await? {
            for claim in claims {
                self.store.release(claim, None, Some(now)).await?;
            }
            return Ok(());
        }
        let mut admitted = Vec::new();
        for claim in claims {
            if let Some(until) = gathered.postponed.remove(&claim.employee) {
                turn.postponed += 1;
                self.store.postpone(claim, until).await?;
                continue;
            }
            let Some(verdict) = gathered.verdicts.remove(&claim.employee) else {
                // More questions than there should be: a defect of the core, and no reason to
                // touch anybody.
                self.store.release(claim, None, retry_at(1, now)).await?;
                continue;
            };
            let closed = health.closed(Lane::TargetWrites);
            if let Some(until) = closed.filter(|_| !verdict.plan.is_empty()) {
                turn.postponed += 1;
                self.store.postpone(claim, until).await?;
                continue;
            }
            match self.admit(claim, &verdict, now).await? {
                Some(admission) => admitted.push((claim, verdict, admission)),
                None => self.store.release(claim, None, Some(now)).await?,
            }
        }
        // Collected first: a stream of closures that borrow would not be `Send` for any lifetime.
        let applications: Vec<_> = admitted
            .into_iter()
            .map(|(claim, verdict, admission)| self.apply(claim, verdict, admission, health, now))
            .collect();
        let mut applied = stream::iter(applications).buffer_unordered(WRITERS);
        while let Some(decided) = applied.next().await {
            turn.decided.push(decided?);
        }
        Ok(())
    }

    /// `None` if the decision is stale.
    async fn admit(
        &self,
        claim: &Claim,
        verdict: &Verdict,
        now: Timestamp,
    ) -> Result<Option<Admission>, StoreError> {
        let population = self.store.population().await?;
        let guards = self.policy.guards();
        loop {
            let known = self.store.ledger().await?;
            let admission = admit(guards, &known.value, verdict, &population, now);
            let commit = Commit::new(claim, &admission.memory, now);
            let commit = if admission.ledger == known.value {
                commit
            } else {
                commit.with_ledger(&admission.ledger, known.version)
            };
            match self.store.commit(commit).await? {
                Committed::Done => return Ok(Some(admission)),
                Committed::StaleHint => return Ok(None),
                Committed::StaleLedger => {}
            }
        }
    }
}

/// How many employees a turn decides about; their reads are batched.
pub const BATCH: usize = 100;

/// How many of them are written to at the same time.
const WRITERS: usize = 4;
