//! What Bob does not show any more.

use learning360_client::UserField;

use super::desk::{Desk, cleared, deactivated, employee, in_sync, leaver, losing};
use crate::admit::Alert;
use crate::plan::{ChargeKind, Disposition, Reason};

const TITLE: &str = "work.title";

#[test]
fn dat_03_a_field_that_nearly_everybody_lost_is_not_cleared() {
    let mut desk = Desk::of(1_000);
    for person in 0..9 {
        desk.ask(&losing(in_sync(person), &[TITLE]));
        assert!(desk.ledger.alerts(desk.now).is_empty(), "too few to tell");
    }
    let suspected = desk.ask(&losing(cleared(9, UserField::Job), &[TITLE]));
    let reason = Reason::PermissionChangeSuspected;
    assert_eq!(suspected.disposition, Disposition::Hold(reason));
    let alerts = desk.ledger.alerts(desk.now);
    assert!(
        alerts
            .iter()
            .any(|it| matches!(it, Alert::PermissionChange { fields }
        if fields.iter().any(|field| field.as_str() == TITLE)))
    );
    // Every field, and every exit from the scope; nothing else.
    let exit = deactivated(50, Reason::OutOfScope, ChargeKind::Deactivation);
    for verdict in [cleared(51, UserField::Phone), exit] {
        assert_eq!(desk.ask(&verdict).disposition, Disposition::Hold(reason));
    }
    assert_eq!(desk.ask(&leaver(52)).run.len(), 1);
    // It is told of once, ends an hour after the last sign, and what was held stays held.
    assert_eq!(
        desk.ledger
            .alerts(desk.now)
            .iter()
            .map(Alert::as_str)
            .filter(|it| *it != "held")
            .count(),
        0
    );
    desk.advance(1);
    assert_eq!(desk.ask(&cleared(60, UserField::Job)).run.len(), 1);
    assert!(desk.ask(&cleared(9, UserField::Job)).run.is_empty());
}

#[test]
fn dat_03_a_few_who_lost_a_field_are_nothing_special() {
    let mut desk = Desk::of(1_000);
    for person in 0..100 {
        let lost: &[&str] = if person % 10 < 8 { &[TITLE] } else { &[] };
        desk.ask(&losing(in_sync(person), lost));
    }
    assert_eq!(desk.ask(&cleared(200, UserField::Job)).run.len(), 1);
}

#[test]
fn dat_03_ninety_of_a_hundred_are_enough_and_a_person_counts_once() {
    let mut desk = Desk::of(1_000);
    for person in 1..10 {
        desk.ask(&losing(in_sync(person), &[TITLE]));
    }
    // A second look finds the loss known already; it speaks neither for nor against.
    desk.now += jiff::SignedDuration::from_mins(11);
    for person in 1..10 {
        desk.ask(&losing(in_sync(person), &[]));
    }
    let clear = cleared(200, UserField::Job);
    assert_eq!(desk.ask(&clear).run.len(), 1, "nine are too few to tell");
    desk.ask(&losing(in_sync(10), &[]));
    let held = desk.ask(&cleared(201, UserField::Job));
    assert_eq!(
        held.disposition,
        Disposition::Hold(Reason::PermissionChangeSuspected)
    );
}

#[test]
fn dat_03_a_loss_counts_although_the_person_was_looked_at_a_minute_ago() {
    let mut desk = Desk::of(1_000);
    for person in 0..10 {
        desk.ask(&losing(in_sync(person), &[]));
    }
    desk.now += jiff::SignedDuration::from_mins(1);
    for person in 0..10 {
        desk.ask(&losing(in_sync(person), &[TITLE]));
    }
    assert_eq!(desk.ledger.alerts(desk.now).len(), 1);
}

#[test]
fn dat_03_a_sign_counts_for_less_than_an_hour() {
    for (minutes, alerts) in [(59, 1), (60, 0)] {
        let mut desk = Desk::of(1_000);
        for person in 0..9 {
            desk.ask(&losing(in_sync(person), &[TITLE]));
        }
        desk.now += jiff::SignedDuration::from_mins(minutes);
        desk.ask(&losing(in_sync(9), &[TITLE]));
        assert_eq!(desk.ledger.alerts(desk.now).len(), alerts, "{minutes}");
    }
}

#[test]
fn dat_03_what_was_lost_over_days_does_not_add_up() {
    let mut desk = Desk::of(1_000);
    for person in 0..40 {
        desk.ask(&losing(in_sync(person), &[TITLE]));
        desk.now += jiff::SignedDuration::from_mins(7);
    }
    assert_eq!(desk.ask(&cleared(200, UserField::Job)).run.len(), 1);
}

#[test]
fn a_second_look_at_the_same_person_does_not_change_the_ledger() {
    let mut desk = Desk::of(40);
    desk.ask(&losing(in_sync(1), &[]));
    let before = desk.ledger.clone();
    desk.now += jiff::SignedDuration::from_secs(25);
    desk.ask(&losing(in_sync(1), &[]));
    assert_eq!(desk.ledger, before, "so that it need not be written");
    // Ten minutes after the first look the sign is taken anew, so that it does not run out.
    desk.now += jiff::SignedDuration::from_secs(600 - 25 - 1);
    desk.ask(&losing(in_sync(1), &[]));
    assert_eq!(desk.ledger, before);
    desk.now += jiff::SignedDuration::from_secs(1);
    desk.ask(&losing(in_sync(1), &[]));
    assert_ne!(desk.ledger, before);
}

#[test]
fn the_last_hundred_people_are_looked_at() {
    let mut desk = Desk::of(1_000);
    // The first of them, ten who have kept it, and then one after the other.
    desk.ask(&losing(in_sync(0), &[TITLE]));
    for person in 1..11 {
        desk.ask(&losing(in_sync(person), &[]));
    }
    for person in 11..99 {
        desk.ask(&losing(in_sync(person), &[TITLE]));
    }
    assert!(desk.ledger.alerts(desk.now).is_empty(), "89 of 99");
    desk.ask(&losing(in_sync(99), &[TITLE]));
    assert_eq!(desk.ledger.alerts(desk.now).len(), 1, "90 of 100");
}

#[test]
fn who_is_forgotten_takes_only_their_own_sign_along() {
    let mut desk = Desk::of(1_000);
    for person in 0..9 {
        desk.ask(&losing(in_sync(person), &[TITLE]));
    }
    desk.ledger.forget(&employee(0));
    desk.ask(&losing(in_sync(9), &[TITLE]));
    assert!(desk.ledger.alerts(desk.now).is_empty(), "nine are left");
    desk.ask(&losing(in_sync(10), &[TITLE]));
    assert_eq!(desk.ledger.alerts(desk.now).len(), 1, "ten");
}
