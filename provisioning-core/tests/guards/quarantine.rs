//! APIs that refuse or fail.

use jiff::SignedDuration;
use learning360_client::ErrorCode;
use provisioning_core::driver::Decided;
use provisioning_core::facts::Side;
use provisioning_core::{Alarm, Cause, Evidence, Outcome, Reason, Unavailable};

use crate::world::{POLICY, World, employee};

#[tokio::test]
async fn err_04_refused_credentials_stop_an_api_and_a_probe_finds_it_well() {
    let mut world = World::with_people(POLICY, 20).await;
    world.ports.network().bob = Some(Unavailable::Refused);
    let mut alarms = Vec::new();
    for number in 0..3 {
        world.note(number, Evidence::Updated).await;
        alarms.extend(world.after(2).await.alarms);
    }
    let stopped = Alarm::Stopped {
        side: Side::Source,
        cause: Cause::Refused,
    };
    assert_eq!(alarms, [stopped]);
    // Everybody waits, and only probes are made: after 1, 2, 4, 8 … minutes.
    world.calls();
    for number in 3..10 {
        world.note(number, Evidence::Updated).await;
    }
    world.live(3600).await;
    let probes = world.calls().0;
    assert!((4..=6).contains(&probes), "{probes} calls in an hour");
    world.ports.network().bob = None;
    world.live(3600).await;
    assert_eq!(
        world
            .store()
            .memory(&employee(9))
            .and_then(|it| it.wait().cloned()),
        None,
        "everybody was decided"
    );
    let turn = world.leave(12..13).await;
    assert_eq!(turn.decided.len(), 1);
    assert_eq!(world.deleted(), 1);
}

#[tokio::test]
async fn err_04_a_missing_scope_disables_that_kind_of_step_only() {
    let mut world = World::with_people(POLICY, 20).await;
    let lacking = Outcome::Refused {
        status: 403,
        code: Some(ErrorCode::InvalidScope),
    };
    world.ports.network().kind = Some(("edit", lacking));
    let rename = |number: u32| {
        let id = crate::world::id(number);
        world
            .ports
            .model
            .edit(&id, |it| it["surname"] = "King".into());
    };
    (0..4).for_each(rename);
    world.note(0, Evidence::Updated).await;
    let turn = world.after(2).await;
    assert!(
        turn.alarms
            .iter()
            .any(|it| matches!(it, Alarm::ScopeMissing { .. }))
    );
    let findings = &turn.decided[0].findings;
    assert!(
        findings.iter().any(|it| it.reason == Reason::FixConfig),
        "{findings:?}"
    );
    // Others are not even tried, and other kinds of steps go on.
    world.calls();
    world.note(1, Evidence::Updated).await;
    let turn = world.after(2).await;
    assert_eq!(world.calls().2, 0);
    assert!(turn.alarms.is_empty());
    world.leave(10..11).await;
    assert_eq!(world.deleted(), 1);
    // The scope is granted.
    world.ports.network().kind = None;
    world.live(3600).await;
    for number in 0..2 {
        let name = world
            .ports
            .model
            .text(&crate::world::user(number), "lastName");
        assert_eq!(name.as_deref(), Some("King"));
    }
}

#[tokio::test]
async fn err_07_a_failing_api_is_left_alone() {
    let mut world = World::with_people(POLICY, 60).await;
    world.ports.network().writes = Some(Outcome::Unavailable(Unavailable::Broken));
    for number in 0..60 {
        let id = crate::world::id(number);
        world
            .ports
            .model
            .edit(&id, |it| it["surname"] = "King".into());
        world.note(number, Evidence::Updated).await;
    }
    world.calls();
    let turn = world.after(2).await;
    let stopped = Alarm::Stopped {
        side: Side::Target,
        cause: Cause::Failing,
    };
    assert_eq!(turn.alarms, [stopped]);
    let writes = world.calls().2;
    assert!(
        (20..=24).contains(&writes),
        "{writes} writes until it stopped"
    );
    world.ports.network().writes = None;
    world.live(4 * 3600).await;
    assert_eq!(world.ports.model.effects().len(), 60);
}

#[tokio::test]
async fn err_07_and_lif_25_what_is_said_of_persons_and_data_stops_nothing() {
    let mut world = World::with_people(POLICY, 60).await;
    for number in 0..60 {
        let id = crate::world::id(number);
        world.ports.model.lock().forbidden.insert(id);
        world.note(number, Evidence::Updated).await;
    }
    let turn = world.after(2).await;
    assert!(turn.alarms.is_empty());
    let bad_data = Outcome::Refused {
        status: 400,
        code: None,
    };
    world.ports.model.lock().forbidden.clear();
    world.ports.network().writes = Some(bad_data);
    for number in 0..60 {
        let id = crate::world::id(number);
        world
            .ports
            .model
            .edit(&id, |it| it["surname"] = "King".into());
        world.note(number, Evidence::Updated).await;
    }
    let turn = world.after(2).await;
    assert!(turn.alarms.is_empty(), "{:?}", turn.alarms);
}

#[tokio::test]
async fn lif_21_an_announced_departure_is_decided_although_bob_is_stopped() {
    let mut world = World::with_people(POLICY, 20).await;
    world.ports.network().bob = Some(Unavailable::Refused);
    for number in 1..4 {
        world.note(number, Evidence::Updated).await;
        world.after(2).await;
    }
    world.leave(0..1).await;
    let decided = world.live(2 * 3600).await;
    let unreachable = |decided: &Decided| {
        let mut findings = decided.findings.iter();
        findings.any(|it| it.reason == Reason::SourceUnreachable)
    };
    let told: Vec<_> = decided.iter().filter(|it| unreachable(it)).collect();
    assert!(!told.is_empty(), "after an hour somebody has to know");
    assert!(told.iter().all(|it| it.employee == employee(0)));
    // The policy does not say that the announcement is enough.
    assert_eq!(world.deleted(), 0);
}

#[tokio::test]
async fn lif_21_the_event_is_enough_after_a_while_although_bob_is_stopped() {
    let policy = format!("{POLICY}\n[lifecycle]\nact_on_event_after = \"4h\"\n");
    let mut world = World::with_people(&policy, 20).await;
    world.ports.network().bob = Some(Unavailable::Refused);
    world.leave(0..1).await;
    for number in 1..4 {
        world.note(number, Evidence::Updated).await;
    }
    world.live(3 * 3600).await;
    assert_eq!(world.deleted(), 0);
    world.live(3 * 3600).await;
    assert_eq!(world.deleted(), 1);
}

#[tokio::test]
async fn err_11_one_poison_employee_stops_nobody_else() {
    let mut world = World::with_people(POLICY, 20).await;
    world
        .ports
        .model
        .lock()
        .forbidden
        .insert(crate::world::id(0));
    let turn = world.leave(0..5).await;
    assert_eq!(turn.decided.len(), 5);
    assert_eq!(world.deleted(), 4);
    let hour = SignedDuration::from_hours(1);
    let due = turn.decided.iter().find(|it| it.employee == employee(0));
    let due = due.and_then(|it| it.due).expect("it is tried again");
    assert!(due > world.now && due < world.now + hour);
}
