//! What an operator is told: each of it once, gathered, and without anybody's data.

use provisioner::{EXAMPLE_POLICY, NoticeKind};
use sandbox::{Api, BobAct, Effect, Fault, Moment, Person, Seed, User, UserStatus};

use crate::support::inbox::{Inbox, told};
use crate::support::world::{
    ADA, DEACTIVATION, UPSERT, World, company, employee, event, seed, user,
};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

async fn world(seed: Seed, inbox: &Inbox) -> World {
    World::of(seed, EXAMPLE_POLICY, &[inbox.variable()]).await
}

#[tokio::test]
async fn sec_01_ten_minutes_of_wrong_signatures_are_told_once_until_one_is_right() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    let wrong = async |number| {
        let body = event("employee.updated", number);
        let said = world.post("/hibob/upsert", Some("refreshed"), body).await;
        assert_eq!(said.status, 401);
    };
    wrong(1).await;
    world.pass(MINUTE).await;
    wrong(2).await;
    world.pass(8 * MINUTE).await;
    assert!(inbox.take().is_empty(), "nine minutes");
    world.pass(MINUTE).await;
    assert_eq!(inbox.told(), [told("signatures_wrong", "upsert", 2)]);
    for number in 3..8 {
        wrong(number).await;
        world.pass(HOUR).await;
    }
    assert!(inbox.take().is_empty(), "once, however long it lasts");
    let right = event("employee.updated", 9);
    world.post("/hibob/upsert", Some(UPSERT[0]), right).await;
    world.pass(MINUTE).await;
    // It happens again.
    for number in 10..13 {
        wrong(number).await;
        world.pass(6 * MINUTE).await;
    }
    assert_eq!(inbox.told(), [told("signatures_wrong", "upsert", 2)]);
}

#[tokio::test]
async fn three_days_without_a_delivery_are_told_once() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    world.pass(71 * HOUR).await;
    assert!(inbox.take().is_empty());
    world.pass(HOUR).await;
    assert_eq!(inbox.told(), [told("silence", "no_delivery", 1)]);
    world.pass(30 * HOUR).await;
    assert!(inbox.take().is_empty());
    // Any delivery will do, also one on which nothing is done.
    let left = event("employee.left", 1);
    world
        .post("/hibob/deactivation", Some(DEACTIVATION), left)
        .await;
    world.pass(71 * HOUR).await;
    world.pass(HOUR).await;
    assert_eq!(inbox.told(), [told("silence", "no_delivery", 1)]);
}

#[tokio::test]
async fn a_restart_does_not_begin_the_three_days_anew() {
    let inbox = Inbox::open().await;
    let mut world = world(seed(), &inbox).await;
    let body = event("employee.updated", 1);
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    for _ in 0..3 {
        world.pass(24 * HOUR - MINUTE).await;
        world = world.crash().await;
    }
    inbox.take();
    world.pass(3 * MINUTE).await;
    assert_eq!(inbox.told(), [told("silence", "no_delivery", 1)]);
}

#[tokio::test]
async fn grd_01_what_is_held_is_told_at_once_with_the_digest_of_the_batch() {
    let inbox = Inbox::open().await;
    let world = world(company(9), &inbox).await;
    world.connect().await;
    let control = world.sandbox.control();
    let yesterday = "2026-03-01".parse().unwrap();
    for number in 0..9 {
        let act = BobAct::terminate(employee(number), yesterday);
        control.act(act).await.unwrap();
    }
    world.pass(3).await;
    let notices = inbox.take();
    assert_eq!(notices.len(), 1, "{notices:?}");
    let notice = &notices[0];
    assert_eq!(notice["kind"], "held");
    assert_eq!(notice["reason"], "mass_deactivation");
    assert_eq!(notice["count"], 6, "three pass in an hour, says the policy");
    assert!(notice["digest"].as_str().unwrap().len() > 8);
    assert!(notice["what_to_do"].as_str().unwrap().contains("holds"));
    world.pass(25 * HOUR).await;
    let kinds: Vec<_> = inbox.told().into_iter().map(|it| it.0).collect();
    assert_eq!(kinds, ["still_held"]);
}

#[tokio::test]
async fn conflicts_are_gathered_for_a_minute_and_each_is_told_once() {
    let inbox = Inbox::open().await;
    // Their addresses belonged to somebody else, whose accounts are deleted.
    let seed = (0..4).fold(seed(), |seed, number| {
        let mail = format!("recycled{number}@example.com");
        let person = Person::new(format!("{}", 6_000_000 + number))
            .names("Alan", "Turing")
            .mail(&mail)
            .started("2024-04-01")
            .site(Seed::PARIS);
        let account = User::new(user(number)).mail(&mail).names("Kurt", "Gödel");
        let account = account.status(UserStatus::Deleted);
        seed.employee(person).user(account)
    });
    let world = world(seed, &inbox).await;
    world.connect().await;
    let control = world.sandbox.control();
    let wake = async || {
        for number in 0..4 {
            let id = format!("{}", 6_000_000 + number);
            let act = BobAct::emit("employee.created", &id);
            control.act(act).await.unwrap();
        }
    };
    wake().await;
    world.pass(3).await;
    assert!(inbox.take().is_empty(), "others may follow");
    world.pass(MINUTE).await;
    assert_eq!(inbox.told(), [told("conflict", "recycled_identity", 4)]);
    // The same people with the same conflict are no news.
    wake().await;
    world.pass(2 * HOUR).await;
    assert!(inbox.take().is_empty());
}

#[tokio::test]
async fn ev_21_dead_letters_are_gathered_for_an_hour_after_the_first() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    let deliver = async |number| {
        let body = event("employee.created", number).replace("637323", "637324");
        world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    };
    for number in 0..20 {
        deliver(number).await;
    }
    world.pass(MINUTE).await;
    assert_eq!(inbox.told(), [told("dead_letter", "wrong_company", 20)]);
    for number in 20..30 {
        deliver(number).await;
        world.pass(MINUTE).await;
    }
    assert!(inbox.take().is_empty());
    world.pass(HOUR).await;
    assert_eq!(inbox.told(), [told("dead_letter", "wrong_company", 10)]);
}

#[tokio::test]
async fn err_04_a_stopped_api_and_its_return_are_told() {
    let inbox = Inbox::open().await;
    let world = world(company(1), &inbox).await;
    world.connect().await;
    let control = world.sandbox.control();
    let refused = Fault::new(Api::Bob, Effect::status(401));
    let faults = [refused.on("POST", "/v1/people/search")];
    control.add_faults(&faults).await.unwrap();
    let act = BobAct::edit(employee(0), "root.surname", "Turing");
    control.act(act).await.unwrap();
    for seconds in [3, 31, 121, 601] {
        world.pass(seconds).await;
    }
    assert_eq!(inbox.told(), [told("quarantine", "Bob (refused)", 1)]);
    control.clear_faults().await.unwrap();
    world.pass(2 * HOUR).await;
    assert_eq!(inbox.told(), [told("recovered", "Bob", 1)]);
}

#[tokio::test]
async fn lif_21_an_announced_departure_without_bob_is_told_after_an_hour() {
    let inbox = Inbox::open().await;
    let world = world(company(2), &inbox).await;
    world.connect().await;
    let control = world.sandbox.control();
    let moment = Moment::Before;
    let down = Fault::new(Api::Bob, Effect::Cut { moment });
    let faults = [down.on("POST", "/v1/people/search")];
    control.add_faults(&faults).await.unwrap();
    for number in 0..2 {
        let act = BobAct::emit("employee.inactivated", employee(number));
        control.act(act).await.unwrap();
    }
    let mut before = Vec::new();
    for _ in 0..11 {
        world.pass(5 * MINUTE).await;
        before.extend(inbox.told());
    }
    assert!(
        before.iter().all(|(kind, ..)| kind != "source_unreachable"),
        "{before:?}"
    );
    for _ in 0..4 {
        world.pass(5 * MINUTE).await;
    }
    let unreachable = told("source_unreachable", "source_unreachable", 2);
    assert!(inbox.told().contains(&unreachable));
    world.pass(12 * HOUR).await;
    assert!(!inbox.told().iter().any(|it| it.0 == "source_unreachable"));
}

#[tokio::test]
async fn a_process_that_was_killed_is_told_of_by_the_next() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    let world = world.crash().await;
    world.pass(6 * MINUTE).await;
    let told = inbox.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].2), ("unexpected_stop", 1));
    world.pass(HOUR).await;
    assert!(inbox.take().is_empty(), "once");
}

#[tokio::test]
async fn a_process_that_ended_as_it_should_is_not_told_of() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    let world = world.restart().await;
    world.pass(6 * MINUTE).await;
    assert!(inbox.take().is_empty());
}

#[tokio::test]
async fn what_does_not_arrive_is_sent_again_and_holds_nothing_up() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    let body = event("employee.created", 1).replace("637323", "637324");
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    for status in [500, 404, 302] {
        inbox.answers(status);
        world.pass(2 * MINUTE).await;
        assert_eq!(inbox.take().len(), 1, "{status}: one attempt, no redirect");
    }
    // The work goes on meanwhile.
    let body = event("employee.created", 2);
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    assert_eq!(world.pass(3).await.len(), 1);
    // What was not sent survives a crash.
    let world = world.crash().await;
    inbox.answers(200);
    // Until the crash is known as well, where other processes might work on the same database.
    world.pass(6 * MINUTE).await;
    let mut kinds: Vec<_> = inbox.told().into_iter().map(|it| it.0).collect();
    kinds.sort();
    assert_eq!(kinds, ["dead_letter", "unexpected_stop"]);
    world.pass(5 * HOUR).await;
    assert!(inbox.take().is_empty(), "once");
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains("provisioner_notice_failures_total 0"));
}

#[tokio::test]
async fn without_a_url_it_is_told_in_the_log_and_kept() {
    let world = World::start().await;
    let body = event("employee.created", 1).replace("637323", "637324");
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    world.pass(2 * MINUTE).await;
    let notices = world.host.store().notices(10).await.unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].kind, NoticeKind::DeadLetter);
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(r#"provisioner_notices_total{kind="dead_letter"} 1"#));
}

#[tokio::test]
async fn prv_01_a_notice_holds_nobodys_data() {
    let inbox = Inbox::open().await;
    let world = world(seed(), &inbox).await;
    let body = r#"{"name":"Ada Lovelace","mail":"ada@example.com"}"#;
    world.post("/hibob/upsert", Some(UPSERT[0]), body).await;
    world.pass(2 * MINUTE).await;
    let notices = inbox.take();
    assert_eq!(notices.len(), 1);
    let text = notices[0].to_string();
    for personal in ["Ada", "Lovelace", "example.com", ADA] {
        assert!(!text.contains(personal), "{text}");
    }
}
