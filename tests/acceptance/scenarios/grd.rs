//! Guards, and the pause. What an operator says is written into the host's Store, as the reference
//! host's commands do it.

use hibob_client::EmployeeId;
use provisioning_core::driver::{Approval, Begun, Review, Store as _, SurveyError, review};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use provisioning_core::{Disposition, HoldId};
use sandbox::{Api, BobAct, Effect, Fault, Seed, UserStatus};
use system_tests::{POLICY, person};

use super::World;
use crate::company::{in_step, mail};
use crate::date;

/// Forty people of whom eight leave: five pass in an hour, three are held.
async fn three_held() -> World {
    let mut world = World::start(in_step(40)).await;
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
async fn grd_08_a_list_of_nobody_is_given_up() {
    let mut world = World::start(in_step(3)).await;
    world.sync(Depth::Light).await;
    let empty = Fault::new(Api::Bob, Effect::EmptyList);
    world.fault(empty.on("POST", "/v1/people/search")).await;
    let refused = world.synchronize(Depth::Light, Approval::ByPerson).await;
    assert!(matches!(refused, Err(SurveyError::Empty)), "{refused:?}");
    assert!(world.settle().await.is_empty());
    assert_eq!(deactivated(&world).await, 0);
    world.control().clear_faults().await.expect("cleared");
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::InSync), 3, "{}", report.tally);
}

#[tokio::test]
async fn grd_13_the_first_one_waits_for_a_person_and_events_flow() {
    let ids = [Seed::employee_id(90), Seed::employee_id(91)];
    let seed = in_step(3).employee(person(&ids[0], &mail(90)));
    let mut world = World::start(seed).await;
    let begun = world.synchronize(Depth::Light, Approval::Standing).await;
    let Ok(Begun::Waiting(run)) = begun else {
        panic!("it must wait: {begun:?}");
    };
    assert!(world.pass(60 * 60).await.is_empty());
    world.bob(BobAct::Hire(person(&ids[1], &mail(91)))).await;
    assert!(world.account(&ids[1]).await.is_some(), "an event is no run");
    assert!(world.account(&ids[0]).await.is_none());

    assert!(world.approve(run).await);
    world.settle().await;
    let report = world.report(run).await;
    assert_eq!(report.get(Situation::Create), 1, "{}", report.tally);
    assert!(world.account(&ids[0]).await.is_some());
    // From now on nobody has to be asked.
    let begun = world.synchronize(Depth::Light, Approval::Standing).await;
    assert!(matches!(begun, Ok(Begun::Running(_))), "{begun:?}");
}

#[tokio::test]
async fn grd_14_whom_a_new_policy_leaves_out_is_held_and_everything_else_flows() {
    let mut world = World::start(in_step(12)).await;
    // Everybody was in scope once.
    for number in 0..12 {
        let seen = BobAct::emit("employee.updated", Seed::employee_id(number));
        world.bob_act(seen).await;
    }
    world.pass(60).await;
    let narrow = "[scope]\nwhen = \"work.siteId == '2606111'\"\n\
                  [lifecycle]\non_out_of_scope = \"deactivate\"\n";
    world.restart_under(&format!("{POLICY}{narrow}")).await;
    let leaves = BobAct::terminate(Seed::employee_id(0), date("2026-03-01"));
    world.bob(leaves).await;
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Held), 11, "{}", report.tally);
    assert_eq!(deactivated(&world).await, 1, "a leaver is a leaver");

    let holds: Vec<_> = held(&world).await.into_iter().map(|it| it.1).collect();
    answer(&mut world, Review::Approve, &holds).await;
    assert_eq!(deactivated(&world).await, 12);
}

#[tokio::test]
async fn grd_16_a_pause_takes_in_and_writes_nothing_and_ends_in_one_decision_each() {
    let mut world = World::start(in_step(2)).await;
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
