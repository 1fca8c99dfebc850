//! A host in this process: from a signed event to the account, and its ends.

use crate::support::home::Home;
use crate::support::world::{ADA, DEACTIVATION, UPSERT, World, event, seed, variables};
use provisioner::{Clock, EXAMPLE_POLICY, Environment, Host, Settings, StartError};
use provisioning_core::Policy;
use sandbox::{BobAct, Sandbox, UserStatus};

const PLATFORM: &str = "hibob-provisioner";

#[tokio::test]
async fn an_event_ends_in_an_account_and_in_the_audit() {
    let world = World::start().await;
    let control = world.sandbox.control();
    world
        .post(
            "/hibob/upsert",
            Some(UPSERT[0]),
            event("employee.created", 1),
        )
        .await;
    assert!(
        world.host.settle().await.unwrap().is_empty(),
        "a quiet moment comes first"
    );
    control.advance(2).await.unwrap();
    assert_eq!(world.host.settle().await.unwrap().len(), 1);
    let state = control.state().await.unwrap();
    let user = state.linked(PLATFORM, ADA).expect("linked");
    assert_eq!(user.mail.as_deref(), Some("ada@example.com"));
    assert_eq!(user.job.as_deref(), Some("Team Lead"));

    let audit = world.host.store().audited(10).await.unwrap();
    assert_eq!(audit.len(), 1);
    assert_eq!(
        (audit[0].disposition.as_str(), audit[0].reason.as_str()),
        ("apply", "provision")
    );
    assert!(audit[0].detail.contains("create"), "{audit:?}");
    assert!(
        !format!("{audit:?}").contains("ada@"),
        "no values in the audit"
    );
    let metrics = world.get("/metrics").await.text;
    assert!(
        metrics
            .contains(r#"provisioner_decisions_total{disposition="apply",reason="provision"} 1"#)
    );
    assert!(metrics.contains(r#"provisioner_steps_total{action="create",outcome="done"} 1"#));
}

#[tokio::test]
async fn timers_run_by_the_clock() {
    let world = World::start().await;
    let control = world.sandbox.control();
    world
        .post(
            "/hibob/upsert",
            Some(UPSERT[0]),
            event("employee.created", 1),
        )
        .await;
    control.advance(2).await.unwrap();
    world.host.settle().await.unwrap();
    // No webhook is registered, so only the date in the record can tell.
    let last_day = "2026-03-02".parse().unwrap();
    control.act(BobAct::terminate(ADA, last_day)).await.unwrap();
    control.advance(23).await.unwrap();
    assert_eq!(
        world.host.settle().await.unwrap().len(),
        1,
        "the second look"
    );
    control
        .advance_to("2026-03-02T22:59:59Z".parse().unwrap())
        .await
        .unwrap();
    assert!(world.host.settle().await.unwrap().is_empty());
    control
        .advance_to("2026-03-02T23:00:00Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(
        world.host.settle().await.unwrap().len(),
        1,
        "midnight in Paris"
    );
    let state = control.state().await.unwrap();
    assert_eq!(
        state.linked(PLATFORM, ADA).unwrap().status,
        UserStatus::Deleted
    );
}

#[tokio::test]
async fn a_policy_that_bob_refutes_does_not_start() {
    let sandbox = Sandbox::start(seed()).await.unwrap();
    let home = Home::new();
    let environment: Environment = variables(&sandbox, &home).into_iter().collect();
    let settings = Settings::read(&environment).unwrap();
    let text = EXAMPLE_POLICY.replace("work.title |", "work.customColumns.column_1 |");
    let policy = Policy::parse(&text).unwrap();
    match Host::start(&settings, policy, Clock::system()).await {
        Err(StartError::Policy(problems)) => assert_eq!(problems.problems().len(), 1),
        other => panic!("{other:?}"),
    }
    // The file is free as soon as the runtime has dropped the host's tasks.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    // A start that failed is no process that was killed.
    let policy = Policy::parse(EXAMPLE_POLICY).unwrap();
    let clock = Clock::sandbox(&settings.bob.base_url).await.unwrap();
    let host = Host::start_stepped(&settings, policy, clock).await.unwrap();
    sandbox.control().advance(600).await.unwrap();
    host.settle().await.unwrap();
    assert!(host.store().notices(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_bob_events_are_taken_in_all_the_same() {
    let world = World::start().await;
    let home = Home::new();
    let nowhere = [("HIBOB_BASE_URL", "http://127.0.0.1:9/v1".to_owned())];
    let variables = variables(&world.sandbox, &home).into_iter().chain(nowhere);
    let settings = Settings::read(&variables.collect()).unwrap();
    let policy = Policy::parse(EXAMPLE_POLICY).unwrap();
    let clock = Clock::sandbox(&world.sandbox.bob_base_url()).await.unwrap();
    let host = Host::start(&settings, policy, clock).await.unwrap();
    let body = event("employee.inactivated", 1);
    let request = world
        .http
        .post(format!("{}/hibob/deactivation", host.url()));
    let signature = hibob_client::webhook::sign(DEACTIVATION, body.as_bytes());
    let answer = request
        .header("Bob-Signature", signature)
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let ready = world
        .http
        .get(format!("{}/ready", host.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
    host.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_host_ends_when_it_is_told_to() {
    let world = World::start().await;
    let url = world.host.url();
    world.host.shutdown().await.unwrap();
    assert!(world.http.get(format!("{url}/live")).send().await.is_err());
}
