use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::gather::Known;
use super::health::Health;
use super::ports::{Source, Store, StoreError, Target};
use super::report::Report;
use super::review;
use super::run::RunId;
use crate::absorb::Outcome;
use crate::admit::{Alert, Hold};
use crate::decide::Explanation;
use crate::plan::{Disposition, Finding, Plan, Step};
use crate::policy::Policy;
use crate::quarantine::Alarm;

/// Decides and applies whatever is due, over the three ports.
#[derive(Debug)]
pub struct Driver<S, T, D> {
    pub(super) policy: Policy,
    pub(super) source: S,
    pub(super) target: T,
    pub(super) store: D,
    pub(super) seed: u64,
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
    /// The full synchronizations that came to their end.
    pub ended: Vec<Report>,
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
    /// The full synchronization that asked for it.
    pub run: Option<RunId>,
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
        let limit = if health.is_probing() {
            1
        } else if health.is_open() {
            let of_run = self.feed(&mut turn, now).await?;
            BATCH.saturating_add(usize::try_from(of_run).unwrap_or(usize::MAX))
        } else {
            BATCH
        };
        let applied = self.due(limit, &health, &mut turn, now).await;
        if let Some(quarantine) = health.changed() {
            self.store.replace_quarantine(&quarantine).await?;
        }
        applied?;
        turn.alarms = health.take_alarms();
        turn.decided.sort_by(|a, b| a.employee.cmp(&b.employee));
        turn.alerts = review::alerts_of(&self.store, &turn.decided, now).await?;
        turn.next_due = self.store.next_due().await?;
        if turn.next_due.is_none_or(|due| due > now) {
            // At the end of a burst, so that it is one alert.
            let (alerts, next) = review::alerts(&self.store, now).await?;
            turn.alerts.extend(alerts);
            turn.next_due = [turn.next_due, next].into_iter().flatten().min();
        }
        self.end_of_run(&mut turn, now).await?;
        Ok(turn)
    }

    async fn due(
        &self,
        limit: usize,
        health: &Health,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let claims = self.store.claim(now, limit).await?;
        if claims.is_empty() {
            return Ok(());
        }
        let carried = self.carried(&claims).await?;
        let claims = self.without_over(claims, &carried, now).await?;
        let mut known = Known::default();
        let gathered = self.decide_all(&claims, &mut known, health, now).await?;
        self.work(&claims, gathered, &carried, health, turn, now)
            .await
    }
}

/// How many employees a turn decides about; their reads are batched.
pub const BATCH: usize = 100;
