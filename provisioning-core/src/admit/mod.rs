//! The guard: which steps of a verdict may run, and which wait for a person's approval.
//!
//! [`admit`] is pure, like the decision. What it lets through and what it holds is kept in the
//! company's [`Ledger`], which the host stores and hands back.

mod alert;
mod budget;
mod fill;
mod forget;
mod hold;
mod ledger;
mod review;
mod source;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use learning360_client::GroupId;

pub use self::alert::{Alert, HoldAlert};
pub use self::fill::Fill;
pub use self::hold::{Hold, HoldId, HoldState};
pub use self::ledger::Ledger;
use self::ledger::{Pass, invites};
use crate::decide::Verdict;
use crate::memory::{Invited, Memory};
use crate::plan::{Action, Charge, Disposition, Reason, Step, StepId};
use crate::policy::Guards;

/// The company as the guards see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Population {
    /// How many employees have an account that is linked and not deactivated now.
    pub linked_active: u32,
    /// How many learners a group has now, as far as it is known. A group that is not listed has
    /// the floor of its budget only.
    pub members: BTreeMap<GroupId, u32>,
    /// The full synchronization that the decision belongs to, by a name of the host's that no
    /// other one has; `None` = an event or a timer.
    pub run: Option<Box<str>>,
}

/// What the guards say to a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Admission {
    /// The steps to apply, in order.
    pub run: Vec<Step>,
    /// The steps that wait for approval, and those that were rejected.
    pub held: Vec<Hold>,
    /// The verdict's disposition, or what the guards say if nothing may run.
    pub disposition: Disposition,
    /// The ledger afterwards; commit it before the first step.
    pub ledger: Ledger,
    /// The memory with what the steps are about to do; commit it before the first step.
    pub memory: Memory,
}

/// Checks a verdict against the guards, step by step.
///
/// A charge is counted once per employee, step, kind and object, so deciding again never pays
/// twice. What was held stays held when the window moves on, until it is approved, rejected,
/// expired or no longer proposed; the window serves those who were not held. A step that needs a
/// held one does not run either. What a person approved runs whatever the budgets say, and uses
/// none of them up.
pub fn admit(
    guards: &Guards,
    ledger: &Ledger,
    verdict: &Verdict,
    population: &Population,
    now: Timestamp,
) -> Admission {
    let mut ledger = ledger.clone();
    let judged = judge(guards, &mut ledger, verdict, population, now);
    let mut memory = verdict.memory.clone();
    if judged.invited.is_some() {
        memory.invited = judged.invited;
    }
    Admission {
        disposition: judged.disposition,
        memory: judged.run.iter().fold(memory, Memory::intending),
        run: judged.run,
        held: judged.held,
        ledger,
    }
}

/// What the guards say, without what follows from it.
pub(crate) struct Judged {
    pub(crate) run: Vec<Step>,
    pub(crate) held: Vec<Hold>,
    pub(crate) disposition: Disposition,
    /// The invitation that was paid.
    invited: Option<Invited>,
}

/// The same check as [`admit`], for many verdicts in a row: the ledger is written in place.
pub(crate) fn judge(
    guards: &Guards,
    ledger: &mut Ledger,
    verdict: &Verdict,
    population: &Population,
    now: Timestamp,
) -> Judged {
    let case = Case {
        guards,
        verdict,
        population,
        now,
    };
    ledger.prepare(&case);
    let (mut run, mut held) = (Vec::new(), Vec::new());
    let mut invited = None;
    let mut stopped: BTreeSet<&StepId> = BTreeSet::new();
    for step in verdict.plan.steps() {
        let needs = step.needs.as_ref();
        if needs.is_some_and(|needed| stopped.contains(needed)) {
            stopped.insert(&step.id);
            continue;
        }
        match ledger.take(&case, step) {
            Ok(paid) => {
                run.push(step.clone());
                invited = paid.or(invited);
            }
            Err(stops) => {
                stopped.insert(&step.id);
                held.extend(stops);
            }
        }
    }
    Judged {
        disposition: disposition(verdict, &run, &held),
        run,
        held,
        invited,
    }
}

/// What the guards check.
#[derive(Clone, Copy)]
struct Case<'a> {
    guards: &'a Guards,
    verdict: &'a Verdict,
    population: &'a Population,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn charges(&self, step: &'a Step) -> impl Iterator<Item = &'a Charge> {
        let charges = self.verdict.charges.iter();
        charges.filter(|charge| charge.step == step.id)
    }
}

impl Ledger {
    /// Pays for a step and says which invitation that was, or holds the step: with several
    /// charges, all of them have to pass.
    fn take(&mut self, case: &Case<'_>, step: &Step) -> Result<Option<Invited>, Vec<Hold>> {
        let charges: Vec<_> = case.charges(step).collect();
        let passes: Vec<_> = charges
            .into_iter()
            .map(|charge| (charge, self.pass(case, step, charge)))
            .collect();
        let stops: Vec<_> = passes
            .iter()
            .filter_map(|(charge, pass)| match pass {
                Pass::Stop(reason) => Some((*charge, *reason)),
                _ => None,
            })
            .collect();
        if !stops.is_empty() {
            let hold = |(charge, reason)| self.hold(case, step, charge, reason);
            return Err(stops.into_iter().map(hold).collect());
        }
        let mut invited = None;
        for (charge, pass) in passes {
            self.pay(case, charge, pass);
            if invites(charge.kind) && pass != Pass::Free {
                invited = Some(Invited {
                    at: case.now,
                    approved: pass == Pass::Approved,
                });
            }
        }
        Ok(invited)
    }
}

impl Population {
    /// A company with so many linked accounts that are not deactivated.
    pub fn of(linked_active: u32) -> Self {
        Self {
            linked_active,
            ..Self::default()
        }
    }

    /// The same company, with the number of learners that a group has.
    #[must_use]
    pub fn with_members(mut self, group: GroupId, members: u32) -> Self {
        self.members.insert(group, members);
        self
    }

    /// The company after these steps: whoever leaves a group is counted among its learners no
    /// longer.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "the driver admits many in a row")
    )]
    pub(crate) fn after(&mut self, run: &[Step]) {
        for step in run {
            if let Action::RemoveMembership { membership } = &step.action {
                if let Some(members) = self.members.get_mut(&membership.group) {
                    *members = members.saturating_sub(1);
                }
            }
        }
    }

    /// The same company, in a full synchronization of this name.
    #[must_use]
    pub fn in_run(self, run: impl Into<Box<str>>) -> Self {
        Self {
            run: Some(run.into()),
            ..self
        }
    }
}

fn disposition(verdict: &Verdict, run: &[Step], held: &[Hold]) -> Disposition {
    if !run.is_empty() {
        return verdict.disposition;
    }
    match held.iter().find(|hold| hold.state != HoldState::Rejected) {
        Some(one) => Disposition::Hold(one.reason),
        None if held.is_empty() => verdict.disposition,
        None => Disposition::NoOp(Reason::Rejected),
    }
}
