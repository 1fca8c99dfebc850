use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};

use super::ports::{Claim, Commit, Committed, Intake, Source, Store, StoreError, Target};
use super::report::report;
use super::run::{Run, RunId, RunMode, RunState, Task};
use super::turn::{Decided, Driver, Turn};
use crate::absorb::{Effect, Outcome};
use crate::digest::Digest;
use crate::event::{Changed, Evidence, Hint, Urgency};
use crate::plan::{ActionKind, Disposition, Reason};
use crate::sync::Situation;
use crate::wait::Wait;

/// The run that a turn carries on, as far as it concerns the claims.
#[derive(Debug, Default)]
pub(super) struct Carried {
    run: Option<Run>,
    tasks: BTreeMap<EmployeeId, Task>,
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Puts the next people of the running run into the queue, a few at a time: whoever an event
    /// is about never waits behind all of a run. Gives how many of its people are in the queue.
    pub(super) async fn feed(&self, turn: &mut Turn, now: Timestamp) -> Result<u64, StoreError> {
        let Some(run) = self.store.running().await? else {
            return Ok(0);
        };
        if run.begun.policy != self.policy.digest() {
            // CFG-03: these plans were made under rules that are not in force any more.
            self.end(&run, RunState::Dropped, turn, now).await?;
            return Ok(0);
        }
        let progress = self.store.progress(run.id).await?;
        if progress.waiting == 0 || progress.queued > ALMOST_EMPTY {
            return Ok(progress.queued);
        }
        let tasks = some(self.store.waiting(run.id, MOST_FED).await?);
        for (later, task) in (1_i64..).zip(tasks.iter().rev()) {
            // Who was given first is due first: a Store hands out by the time that they are due.
            let at = now - SignedDuration::from_micros(later);
            let intake = Intake::new(task.employee.clone(), hint(task, now), at);
            self.store.note(intake).await?;
        }
        let ids: Vec<_> = tasks.into_iter().map(|task| task.employee).collect();
        self.store.queued(run.id, &ids).await?;
        let fed = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        Ok(progress.queued.saturating_add(fed))
    }

    /// What the run has to do about the claims. It is read after they were made: whoever has a
    /// hint of a run is then known to it.
    pub(super) async fn carried(&self, claims: &[Claim]) -> Result<Carried, StoreError> {
        let Some(run) = self.store.running().await? else {
            return Ok(Carried::default());
        };
        let ids: Vec<_> = claims.iter().map(|claim| claim.employee.clone()).collect();
        let tasks = self.store.tasks(run.id, &ids).await?;
        Ok(Carried {
            run: Some(run),
            tasks,
        })
    }

    /// Forgets the hint of a run and nothing else: memory and timers stay as they are.
    pub(super) async fn drop_hint(&self, claim: &Claim, now: Timestamp) -> Result<(), StoreError> {
        let commit = Commit::new(claim, &claim.memory, now);
        let due = match self.store.commit(commit).await? {
            Committed::Done => claim.memory.wait().and_then(Wait::at),
            Committed::StaleHint | Committed::StaleLedger => Some(now),
        };
        self.store.release(claim, None, due).await
    }

    /// Notices that nobody of the running run is left.
    pub(super) async fn end_of_run(
        &self,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(run) = self.store.running().await? else {
            return Ok(());
        };
        let progress = self.store.progress(run.id).await?;
        if progress.waiting > 0 && progress.queued <= ALMOST_EMPTY {
            turn.next_due = Some(now);
        }
        // What follows at once from the last people's steps still belongs to it.
        if progress.open() == 0 && turn.next_due.is_none_or(|due| due > now) {
            self.end(&run, RunState::Done, turn, now).await?;
        }
        Ok(())
    }

    async fn end(
        &self,
        run: &Run,
        to: RunState,
        turn: &mut Turn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let moved = self
            .store
            .move_run(run.id, RunState::Running, to, now)
            .await?;
        if moved {
            turn.ended.extend(report(&self.store, run.id).await?);
        }
        Ok(())
    }
}

impl Carried {
    /// The run that has not finished with this employee.
    pub(super) fn run_of(&self, employee: &EmployeeId) -> Option<&Run> {
        let run = self.run.as_ref()?;
        self.tasks.contains_key(employee).then_some(run)
    }

    /// Whether nothing but a run that goes on no longer asks for this employee.
    pub(super) fn is_over(&self, claim: &Claim) -> bool {
        is_of_run(&claim.hint) && self.run_of(&claim.employee).is_none()
    }

    /// The plan that has to be met exactly. An event that came meanwhile lifts that.
    pub(super) fn exact(&self, claim: &Claim) -> Option<(RunId, Digest)> {
        let run = self.run_of(&claim.employee)?;
        let is_exact = run.begun.mode == RunMode::Exact && is_of_run(&claim.hint);
        let task = self.tasks.get(&claim.employee).filter(|_| is_exact)?;
        Some((run.id, task.plan))
    }
}

/// What a run has come to with somebody; `None` if it has not come to an end.
pub(super) fn end_with(
    decided: &Decided,
    claim: &Claim,
    now: Timestamp,
) -> Option<(Situation, Reason)> {
    let disposition = decided.disposition;
    let reason = disposition.reason();
    let done = done(decided);
    let again = decided.due.is_some_and(|due| due <= now);
    match done {
        None if again => return None,
        Some(what) => return Some((what, reason)),
        None => {}
    }
    let by_event = !claim.hint.seen().is_empty() && !has_run(&claim.hint);
    let is_open = reason == Reason::Irrelevant || matches!(disposition, Disposition::Retry(_));
    if by_event && is_open {
        return None;
    }
    let what = match disposition {
        // Steps were to be done, and none was.
        Disposition::Apply(_) => Situation::Error,
        other => Situation::of_disposition(other),
    };
    Some((what, reason))
}

/// What was done, by the weightiest step that was.
fn done(decided: &Decided) -> Option<Situation> {
    let applied = decided.applied.iter();
    let mut kinds = applied.filter_map(|(step, outcome)| match outcome {
        Outcome::Done(Effect::Restored(_)) => Some(ActionKind::Restore),
        Outcome::Done(_) => Some(step.action.kind()),
        _ => None,
    });
    let first = kinds.next()?;
    let kinds: Vec<_> = std::iter::once(first).chain(kinds).collect();
    let has = |kind| kinds.contains(&kind);
    Some(if has(ActionKind::Create) {
        Situation::Create
    } else if has(ActionKind::Restore) {
        Situation::Restore
    } else if has(ActionKind::Deactivate) {
        Situation::Deactivate
    } else if has(ActionKind::Link) || has(ActionKind::Relink) {
        Situation::Link
    } else {
        Situation::Update
    })
}

/// Whether the hint says nothing but what a run says.
fn is_of_run(hint: &Hint) -> bool {
    let ours = |evidence: &Evidence| matches!(evidence, Evidence::Planned | Evidence::NotListed);
    has_run(hint) && hint.seen().keys().all(ours)
}

fn has_run(hint: &Hint) -> bool {
    hint.seen().contains_key(&Evidence::Planned)
}

/// Due at once: there is no burst to wait for.
fn hint(task: &Task, now: Timestamp) -> Hint {
    let planned = Hint::new(Evidence::Planned, Changed::Unknown, Urgency::Urgent, now);
    if task.evidence == Evidence::Planned {
        return planned;
    }
    let more = Hint::new(task.evidence, Changed::Unknown, Urgency::Urgent, now);
    planned.merge(more)
}

/// As many tasks as a turn should take: many where a bulk call does their work, few otherwise.
fn some(tasks: Vec<Task>) -> Vec<Task> {
    let mut writes: u32 = 0;
    let fits = |task: &Task| {
        let fits = writes < MOST_WRITES;
        writes = writes.saturating_add(task.writes);
        fits
    };
    tasks.into_iter().take_while(fits).collect()
}

/// With no more people than this in the queue, the next ones follow.
const ALMOST_EMPTY: u64 = 20;

/// So many people are put into the queue at once, at the most: at fifty reads a second it takes less
/// than a minute to look at all of them.
const MOST_FED: usize = 500;

/// At ten writes a second these take twenty seconds, in which an event may wait.
const MOST_WRITES: u32 = 200;
