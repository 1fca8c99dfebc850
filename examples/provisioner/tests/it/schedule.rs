//! Full synchronizations by the clock.

use provisioner::{EXAMPLE_POLICY, Host};
use provisioning_core::driver::{RunId, RunState, RunStore as _, Store as _, approve};
use sandbox::{Api, BobAct, Effect, Fault, Learning360Act, Person, Seed};
use serde_json::json;

use crate::support::inbox::{Inbox, told};
use crate::support::world::{ADA, PLATFORM, World, company, employee, seed, user};

const MINUTE: u32 = 60;

/// A company in step, whose host compares everybody at three in the morning; it is Monday.
async fn world(seed: Seed, inbox: &Inbox) -> World {
    let at = ("SYNC_AT", "03:00".to_owned());
    World::of(seed, EXAMPLE_POLICY, &[inbox.variable(), at]).await
}

/// The same after the first synchronization, which a person has approved.
async fn approved(seed: Seed, inbox: &Inbox) -> World {
    approved_in(world(seed, inbox).await, inbox).await
}

async fn approved_in(world: World, inbox: &Inbox) -> World {
    until(&world, "2026-03-03T02:00:00Z").await;
    let run = last(&world.host).await.unwrap();
    let now = world.sandbox.control().now().await.unwrap();
    assert!(approve(world.host.store(), run.0, now).await.unwrap());
    world.pass(MINUTE).await;
    inbox.take();
    world
}

async fn until(world: &World, at: &str) {
    world.host.settle().await.unwrap();
    let control = world.sandbox.control();
    control.advance_to(at.parse().unwrap()).await.unwrap();
    world.host.settle().await.unwrap();
}

async fn last(host: &Host) -> Option<(RunId, RunState)> {
    let runs = host.store().runs(1).await.unwrap();
    runs.first().map(|run| (run.id, run.state))
}

async fn writes(world: &World) -> usize {
    let log = world.sandbox.control().log().await.unwrap();
    let of_360 = log.requests.iter().filter(|it| it.api == Api::Learning360);
    of_360
        .filter(|it| it.method != "GET" && !it.route.ends_with("/token"))
        .count()
}

#[tokio::test]
async fn grd_13_the_first_one_is_planned_and_waits_while_events_flow() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    world.connect().await;
    until(&world, "2026-03-03T01:59:00Z").await;
    assert_eq!(last(&world.host).await, None, "it is not time");
    until(&world, "2026-03-03T02:00:00Z").await;
    assert_eq!(last(&world.host).await.unwrap().1, RunState::Planned);
    assert_eq!(writes(&world).await, 0);
    assert_eq!(inbox.told(), [told("sync_waits", "first", 1)]);
    let act = BobAct::emit("employee.created", ADA);
    world.sandbox.control().act(act).await.unwrap();
    assert_eq!(world.pass(3).await.len(), 1);
    assert!(writes(&world).await > 0, "events flow");
    // The next night plans anew, and asks nobody twice.
    until(&world, "2026-03-04T02:00:00Z").await;
    assert_eq!(last(&world.host).await.unwrap().1, RunState::Planned);
    assert!(inbox.take().is_empty());
}

#[tokio::test]
async fn once_the_first_is_approved_each_is_carried_out_and_reported() {
    let inbox = Inbox::open().await;
    let world = approved(company(3).employee(newcomer()), &inbox).await;
    let control = world.sandbox.control();
    let state = control.state().await.unwrap();
    assert!(state.linked(PLATFORM, NEWCOMER).is_some());
    // Bob changed without a word, and somebody changed something in 360Learning.
    let act = BobAct::edit(employee(0), "root.surname", "Murray");
    control.act(act).await.unwrap();
    let edit = json!({ "lastName": "Changed" });
    let act: Learning360Act = serde_json::from_value(json!({
        "admin_edit": { "user": user(1), "fields": edit }
    }))
    .unwrap();
    control.act360(act).await.unwrap();
    until(&world, "2026-03-04T02:00:00Z").await;
    assert_eq!(last(&world.host).await.unwrap().1, RunState::Done);
    let reports = inbox.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    let report = &reports[0];
    assert_eq!(report["kind"], "sync_report");
    assert_eq!(report["depth"], "light");
    assert_eq!(report["updated"], 2);
    assert_eq!(report["in_sync"], 3);
    for none in [
        "created",
        "deactivated",
        "restored",
        "held",
        "conflicts",
        "errors",
    ] {
        assert_eq!(report[none], 0, "{none} in {report}");
    }
    assert_eq!(
        report["text"],
        "The light full synchronization ended: 2 updated, 3 in sync, 5 matched no group rule, \
         1 in 360Learning only."
    );
    let state = control.state().await.unwrap();
    assert_eq!(state.users[&user(1)].last_name.as_deref(), Some("Hopper"));
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(r#"provisioner_sync_people{situation="update"} 2"#));
    assert!(metrics.contains(r#"provisioner_sync_last_seconds{depth="light"} 0"#));
    // On Sunday it looks deeper.
    for day in 5..=7 {
        until(&world, &format!("2026-03-0{day}T02:00:00Z")).await;
    }
    inbox.take();
    until(&world, "2026-03-08T02:00:00Z").await;
    assert_eq!(inbox.take()[0]["depth"], "deep");
}

#[tokio::test]
async fn a_light_one_of_people_in_step_reads_pages_only() {
    let inbox = Inbox::open().await;
    let world = approved(company(30), &inbox).await;
    let control = world.sandbox.control();
    control.clear_log().await.unwrap();
    until(&world, "2026-03-04T02:00:00Z").await;
    assert_eq!(inbox.take()[0]["in_sync"], 31);
    let log = control.log().await.unwrap();
    let routes: Vec<_> = log
        .requests
        .iter()
        .filter(|it| !it.route.ends_with("/token") && !it.route.contains("named-lists"))
        .map(|it| format!("{} {}", it.method, it.route))
        .collect();
    let pages = [
        "GET /api/v2/external-ids",
        "GET /api/v2/users",
        "POST /v1/people/search",
    ];
    let mut seen = routes.clone();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, pages, "{routes:?}");
    assert!(routes.len() <= 6, "{routes:?}");
}

#[tokio::test]
async fn what_was_missed_while_nobody_ran_is_made_up_for() {
    let inbox = Inbox::open().await;
    let world = approved(company(2), &inbox).await;
    let control = world.sandbox.control();
    let before = last(&world.host).await;
    control
        .advance_to("2026-03-05T12:00:00Z".parse().unwrap())
        .await
        .unwrap();
    let world = world.restart().await;
    world.pass(MINUTE).await;
    assert_ne!(last(&world.host).await, before);
    let after = last(&world.host).await;
    world.pass(60 * MINUTE).await;
    assert_eq!(last(&world.host).await, after, "once");
}

#[tokio::test]
async fn grd_08_a_list_of_nobody_is_not_believed_and_asked_for_again() {
    let inbox = Inbox::open().await;
    let world = approved(company(3), &inbox).await;
    let control = world.sandbox.control();
    control.clear_log().await.unwrap();
    let empty = Fault::new(Api::Bob, Effect::EmptyList);
    let faults = [empty.on("POST", "/v1/people/search")];
    control.add_faults(&faults).await.unwrap();
    until(&world, "2026-03-04T02:00:00Z").await;
    for _ in 0..4 {
        world.pass(15 * MINUTE).await;
    }
    assert_eq!(inbox.told(), [told("source_suspicious", "empty", 1)]);
    assert_eq!(writes(&world).await, 0);
    control.clear_faults().await.unwrap();
    world.pass(16 * MINUTE).await;
    let kinds: Vec<_> = inbox.told().into_iter().map(|it| it.0).collect();
    assert_eq!(kinds, ["sync_report"]);
}

#[tokio::test]
async fn a_list_that_has_shrunk_is_told() {
    let inbox = Inbox::open().await;
    let world = approved(company(20), &inbox).await;
    let control = world.sandbox.control();
    for number in 0..4 {
        control.act(BobAct::delete(employee(number))).await.unwrap();
    }
    control.clear_log().await.unwrap();
    until(&world, "2026-03-04T02:00:00Z").await;
    let told = inbox.told();
    let shrunken = told.iter().filter(|it| it.0 == "source_suspicious");
    let shrunken: Vec<_> = shrunken.map(|it| it.1.as_str()).collect();
    assert_eq!(shrunken, ["shrunken"], "{told:?}");
    assert_eq!(writes(&world).await, 0, "nobody is deactivated for that");
}

#[tokio::test]
async fn reports_are_kept_as_long_as_is_said_and_the_newest_for_ever() {
    let inbox = Inbox::open().await;
    let ids = async |world: &World| {
        let runs = world.host.store().runs(100).await.unwrap();
        runs.iter().map(|run| run.id.0).collect::<Vec<_>>()
    };
    let world = approved(company(2), &inbox).await;
    until(&world, "2026-06-20T02:00:00Z").await;
    assert_eq!(ids(&world).await, [2, 1], "400 days");

    let days = ("KEEP_REPORTS_DAYS", "1".to_owned());
    let at = ("SYNC_AT", "03:00".to_owned());
    let more = [inbox.variable(), at, days];
    let world = World::of(company(2), EXAMPLE_POLICY, &more).await;
    let world = approved_in(world, &inbox).await;
    world.host.store().pause().await.unwrap();
    until(&world, "2026-03-10T12:00:00Z").await;
    assert_eq!(ids(&world).await, [1]);
    world.host.store().resume().await.unwrap();
    world.pass(16 * MINUTE).await;
    assert_eq!(ids(&world).await, [2], "no number is given twice");
}

#[tokio::test]
async fn a_list_that_breaks_off_is_told_and_asked_for_again() {
    let inbox = Inbox::open().await;
    let world = approved(company(3), &inbox).await;
    let control = world.sandbox.control();
    let broken = Fault::new(Api::Learning360, Effect::status(500));
    let faults = [broken.on("GET", "/api/v2/users")];
    control.add_faults(&faults).await.unwrap();
    until(&world, "2026-03-04T02:00:00Z").await;
    world.pass(MINUTE).await;
    assert_eq!(inbox.told(), [told("sync_failed", "light", 1)]);
    control.clear_faults().await.unwrap();
    world.pass(10 * MINUTE).await;
    assert!(inbox.take().is_empty());
    world.pass(5 * MINUTE).await;
    let kinds: Vec<_> = inbox.told().into_iter().map(|it| it.0).collect();
    assert_eq!(kinds, ["sync_report"]);
}

#[tokio::test]
async fn grd_16_during_a_pause_nobody_is_compared() {
    let inbox = Inbox::open().await;
    let world = approved(company(2), &inbox).await;
    let before = last(&world.host).await;
    world.host.store().pause().await.unwrap();
    until(&world, "2026-03-04T02:00:00Z").await;
    world.pass(30 * MINUTE).await;
    assert_eq!(last(&world.host).await, before);
    world.host.store().resume().await.unwrap();
    world.pass(16 * MINUTE).await;
    assert_ne!(last(&world.host).await, before);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let inbox = Inbox::open().await;
    let off = ("SYNC_AT", "off".to_owned());
    let more = [inbox.variable(), off];
    let world = World::of(company(2), EXAMPLE_POLICY, &more).await;
    for day in 3..=9 {
        until(&world, &format!("2026-03-0{day}T02:00:00Z")).await;
    }
    assert_eq!(last(&world.host).await, None);
}

const NEWCOMER: &str = "5999999";

fn newcomer() -> Person {
    Person::new(NEWCOMER)
        .names("Mary", "Jackson")
        .mail("mary@example.com")
        .started("2024-04-01")
        .site(Seed::PARIS)
        .title("253902")
}

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn of_several_hosts_one_compares() {
    let inbox = Inbox::open().await;
    let world = approved(company(3), &inbox).await;
    let other = world.another().await;
    let control = world.sandbox.control();
    let before = world.host.store().runs(100).await.unwrap().len();
    let night = "2026-03-04T02:00:00Z".parse().unwrap();
    control.advance_to(night).await.unwrap();
    control.clear_log().await.unwrap();
    let (one, two) = tokio::join!(world.host.settle(), other.settle());
    one.unwrap();
    two.unwrap();
    let log = control.log().await.unwrap();
    assert_eq!(
        log.count(Api::Bob, "POST", "/v1/people/search"),
        1,
        "one listed"
    );
    let runs = other.store().runs(100).await.unwrap();
    assert_eq!(runs.len(), before + 1);
    // That the other one has said nothing for a day is because time jumped.
    let told = inbox.told().into_iter().map(|it| it.0);
    let reports = told.filter(|kind| kind == "sync_report").count();
    assert_eq!(reports, 1, "and one reported");
    other.shutdown().await.unwrap();
}
