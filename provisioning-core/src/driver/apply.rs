use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::UserId;

use super::health::{Health, lacks_scope};
use super::ports::{Claim, Source, Store, StoreError, Target};
use super::turn::{Decided, Driver};
use crate::absorb::{Absorbed, Effect, Next, Outcome, absorb};
use crate::admit::Admission;
use crate::decide::{Stage, Verdict};
use crate::facts::Unavailable;
use crate::memory::Memory;
use crate::plan::{Disposition, Finding, Reason, Step, StepId, Subject};
use crate::quarantine::Lane;
use crate::wait::Wait;

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Applies what was admitted for one employee, step by step.
    pub(super) async fn apply(
        &self,
        claim: &Claim,
        verdict: Verdict,
        admission: Admission,
        health: &Health,
        now: Timestamp,
    ) -> Result<Decided, StoreError> {
        let mut work = Work {
            memory: admission.memory,
            decided: decided(claim, verdict, admission.disposition, admission.held),
            created: None,
            skipped: BTreeSet::new(),
            wake: BTreeSet::new(),
            now,
        };
        for step in admission.run {
            let kind = step.action.kind();
            let needs = step.needs.as_ref();
            if needs.is_some_and(|needed| work.skipped.contains(needed)) {
                work.skipped.insert(step.id);
                continue;
            }
            if let Some(until) = health.lacks_scope(kind) {
                work.skip(&step, Reason::FixConfig);
                work.look(until);
                continue;
            }
            let outcome = match health.pause(Lane::TargetWrites) {
                Some(pause) => Outcome::Unavailable(Unavailable::Pause(pause)),
                None => {
                    let outcome = self.target.apply(&step, work.created.as_ref()).await;
                    health.note_outcome(&step, outcome)
                }
            };
            let next = work.absorb(&claim.employee, &step, &outcome, health.lacks_scope(kind));
            work.decided.applied.push((step, outcome));
            if !self.store.record(claim, &work.memory, now).await? {
                // Somebody else has taken over; what was done is in the facts.
                return Ok(work.decided);
            }
            if !work.carry_on(next) {
                break;
            }
        }
        let due = work.decided.due;
        self.store.release(claim, Some(&work.memory), due).await?;
        if !work.wake.is_empty() {
            self.store.wake(&work.wake, now).await?;
        }
        Ok(work.decided)
    }
}

/// One employee's plan while it is applied.
struct Work {
    memory: Memory,
    decided: Decided,
    created: Option<UserId>,
    /// Steps that were left out, and with them those that need them.
    skipped: BTreeSet<StepId>,
    wake: BTreeSet<EmployeeId>,
    now: Timestamp,
}

impl Work {
    fn absorb(
        &mut self,
        employee: &EmployeeId,
        step: &Step,
        outcome: &Outcome,
        disabled_until: Option<Timestamp>,
    ) -> Next {
        if let Outcome::Done(Effect::Created(user) | Effect::Restored(user)) = outcome {
            self.created = Some(user.clone());
        }
        let attempts = self.memory.attempts;
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

fn decided(
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
        disposition,
        findings: verdict.findings,
        plan: verdict.plan,
        applied: Vec::new(),
        held,
        explanation,
        due: verdict.wait.as_ref().and_then(Wait::at),
    }
}
