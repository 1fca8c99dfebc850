use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream;
use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::UserId;

use super::ports::{Claim, Commit, Committed, Source, Store, StoreError, Target};
use crate::absorb::{Absorbed, Effect, Next, Outcome, absorb};
use crate::admit::{Admission, Held, admit};
use crate::decide::{Decision, Explanation, Stage, Verdict, decide};
use crate::facts::{Answer, Facts, Query, Side, Unavailable};
use crate::plan::{Disposition, Finding, Plan, Step};
use crate::policy::Policy;
use crate::wait::{Wait, retry_at};

/// Decides and applies whatever is due, over the three ports.
#[derive(Debug)]
pub struct Driver<S, T, D> {
    policy: Policy,
    source: S,
    target: T,
    store: D,
}

/// What a turn did, and when the next one is needed.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Turn {
    /// When the next employee is due; `None` = only when something new is noted.
    pub next_due: Option<Timestamp>,
    /// What was decided, one entry an employee.
    pub decided: Vec<Decided>,
}

/// One employee's decision and what came of it. Holds no personal value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decided {
    /// The employee.
    pub employee: EmployeeId,
    /// What it came to after the guards and the steps.
    pub disposition: Disposition,
    /// What stands beside it.
    pub findings: Vec<Finding>,
    /// What was proposed.
    pub plan: Plan,
    /// The steps that were applied, with their outcomes.
    pub applied: Vec<(Step, Outcome)>,
    /// The steps that wait for approval.
    pub held: Vec<Held>,
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
        }
    }

    /// The Store, to note hints.
    pub fn store(&self) -> &D {
        &self.store
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides and applies up to [`BATCH`] employees that are due.
    ///
    /// Call it again at once while `next_due` is not later than now. Dropping the future between
    /// two steps loses nothing: the lease runs out and the employee is decided again.
    ///
    /// # Errors
    /// If the Store fails. What was leased comes back when the lease runs out.
    pub async fn turn(&self, now: Timestamp) -> Result<Turn, StoreError> {
        let claims = self.store.claim(now, BATCH).await?;
        let mut verdicts = self.decide_all(&claims, now).await?;
        let mut turn = Turn::default();
        let mut admitted = Vec::new();
        for claim in &claims {
            let Some(verdict) = verdicts.remove(&claim.employee) else {
                // More questions than there should be: a defect of the core, and no reason to
                // touch anybody.
                self.store.release(claim, None, retry_at(1, now)).await?;
                continue;
            };
            match self.admit(claim, &verdict, now).await? {
                Some(admission) => admitted.push((claim, verdict, admission)),
                None => self.store.release(claim, None, Some(now)).await?,
            }
        }
        // Collected first: a stream of closures that borrow would not be `Send` for any lifetime.
        let applications: Vec<_> = admitted
            .into_iter()
            .map(|(claim, verdict, admission)| self.apply(claim, verdict, admission, now))
            .collect();
        let mut applied = stream::iter(applications).buffer_unordered(WRITERS);
        while let Some(decided) = applied.next().await {
            turn.decided.push(decided?);
        }
        turn.decided.sort_by(|a, b| a.employee.cmp(&b.employee));
        turn.next_due = self.store.next_due().await?;
        Ok(turn)
    }

    /// Asks for what the decisions need, all of them together, until each has a verdict.
    async fn decide_all(
        &self,
        claims: &[Claim],
        now: Timestamp,
    ) -> Result<BTreeMap<EmployeeId, Verdict>, StoreError> {
        let mut verdicts = BTreeMap::new();
        let mut facts = Facts::default();
        for _ in 0..=ROUNDS {
            let mut needed = BTreeSet::new();
            for claim in claims {
                if verdicts.contains_key(&claim.employee) {
                    continue;
                }
                match self.decide(claim, &facts, now) {
                    Decision::Need { queries, .. } => needed.extend(queries),
                    Decision::Verdict(verdict) => {
                        verdicts.insert(claim.employee.clone(), *verdict);
                    }
                }
            }
            if needed.is_empty() {
                break;
            }
            let after = self.store.seq().await?;
            let mut answers = self.fetch(&needed).await;
            for query in needed {
                // A port that leaves a query out has no answer to it.
                let answer = answers.remove(&query);
                let answer = answer.unwrap_or(Answer::Unavailable(Unavailable::Broken));
                facts.insert(query, after, answer);
            }
        }
        Ok(verdicts)
    }

    fn decide(&self, claim: &Claim, facts: &Facts, now: Timestamp) -> Decision {
        decide(
            &self.policy,
            &claim.employee,
            &claim.hint,
            &claim.memory,
            facts,
            now,
        )
    }

    async fn fetch(&self, needed: &BTreeSet<Query>) -> BTreeMap<Query, Answer> {
        let of = |side| -> BTreeSet<Query> {
            needed
                .iter()
                .filter(|query| query.side() == side)
                .cloned()
                .collect()
        };
        let (source, target) = (of(Side::Source), of(Side::Target));
        let ask_source = async {
            if source.is_empty() {
                Vec::new()
            } else {
                self.source.fetch(&source).await
            }
        };
        let ask_target = async {
            if target.is_empty() {
                Vec::new()
            } else {
                self.target.fetch(&target).await
            }
        };
        let (source, target) = join(ask_source, ask_target).await;
        source.into_iter().chain(target).collect()
    }

    /// `None` if the decision is stale.
    async fn admit(
        &self,
        claim: &Claim,
        verdict: &Verdict,
        now: Timestamp,
    ) -> Result<Option<Admission>, StoreError> {
        loop {
            let known = self.store.ledger().await?;
            let admission = admit(self.policy.guards(), &known.value, verdict, now);
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

    async fn apply(
        &self,
        claim: &Claim,
        verdict: Verdict,
        admission: Admission,
        now: Timestamp,
    ) -> Result<Decided, StoreError> {
        let mut decided = Decided {
            employee: claim.employee.clone(),
            disposition: admission.disposition,
            findings: verdict.findings,
            plan: verdict.plan,
            applied: Vec::new(),
            held: admission.held,
            explanation: verdict.explanation,
            due: verdict.wait.as_ref().and_then(Wait::at),
        };
        for held in &decided.held {
            let text = format!("{} is held: {}", held.step, held.reason());
            decided.explanation.say(Stage::Guard, text);
        }
        let mut memory = admission.memory;
        let mut wake = BTreeSet::new();
        let mut created = None;
        for step in admission.run {
            let outcome = self.target.apply(&step, created.as_ref()).await;
            created = made(&outcome).or(created);
            let absorbed = absorb(&claim.employee, &memory, &step, &outcome, now);
            let Absorbed {
                memory: after,
                next,
                wake: woken,
            } = absorbed;
            memory = after;
            wake.extend(woken);
            decided.applied.push((step, outcome));
            if !self.store.record(claim, &memory, now).await? {
                // Somebody else has taken over; what was done is in the facts.
                return Ok(decided);
            }
            if !carry_on(&mut decided, next, now) {
                break;
            }
        }
        self.store
            .release(claim, Some(&memory), decided.due)
            .await?;
        if !wake.is_empty() {
            self.store.wake(&wake, now).await?;
        }
        Ok(decided)
    }
}

/// Whether the plan goes on after a step.
fn carry_on(decided: &mut Decided, next: Next, now: Timestamp) -> bool {
    match next {
        Next::Continue => return true,
        Next::DecideAgain => decided.due = Some(now),
        Next::RetryAt(at, reason) => {
            decided.disposition = Disposition::Retry(reason);
            decided.due = Some(at);
        }
        Next::Stop(disposition) => {
            decided.disposition = disposition;
            decided.due = None;
        }
    }
    false
}

fn made(outcome: &Outcome) -> Option<UserId> {
    match outcome {
        Outcome::Done(Effect::Created(user) | Effect::Restored(user)) => Some(user.clone()),
        _ => None,
    }
}

/// How many employees a turn decides about; their reads are batched.
pub const BATCH: usize = 100;

/// How many of them are written to at the same time.
const WRITERS: usize = 4;

/// A decision needs at most four rounds of questions.
const ROUNDS: usize = 4;
