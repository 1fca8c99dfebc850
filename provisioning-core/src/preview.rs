//! What a changed policy would do, before it is put in force.

use std::collections::{BTreeMap, BTreeSet};

use hibob_client::EmployeeId;
use jiff::Timestamp;

use crate::decide::{Decision, Verdict, decide};
use crate::event::Hint;
use crate::facts::Facts;
use crate::memory::Memory;
use crate::plan::{ActionKind, Disposition};
use crate::policy::Policy;

/// What a new policy would do otherwise than the one in force.
///
/// Compare people with [`Preview::compare`]; the host brings the facts, as for any decision, and
/// they serve both policies. Nothing is written or remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    compared: u64,
    undecided: u64,
    changes: BTreeMap<Effect, Affected>,
}

/// What a new policy would do to somebody that the old one would not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// A step of this kind is new.
    Does(ActionKind),
    /// A step of this kind is no longer done.
    Leaves(ActionKind),
    /// The steps are of the same kinds, with other fields or values.
    Differs,
    /// The same is done for another reason, or nothing is done for another reason.
    Reason,
}

/// Whom an effect concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Affected {
    /// How many people.
    pub people: u64,
    /// The first few of them.
    pub samples: Vec<EmployeeId>,
}

impl Preview {
    /// Compares what the two policies decide about one employee.
    ///
    /// Gives the queries that are still open, if there are any; fetch them, add the answers and
    /// call again. The person counts once, when it is decided under both.
    ///
    /// # Errors
    /// The open queries.
    pub fn compare(
        &mut self,
        old: &Policy,
        new: &Policy,
        employee: &EmployeeId,
        memory: &Memory,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<(), BTreeSet<crate::facts::Query>> {
        let hint = Hint::default();
        let before = decide(old, employee, &hint, memory, facts, now);
        let after = decide(new, employee, &hint, memory, facts, now);
        match (before, after) {
            (Decision::Verdict(before), Decision::Verdict(after)) => {
                self.note(&before, &after);
                Ok(())
            }
            (before, after) => {
                let open = [before, after]
                    .into_iter()
                    .flat_map(|decision| match decision {
                        Decision::Need { queries, .. } => queries,
                        Decision::Verdict(_) => BTreeSet::new(),
                    });
                Err(open.collect())
            }
        }
    }

    /// Counts somebody who cannot be decided, for want of an answer.
    pub fn give_up_on(&mut self) {
        self.undecided += 1;
    }

    /// How many people were compared.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// How many people could not be decided.
    pub fn undecided(&self) -> u64 {
        self.undecided
    }

    /// What changes, in a fixed order; empty if the two policies do the same.
    pub fn changes(&self) -> impl Iterator<Item = (Effect, &Affected)> {
        self.changes
            .iter()
            .map(|(effect, affected)| (*effect, affected))
    }

    fn note(&mut self, before: &Verdict, after: &Verdict) {
        self.compared += 1;
        if matches!(after.disposition, Disposition::Retry(_)) {
            self.undecided += 1;
        }
        let (old, new) = (kinds(before), kinds(after));
        let does = new.difference(&old).map(|kind| Effect::Does(*kind));
        let leaves = old.difference(&new).map(|kind| Effect::Leaves(*kind));
        let mut effects: BTreeSet<_> = does.chain(leaves).collect();
        if effects.is_empty() && before.plan.digest() != after.plan.digest() {
            effects.insert(Effect::Differs);
        }
        if effects.is_empty() && before.disposition != after.disposition {
            effects.insert(Effect::Reason);
        }
        for effect in effects {
            let affected = self.changes.entry(effect).or_default();
            affected.people += 1;
            if affected.samples.len() < SAMPLES {
                affected.samples.push(after.employee.clone());
            }
        }
    }
}

fn kinds(verdict: &Verdict) -> BTreeSet<ActionKind> {
    let steps = verdict.plan.steps().iter();
    steps.map(|step| step.action.kind()).collect()
}

const SAMPLES: usize = 10;
