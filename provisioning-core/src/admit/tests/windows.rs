//! Windows, shares, floors and caps.

use jiff::SignedDuration;
use learning360_client::UserField;

use super::desk::{
    Desk, cleared, deactivated, group, in_sync, invited, leaver, mail_changed, one_step,
    removed_from,
};
use crate::plan::{Action, ChargeKind, Disposition, Reason};
use crate::policy::{Budget, Share};

#[test]
fn grd_01_thirty_of_a_thousand_leave_in_an_hour_and_fifty_in_a_day() {
    let mut desk = Desk::of(1_000);
    assert_eq!(desk.ask_for(0..400, leaver), 30);
    assert_eq!(desk.held().len(), 370);
    assert_eq!(
        desk.ask_for(0..400, leaver),
        30,
        "the same thirty, for free"
    );
    assert_eq!(desk.population.linked_active, 970);
    // The window moves on for those who were not held.
    desk.advance(1);
    assert_eq!(desk.ask_for(30..400, leaver), 0, "what is held stays held");
    assert_eq!(desk.ask_for(400..500, leaver), 20, "fifty in a day");
    desk.advance(2);
    assert_eq!(desk.ask_for(500..510, leaver), 0);
    desk.advance(24);
    assert_eq!(desk.ask_for(30..400, leaver), 0, "what is held stays held");
    // 950 are left, and 3 % of them are 28.
    assert_eq!(desk.ask_for(600..700, leaver), 28);
}

#[test]
fn grd_01_a_full_synchronization_proposes_what_is_held_as_held() {
    let mut desk = Desk::of(1_000);
    desk.ask_for(0..400, leaver);
    desk.advance(48);
    let mut desk = desk.in_run("night");
    assert_eq!(desk.ask_for(30..400, leaver), 0);
    assert_eq!(desk.held().len(), 370);
}

#[test]
fn grd_01_the_share_is_of_the_people_at_the_windows_start() {
    // Were it of the people left, the 30th of 1 000 would already be one too many.
    let mut desk = Desk::of(1_000);
    assert_eq!(desk.ask_for(0..30, leaver), 30);
    assert_eq!(desk.population.linked_active, 970);
    // A person who has come back is counted once.
    let restored = |person| {
        let charge = (ChargeKind::Reactivation, None);
        one_step(person, Action::Activate, Reason::Returned, &[charge])
    };
    assert_eq!(desk.ask_for(0..10, restored), 10);
    desk.population.linked_active += 10;
    desk.advance(1);
    // 980 + 20 = 1 000 at the day's start; 30 are spent, and 29.4 would be the hour's share.
    assert_eq!(desk.ask_for(100..200, leaver), 20);
}

#[test]
fn grd_01_who_is_decided_about_and_has_the_account_still_counts_once() {
    let mut desk = Desk::of(99);
    let budget = Budget::default().within(SignedDuration::from_hours(24), Share::new(0, 3));
    desk.guards = desk.guards.with_budget(ChargeKind::Deactivation, budget);
    let gone = deactivated(1, Reason::SourceGone, ChargeKind::SourceGone);
    desk.ask(&gone);
    desk.ledger.approve(&desk.held(), desk.now);
    assert_eq!(desk.ask(&gone).run.len(), 1);
    // It was not done. Of 99 people 3 % are nobody; of 100, the lost one added, they are three.
    let again = desk.ask(&leaver(1));
    assert_eq!(
        again.disposition,
        Disposition::Hold(Reason::MassDeactivation)
    );
    assert_eq!(desk.ask(&leaver(2)).run.len(), 1);
}

#[test]
fn grd_05_the_floor_applies_to_a_small_company() {
    for company in [0, 1, 40, 99] {
        let mut desk = Desk::of(company.max(20));
        desk.population.linked_active = company.max(20);
        assert_eq!(
            desk.ask_for(0..1, leaver),
            1,
            "a single leaver is never held"
        );
        assert_eq!(desk.ask_for(1..12, leaver), 4, "5 in an hour");
        desk.advance(1);
        assert_eq!(desk.ask_for(20..35, leaver), 5, "10 in a day");
    }
}

#[test]
fn a_cap_holds_in_a_large_company() {
    let mut desk = Desk::of(10_000);
    assert_eq!(
        desk.ask_for(0..300, leaver),
        200,
        "3 % are 300, and 200 the cap"
    );
}

#[test]
fn grd_07_a_domain_migration_is_held() {
    let mut desk = Desk::of(1_000);
    assert_eq!(desk.ask_for(0..300, mail_changed), 50);
    let held = desk.ask(&mail_changed(299));
    assert_eq!(held.disposition, Disposition::Hold(Reason::EmailChange));
}

#[test]
fn grd_15_a_thousand_invitations_are_held() {
    let mut desk = Desk::of(0);
    assert_eq!(desk.ask_for(0..1_000, invited), 50);
    let held = desk.ask(&invited(999));
    assert_eq!(held.disposition, Disposition::Hold(Reason::InvitationStorm));
    desk.advance(1);
    assert_eq!(desk.ask_for(2_000..2_100, invited), 50, "hour by hour");
}

#[test]
fn reactivations_have_a_budget_of_their_own() {
    let restored = |person| {
        let charge = (ChargeKind::Reactivation, None);
        one_step(person, Action::Activate, Reason::Returned, &[charge])
    };
    let mut desk = Desk::of(40);
    assert_eq!(desk.ask_for(0..30, restored), 10);
    assert_eq!(desk.ask_for(50..51, leaver), 1);
}

#[test]
fn each_field_has_a_budget_of_its_own() {
    let mut desk = Desk::of(40);
    assert_eq!(desk.ask_for(0..30, |it| cleared(it, UserField::Job)), 20);
    assert_eq!(desk.ask_for(0..30, |it| cleared(it, UserField::Phone)), 20);
    let held = desk.ask(&cleared(29, UserField::Job));
    assert_eq!(held.held[0].object.as_deref(), Some("job"));
}

#[test]
fn grd_07_each_group_has_a_budget_by_its_members() {
    let mut desk = Desk::of(5_000);
    let unknown = group();
    assert_eq!(
        desk.ask_for(0..100, |it| removed_from(it, &unknown)),
        20,
        "the floor, if nobody knows how large the group is"
    );
    let mut desk = Desk::of(5_000);
    desk.population = desk.population.with_members(group(), 1_000);
    assert_eq!(desk.ask_for(0..600, |it| removed_from(it, &unknown)), 111);
    let other = learning360_client::GroupId::try_from("507f1f77bcf86cd799439012").expect("an id");
    assert_eq!(desk.ask_for(0..30, |it| removed_from(it, &other)), 20);
}

#[test]
fn rec_01_a_run_has_a_budget_and_the_tighter_one_wins() {
    let hour = SignedDuration::from_hours(1);
    let budget = Budget::default().within(hour, Share::new(8, 0));
    let mut desk = Desk::of(40).in_run("a");
    desk.guards = desk.guards.with_budget(
        ChargeKind::Deactivation,
        budget.clone().per_run(Share::new(10, 0)),
    );
    assert_eq!(desk.ask_for(0..20, leaver), 8, "the window is tighter");
    desk.advance(1);
    assert_eq!(desk.ask_for(20..40, leaver), 2, "now the run is");
    desk.advance(30);
    assert_eq!(desk.ask_for(40..60, leaver), 0, "however long it takes");
    // What came by events is not part of the run.
    desk.population.run = None;
    assert_eq!(desk.ask_for(60..80, leaver), 8);
    desk.population.run = Some("b".into());
    desk.advance(1);
    assert_eq!(desk.ask_for(80..99, leaver), 8, "another run begins anew");
}

#[test]
fn grd_06_an_urgent_revocation_passes_during_a_hold_while_its_budget_lasts() {
    let mut desk = Desk::of(40);
    desk.ask_for(0..20, leaver);
    let urgent = |person| {
        deactivated(
            person,
            Reason::RevokedAtOnce,
            ChargeKind::UrgentDeactivation,
        )
    };
    // 15 are held and the window is empty; the lane is not, for those held and for others.
    assert_eq!(desk.held().len(), 15);
    assert_eq!(desk.ask_for(15..20, urgent), 5);
    assert_eq!(desk.held().len(), 10, "who has passed is not held any more");
    assert_eq!(desk.ask_for(30..45, urgent), 5);
    assert_eq!(desk.held().len(), 20);
    let held = desk.ask(&urgent(44));
    assert_eq!(
        held.disposition,
        Disposition::Hold(Reason::MassDeactivation)
    );
    desk.advance(1);
    assert_eq!(
        desk.ask_for(60..80, urgent),
        10 + 5,
        "the lane, then the window"
    );
}

#[test]
fn grd_06_an_urgent_revocation_that_is_held_stays_held() {
    let urgent = |person| {
        deactivated(
            person,
            Reason::RevokedAtOnce,
            ChargeKind::UrgentDeactivation,
        )
    };
    let mut desk = Desk::of(40);
    assert_eq!(
        desk.ask_for(0..20, urgent),
        10 + 5,
        "the lane, then the window"
    );
    desk.advance(24);
    // There is room again, for others; and whether it is still urgent changes nothing.
    assert_eq!(desk.ask_for(15..20, urgent), 0);
    assert_eq!(desk.ask_for(15..20, leaver), 0);
    assert_eq!(desk.held().len(), 5);
    assert_eq!(desk.ask_for(20..25, urgent), 5);
}

#[test]
fn grd_06_an_urgent_deactivation_that_is_decided_again_is_paid() {
    let mut desk = Desk::of(40);
    let urgent = deactivated(1, Reason::RevokedAtOnce, ChargeKind::UrgentDeactivation);
    desk.ask(&urgent);
    // The hint is gone after the commit, and with it the urgency.
    assert_eq!(desk.ask(&leaver(1)).run.len(), 1);
    assert_eq!(desk.ledger.spent.len(), 1);
    let day = SignedDuration::from_hours(24);
    assert_eq!(
        desk.ledger.spent(ChargeKind::Deactivation, day, desk.now),
        0
    );
}

#[test]
fn grd_12_a_privileged_account_and_lif_23_a_missing_person_are_always_held() {
    let table = [
        (ChargeKind::Privileged, Reason::Leaver, Reason::Privileged),
        (
            ChargeKind::SourceGone,
            Reason::SourceGone,
            Reason::SourceGone,
        ),
        // GRD-14
        (ChargeKind::ScopeExit, Reason::OutOfScope, Reason::ScopeExit),
    ];
    for (kind, why, held) in table {
        let mut desk = Desk::of(10_000);
        let admission = desk.ask(&deactivated(1, why, kind));
        assert_eq!(admission.disposition, Disposition::Hold(held), "{kind:?}");
        assert!(admission.run.is_empty());
    }
}

#[test]
fn a_kind_without_a_budget_is_not_limited_and_not_written_down() {
    let mut desk = Desk::of(40);
    let charge = (ChargeKind::Invitation, None);
    let unlimited = crate::policy::Guards::default();
    desk.guards = unlimited.with_budget(ChargeKind::Invitation, Budget::default());
    let step = |person| one_step(person, Action::Activate, Reason::Returned, &[charge]);
    assert_eq!(desk.ask_for(0..200, step), 200);
}

#[test]
fn err_12_a_clock_that_jumps_back_opens_no_window_and_blocks_none_for_ever() {
    let mut desk = Desk::of(40);
    assert_eq!(desk.ask_for(0..20, leaver), 5);
    desk.advance(-1);
    assert_eq!(desk.ask_for(20..40, leaver), 0);
    assert_eq!(desk.ask_for(0..5, leaver), 5, "it is paid already");
    // The clock was a year ahead when these were spent.
    let mut desk = Desk::of(40);
    desk.advance(24 * 365);
    assert_eq!(desk.ask_for(0..20, leaver), 5);
    desk.advance(-24 * 365);
    assert_eq!(desk.ask_for(20..40, leaver), 0);
    desk.advance(49);
    assert_eq!(desk.ask_for(40..60, leaver), 5);
}

#[test]
fn a_decision_without_charges_changes_nothing() {
    let mut desk = Desk::of(40);
    desk.ask(&in_sync(1));
    assert_eq!(desk.ledger, crate::admit::Ledger::default());
}
