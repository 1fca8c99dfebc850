//! Guards through the driver: what is held, told, approved, rejected and expired.

use provisioning_core::driver::{Review, Store, review};
use provisioning_core::{Alert, Disposition, Evidence, HoldAlert, HoldState, Reason};

use crate::world::{POLICY, World, employee};

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn grd_01_a_mass_deactivation_is_held_with_one_alert() {
    let mut world = World::with_people(POLICY, 40).await;
    let turn = world.leave(0..30).await;
    assert_eq!(world.deleted(), 5);
    assert_eq!(world.held().await.len(), 25);
    let [
        Alert::Holds {
            stage,
            reason,
            batch,
            holds,
        },
    ] = turn.alerts.as_slice()
    else {
        panic!("one alert: {:?}", turn.alerts);
    };
    assert_eq!(
        (*stage, *reason),
        (HoldAlert::Held, Reason::MassDeactivation)
    );
    assert_eq!(holds.len(), 25);
    assert_eq!(world.ledger().await.batch(batch).len(), 25);
    // Whoever is held stays held, and is told of again after a day.
    let next = turn.next_due.expect("something comes");
    assert!(next <= world.now + jiff::SignedDuration::from_hours(24));
    let turn = world.after(DAY).await;
    assert_eq!(world.deleted(), 5);
    assert!(turn.alerts.iter().any(
        |alert| matches!(alert, Alert::Holds { stage: HoldAlert::StillHeld, holds, .. }
            if holds.len() == 25)
    ));
    // The window serves those who were not held.
    world.leave(30..32).await;
    assert_eq!(world.deleted(), 7);
}

#[tokio::test]
async fn grd_02_approved_people_are_decided_again_and_active_ones_drop_out() {
    let mut world = World::with_people(POLICY, 40).await;
    world.leave(0..12).await;
    let held = world.ledger().await.held().cloned().collect::<Vec<_>>();
    assert_eq!(held.len(), 7);
    // One of them is at work again, and Bob's event was lost.
    let back = held[0].employee.clone();
    let number = (0..12)
        .find(|number| employee(*number) == back)
        .expect("known");
    world.hire(number);
    let numbers: Vec<_> = held[..4].iter().map(|hold| hold.id).collect();
    let concerned = review(world.store(), Review::Approve, &numbers, world.now).await;
    assert_eq!(concerned.expect("the store holds").len(), 4);
    world.after(2).await;
    assert_eq!(world.deleted(), 5 + 3);
    assert_eq!(world.status(number), "active");
    assert_eq!(world.held().await.len(), 3);
}

#[tokio::test]
async fn grd_03_a_rejected_step_does_not_run_and_is_proposed_again_after_thirty_days() {
    let mut world = World::with_people(POLICY, 40).await;
    world.leave(0..6).await;
    let held = world.held().await;
    review(world.store(), Review::Reject, &held, world.now)
        .await
        .expect("the store holds");
    let rejected = Disposition::NoOp(Reason::Rejected);
    let turn = world.after(2).await;
    assert_eq!(turn.decided.last().map(|it| it.disposition), Some(rejected));
    world.after(30 * DAY).await;
    for number in 0..6 {
        world.note(number, Evidence::Refresh).await;
    }
    let turn = world.after(2).await;
    assert_eq!(world.deleted(), 5);
    assert_eq!(world.held().await.len(), 1, "a person is asked anew");
    assert!(!turn.alerts.is_empty());
}

#[tokio::test]
async fn grd_04_a_hold_expires_with_an_alert() {
    let mut world = World::with_people(POLICY, 40).await;
    world.leave(0..6).await;
    let decided = world.live(7 * DAY + 60).await;
    let ledger = world.ledger().await;
    let states: Vec<_> = ledger.holds().iter().map(|hold| hold.state).collect();
    assert_eq!(states, [HoldState::Expired]);
    assert!(decided.len() < 50, "nothing loops: {}", decided.len());
    assert_eq!(world.deleted(), 5);
}

#[tokio::test]
async fn grd_16_during_a_pause_hints_are_taken_in_and_nothing_is_written() {
    let mut world = World::with_people(POLICY, 40).await;
    world.store().pause().await.expect("the store holds");
    world.calls();
    world.leave(0..3).await;
    for _ in 0..3 {
        world.note(0, Evidence::Updated).await;
        let turn = world.after(60).await;
        assert!(turn.decided.is_empty());
        assert_eq!(
            turn.next_due, None,
            "nothing to wait for but the end of the pause"
        );
    }
    assert_eq!(world.calls(), (0, 0, 0));
    // Somebody is back before the work goes on.
    world.hire(1);
    world.store().resume().await.expect("the store holds");
    let turn = world.after(0).await;
    let of_zero = turn.decided.iter().filter(|it| it.employee == employee(0));
    assert_eq!(of_zero.count(), 1, "one decision");
    assert_eq!(world.deleted(), 2);
    assert_eq!(world.status(1), "active");
}
