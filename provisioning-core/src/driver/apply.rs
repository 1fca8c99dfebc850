use std::collections::{BTreeSet, VecDeque};

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::UserId;

use super::bulk::{Deferred, is_of};
use super::carry::end_with;
use super::health::{Health, lacks_scope};
use super::ports::{Claim, Source, Store, StoreError, Target};
use super::run::RunId;
use super::turn::{Decided, Driver};
use crate::absorb::{Absorbed, Effect, Next, Outcome, absorb};
use crate::admit::Admission;
use crate::decide::{Stage, Verdict};
use crate::facts::Unavailable;
use crate::memory::Memory;
use crate::plan::{Disposition, Finding, Reason, Step, StepId, Subject, UserRef};
use crate::quarantine::Lane;
use crate::sync::BatchKind;
use crate::wait::Wait;

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Applies what was admitted for one employee, step by step, up to one that has to wait for
    /// others.
    pub(super) async fn advance(
        &self,
        work: &mut Work<'_>,
        deferred: Deferred,
        health: &Health,
    ) -> Result<(), StoreError> {
        while let Some(step) = work.next_step(deferred, health) {
            let outcome = match health.pause(Lane::TargetWrites) {
                Some(pause) => Outcome::Unavailable(Unavailable::Pause(pause)),
                None => {
                    let outcome = self.target.apply(&step, work.created.as_ref()).await;
                    health.note_outcome(&step, outcome)
                }
            };
            self.take_in(work, step, outcome, health).await?;
        }
        Ok(())
    }

    /// Takes in what became of a step.
    pub(super) async fn take_in(
        &self,
        work: &mut Work<'_>,
        step: Step,
        outcome: Outcome,
        health: &Health,
    ) -> Result<(), StoreError> {
        let next = work.absorb(&step, &outcome, health.lacks_scope(step.action.kind()));
        work.decided.applied.push((step, outcome));
        let is_ours = self
            .store
            .record(work.claim, &work.memory, work.now)
            .await?;
        if !is_ours {
            // Somebody else has taken over; what was done is in the facts.
            work.is_lost = true;
        }
        if !is_ours || !work.carry_on(next) {
            work.steps.clear();
        }
        Ok(())
    }

    /// Gives the employee back, with what is remembered and when to look again.
    pub(super) async fn conclude(&self, work: Work<'_>) -> Result<Decided, StoreError> {
        if work.is_lost {
            return Ok(work.decided);
        }
        if let Some(run) = work.decided.run {
            // Before the lease ends: a run never waits for somebody who is not in the queue.
            if let Some((what, why)) = end_with(&work.decided, work.claim, work.now) {
                self.store
                    .finish(run, &work.claim.employee, what, why)
                    .await?;
            }
        }
        let mut memory = work.memory;
        if memory.has_news() || !work.wake.is_empty() {
            // Before it counts as told: whoever waits must not be forgotten in a crash.
            let mut changed = work.wake;
            changed.insert(work.claim.employee.clone());
            self.store.wake(&changed, work.now).await?;
            memory = memory.telling();
        }
        let due = work.decided.due;
        self.store.release(work.claim, Some(&memory), due).await?;
        Ok(work.decided)
    }
}

/// One employee's plan while it is applied.
pub(super) struct Work<'c> {
    claim: &'c Claim,
    memory: Memory,
    decided: Decided,
    steps: VecDeque<Step>,
    created: Option<UserId>,
    /// Steps that were left out, and with them those that need them.
    skipped: BTreeSet<StepId>,
    wake: BTreeSet<EmployeeId>,
    /// Somebody else has taken the employee over.
    is_lost: bool,
    now: Timestamp,
}

impl<'c> Work<'c> {
    pub(super) fn new(
        claim: &'c Claim,
        run: Option<RunId>,
        verdict: Verdict,
        admission: Admission,
        now: Timestamp,
    ) -> Self {
        let decided = Decided {
            run,
            ..decided(claim, verdict, admission.disposition, admission.held)
        };
        Self {
            claim,
            memory: admission.memory,
            decided,
            steps: admission.run.into(),
            created: None,
            skipped: BTreeSet::new(),
            wake: BTreeSet::new(),
            is_lost: false,
            now,
        }
    }

    /// The next step that is to be tried, if there is one and it may be.
    fn next_step(&mut self, deferred: Deferred, health: &Health) -> Option<Step> {
        loop {
            if deferred.holds(self.steps.front()?) {
                return None;
            }
            let step = self.steps.pop_front()?;
            let needs = step.needs.as_ref();
            if needs.is_some_and(|needed| self.skipped.contains(needed)) {
                self.skipped.insert(step.id);
                continue;
            }
            if let Some(until) = health.lacks_scope(step.action.kind()) {
                self.skip(&step, Reason::FixConfig);
                self.look(until);
                continue;
            }
            return Some(step);
        }
    }

    pub(super) fn employee(&self) -> &'c EmployeeId {
        &self.claim.employee
    }

    /// The steps that are still to be done.
    pub(super) fn left(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// The steps of this kind that come next, about a user that is known by now.
    pub(super) fn next_of(&self, kind: BatchKind) -> impl Iterator<Item = Step> {
        let next = self.steps.iter().take_while(move |step| is_of(step, kind));
        next.filter_map(|step| {
            let needs = step.needs.as_ref();
            if needs.is_some_and(|needed| self.skipped.contains(needed)) {
                return None;
            }
            let user = step.known_user().or(self.created.as_ref())?.clone();
            Some(Step {
                user: UserRef::Known(user),
                needs: None,
                ..step.clone()
            })
        })
    }

    /// Takes these steps out of those that are left.
    pub(super) fn take_those(&mut self, which: impl Fn(&Step) -> bool) -> Vec<Step> {
        let steps = std::mem::take(&mut self.steps);
        let (those, left): (Vec<_>, Vec<_>) = steps.into_iter().partition(which);
        self.steps = left.into();
        those
    }

    fn absorb(
        &mut self,
        step: &Step,
        outcome: &Outcome,
        disabled_until: Option<Timestamp>,
    ) -> Next {
        if let Outcome::Done(Effect::Created(user) | Effect::Restored(user)) = outcome {
            self.created = Some(user.clone());
        }
        let attempts = self.memory.attempts;
        let employee = &self.claim.employee;
        let Absorbed { memory, next, wake } =
            absorb(employee, &self.memory, step, outcome, self.now);
        self.memory = memory;
        self.wake.extend(wake);
        let disabled_until = disabled_until.filter(|_| lacks_scope(outcome));
        if let Some(until) = disabled_until {
            // ERR-04: nothing is wrong with this person, and the other steps go on.
            self.memory.attempts = attempts;
            self.skip(step, Reason::FixConfig);
            self.look(until);
            return Next::Continue;
        }
        if let Next::Skip(reason) = next {
            self.skip(step, reason);
        }
        next
    }

    fn skip(&mut self, step: &Step, reason: Reason) {
        self.skipped.insert(step.id.clone());
        let finding = Finding::new(Subject::of(&step.action), reason);
        if !self.decided.findings.contains(&finding) {
            self.decided.findings.push(finding);
        }
    }

    fn look(&mut self, at: Timestamp) {
        let due = self.decided.due;
        self.decided.due = Some(due.map_or(at, |due| due.min(at)));
    }

    /// Whether the plan goes on after a step.
    fn carry_on(&mut self, next: Next) -> bool {
        match next {
            Next::Continue | Next::Skip(_) => return true,
            Next::DecideAgain => self.decided.due = Some(self.now),
            Next::RetryAt(at, reason) => {
                self.decided.disposition = Disposition::Retry(reason);
                self.decided.due = Some(at);
            }
            Next::Stop(disposition) => {
                self.decided.disposition = disposition;
                self.decided.due = None;
            }
        }
        false
    }
}

/// What was decided, before anything is applied.
pub(super) fn decided(
    claim: &Claim,
    verdict: Verdict,
    disposition: Disposition,
    held: Vec<crate::admit::Hold>,
) -> Decided {
    let mut explanation = verdict.explanation;
    for hold in &held {
        let text = format!("{} is {}: {}", hold.step, hold.state.as_str(), hold.reason);
        explanation.say(Stage::Guard, text);
    }
    Decided {
        employee: claim.employee.clone(),
        since: claim.hint.first_event(),
        run: None,
        disposition,
        findings: verdict.findings,
        plan: verdict.plan,
        applied: Vec::new(),
        held,
        explanation,
        due: verdict.wait.as_ref().and_then(Wait::at),
    }
}
