use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use hibob_client::EmployeeId;

use super::apply::Work;
use super::health::Health;
use super::ports::{Source, Store, StoreError, Target};
use super::turn::{Driver, Turn};
use crate::absorb::Outcome;
use crate::plan::{Action, Step, StepId};
use crate::quarantine::Lane;
use crate::sync::{Batch, BatchKind, batch};

/// Which kinds of steps wait until they can be done for many people with one call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deferred {
    add: bool,
    remove: bool,
}

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Applies what was admitted: a few people at the same time, step by step, but for group steps
    /// that many people have. Those are done together, and each person goes on after them.
    pub(super) async fn apply_all(
        &self,
        mut works: Vec<Work<'_>>,
        health: &Health,
        turn: &mut Turn,
    ) -> Result<(), StoreError> {
        let mut deferred = Deferred::of(&works);
        for kind in [BatchKind::Add, BatchKind::Remove] {
            if deferred.has(kind) {
                self.advance_all(&mut works, deferred, health).await?;
                self.together(&mut works, kind, health).await?;
                // What is left of the kind now is done one by one.
                deferred.end(kind);
            }
        }
        // Collected first: a stream of closures that borrow would not be `Send` for any lifetime.
        let ends: Vec<_> = works
            .into_iter()
            .map(|work| self.to_the_end(work, health))
            .collect();
        let mut ends = stream::iter(ends).buffer_unordered(WRITERS);
        while let Some(decided) = ends.next().await {
            turn.decided.push(decided?);
        }
        Ok(())
    }

    async fn to_the_end(
        &self,
        mut work: Work<'_>,
        health: &Health,
    ) -> Result<super::turn::Decided, StoreError> {
        self.advance(&mut work, Deferred::default(), health).await?;
        self.conclude(work).await
    }

    async fn advance_all(
        &self,
        works: &mut [Work<'_>],
        deferred: Deferred,
        health: &Health,
    ) -> Result<(), StoreError> {
        let advances: Vec<_> = works
            .iter_mut()
            .map(|work| self.advance(work, deferred, health))
            .collect();
        let mut advances = stream::iter(advances).buffer_unordered(WRITERS);
        while let Some(advanced) = advances.next().await {
            advanced?;
        }
        Ok(())
    }

    /// Does the steps of one kind that come next, if they are worth a bulk call.
    async fn together(
        &self,
        works: &mut [Work<'_>],
        kind: BatchKind,
        health: &Health,
    ) -> Result<(), StoreError> {
        let next: Vec<_> = works
            .iter()
            .flat_map(|work| work.next_of(kind).map(|step| (work.employee(), step)))
            .collect();
        let next = next.iter().map(|(employee, step)| (*employee, step));
        for batch in batch(next, LEAST) {
            if health.pause(Lane::TargetWrites).is_some() {
                return Ok(());
            }
            let Some(outcomes) = self.target.apply_batch(&batch).await else {
                return Ok(());
            };
            health.note_batch(&outcomes);
            self.take_in_batch(works, &batch, outcomes, health).await?;
        }
        Ok(())
    }

    async fn take_in_batch(
        &self,
        works: &mut [Work<'_>],
        batch: &Batch,
        outcomes: Vec<Outcome>,
        health: &Health,
    ) -> Result<(), StoreError> {
        // An item without an outcome may have been done.
        let outcomes = outcomes
            .into_iter()
            .chain(std::iter::repeat(Outcome::Unanswered));
        let mut came: BTreeMap<EmployeeId, BTreeMap<StepId, Outcome>> = BTreeMap::new();
        for (item, outcome) in batch.items.iter().zip(outcomes) {
            let of_person = came.entry(item.employee.clone()).or_default();
            of_person.insert(item.step.clone(), outcome);
        }
        for work in works {
            let Some(mut outcomes) = came.remove(work.employee()) else {
                continue;
            };
            // All of them were done or tried, whatever becomes of the first.
            for step in work.take_those(|step| outcomes.contains_key(&step.id)) {
                if let Some(outcome) = outcomes.remove(&step.id) {
                    self.take_in(work, step, outcome, health).await?;
                }
            }
        }
        Ok(())
    }
}

impl Deferred {
    /// The kinds of which there are enough for a bulk call.
    fn of(works: &[Work<'_>]) -> Self {
        let many = |kind| {
            let of_kind = |work: &Work<'_>| work.left().filter(|step| is_of(step, kind)).count();
            works.iter().map(of_kind).sum::<usize>() >= LEAST
        };
        Self {
            add: many(BatchKind::Add),
            remove: many(BatchKind::Remove),
        }
    }

    /// Whether this step has to wait.
    pub(super) fn holds(self, step: &Step) -> bool {
        (self.add && is_of(step, BatchKind::Add)) || (self.remove && is_of(step, BatchKind::Remove))
    }

    fn has(self, kind: BatchKind) -> bool {
        match kind {
            BatchKind::Add => self.add,
            BatchKind::Remove => self.remove,
        }
    }

    fn end(&mut self, kind: BatchKind) {
        match kind {
            BatchKind::Add => self.add = false,
            BatchKind::Remove => self.remove = false,
        }
    }
}

pub(super) fn is_of(step: &Step, kind: BatchKind) -> bool {
    match kind {
        BatchKind::Add => matches!(step.action, Action::AddMembership { .. }),
        BatchKind::Remove => matches!(step.action, Action::RemoveMembership { .. }),
    }
}

/// Fewer steps than this are done sooner one by one: at ten writes a second in twenty seconds.
const LEAST: usize = 200;

/// How many employees are written to at the same time.
const WRITERS: usize = 4;
