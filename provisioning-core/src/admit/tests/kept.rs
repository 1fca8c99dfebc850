//! What the ledger keeps, for how long, and how much of it.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::desk::{Desk, deactivated, employee, in_sync, invited, leaver, mail_changed};
use crate::plan::{ChargeKind, Reason};
use crate::policy::{Budget, Share};

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
fn a_window_of_two_days_keeps_what_was_let_through_for_two_days() {
    let mut desk = Desk::of(40);
    let two_days = SignedDuration::from_hours(48);
    let budget = Budget::default().within(two_days, Share::new(5, 0));
    desk.guards = desk.guards.with_budget(ChargeKind::EmailChange, budget);
    assert_eq!(desk.ask_for(0..9, mail_changed), 5);
    assert_eq!(kept(&mut desk, 47), 5);
    assert_eq!(desk.ask_for(10..20, mail_changed), 0);
    assert_eq!(kept(&mut desk, 1), 0);
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

/// How many invitations the ledger still knows after so many hours.
fn invitations(desk: &mut Desk, hours: i64) -> u32 {
    desk.advance(hours);
    desk.ask(&in_sync(99));
    desk.ledger.invitations.iter().map(|it| it.count).sum()
}

#[test]
fn invitations_are_kept_for_their_hour_and_no_longer() {
    let mut desk = Desk::of(1_000).in_run("night");
    assert_eq!(desk.ask_for(0..60, invited), 60);
    assert_eq!(invitations(&mut desk, 0), 60);
    assert_eq!(desk.ledger.invitations.len(), 1, "one line a minute");
    assert!(desk.ledger.spent.is_empty());
    assert_eq!(
        invitations(&mut desk, 1),
        0,
        "their budget has no other window"
    );

    // A budget of a run counts for as long as the run lasts.
    let hour = SignedDuration::from_hours(1);
    let budget = Budget::default().within(hour, Share::new(50, 0));
    desk.guards = desk
        .guards
        .with_budget(ChargeKind::Invitation, budget.per_run(Share::new(70, 0)));
    assert_eq!(desk.ask_for(100..200, invited), 50);
    desk.advance(1);
    assert_eq!(desk.ask_for(200..300, invited), 20);
    assert_eq!(invitations(&mut desk, 1), 70);
    let mut desk = desk.in_run("the next night");
    assert_eq!(invitations(&mut desk, 0), 0);
}

#[test]
fn invitations_of_two_runs_in_one_minute_are_counted_apart() {
    let hour = SignedDuration::from_hours(1);
    let budget = Budget::default().within(hour, Share::new(100, 0));
    let mut desk = Desk::of(40).in_run("first");
    desk.guards = desk
        .guards
        .with_budget(ChargeKind::Invitation, budget.per_run(Share::new(5, 0)));
    assert_eq!(desk.ask_for(0..9, invited), 5);
    let mut desk = desk.in_run("second");
    assert_eq!(desk.ask_for(20..29, invited), 5);
}

#[test]
fn an_invitation_counts_for_an_hour_and_up_to_a_minute_more() {
    let mut desk = Desk::of(0);
    let start = desk.now;
    let at = |seconds| start + SignedDuration::from_secs(seconds);
    desk.now = at(1);
    assert_eq!(desk.ask_for(0..60, invited), 50);
    let hour = SignedDuration::from_hours(1);
    let spent = |desk: &Desk, now| desk.ledger.spent(ChargeKind::Invitation, hour, now);
    assert_eq!(spent(&desk, at(3600 + 59)), 50);
    assert_eq!(spent(&desk, at(3600 + 60)), 0);
    desk.now = at(3600 + 59);
    assert_eq!(desk.ask_for(100..101, invited), 0);
    desk.now = at(3600 + 60);
    assert_eq!(desk.ask_for(101..200, invited), 50);
}

#[test]
fn mat_19_to_try_an_invitation_again_costs_nothing_for_its_hour() {
    let mut desk = Desk::of(0);
    let mut again = invited(1);
    again.memory = desk.ask(&again).memory;
    assert_eq!(desk.ask_for(2..100, invited), 49);
    assert_eq!(desk.ask(&again).run.len(), 1, "it is paid");
    assert_eq!(invitations(&mut desk, 0), 50);
    // Half an hour on nobody else may pass, and it is still paid.
    desk.now += SignedDuration::from_mins(30);
    let once_more = desk.ask(&again);
    assert_eq!(once_more.run.len(), 1);
    assert_eq!(once_more.memory.invited, again.memory.invited);
    // An hour later it pays again, with all others.
    desk.now += SignedDuration::from_mins(30);
    let paid = desk.ask(&again);
    assert_ne!(paid.memory.invited, again.memory.invited);
    assert_eq!(invitations(&mut desk, 0), 1);
}

#[test]
fn grd_02_an_approved_invitation_uses_nothing_up_and_may_be_tried_again_for_seven_days() {
    let mut desk = Desk::of(0);
    assert_eq!(desk.ask_for(0..50, invited), 50);
    let mut late = invited(50);
    desk.ask(&late);
    desk.ledger.approve(&desk.held(), desk.now);
    let admission = desk.ask(&late);
    assert_eq!(admission.run.len(), 1);
    assert_eq!(invitations(&mut desk, 0), 50);
    assert!(desk.ledger.holds().is_empty() && desk.ledger.spent.is_empty());
    late.memory = admission.memory;
    desk.advance(7 * 24 - 1);
    assert_eq!(desk.ask_for(100..150, invited), 50);
    assert_eq!(desk.ask(&late).run.len(), 1, "it is approved already");
    desk.advance(1);
    assert_eq!(desk.ask_for(200..250, invited), 50);
    assert!(desk.ask(&late).run.is_empty(), "a person is asked anew");
}

/// So many charges like the first one, made by hand: to ask so often takes long.
fn repeat_first(desk: &mut Desk, number: u32) {
    let one = desk.ledger.spent[0].clone();
    let charges = (0..number).map(|number| {
        let mut spent = one.clone();
        spent.employee = employee(10 + number);
        spent
    });
    desk.ledger.spent = charges.collect();
}

#[test]
fn twenty_thousand_charges_are_kept_and_an_approved_one_passes_beyond_that() {
    let mut desk = Desk::of(1_000_000);
    let gone = deactivated(1, Reason::SourceGone, ChargeKind::SourceGone);
    desk.ask(&gone);
    desk.ledger.approve(&desk.held(), desk.now);
    desk.ask(&leaver(2));
    repeat_first(&mut desk, 19_999);
    assert_eq!(desk.ask(&mail_changed(4)).run.len(), 1);
    assert!(desk.ask(&mail_changed(5)).run.is_empty(), "it is full");
    assert_eq!(desk.ask(&gone).run.len(), 1);
    assert_eq!(desk.ask(&gone).run.len(), 1, "nobody is asked again");
    assert_eq!(desk.ask(&invited(3)).run.len(), 1, "but not of invitations");
}

#[test]
fn a_flood_of_invitations_keeps_nobody_from_being_deactivated() {
    let mut desk = Desk::of(0);
    assert_eq!(desk.ask_for(0..51, invited), 50);
    let first = desk.ledger.holds()[0].clone();
    desk.ledger.holds = (0..5_000)
        .map(|number| {
            let mut hold = first.clone();
            hold.employee = employee(50_000 + number);
            hold
        })
        .collect();
    assert_eq!(desk.ask(&invited(60)).held.len(), 1);
    assert_eq!(desk.ledger.holds().len(), 5_000, "it is not written down");
    desk.advance(2);
    assert!(desk.ask(&invited(61)).run.is_empty(), "it is full");
    assert_eq!(desk.ask(&leaver(4)).run.len(), 1);
    desk.ask(&deactivated(5, Reason::SourceGone, ChargeKind::SourceGone));
    assert!(desk.hold_of(5).is_some(), "and what has to be held is");
}

#[test]
fn of_what_was_approved_the_oldest_makes_room() {
    let mut desk = Desk::of(1_000_000);
    let gone = |person| deactivated(person, Reason::SourceGone, ChargeKind::SourceGone);
    for person in [1, 3] {
        desk.ask(&gone(person));
        desk.ledger.approve(&desk.held(), desk.now);
        desk.ask(&gone(person));
    }
    assert_eq!(desk.ask(&gone(1)).run.len(), 1, "there is room for both");
    repeat_first(&mut desk, 5_000);
    desk.ask(&gone(2));
    desk.ledger.approve(&desk.held(), desk.now);
    assert_eq!(desk.ask(&gone(2)).run.len(), 1);
    assert_eq!(desk.ledger.spent.len(), 5_000);
    let left: Vec<_> = desk.ledger.spent.iter().map(|it| &it.employee).collect();
    assert_eq!(left[0], &employee(11), "the first one has gone");
    assert_eq!(left[4_999], &employee(2));
    assert_eq!(desk.ask(&leaver(3)).run.len(), 1, "they fill no budget");
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
