//! Steps that depend on each other, and steps with several charges.

use learning360_client::UserField;

use super::desk::{Desk, leaver, mail_changed, one_step, user};
use crate::plan::{
    Action, ActionKind, Change, Changes, ChargeKind, Disposition, Precondition, Reason, Step,
};
use crate::policy::{Budget, Share};

fn at_most(deactivations: u32) -> Desk {
    let mut desk = Desk::of(40);
    let share = Share::new(deactivations, 0);
    let budget = Budget::default().within(jiff::SignedDuration::from_hours(24), share);
    desk.guards = desk.guards.with_budget(ChargeKind::Deactivation, budget);
    desk
}

fn ran(deactivations: u32) -> (Vec<&'static str>, Disposition) {
    let mut verdict = leaver(1);
    let first = verdict.plan.steps()[0].clone();
    let step = |action| Step::on(user(1), action, Precondition::Made, Reason::Leaver);
    verdict.plan.push(step(Action::Activate).after(&first));
    let employee = verdict.employee.clone();
    verdict.plan.push(step(Action::Link { employee }));
    let admission = at_most(deactivations).ask(&verdict);
    let kinds = admission.run.iter().map(|step| step.action.kind().as_str());
    (kinds.collect(), admission.disposition)
}

#[test]
fn a_step_that_needs_a_held_one_waits_with_it_and_the_others_run() {
    let apply = Disposition::Apply(Reason::Leaver);
    assert_eq!(ran(0), (vec!["link"], apply));
    assert_eq!(ran(1), (vec!["deactivate", "activate", "link"], apply));
}

#[test]
fn what_is_held_of_somebody_does_not_stop_their_other_steps() {
    let mut desk = Desk::of(40);
    desk.guards = desk
        .guards
        .with_budget(ChargeKind::EmailChange, Budget::nothing());
    let mut both = mail_changed(1);
    desk.ask(&both);
    let leaving = leaver(1);
    both.plan.push(leaving.plan.steps()[0].clone());
    both.charges.extend(leaving.charges);
    let admission = desk.ask(&both);
    let kinds: Vec<_> = admission.run.iter().map(|it| it.action.kind()).collect();
    assert_eq!(kinds, [ActionKind::Deactivate]);
    assert_eq!(admission.held.len(), 1);
}

#[test]
fn a_step_with_two_charges_pays_both_or_none() {
    let mut changes = Changes::default();
    changes.insert(UserField::Job, Change::Clear);
    changes.insert(UserField::Mail, Change::Set("new@example.com".into()));
    let costs = [
        (ChargeKind::EmailChange, None),
        (ChargeKind::FieldClear, Some("job")),
    ];
    let edit = one_step(1, Action::Edit { changes }, Reason::Difference, &costs);
    let mut desk = Desk::of(40);
    desk.guards = desk
        .guards
        .with_budget(ChargeKind::FieldClear, Budget::nothing());
    let admission = desk.ask(&edit);
    assert!(admission.run.is_empty());
    assert_eq!(admission.held.len(), 1);
    assert!(desk.ledger.spent.is_empty(), "the other one is not paid");
    desk.ledger.approve(&desk.held(), desk.now);
    assert_eq!(desk.ask(&edit).run.len(), 1);
    assert_eq!(desk.ledger.spent.len(), 2);
}
