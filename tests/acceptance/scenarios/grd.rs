//! Guards, and the pause. What an operator says is written into the host's Store, as the reference
//! host's commands do it.

use hibob_client::EmployeeId;
use provisioning_core::driver::{Review, Store as _, review};
use provisioning_core::{Disposition, HoldId};
use sandbox::{Api, BobAct, Seed, UserStatus};

use super::World;
use crate::{date, rec};

/// Forty people of whom eight leave: five pass in an hour, three are held.
async fn three_held() -> World {
    let mut world = World::start(rec::in_step(40)).await;
    for number in 0..8 {
        let act = BobAct::terminate(Seed::employee_id(number), date("2026-03-01"));
        world.bob_act(act).await;
    }
    world.pass(3).await;
    world
}

async fn deactivated(world: &World) -> usize {
    let state = world.state().await;
    let users = state.users.values();
    users
        .filter(|user| user.status == UserStatus::Deleted)
        .count()
}

/// Whose steps wait for an answer, with the numbers of the steps.
async fn held(world: &World) -> Vec<(EmployeeId, HoldId)> {
    let ledger = world.store().ledger().await.expect("it holds").value;
    let held = ledger.held();
    held.map(|hold| (hold.employee.clone(), hold.id)).collect()
}

async fn answer(world: &mut World, answer: Review, holds: &[HoldId]) {
    let now = world.control().now().await.expect("the sandbox answers");
    let store = world.store();
    review(store, answer, holds, now).await.expect("it holds");
    world.pass(3).await;
}

#[tokio::test]
async fn grd_01_a_mass_deactivation_runs_up_to_the_budget_and_the_rest_is_held() {
    let mut world = three_held().await;
    assert_eq!(deactivated(&world).await, 5);
    let held = held(&world).await;
    assert_eq!(held.len(), 3);
    for (employee, _) in &held {
        let disposition = world.last(employee.as_str()).disposition;
        assert!(matches!(disposition, Disposition::Hold(_)), "{disposition}");
    }
    // What was held stays held when the hour is over.
    world.pass(2 * 60 * 60).await;
    assert_eq!(deactivated(&world).await, 5);
}

#[tokio::test]
async fn grd_02_who_is_approved_is_decided_again_and_who_came_back_drops_out() {
    let mut world = three_held().await;
    let held_at_first = held(&world).await;
    let id = held_at_first[0].0.to_string();
    world.bob_act(BobAct::CancelTermination { id }).await;
    let holds: Vec<_> = held_at_first[..2].iter().map(|(_, hold)| *hold).collect();
    answer(&mut world, Review::Approve, &holds).await;
    assert_eq!(deactivated(&world).await, 6, "one of the two");
    assert_eq!(held(&world).await, held_at_first[2..]);
}

#[tokio::test]
async fn grd_03_who_is_rejected_keeps_the_account() {
    let mut world = three_held().await;
    let holds: Vec<_> = held(&world).await.into_iter().map(|it| it.1).collect();
    answer(&mut world, Review::Reject, &holds).await;
    world.pass(25 * 60 * 60).await;
    assert_eq!(deactivated(&world).await, 5);
    assert!(held(&world).await.is_empty());
}

#[tokio::test]
async fn grd_16_a_pause_takes_in_and_writes_nothing_and_ends_in_one_decision_each() {
    let mut world = World::start(rec::in_step(2)).await;
    world.store().pause().await.expect("it holds");
    for (number, surname) in [(0, "Murray"), (0, "Gray"), (1, "Murray")] {
        let act = BobAct::edit(Seed::employee_id(number), "root.surname", surname);
        world.bob_act(act).await;
        assert!(world.pass(60).await.is_empty());
    }
    let log = world.control().log().await.expect("the sandbox answers");
    assert!(log.requests.is_empty(), "{:?}", log.counts);
    world.store().resume().await.expect("it holds");
    assert_eq!(world.settle().await.len(), 2);
    let account = world.account(&Seed::employee_id(0)).await.expect("linked");
    assert_eq!(account.last_name.as_deref(), Some("Gray"));
    let log = world.control().log().await.expect("the sandbox answers");
    let edits = log.count(Api::Learning360, "PATCH", "/api/v2/users/{userId}");
    assert_eq!(edits, 2, "one each, from fresh facts");
}
