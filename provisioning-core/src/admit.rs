//! The guard: which steps of a verdict may run, and which wait for a person's approval.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::decide::Verdict;
use crate::memory::Memory;
use crate::plan::{Charge, ChargeKind, Disposition, Reason, Step, StepId};
use crate::policy::Guards;

/// What the guards have let through and what they hold, for the whole company.
///
/// The host stores it as it is, with a version number, and commits it by compare-and-set. The
/// serialised form is versioned and holds ids only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    version: u8,
    spent: Vec<Entry>,
    held: Vec<Entry>,
    approved: Vec<Entry>,
}

/// One charge of one employee's step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    employee: EmployeeId,
    step: StepId,
    kind: ChargeKind,
    at: Timestamp,
}

/// What the guards say to a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Admission {
    /// The steps to apply, in order.
    pub run: Vec<Step>,
    /// The steps that wait for approval.
    pub held: Vec<Held>,
    /// The verdict's disposition, or [`Disposition::Hold`] if nothing may run.
    pub disposition: Disposition,
    /// The ledger afterwards; commit it before the first step.
    pub ledger: Ledger,
    /// The memory with what the steps are about to do; commit it before the first step.
    pub memory: Memory,
}

/// A step that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// The employee.
    pub employee: EmployeeId,
    /// The step.
    pub step: StepId,
    /// The budget that is used up.
    pub kind: ChargeKind,
    /// Since when it is held.
    pub since: Timestamp,
}

/// Checks a verdict against the guards, step by step.
///
/// A charge is counted once per employee and step, so deciding again never pays twice. What was
/// held stays held when the window moves on, until it is approved or no longer proposed. A step
/// that needs a held one does not run either.
pub fn admit(guards: &Guards, ledger: &Ledger, verdict: &Verdict, now: Timestamp) -> Admission {
    let mut ledger = ledger.clone();
    ledger.forget_the_past(now);
    ledger.drop_what_is_not_proposed(&verdict.employee, &verdict.charges);
    let (mut run, mut held) = (Vec::new(), Vec::new());
    let mut stopped: BTreeSet<&StepId> = BTreeSet::new();
    for step in verdict.plan.steps() {
        let charges = || {
            verdict
                .charges
                .iter()
                .filter(|charge| charge.step == step.id)
        };
        let blocked = step
            .needs
            .as_ref()
            .is_some_and(|needed| stopped.contains(needed));
        let refused = charges().find(|charge| !ledger.allows(guards, &verdict.employee, charge));
        match refused {
            _ if blocked => {
                stopped.insert(&step.id);
            }
            Some(charge) => {
                stopped.insert(&step.id);
                held.push(ledger.hold(&verdict.employee, charge, now));
            }
            None => {
                charges().for_each(|charge| ledger.spend(&verdict.employee, charge, now));
                run.push(step.clone());
            }
        }
    }
    let memory = run.iter().fold(verdict.memory.clone(), Memory::intending);
    let disposition = match held.first() {
        Some(held) if run.is_empty() => Disposition::Hold(held.kind.held()),
        _ => verdict.disposition,
    };
    Admission {
        run,
        held,
        disposition,
        ledger,
        memory,
    }
}

impl Ledger {
    /// Everything that waits for approval.
    pub fn held(&self) -> impl Iterator<Item = Held> {
        self.held.iter().map(Held::from)
    }

    /// How many charges of a kind count against its window now.
    pub fn spent(&self, kind: ChargeKind, now: Timestamp) -> usize {
        let counts = |entry: &&Entry| entry.kind == kind && entry.is_recent(now);
        self.spent.iter().filter(counts).count()
    }

    /// Lets one held step pass the next time it is proposed; wake the employee afterwards.
    ///
    /// The person is decided again, so somebody who is active by then keeps the account. Returns
    /// whether there was such a hold.
    pub fn approve(&mut self, employee: &EmployeeId, step: &StepId) -> bool {
        let Some(index) = self.held.iter().position(|entry| entry.is(employee, step)) else {
            return false;
        };
        let entry = self.held.remove(index);
        self.approved.push(entry);
        true
    }

    fn allows(&self, guards: &Guards, employee: &EmployeeId, charge: &Charge) -> bool {
        let is_it = |entry: &Entry| entry.is(employee, &charge.step);
        if self.spent.iter().any(is_it) || self.approved.iter().any(is_it) {
            return true;
        }
        if self.held.iter().any(is_it) {
            return false;
        }
        let spent = self
            .spent
            .iter()
            .filter(|entry| entry.kind == charge.kind)
            .count();
        u32::try_from(spent).is_ok_and(|spent| spent < limit(guards, charge.kind))
    }

    fn spend(&mut self, employee: &EmployeeId, charge: &Charge, now: Timestamp) {
        self.approved
            .retain(|entry| !entry.is(employee, &charge.step));
        if !self
            .spent
            .iter()
            .any(|entry| entry.is(employee, &charge.step))
        {
            self.spent.push(Entry::new(employee, charge, now));
        }
    }

    fn hold(&mut self, employee: &EmployeeId, charge: &Charge, now: Timestamp) -> Held {
        let known = self
            .held
            .iter()
            .position(|entry| entry.is(employee, &charge.step));
        let known = known.and_then(|index| self.held.get(index));
        if let Some(entry) = known {
            return Held::from(entry);
        }
        let entry = Entry::new(employee, charge, now);
        let held = Held::from(&entry);
        self.held.push(entry);
        held
    }

    fn forget_the_past(&mut self, now: Timestamp) {
        self.spent.retain(|entry| entry.is_recent(now));
    }

    fn drop_what_is_not_proposed(&mut self, employee: &EmployeeId, charges: &[Charge]) {
        let proposed = |entry: &Entry| charges.iter().any(|charge| charge.step == entry.step);
        let keep = |entry: &Entry| entry.employee != *employee || proposed(entry);
        self.held.retain(keep);
        self.approved.retain(keep);
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            version: VERSION,
            spent: Vec::new(),
            held: Vec::new(),
            approved: Vec::new(),
        }
    }
}

impl Entry {
    fn new(employee: &EmployeeId, charge: &Charge, at: Timestamp) -> Self {
        Self {
            employee: employee.clone(),
            step: charge.step.clone(),
            kind: charge.kind,
            at,
        }
    }

    fn is(&self, employee: &EmployeeId, step: &StepId) -> bool {
        self.employee == *employee && self.step == *step
    }

    /// A charge from the future, after a clock jumped back, still counts.
    fn is_recent(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < WINDOW
    }
}

impl From<&Entry> for Held {
    fn from(entry: &Entry) -> Self {
        Self {
            employee: entry.employee.clone(),
            step: entry.step.clone(),
            kind: entry.kind,
            since: entry.at,
        }
    }
}

impl Held {
    /// Why it is held.
    pub fn reason(&self) -> Reason {
        self.kind.held()
    }
}

fn limit(guards: &Guards, kind: ChargeKind) -> u32 {
    match kind {
        ChargeKind::Deactivation => guards.deactivations,
    }
}

const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The version of the serialised form.
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use learning360_client::UserId;

    use super::*;
    use crate::decide::Explanation;
    use crate::plan::{Action, Plan, Precondition, UserRef};

    fn verdict() -> Verdict {
        let user = UserId::try_from("0000000000000000000000aa").expect("an id");
        let step = |action| {
            let user = UserRef::Known(user.clone());
            Step::on(user, action, Precondition::Made, Reason::Leaver)
        };
        let first = step(Action::Deactivate);
        let needs_it = step(Action::Activate).after(&first);
        let employee = EmployeeId::try_from("101").expect("an id");
        let stands_alone = step(Action::Link {
            employee: employee.clone(),
        });
        let mut plan = Plan::default();
        for step in [&first, &needs_it, &stands_alone] {
            plan.push(step.clone());
        }
        Verdict {
            employee,
            disposition: Disposition::Apply(Reason::Leaver),
            findings: Vec::new(),
            plan,
            charges: vec![Charge::new(&first, ChargeKind::Deactivation)],
            wait: None,
            memory: Memory::default(),
            explanation: Explanation::default(),
        }
    }

    fn ran(deactivations: u32) -> (Vec<String>, Disposition) {
        let guards = Guards { deactivations };
        let admission = admit(
            &guards,
            &Ledger::default(),
            &verdict(),
            Timestamp::UNIX_EPOCH,
        );
        let kinds = admission.run.iter();
        let kinds = kinds.map(|step| step.action.kind().as_str().to_owned());
        (kinds.collect(), admission.disposition)
    }

    #[test]
    fn a_step_that_needs_a_held_one_waits_with_it_and_the_others_run() {
        let apply = Disposition::Apply(Reason::Leaver);
        assert_eq!(ran(0), (vec!["link".to_owned()], apply));
        let all = ["deactivate", "activate", "link"].map(str::to_owned);
        assert_eq!(ran(1), (all.to_vec(), apply));
    }

    #[test]
    fn deciding_again_never_pays_twice() {
        let guards = Guards { deactivations: 1 };
        let now = Timestamp::UNIX_EPOCH;
        let once = admit(&guards, &Ledger::default(), &verdict(), now).ledger;
        let twice = admit(&guards, &once, &verdict(), now);
        assert!(twice.held.is_empty());
        assert_eq!(twice.ledger.spent(ChargeKind::Deactivation, now), 1);
    }

    #[test]
    fn a_clock_that_jumped_back_opens_no_window() {
        let guards = Guards { deactivations: 0 };
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(30);
        let one = Guards { deactivations: 1 };
        let ledger = admit(&one, &Ledger::default(), &verdict(), later).ledger;
        let before = later - SignedDuration::from_hours(1);
        assert_eq!(ledger.spent(ChargeKind::Deactivation, before), 1);
        let again = admit(&guards, &ledger, &verdict(), before);
        assert!(again.held.is_empty(), "it is paid already");
    }
}
