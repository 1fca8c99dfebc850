//! Errors, limits and crashes.

use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use provisioning_core::{Disposition, Reason};
use sandbox::{Api, BobAct, Effect, Fault, Moment, Switches, UserStatus};
use system_tests::person;

use super::{World, grp};
use crate::{ADA, MAIL, USER, date, linked};

/// The answer to each write in turn is lost, and the host is replaced by a new one right after:
/// what was done must be found again, and what was not must be done.
#[tokio::test]
async fn err_08_after_a_crash_at_any_step_each_effect_takes_place_once() {
    let policy = format!("{}\n[lifecycle]\nactivate = true\n", system_tests::POLICY);
    let steps = [
        ("POST", "/api/v2/users"),
        ("POST", "/api/v2/external-ids"),
        ("PUT", "/api/v2/users/{userId}/activate"),
    ];
    for (method, route) in steps {
        for moment in [Moment::Before, Moment::After] {
            let mut world = World::with_policy(World::seed(), &policy).await;
            let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
            world.fault(cut.on(method, route)).await;
            world.bob_act(BobAct::Hire(person(ADA, MAIL))).await;
            world.crash_while_working(3).await;
            world.control().clear_faults().await.expect("cleared");
            world.restart_host().await;
            for seconds in [3, 300, 600, 3600] {
                world.pass(seconds).await;
            }
            let place = format!("{method} {route} {moment:?}");
            let account = world
                .account(ADA)
                .await
                .unwrap_or_else(|| panic!("linked: {place}"));
            assert_eq!(account.status, UserStatus::Active, "{place}");
            let state = world.state().await;
            assert_eq!(state.users.len(), 2, "{place}");
            let invitations = state
                .mails
                .iter()
                .filter(|mail| mail.kind == "invitation")
                .count();
            assert_eq!(invitations, 1, "{place}");
        }
    }
}

#[tokio::test]
async fn err_08_a_deactivation_survives_a_crash_although_its_event_is_gone() {
    for moment in [Moment::Before, Moment::After] {
        let mut world = World::start(linked()).await;
        let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
        world
            .fault(cut.on("DELETE", "/api/v2/users/{userId}"))
            .await;
        world.bob_act(BobAct::delete(ADA)).await;
        world.crash_while_working(3).await;
        world.control().clear_faults().await.expect("cleared");
        world.restart_host().await;
        for seconds in [3, 300, 600] {
            world.pass(seconds).await;
        }
        let user = world.user(USER).await;
        assert_eq!(user.status, UserStatus::Deleted);
        assert_eq!(user.deleted_at.len(), 1, "once");
    }
}

#[tokio::test]
async fn err_05_a_server_error_is_tried_again_by_the_schedule() {
    let mut world = World::start(linked()).await;
    let broken = Fault::new(Api::Bob, Effect::status(500));
    world.fault(broken.on("POST", "/v1/people/search")).await;
    world
        .bob(BobAct::leave(ADA, date("2026-03-01"), "parental leave"))
        .await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Retry(Reason::Unavailable)
    );
    world.control().clear_faults().await.expect("cleared");
    world.pass(30).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn err_06_a_refusal_that_nobody_documented_ends_as_a_dead_letter() {
    let mut world = World::start(linked()).await;
    let odd = serde_json::json!({ "error": { "code": "computerSaysNo", "message": "no" } });
    let odd = Fault::new(Api::Learning360, Effect::json(400, odd));
    world.fault(odd.on("PATCH", "/api/v2/users/{userId}")).await;
    world.bob(BobAct::edit(ADA, "work.title", "t2")).await;
    for seconds in [40, 130, 610] {
        world.pass(seconds).await;
    }
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Dead(Reason::UnknownCode)
    );
    assert_eq!(world.last(ADA).due, None);
}

#[tokio::test]
async fn err_11_one_person_who_fails_does_not_hold_up_the_others() {
    let broken = serde_json::json!({ "error": { "code": "computerSaysNo", "message": "no" } });
    let mut world = World::start(World::seed()).await;
    let fault = Fault::new(Api::Learning360, Effect::json(400, broken));
    world.fault(fault.on("POST", "/api/v2/users").nth(4)).await;
    for number in 0..10 {
        let id = format!("{}", 1000 + number);
        let mail = format!("person{number}@example.com");
        world.bob_act(BobAct::Hire(person(&id, &mail))).await;
    }
    world.pass(3).await;
    assert_eq!(world.state().await.mappings.len(), 9);
    world.pass(60).await;
    assert_eq!(world.state().await.mappings.len(), 10);
}

#[tokio::test]
async fn err_10_while_bulk_operations_are_switched_off_the_people_are_retried() {
    let (seed, policy) = grp::with_group(205);
    let mut switches = Switches::default();
    switches.learning360.bulk.disabled = true;
    let mut world = World::with_policy(seed.switches(switches), &policy).await;
    world.control().clear_log().await.expect("cleared");
    let report = world.sync(Depth::Deep).await;
    assert_eq!(report.get(Situation::Error), 205, "{}", report.tally);
    let log = world.control().log().await.expect("the sandbox answers");
    let alone = |route: &&String| route.contains("{role}");
    assert_eq!(log.counts.keys().find(alone), None);
}

#[tokio::test]
async fn err_10_a_few_people_do_without_bulk_operations() {
    let (seed, policy) = grp::with_group(30);
    let mut switches = Switches::default();
    switches.learning360.bulk.disabled = true;
    let mut world = World::with_policy(seed.switches(switches), &policy).await;
    let report = world.sync(Depth::Deep).await;
    assert_eq!(report.get(Situation::Update), 30, "{}", report.tally);
}
