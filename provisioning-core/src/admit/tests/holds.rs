//! What becomes of what is held, and who hears of it.

use jiff::SignedDuration;
use learning360_client::{CustomFieldId, UserField};

use super::desk::{Desk, deactivated, employee, in_sync, leaver, mail_changed, one_step, verdict};
use crate::admit::{Alert, HoldAlert, HoldId, HoldState, Ledger};
use crate::plan::{
    Action, Change, Changes, ChargeKind, CustomValues, Disposition, Finding, Reason, Subject,
};
use crate::policy::Budget;

const DAY: i64 = 24;

/// Forty people, of whom twenty leave; five pass.
fn twenty_leave() -> Desk {
    let mut desk = Desk::of(40);
    assert_eq!(desk.ask_for(0..20, leaver), 5);
    desk
}

fn stages(alerts: &[Alert]) -> Vec<(HoldAlert, usize)> {
    let stage = |alert: &Alert| match alert {
        Alert::Holds { stage, holds, .. } => Some((*stage, holds.len())),
        _ => None,
    };
    alerts.iter().filter_map(stage).collect()
}

#[test]
fn grd_02_exactly_what_was_approved_runs() {
    let mut desk = twenty_leave();
    let (five, six) = (desk.hold_of(5).cloned(), desk.hold_of(6).cloned());
    let approved = [five.expect("held").id, six.expect("held").id];
    let about = desk.ledger.approve(&approved, desk.now);
    assert_eq!(about, [employee(5), employee(6)].into());
    assert_eq!(desk.ask_for(5..20, leaver), 2);
    assert!(desk.hold_of(5).is_none(), "it is over");
    assert_eq!(desk.held().len(), 13);
    // Decided again after a crash, it is still approved, even a day later.
    desk.advance(DAY + 1);
    assert_eq!(desk.ask_for(5..7, leaver), 2);
}

#[test]
fn grd_02_somebody_who_is_active_again_drops_out() {
    let mut desk = twenty_leave();
    desk.ledger.approve(&desk.held(), desk.now);
    assert!(desk.ask(&in_sync(5)).run.is_empty());
    assert!(desk.hold_of(5).is_none());
    // Whoever leaves later is another case.
    assert_eq!(desk.ask_for([5], leaver), 0);
    assert_eq!(desk.hold_of(5).map(|it| it.state), Some(HoldState::Held));
}

#[test]
fn grd_02_an_approval_is_of_what_was_shown() {
    let mut desk = twenty_leave();
    let shown = desk.hold_of(5).expect("held").clone();
    desk.ledger.approve(&[shown.id], desk.now);
    let on_leave = deactivated(5, Reason::LeaveBegan, ChargeKind::Deactivation);
    let admission = desk.ask(&on_leave);
    assert!(admission.run.is_empty());
    let asked = desk.hold_of(5).expect("held").clone();
    assert_eq!(asked.state, HoldState::Held);
    assert_ne!(asked.id, shown.id, "the number that was shown is of no use");
    assert!(desk.ledger.approve(&[shown.id], desk.now).is_empty());
    desk.ledger.approve(&[asked.id], desk.now);
    assert_eq!(desk.ask(&on_leave).run.len(), 1);
}

#[test]
fn grd_02_what_was_approved_uses_no_window_up() {
    let mut desk = twenty_leave();
    desk.advance(DAY);
    desk.ledger.approve(&desk.held(), desk.now);
    assert_eq!(desk.ask_for(5..20, leaver), 15);
    assert_eq!(desk.ask_for(20..22, leaver), 2);
}

#[test]
fn grd_02_what_could_not_be_read_ends_no_hold() {
    let mut desk = twenty_leave();
    let table = [
        Disposition::Retry(Reason::Unavailable),
        Disposition::NoOp(Reason::Irrelevant),
        Disposition::NoOp(Reason::NotVisible),
        Disposition::NoOp(Reason::PermissionGap),
        Disposition::Conflict(Reason::LinkMismatch),
        Disposition::Dead(Reason::GivenUp),
    ];
    for disposition in table {
        desk.ask(&verdict(5, disposition));
        assert!(desk.hold_of(5).is_some(), "{disposition}");
    }
    let mut partly = verdict(5, Disposition::Apply(Reason::Difference));
    partly.findings = vec![Finding::new(Subject::Record, Reason::SourceFieldMissing)];
    desk.ask(&partly);
    assert!(desk.hold_of(5).is_some());
    desk.ask(&in_sync(5));
    assert!(desk.hold_of(5).is_none());
}

#[test]
fn grd_02_a_hold_ends_when_something_else_is_to_be_done() {
    let mut desk = twenty_leave();
    assert_eq!(desk.ask(&mail_changed(5)).run.len(), 1);
    assert!(desk.hold_of(5).is_none());
    assert_eq!(desk.held().len(), 14);
}

#[test]
fn grd_03_what_was_rejected_is_proposed_again_after_thirty_days_or_when_it_changes() {
    let mut desk = twenty_leave();
    desk.ledger.reject(&desk.held(), desk.now);
    desk.advance(2 * DAY);
    let rejected = desk.ask(&leaver(5));
    assert_eq!(rejected.disposition, Disposition::NoOp(Reason::Rejected));
    assert_eq!(rejected.held[0].state, HoldState::Rejected);
    desk.advance(27 * DAY);
    assert!(desk.ask(&leaver(5)).run.is_empty());
    desk.advance(DAY);
    let again = desk.ask(&leaver(5));
    assert_eq!(
        again.disposition,
        Disposition::Hold(Reason::MassDeactivation)
    );
    assert_eq!(again.held[0].since, desk.now, "a person is asked anew");
    // The record says something else now, and the window has room.
    let suspended = deactivated(6, Reason::Suspended, ChargeKind::Deactivation);
    assert_eq!(desk.ask(&suspended).run.len(), 1);
    assert!(desk.hold_of(6).is_none());
}

#[test]
fn grd_03_other_custom_values_are_another_proposal() {
    let write = |field: &str| {
        let mut after = CustomValues::default();
        let field = CustomFieldId::try_from(field).expect("an id");
        after.insert(field, "new".to_owned());
        let before = CustomValues::default();
        let action = Action::SetCustomValues { before, after };
        let charge = (ChargeKind::Privileged, None);
        one_step(5, action, Reason::Difference, &[charge])
    };
    let mut desk = Desk::of(1_000);
    let held = desk.ask(&write("507f1f77bcf86cd7994390aa"));
    desk.ledger.reject(&[held.held[0].id], desk.now);
    let again = desk.ask(&write("507f1f77bcf86cd7994390aa"));
    assert_eq!(again.disposition, Disposition::NoOp(Reason::Rejected));
    let other = desk.ask(&write("507f1f77bcf86cd7994390bb"));
    assert_eq!(other.held[0].state, HoldState::Held, "nobody said no to it");
}

#[test]
fn grd_03_other_fields_to_empty_are_another_proposal() {
    let empty = |fields: &[UserField]| {
        let mut changes = Changes::default();
        for field in fields {
            changes.insert(*field, Change::Clear);
        }
        let charge = (ChargeKind::FieldClear, Some(UserField::Job.as_str()));
        one_step(5, Action::Edit { changes }, Reason::Difference, &[charge])
    };
    let mut desk = Desk::of(1_000);
    desk.guards = desk
        .guards
        .with_budget(ChargeKind::FieldClear, Budget::nothing());
    desk.ask(&empty(&[UserField::Job]));
    desk.ledger.reject(&desk.held(), desk.now);
    let again = desk.ask(&empty(&[UserField::Job]));
    assert_eq!(again.disposition, Disposition::NoOp(Reason::Rejected));
    let more = desk.ask(&empty(&[UserField::Job, UserField::Phone]));
    assert_eq!(more.held[0].state, HoldState::Held, "nobody said no to it");
}

#[test]
fn grd_03_a_rejection_can_be_taken_back() {
    let mut desk = twenty_leave();
    let hold = desk.hold_of(5).expect("held").id;
    desk.ledger.reject(&[hold], desk.now);
    desk.ledger.approve(&[hold], desk.now);
    assert_eq!(desk.ask(&leaver(5)).run.len(), 1);
    assert!(desk.ledger.approve(&[HoldId(77)], desk.now).is_empty());
}

#[test]
fn grd_04_a_hold_expires_and_a_full_synchronization_proposes_it_again() {
    let mut desk = twenty_leave();
    desk.ledger.alerts(desk.now);
    desk.advance(7 * DAY - 1);
    desk.ledger.alerts(desk.now);
    assert_eq!(desk.held().len(), 15);
    desk.advance(1);
    let alerts = desk.ledger.alerts(desk.now);
    assert_eq!(stages(&alerts), [(HoldAlert::Expired, 15)]);
    assert_eq!(desk.held().len(), 0);
    // An event does not bring it back, and the window does not serve it.
    assert_eq!(desk.ask_for(5..20, leaver), 0);
    assert_eq!(desk.hold_of(5).map(|it| it.state), Some(HoldState::Expired));
    let mut desk = desk.in_run("night");
    assert_eq!(desk.ask_for(5..20, leaver), 0);
    assert_eq!(desk.held().len(), 15);
    let alerts = desk.ledger.alerts(desk.now);
    assert_eq!(stages(&alerts), [(HoldAlert::Held, 15)]);
}

#[test]
fn grd_01_there_is_one_alert_with_a_digest_and_another_after_a_day() {
    let mut desk = Desk::of(1_000);
    desk.ask_for(0..400, leaver);
    assert_eq!(desk.ledger.next_alert(), Some(desk.now));
    let alerts = desk.ledger.alerts(desk.now);
    assert_eq!(stages(&alerts), [(HoldAlert::Held, 370)]);
    let Some(Alert::Holds { batch, holds, .. }) = alerts.first() else {
        panic!("an alert of holds");
    };
    assert_eq!(desk.ledger.batch(batch), *holds);
    assert!(desk.ledger.alerts(desk.now).is_empty(), "once is enough");
    // A straggler waits for the next hour, and is not part of what was announced.
    desk.ask_for(400..401, leaver);
    assert!(desk.ledger.alerts(desk.now).is_empty());
    assert_eq!(desk.ledger.batch(batch).len(), 370);
    let hour = SignedDuration::from_hours(1);
    assert_eq!(desk.ledger.next_alert(), Some(desk.now + hour));
    desk.advance(1);
    let alerts = desk.ledger.alerts(desk.now);
    assert_eq!(stages(&alerts), [(HoldAlert::Held, 1)]);
    desk.advance(23);
    let again = desk.ledger.alerts(desk.now);
    assert_eq!(
        stages(&again).iter().map(|(_, holds)| holds).sum::<usize>(),
        371
    );
    assert!(
        stages(&again)
            .iter()
            .all(|(it, _)| *it == HoldAlert::StillHeld)
    );
    assert!(desk.ledger.alerts(desk.now).is_empty());
    desk.ledger.approve(&desk.ledger.batch(batch), desk.now);
    assert_eq!(desk.ask_for(30..401, leaver), 370);
}

#[test]
fn grd_12_a_privileged_account_is_told_of_at_once() {
    let mut desk = Desk::of(1_000);
    for person in 0..3 {
        desk.ask(&deactivated(person, Reason::Leaver, ChargeKind::Privileged));
        let alerts = desk.ledger.alerts(desk.now);
        assert_eq!(stages(&alerts), [(HoldAlert::Held, 1)]);
    }
}

#[test]
fn an_approval_that_nobody_uses_expires() {
    let mut desk = twenty_leave();
    desk.ledger.approve(&desk.held(), desk.now);
    desk.advance(7 * DAY);
    desk.ledger.alerts(desk.now);
    assert_eq!(desk.ask_for(5..20, leaver), 0);
}

#[test]
fn the_ledger_survives_its_json() {
    let mut desk = twenty_leave();
    desk.ledger.alerts(desk.now);
    desk.ledger.reject(&desk.held()[..1], desk.now);
    desk.ask(&super::desk::losing(in_sync(30), &["work.title"]));
    let json = serde_json::to_string(&desk.ledger).expect("plain data");
    let read: Ledger = serde_json::from_str(&json).expect("the same data");
    assert_eq!(read, desk.ledger);
    let newer = json.replacen("\"version\":1", "\"version\":2", 1);
    assert!(serde_json::from_str::<Ledger>(&newer).is_err());
    let empty: Ledger = serde_json::from_str("{}").expect("an empty ledger");
    assert_eq!(empty, Ledger::default());
}

#[test]
fn prv_01_the_ledger_and_its_alerts_hold_no_value() {
    let mut desk = Desk::of(40);
    desk.guards = desk
        .guards
        .with_budget(ChargeKind::EmailChange, Budget::nothing());
    let admission = desk.ask(&mail_changed(1));
    let alerts = desk.ledger.alerts(desk.now);
    let json = serde_json::to_string(&desk.ledger).expect("plain data");
    let texts = format!("{json} {:?} {:?} {alerts:?}", admission.held, desk.ledger);
    assert!(texts.contains("email_change"));
    assert!(!texts.contains("new@"), "{texts}");
    assert!(!alerts.is_empty() && alerts.iter().all(|it| !it.to_string().contains("new@")));
}

#[test]
fn a_full_ledger_lets_only_what_was_approved_pass() {
    let mut desk = Desk::of(1_000_000);
    let gone = |person| deactivated(person, Reason::SourceGone, ChargeKind::SourceGone);
    let hold = desk.ask(&gone(0)).held[0].clone();
    // Made by hand: to ask so often takes long.
    desk.ledger.holds = (0..5_000)
        .map(|number| {
            let mut hold = hold.clone();
            hold.id = HoldId(u64::from(number) + 1);
            hold.employee = employee(number);
            hold
        })
        .collect();
    let admission = desk.ask(&leaver(6_000));
    assert!(admission.run.is_empty());
    assert_eq!(desk.ledger.holds().len(), 5_000);
    desk.ledger.approve(&[HoldId(1)], desk.now);
    assert_eq!(desk.ask(&gone(0)).run.len(), 1);
    assert_eq!(desk.ask(&leaver(6_000)).run.len(), 1, "there is room again");
}

#[test]
fn holds_are_numbered_from_one_and_shown_by_their_number() {
    let desk = twenty_leave();
    let numbers: Vec<_> = desk.held().iter().map(ToString::to_string).collect();
    let expected: Vec<_> = (1..=15).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
}
