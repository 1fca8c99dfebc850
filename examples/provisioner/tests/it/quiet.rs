//! Bursts, pauses, repetitions and replays: what costs no second decision, and no second line.

use provisioning_core::driver::Store as _;
use provisioning_core::{Disposition, Reason};
use sandbox::{Api, BobAct};
use serde_json::Value;

use crate::support::lines::Lines;
use crate::support::world::{
    ADA, DEACTIVATION, Said, UPSERT, World, company, employee, event, user,
};

const DAY: u32 = 24 * 60 * 60;

#[tokio::test]
async fn ord_04_thirty_events_within_two_seconds_are_one_read_and_one_plan() {
    let world = World::start().await;
    let control = world.sandbox.control();
    for number in 0..30 {
        let kind = ["employee.updated", "employee.created", "employee.activated"];
        let body = event(kind[number as usize % 3], number);
        let said = world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
        assert_eq!(said, Said::new(200, "accepted"));
        if number == 15 {
            control.advance(1).await.unwrap();
            assert!(world.host.settle().await.unwrap().is_empty());
        }
    }
    assert_eq!(world.pass(2).await.len(), 1);
    let log = control.log().await.unwrap();
    assert_eq!(log.count(Api::Bob, "POST", "/v1/people/search"), 1);
    assert_eq!(log.count(Api::Learning360, "POST", "/api/v2/users"), 1);
}

#[tokio::test]
async fn ord_05_a_deactivation_among_updates_is_one_decision_and_does_not_wait() {
    let world = World::of(company(1), provisioner::EXAMPLE_POLICY, &[]).await;
    let control = world.sandbox.control();
    let yesterday = "2026-03-01".parse().unwrap();
    let act = BobAct::terminate(employee(0), yesterday);
    control.act(act).await.unwrap();
    let about = |kind, number| event(kind, number).replace(ADA, &employee(0));
    let updated = about("employee.updated", 1);
    world.post("/hibob/upsert", Some(UPSERT[0]), updated).await;
    assert!(world.host.settle().await.unwrap().is_empty(), "it waits");
    let inactivated = about("employee.inactivated", 2);
    let said = world.post("/hibob/deactivation", Some(DEACTIVATION), inactivated);
    assert_eq!(said.await.status, 200);
    let decided = world.host.settle().await.unwrap();
    assert_eq!(decided.len(), 1, "at once, and both together");
    assert_eq!(decided[0].disposition, Disposition::Apply(Reason::Leaver));
    let state = control.state().await.unwrap();
    assert_eq!(state.users[&user(0)].status, sandbox::UserStatus::Deleted);
    assert!(world.pass(10).await.is_empty());
}

#[tokio::test]
async fn ord_02_a_deactivation_that_comes_late_deactivates_nobody() {
    let world = World::of(company(1), provisioner::EXAMPLE_POLICY, &[]).await;
    let about = |kind, number| event(kind, number).replace(ADA, &employee(0));
    let activated = about("employee.activated", 1);
    world
        .post("/hibob/upsert", Some(UPSERT[0]), activated)
        .await;
    world.pass(3).await;
    let inactivated = about("employee.inactivated", 2);
    let said = world.post("/hibob/deactivation", Some(DEACTIVATION), inactivated);
    assert_eq!(said.await.status, 200);
    let mut looks = world.host.settle().await.unwrap();
    for seconds in [25, 95, 780, 2_700] {
        looks.extend(world.pass(seconds).await);
    }
    assert_eq!(looks.len(), 5, "at once, then at +25 s, +2, +15, +60 min");
    let last = looks.last().unwrap().disposition;
    assert_eq!(last, Disposition::NoOp(Reason::EventStateMismatch));
    assert!(world.pass(DAY).await.is_empty());
    let state = world.sandbox.control().state().await.unwrap();
    assert_eq!(state.users[&user(0)].status, sandbox::UserStatus::Active);
}

#[tokio::test]
async fn grd_16_during_a_pause_events_are_taken_in_and_each_person_is_decided_once_after_it() {
    let world = World::of(company(2), provisioner::EXAMPLE_POLICY, &[]).await;
    world.connect().await;
    let control = world.sandbox.control();
    world.host.store().pause().await.unwrap();
    control.clear_log().await.unwrap();
    for (number, surname) in [(0, "Murray"), (0, "Gray"), (1, "Murray")] {
        let act = BobAct::edit(employee(number), "root.surname", surname);
        control.act(act).await.unwrap();
        assert!(world.pass(60).await.is_empty());
    }
    let log = control.log().await.unwrap();
    assert!(log.requests.is_empty(), "{:?}", log.counts);
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains("provisioner_paused 1"));
    assert!(metrics.contains(r#"provisioner_queue_employees{state="pending"} 2"#));
    world.host.store().resume().await.unwrap();
    assert_eq!(world.host.settle().await.unwrap().len(), 2);
    let state = control.state().await.unwrap();
    assert_eq!(state.users[&user(0)].last_name.as_deref(), Some("Gray"));
    let log = control.log().await.unwrap();
    let edits = log.count(Api::Learning360, "PATCH", "/api/v2/users/{userId}");
    assert_eq!(edits, 2, "one a person, from fresh facts");
}

#[tokio::test]
async fn ev_12_an_unknown_type_is_a_line_an_hour_at_most() {
    let lines = Lines::keep("text");
    let world = World::start().await;
    let deliver = async |kind: &str, number| {
        let said = world.post("/hibob/upsert", Some(UPSERT[0]), event(kind, number));
        assert_eq!(said.await, Said::new(200, "unknown_type"));
    };
    for number in 0..5 {
        deliver("employee.teleported", number).await;
    }
    deliver("employee.cloned", 9).await;
    assert_eq!(lines.with("unknown type").len(), 2, "one a type");
    world.pass(3_599).await;
    deliver("employee.teleported", 10).await;
    assert_eq!(lines.with("unknown type").len(), 2);
    world.pass(1).await;
    deliver("employee.teleported", 11).await;
    assert_eq!(lines.with("unknown type").len(), 3);
    let metrics = world.get("/metrics").await.text;
    let counted = r#"{endpoint="upsert",outcome="unknown_type"} 8"#;
    assert!(metrics.contains(counted));
}

#[tokio::test]
async fn ev_26_a_read_soon_after_an_event_is_made_once_more_and_not_again() {
    let world = World::start().await;
    let body = event("employee.created", 1);
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    assert_eq!(world.pass(2).await.len(), 1);
    assert!(world.pass(22).await.is_empty());
    assert_eq!(world.pass(1).await.len(), 1, "25 seconds after the event");
    assert!(world.pass(DAY).await.is_empty());
}

#[tokio::test]
async fn sec_07_a_repeated_delivery_is_known_for_seven_days() {
    let world = World::start().await;
    let body = event("employee.updated", 1);
    let deliver = async || {
        let said = world.post("/hibob/upsert", Some(UPSERT[0]), body.clone());
        said.await.text.trim().to_owned()
    };
    assert_eq!(deliver().await, "accepted");
    world.pass(3 * DAY).await;
    assert_eq!(deliver().await, "duplicate", "Bob's last retry");
    world.pass(4 * DAY - 60).await;
    assert_eq!(deliver().await, "duplicate");
    world.pass(2 * 60 * 60).await;
    assert_eq!(
        deliver().await,
        "accepted",
        "as a refresh, and nothing else"
    );
}

#[tokio::test]
async fn sec_08_old_deliveries_of_one_person_are_one_look_and_no_sign() {
    let world = World::of(company(1), provisioner::EXAMPLE_POLICY, &[]).await;
    let about = |kind, number| event(kind, number).replace(ADA, &employee(0));
    // Everything agrees.
    let updated = about("employee.updated", 9);
    world.post("/hibob/upsert", Some(UPSERT[0]), updated).await;
    world.pass(5 * DAY).await;
    for number in 0..5 {
        let kind = ["employee.inactivated", "employee.deleted"][number as usize % 2];
        let body = about(kind, number);
        let said = world.post("/hibob/deactivation", Some(DEACTIVATION), body);
        assert_eq!(said.await, Said::new(200, "accepted"));
    }
    assert!(world.host.settle().await.unwrap().is_empty(), "no hurry");
    let decided = world.pass(3).await;
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].disposition, Disposition::NoOp(Reason::InSync));
    assert!(world.pass(DAY).await.is_empty(), "nothing to come back to");
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(r#"provisioner_delivery_flags_total{flag="stale"} 5"#));
}

#[tokio::test]
async fn a_decision_is_one_line_with_ids_and_names_only() {
    let lines = Lines::keep("json");
    let world = World::start().await;
    let body = event("employee.created", 1);
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    world.pass(4).await;
    let lines = lines.with("\"message\":\"decided\"");
    assert_eq!(lines.len(), 1);
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["employee"], ADA);
    assert_eq!(line["disposition"], "apply");
    assert_eq!(line["reason"], "provision");
    assert_eq!(line["lag_ms"], 4_000);
    assert!(
        line["steps"]
            .as_str()
            .unwrap()
            .starts_with("create done, link")
    );
    assert!(
        line["next"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-02T08:00:25")
    );
    assert!(!lines[0].contains("Lovelace"));
}
