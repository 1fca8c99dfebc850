//! How far the budgets are used up.

use jiff::SignedDuration;
use learning360_client::{GroupId, UserField};

use super::desk::{Desk, cleared, group, leaver, removed_from};
use crate::plan::ChargeKind;

/// Used and allowed in the window of so many hours.
fn fill(desk: &Desk, kind: ChargeKind, hours: i64) -> (u32, u32) {
    let window = SignedDuration::from_hours(hours);
    let fills = desk.ledger.fill(&desk.guards, &desk.population, desk.now);
    let of_it = fills
        .iter()
        .find(|fill| fill.kind == kind && fill.window == window);
    let fill = of_it.expect("there is such a window");
    (fill.used, fill.allowed)
}

#[test]
fn what_was_let_through_fills_each_window_and_leaves_it_again() {
    let mut desk = Desk::of(1_000);
    assert_eq!(fill(&desk, ChargeKind::Deactivation, 1), (0, 30));
    assert_eq!(desk.ask_for(0..400, leaver), 30);
    assert_eq!(
        fill(&desk, ChargeKind::Deactivation, 1),
        (30, 30),
        "full, and a share of those who were there at the start"
    );
    assert_eq!(fill(&desk, ChargeKind::Deactivation, 24), (30, 50));
    desk.advance(1);
    assert_eq!(fill(&desk, ChargeKind::Deactivation, 1), (0, 29));
    assert_eq!(fill(&desk, ChargeKind::Deactivation, 24), (30, 50));
}

#[test]
fn what_a_person_approved_fills_nothing() {
    let mut desk = Desk::of(1_000);
    desk.ask_for(0..31, leaver);
    let held = desk.held();
    desk.ledger.approve(&held, desk.now);
    assert_eq!(desk.ask_for(30..31, leaver), 1);
    assert_eq!(fill(&desk, ChargeKind::Deactivation, 1).0, 30);
}

#[test]
fn of_several_fields_and_groups_the_fullest_counts() {
    let mut desk = Desk::of(1_000);
    desk.ask_for(0..4, |person| cleared(person, UserField::Job));
    desk.ask_for(0..3, |person| cleared(person, UserField::Phone));
    assert_eq!(fill(&desk, ChargeKind::FieldClear, 24), (4, 50));
    // Three of a group of forty are more than five of a group of a thousand.
    let small: GroupId = "507f1f77bcf86cd799439099".try_into().expect("an id");
    let population = desk.population.clone();
    let population = population.with_members(group(), 995);
    desk.population = population.with_members(small.clone(), 37);
    desk.ask_for(0..5, |person| removed_from(person, &group()));
    desk.ask_for(0..3, |person| removed_from(person, &small));
    assert_eq!(fill(&desk, ChargeKind::GroupRemoval, 24), (3, 20));
}

#[test]
fn the_fullest_is_the_one_with_the_larger_share() {
    let mut desk = Desk::of(40);
    let small: GroupId = "507f1f77bcf86cd799439099".try_into().expect("an id");
    let population = desk.population.clone();
    desk.population = population
        .with_members(group(), 1_000)
        .with_members(small.clone(), 40);
    // Fifty of a hundred are more than three of twenty, though there are fewer places in twenty.
    desk.ask_for(0..50, |person| removed_from(person, &group()));
    desk.ask_for(0..3, |person| removed_from(person, &small));
    let (used, allowed) = fill(&desk, ChargeKind::GroupRemoval, 24);
    assert_eq!(used, 50);
    assert!(allowed >= 100, "{allowed}");
}

#[test]
fn what_is_always_held_allows_nothing() {
    let desk = Desk::of(1_000);
    assert_eq!(fill(&desk, ChargeKind::Privileged, 24), (0, 0));
}
