//! Webhooks: bodies, signatures, retries, deactivation, knobs.

use hmac::{Hmac, KeyInit, Mac};
use sandbox::{
    BobAct, ChangedElements, ChangedKey, FieldIdForm, Knobs, Person, Sandbox, Seed, Switches,
    Webhook, WebhookVersion,
};
use serde_json::{Value, json};
use sha2::Sha512;

use crate::support::{ADA, BEN, Delivery, Receiver, ada, monday};

const SECRET: &str = "s3cret";
const ALL: [&str; 8] = [
    "employee.created",
    "employee.updated",
    "employee.deleted",
    "employee.joined",
    "employee.activated",
    "employee.left",
    "employee.inactivated",
    "table.entry.created",
];

fn webhook(receiver: &Receiver) -> Webhook {
    Webhook::new("all", &receiver.url, SECRET, ALL)
}

fn knobs(change: impl FnOnce(&mut Knobs)) -> Knobs {
    let mut knobs = Knobs::default();
    change(&mut knobs);
    knobs
}

async fn start(seed: Seed) -> Sandbox {
    Sandbox::start(seed).await.unwrap()
}

fn rename(n: u32) -> BobAct {
    BobAct::edit(ADA, "root.surname", format!("King {n}"))
}

fn verifies(delivery: &Delivery) -> bool {
    let mut mac = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(delivery.body.as_bytes());
    delivery
        .signature()
        .is_some_and(|signature| mac.verify_slice(&signature).is_ok())
}

#[tokio::test]
async fn registration_pings_with_the_text_and_then_the_object() {
    let receiver = Receiver::start().await;
    let sandbox = start(monday().webhook(webhook(&receiver))).await;
    let pings = receiver.all();
    assert_eq!(pings.len(), 1);
    assert_eq!(pings[0].body, "Ping test");
    assert!(pings[0].signature().is_none());

    receiver.answer(500);
    sandbox
        .control()
        .act(BobAct::Webhook(webhook(&receiver)))
        .await
        .unwrap();
    let bodies: Vec<String> = receiver.all().into_iter().map(|it| it.body).collect();
    assert_eq!(bodies, ["Ping test", r#"{"text":"Ping test"}"#]);

    let mut switches = Switches::default();
    switches.bob.ping_signed = true;
    switches.bob.ping_json = true;
    sandbox.control().switches(&switches).await.unwrap();
    receiver.answer(200);
    sandbox
        .control()
        .act(BobAct::Webhook(webhook(&receiver)))
        .await
        .unwrap();
    let pings = receiver.all();
    assert_eq!(pings[0].body, r#""Ping test""#);
    assert!(verifies(&pings[0]));

    switches.bob.ping = false;
    sandbox.control().switches(&switches).await.unwrap();
    sandbox
        .control()
        .act(BobAct::Webhook(webhook(&receiver)))
        .await
        .unwrap();
    assert!(receiver.all().is_empty());
}

#[tokio::test]
async fn a_v2_event_is_a_signed_envelope_with_ids_only() {
    let receiver = Receiver::start().await;
    let sandbox = start(monday().employee(ada()).webhook(webhook(&receiver))).await;
    let report = sandbox.control().act(rename(1)).await.unwrap();
    assert_eq!(report.deliveries.delivered, 1);
    let events = receiver.events();
    assert!(verifies(&events[0]));
    assert_eq!(events[0].headers["content-type"], "application/json");
    assert_eq!(
        events[0].json(),
        json!({
            "companyId": 637_323,
            "type": "employee.updated",
            "triggeredBy": "3332883804594373380",
            "triggeredAt": "2026-03-02T08:00:00.000001",
            "version": "v2",
            "data": { "employeeId": ADA, "fieldUpdates": [{ "id": "root.surname" }] },
        })
    );
}

#[tokio::test]
async fn lifecycle_events_are_triggered_by_the_system() {
    let receiver = Receiver::start().await;
    let hire = Person::new(BEN).started("2026-03-03").site(Seed::PARIS);
    let sandbox = start(monday().employee(hire).webhook(webhook(&receiver))).await;
    let report = sandbox.control().advance(86_400).await.unwrap();
    assert_eq!(report.deliveries.delivered, 2);
    let events = receiver.events();
    assert_eq!(events[0].json()["triggeredBy"], "system");
    assert_eq!(
        events[0].json()["triggeredAt"],
        "2026-03-02T23:00:00.000001"
    );
    assert_eq!(events[0].json()["data"], json!({ "employeeId": BEN }));
    assert_eq!(events[1].kind(), "employee.activated");
}

#[tokio::test]
async fn a_deletion_carries_the_mail_under_the_key_of_the_switch() {
    let receiver = Receiver::start().await;
    let mut switches = Switches::default();
    switches.bob.deleted_mail_key = Some("mail".into());
    let seed = monday()
        .employee(ada())
        .webhook(webhook(&receiver))
        .switches(switches);
    let sandbox = start(seed).await;
    sandbox.control().act(BobAct::delete(ADA)).await.unwrap();
    let data = receiver.events()[0].json()["data"].clone();
    assert_eq!(
        data,
        json!({ "employeeId": ADA, "mail": "ada@example.com" })
    );
}

#[tokio::test]
async fn only_ticked_types_are_delivered() {
    let receiver = Receiver::start().await;
    let seed = monday()
        .employee(ada())
        .webhook(Webhook::deactivation(&receiver.url, SECRET));
    let sandbox = start(seed).await;
    sandbox.control().act(rename(1)).await.unwrap();
    sandbox
        .control()
        .act(BobAct::terminate(ADA, jiff::civil::date(2026, 3, 1)))
        .await
        .unwrap();
    assert_eq!(receiver.kinds(), ["employee.left", "employee.inactivated"]);
}

#[tokio::test]
async fn the_open_questions_of_the_body_are_knobs_and_switches() {
    let receiver = Receiver::start().await;
    let odd = knobs(|it| {
        it.changed_key = ChangedKey::FieldUpdatesIds;
        it.changed_elements = ChangedElements::Strings;
        it.field_ids = FieldIdForm::Slash;
        it.omit_version = true;
    });
    let mut switches = Switches::default();
    switches.bob.triggered_at_zone = true;
    switches.bob.lifecycle_effective_date = true;
    switches.bob.table_key = "tableName".into();
    let hook = webhook(&receiver).knobs(odd);
    let sandbox = start(monday().employee(ada()).webhook(hook).switches(switches)).await;
    sandbox.control().act(rename(1)).await.unwrap();
    let body = receiver.events()[0].json();
    assert_eq!(body["data"]["fieldUpdatesIds"], json!(["/root/surname"]));
    assert!(body.get("version").is_none());
    assert!(body["triggeredAt"].as_str().unwrap().ends_with('Z'));
    sandbox
        .control()
        .act(BobAct::terminate(ADA, jiff::civil::date(2026, 3, 1)))
        .await
        .unwrap();
    let events = receiver.events();
    let table =
        json!({ "employeeId": ADA, "tableName": "lifecycle", "effectiveDate": "2026-03-01" });
    assert_eq!(events[0].json()["data"], table);
    assert_eq!(events[2].json()["data"]["effectiveDate"], "2026-03-01");
}

#[tokio::test]
async fn a_v1_webhook_gets_the_legacy_body() {
    let receiver = Receiver::start().await;
    let hook = webhook(&receiver).version(WebhookVersion::V1);
    let sandbox = start(monday().webhook(hook)).await;
    sandbox.control().act(BobAct::Hire(ada())).await.unwrap();
    let events = receiver.events();
    assert!(verifies(&events[0]));
    let body = events[0].json();
    assert!(body.get("version").is_none() && body.get("triggeredAt").is_none());
    assert_eq!(
        body["employee"],
        json!({
            "id": ADA, "companyId": 637_323, "firstName": "Ada", "surname": "Lovelace",
            "email": "ada@example.com", "displayName": "Ada Lovelace",
            "site": "Paris", "siteId": Seed::PARIS,
        })
    );
    assert_eq!(body["data"]["work"]["startDate"], "2024-04-01");
    assert_eq!(body["creationDate"], "2026-03-02T08:00:00.000");
    assert_eq!(events[1].json()["changedBy"], Value::Null, "by the system");
}

#[tokio::test]
async fn anything_but_200_is_retried_with_growing_pauses() {
    let receiver = Receiver::start().await;
    let sandbox = start(monday().employee(ada()).webhook(webhook(&receiver))).await;
    let control = sandbox.control();
    receiver.answer(204);
    let report = control.act(rename(1)).await.unwrap();
    assert_eq!(
        (
            report.deliveries.attempted,
            report.deliveries.failed,
            report.pending
        ),
        (1, 1, 1)
    );
    let first = receiver.events()[0].body.clone();

    // +1, +10, +20, +40, +80, +160 minutes, then every three hours.
    for minutes in [1, 10, 20, 40, 80, 160, 180, 180] {
        let early = control.advance(minutes * 60 - 1).await.unwrap();
        assert_eq!(early.deliveries.attempted, 0, "{minutes}");
        let due = control.advance(1).await.unwrap();
        assert_eq!(due.deliveries.attempted, 1, "{minutes}");
        assert_eq!(receiver.events()[0].body, first, "the same bytes");
    }
    receiver.answer(200);
    let report = control.advance(180 * 60).await.unwrap();
    assert_eq!((report.deliveries.delivered, report.pending), (1, 0));
    let state = control.state().await.unwrap();
    assert_eq!(state.webhooks[0].failing_since, None);
    let attempts: Vec<u32> = state.deliveries[1..].iter().map(|it| it.attempt).collect();
    assert_eq!(attempts, (1..=10).collect::<Vec<u32>>());
    assert_eq!(state.notices.len(), 1, "after an hour of failure");
}

#[tokio::test]
async fn a_switch_lets_every_2xx_count() {
    let receiver = Receiver::start().await;
    let mut switches = Switches::default();
    switches.bob.any_2xx_delivers = true;
    let seed = monday()
        .employee(ada())
        .webhook(webhook(&receiver))
        .switches(switches);
    let sandbox = start(seed).await;
    receiver.answer(202);
    let report = sandbox.control().act(rename(1)).await.unwrap();
    assert_eq!(report.deliveries.delivered, 1);
}

#[tokio::test]
async fn three_days_of_failure_deactivate_the_webhook() {
    let receiver = Receiver::start().await;
    let sandbox = start(monday().employee(ada()).webhook(webhook(&receiver))).await;
    let control = sandbox.control();
    receiver.answer(503);
    control.act(rename(1)).await.unwrap();
    control.advance(71 * 3600).await.unwrap();
    control.act(rename(2)).await.unwrap();
    assert!(control.state().await.unwrap().webhooks[0].active);
    let report = control.advance(3600).await.unwrap();
    assert_eq!(report.deactivated_webhooks, 1);
    assert_eq!((report.deliveries.given_up, report.pending), (2, 0));
    let state = control.state().await.unwrap();
    assert!(!state.webhooks[0].active);
    let hours: Vec<i64> = state.notices.iter().map(|it| it.failing_hours).collect();
    assert_eq!(hours, [1, 24, 48, 72]);

    receiver.answer(200);
    drop(receiver.all());
    control.act(rename(3)).await.unwrap();
    assert!(receiver.all().is_empty(), "inactive");
    control
        .act(BobAct::ReactivateWebhook { name: "all".into() })
        .await
        .unwrap();
    control.act(rename(4)).await.unwrap();
    assert_eq!(
        receiver.kinds(),
        ["employee.updated"],
        "what was missed stays lost"
    );
    control
        .act(BobAct::RemoveWebhook { name: "all".into() })
        .await
        .unwrap();
    control.act(rename(5)).await.unwrap();
    assert!(receiver.all().is_empty());
}

#[tokio::test]
async fn one_success_keeps_a_webhook_alive() {
    let receiver = Receiver::start().await;
    let sandbox = start(monday().employee(ada()).webhook(webhook(&receiver))).await;
    let control = sandbox.control();
    receiver.answer(500);
    control.act(rename(1)).await.unwrap();
    control.advance(70 * 3600).await.unwrap();
    receiver.answer(200);
    control.act(rename(2)).await.unwrap();
    receiver.answer(500);
    let report = control.advance(2 * 3600).await.unwrap();
    assert_eq!(
        (report.deliveries.given_up, report.deactivated_webhooks),
        (1, 0)
    );
    assert!(control.state().await.unwrap().webhooks[0].active);
}

#[tokio::test]
async fn knobs_duplicate_reorder_delay_and_lose() {
    let receiver = Receiver::start().await;
    let hook = |change: fn(&mut Knobs)| webhook(&receiver).knobs(knobs(change));
    let sandbox = start(
        monday()
            .employee(ada())
            .webhook(hook(|it| it.duplicates = 2)),
    )
    .await;
    let control = sandbox.control();
    control.act(rename(1)).await.unwrap();
    let bodies: Vec<String> = receiver.events().into_iter().map(|it| it.body).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|it| *it == bodies[0]));

    control
        .act(BobAct::Webhook(hook(|it| it.reorder = true)))
        .await
        .unwrap();
    control
        .act(BobAct::edit(ADA, "work.title", "1"))
        .await
        .unwrap();
    assert_eq!(
        receiver.kinds(),
        ["employee.updated", "table.entry.created"]
    );

    control
        .act(BobAct::Webhook(hook(|it| it.delay_seconds = 90)))
        .await
        .unwrap();
    assert_eq!(control.act(rename(2)).await.unwrap().pending, 1);
    assert!(receiver.kinds().is_empty());
    control.advance(90).await.unwrap();
    assert_eq!(receiver.kinds().len(), 1);

    control
        .act(BobAct::Webhook(hook(|it| it.drop_every = 2)))
        .await
        .unwrap();
    for n in 0..4 {
        control.act(rename(n)).await.unwrap();
    }
    assert_eq!(receiver.kinds().len(), 2);
    assert_eq!(control.state().await.unwrap().webhooks[0].lost, 2);

    let lose = |it: &mut Knobs| it.drop_types = ["employee.updated".to_owned()].into();
    control.act(BobAct::Webhook(hook(lose))).await.unwrap();
    // Another day has another row.
    control.advance(24 * 3600).await.unwrap();
    control
        .act(BobAct::edit(ADA, "work.title", "2"))
        .await
        .unwrap();
    assert_eq!(receiver.kinds(), ["table.entry.created"]);
}

#[tokio::test]
async fn head_of_line_holds_later_events_back() {
    for (held, expected) in [(true, 1), (false, 3)] {
        let receiver = Receiver::start().await;
        let hook = webhook(&receiver).knobs(knobs(|it| it.head_of_line = held));
        let sandbox = start(monday().employee(ada()).webhook(hook)).await;
        let control = sandbox.control();
        receiver.answer(500);
        for n in 0..3 {
            control.act(rename(n)).await.unwrap();
        }
        assert_eq!(receiver.events().len(), expected);
        receiver.answer(200);
        control.advance(60).await.unwrap();
        let times: Vec<Value> = receiver
            .events()
            .iter()
            .map(|it| it.json()["triggeredAt"].clone())
            .collect();
        assert_eq!(times.len(), 3);
        assert!(times.is_sorted_by_key(Value::to_string), "in their order");
    }
}

#[tokio::test]
async fn an_event_can_be_sent_without_a_change() {
    let receiver = Receiver::start().await;
    let hook = Webhook::new("all", &receiver.url, SECRET, ["employee.teleported"]);
    let sandbox = start(monday().webhook(hook)).await;
    let fields = Some(vec!["work.title".to_owned()]);
    let kind = "employee.teleported".to_owned();
    let act = BobAct::Emit {
        kind,
        id: "7".into(),
        fields,
    };
    sandbox.control().act(act).await.unwrap();
    sandbox
        .control()
        .act(BobAct::emit("employee.teleported", "8"))
        .await
        .unwrap();
    let events = receiver.events();
    assert_eq!(
        events[0].json()["data"]["fieldUpdates"],
        json!([{ "id": "work.title" }])
    );
    assert_eq!(events[1].json()["data"], json!({ "employeeId": "8" }));
}

#[tokio::test]
async fn several_webhooks_may_share_a_url_with_a_secret_each() {
    let receiver = Receiver::start().await;
    let one = Webhook::new("one", &receiver.url, "first", ["employee.updated"]);
    let two = Webhook::new("two", &receiver.url, SECRET, ["employee.updated"]);
    let sandbox = start(monday().employee(ada()).webhook(one).webhook(two)).await;
    sandbox.control().act(rename(1)).await.unwrap();
    let events = receiver.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events.iter().filter(|it| verifies(it)).count(), 1);
}
