//! A company whose guards are asked by hand.

use std::collections::BTreeSet;

use hibob_client::{EmployeeId, FieldId};
use jiff::{SignedDuration, Timestamp};
use learning360_client::{GroupId, Invitation, UserField, UserId};

use crate::Membership;
use crate::admit::{Admission, Hold, HoldId, Ledger, Population, admit};
use crate::decide::{Explanation, Verdict};
use crate::memory::Memory;
use crate::plan::{
    Action, Change, Changes, Charge, ChargeKind, Disposition, Plan, Precondition, Reason, Step,
    UserRef, Values,
};
use crate::policy::Guards;

/// The guards, the ledger and the clock; what is admitted counts as done.
pub(super) struct Desk {
    pub(super) guards: Guards,
    pub(super) ledger: Ledger,
    pub(super) population: Population,
    pub(super) now: Timestamp,
}

impl Desk {
    pub(super) fn of(linked_active: u32) -> Self {
        Self {
            guards: Guards::default(),
            ledger: Ledger::default(),
            population: Population::of(linked_active),
            now: "2026-03-02T09:00:00Z".parse().expect("a time"),
        }
    }

    pub(super) fn in_run(mut self, run: &str) -> Self {
        self.population = self.population.in_run(run);
        self
    }

    pub(super) fn advance(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    pub(super) fn ask(&mut self, verdict: &Verdict) -> Admission {
        let admission = admit(
            &self.guards,
            &self.ledger,
            verdict,
            &self.population,
            self.now,
        );
        self.ledger = admission.ledger.clone();
        admission
    }

    /// Proposes the same for many, and says for how many it may run. Who is deactivated leaves
    /// the population.
    pub(super) fn ask_for(
        &mut self,
        people: impl IntoIterator<Item = u32>,
        verdict: impl Fn(u32) -> Verdict,
    ) -> u32 {
        let mut ran = 0;
        for person in people {
            let paid = self.ledger.spent.len();
            let admission = self.ask(&verdict(person));
            if admission.run.is_empty() {
                continue;
            }
            ran += 1;
            let deactivates = |step: &Step| step.action == Action::Deactivate;
            if admission.run.iter().any(deactivates) && self.ledger.spent.len() > paid {
                self.population.linked_active -= 1;
            }
        }
        ran
    }

    pub(super) fn held(&self) -> Vec<HoldId> {
        self.ledger.held().map(|hold| hold.id).collect()
    }

    pub(super) fn hold_of(&self, person: u32) -> Option<&Hold> {
        let is_of = |hold: &&Hold| hold.employee == employee(person);
        self.ledger.holds().iter().find(is_of)
    }
}

pub(super) fn employee(person: u32) -> EmployeeId {
    EmployeeId::try_from((1_000 + person).to_string().as_str()).expect("an id")
}

pub(super) fn user(person: u32) -> UserRef {
    let id = format!("{person:024x}");
    UserRef::Known(UserId::try_from(id.as_str()).expect("an id"))
}

pub(super) fn group() -> GroupId {
    GroupId::try_from("507f1f77bcf86cd799439011").expect("an id")
}

/// A verdict of one step with its charges.
pub(super) fn one_step(
    person: u32,
    action: Action,
    why: Reason,
    charges: &[(ChargeKind, Option<&str>)],
) -> Verdict {
    let step = Step::on(user(person), action, Precondition::Made, why);
    let charges = charges.iter().map(|(kind, object)| {
        let charge = Charge::new(&step, *kind);
        match object {
            Some(object) => charge.of(*object),
            None => charge,
        }
    });
    let charges = charges.collect();
    let mut verdict = verdict(person, Disposition::Apply(why));
    verdict.plan.push(step);
    verdict.charges = charges;
    verdict
}

/// A verdict without a plan.
pub(super) fn verdict(person: u32, disposition: Disposition) -> Verdict {
    Verdict {
        employee: employee(person),
        disposition,
        findings: Vec::new(),
        plan: Plan::default(),
        charges: Vec::new(),
        lost: None,
        wait: None,
        memory: Memory::default(),
        explanation: Explanation::default(),
    }
}

pub(super) fn in_sync(person: u32) -> Verdict {
    verdict(person, Disposition::NoOp(Reason::InSync))
}

pub(super) fn leaver(person: u32) -> Verdict {
    deactivated(person, Reason::Leaver, ChargeKind::Deactivation)
}

pub(super) fn deactivated(person: u32, why: Reason, kind: ChargeKind) -> Verdict {
    one_step(person, Action::Deactivate, why, &[(kind, None)])
}

pub(super) fn invited(person: u32) -> Verdict {
    let action = Action::Create {
        values: Values::default(),
        group: group(),
        invitation: Invitation::Send,
    };
    let charge = (ChargeKind::Invitation, None);
    one_step(person, action, Reason::Provision, &[charge])
}

pub(super) fn mail_changed(person: u32) -> Verdict {
    let mut changes = Changes::default();
    changes.insert(UserField::Mail, Change::Set("new@example.com".into()));
    let charge = (ChargeKind::EmailChange, None);
    one_step(
        person,
        Action::Edit { changes },
        Reason::Difference,
        &[charge],
    )
}

pub(super) fn cleared(person: u32, field: UserField) -> Verdict {
    let mut changes = Changes::default();
    changes.insert(field, Change::Clear);
    let charge = (ChargeKind::FieldClear, Some(field.as_str()));
    one_step(
        person,
        Action::Edit { changes },
        Reason::Difference,
        &[charge],
    )
}

pub(super) fn removed_from(person: u32, group: &GroupId) -> Verdict {
    let membership = Membership::learner(group.clone());
    let charge = (ChargeKind::GroupRemoval, Some(group.as_str()));
    let action = Action::RemoveMembership { membership };
    one_step(person, action, Reason::NoLongerGranted, &[charge])
}

/// The same verdict after a look at the record, with these fields lost.
pub(super) fn losing(mut verdict: Verdict, fields: &[&str]) -> Verdict {
    let field = |id: &&str| FieldId::parse(id).expect("a field");
    verdict.lost = Some(fields.iter().map(field).collect::<BTreeSet<_>>());
    verdict
}
