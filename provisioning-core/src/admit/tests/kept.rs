//! What the ledger keeps, for how long, and how much of it.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::desk::{Desk, deactivated, employee, in_sync, leaver};
use crate::plan::{ChargeKind, Reason};

/// The charges that the ledger keeps after so many hours.
fn kept(desk: &mut Desk, hours: i64) -> usize {
    desk.advance(hours);
    desk.ask(&in_sync(99));
    desk.ledger.spent.len()
}

#[test]
fn what_was_let_through_is_kept_for_the_longest_window() {
    let mut desk = Desk::of(40);
    let day = SignedDuration::from_hours(24);
    assert_eq!(desk.ask_for(0..5, leaver), 5);
    assert_eq!(kept(&mut desk, 23), 5);
    let spent = |desk: &Desk| desk.ledger.spent(ChargeKind::Deactivation, day, desk.now);
    assert_eq!(spent(&desk), 5);
    desk.advance(1);
    assert_eq!(spent(&desk), 0, "the window has moved on");
    assert_eq!(kept(&mut desk, 0), 0);
}

#[test]
fn what_a_run_let_through_is_kept_while_it_lasts() {
    let mut desk = Desk::of(40).in_run("night");
    assert_eq!(desk.ask_for(0..5, leaver), 5);
    assert_eq!(kept(&mut desk, 48), 5);
    let mut desk = desk.in_run("the next night");
    assert_eq!(kept(&mut desk, 0), 0);
}

#[test]
fn grd_02_what_was_approved_may_be_tried_again_for_seven_days() {
    let mut desk = Desk::of(40);
    let gone = deactivated(1, Reason::SourceGone, ChargeKind::SourceGone);
    desk.ask(&gone);
    desk.ledger.approve(&desk.held(), desk.now);
    assert_eq!(desk.ask(&gone).run.len(), 1);
    desk.advance(7 * 24 - 1);
    assert_eq!(desk.ask(&gone).run.len(), 1, "it is approved already");
    assert_eq!(desk.ledger.spent.len(), 1);
    desk.advance(1);
    assert!(desk.ask(&gone).run.is_empty(), "a person is asked anew");
    assert!(desk.ledger.spent.is_empty());
}

#[test]
fn twenty_thousand_charges_are_kept_and_an_approved_one_passes_beyond_that() {
    let mut desk = Desk::of(1_000_000);
    let gone = deactivated(1, Reason::SourceGone, ChargeKind::SourceGone);
    desk.ask(&gone);
    desk.ledger.approve(&desk.held(), desk.now);
    desk.ask(&leaver(2));
    // Made by hand: to ask so often takes long.
    let one = desk.ledger.spent[0].clone();
    desk.ledger.spent = (0..20_000)
        .map(|number| {
            let mut spent = one.clone();
            spent.employee = employee(10 + number);
            spent
        })
        .collect();
    assert_eq!(desk.ask(&gone).run.len(), 1);
    assert_eq!(desk.ledger.spent.len(), 20_000);
    assert!(desk.ask(&leaver(3)).run.is_empty(), "it is full");
}

#[test]
fn the_stored_ledger_says_of_a_charge_only_what_is_special() {
    let mut desk = Desk::of(40);
    desk.ask(&leaver(1));
    let stored = serde_json::to_value(&desk.ledger).expect("plain data");
    let charge = stored["spent"][0].as_object().expect("a charge");
    let keys: BTreeSet<_> = charge.keys().map(String::as_str).collect();
    assert_eq!(keys, ["at", "employee", "kind", "step"].into());
}
