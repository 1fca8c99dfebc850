//! The open questions about Bob, each in both positions of its switch.

use reqwest::Method;
use sandbox::{
    BobAct, BobSwitches, Control, LifecycleRow, Person, Sandbox, Seed, Switches, Webhook,
};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, Receiver, ada, bob_as, bob_send, events, monday};

fn switched(change: impl FnOnce(&mut BobSwitches)) -> Switches {
    let mut switches = Switches::default();
    change(&mut switches.bob);
    switches
}

async fn start(seed: Seed, change: impl FnOnce(&mut BobSwitches)) -> (Sandbox, Control) {
    let sandbox = Sandbox::start(seed.switches(switched(change)))
        .await
        .unwrap();
    let control = sandbox.control();
    (sandbox, control)
}

const TABLE: &str = "category_1__table_2";

fn everything(receiver: &Receiver) -> Webhook {
    let types = [
        "employee.updated",
        "employee.joined",
        "employee.inactivated",
        "table.entry.created",
    ];
    Webhook::new("all", &receiver.url, "secret", types)
}

/// What a webhook gets for one act.
async fn told(act: BobAct, change: impl FnOnce(&mut BobSwitches)) -> Vec<(Value, Option<String>)> {
    let receiver = Receiver::start().await;
    let seed = monday().employee(ada()).webhook(everything(&receiver));
    let (_sandbox, control) = start(seed, change).await;
    control.act(act).await.unwrap();
    let header = |it: &crate::support::Delivery| it.headers.get("x-bob-table").cloned();
    let events = receiver.events();
    events.iter().map(|it| (it.json(), header(it))).collect()
}

#[tokio::test]
async fn a_table_event_names_the_row_by_id_or_by_day() {
    let custom = || BobAct::add_row(ADA, TABLE, json!({ "column_1": "red" }));
    let work = || BobAct::add_row(ADA, "work", json!({ "effectiveDate": "2027-01-01" }));
    let [(event, header)] = &told(custom(), |_| {}).await[..] else {
        panic!("one event")
    };
    let expected = json!({ "employeeId": ADA, "tableId": TABLE, "id": 1 });
    assert_eq!((&event["data"], header), (&expected, &None));
    let events = told(work(), |_| {}).await;
    let expected = json!({ "employeeId": ADA, "tableId": "work", "effectiveDate": "2027-01-01" });
    assert_eq!(events[0].0["data"], expected);

    let older = |it: &mut BobSwitches| {
        it.table_null_keys = true;
        it.table_key = "tableName".into();
        it.custom_table_header = Some("X-Bob-Table".into());
    };
    let [(event, header)] = &told(custom(), older).await[..] else {
        panic!("one event")
    };
    let expected = json!({ "employeeId": ADA, "tableName": TABLE, "id": 1, "effectiveDate": null });
    assert_eq!(event["data"], expected);
    let url = format!("https://api.hibob.com/v1/people/custom-tables/{ADA}/{TABLE}");
    assert_eq!(header.as_ref(), Some(&url));
    let events = told(work(), older).await;
    assert_eq!(events[0].0["data"]["id"], Value::Null);
    assert!(events[0].0["data"].as_object().unwrap().contains_key("id"));
    assert_eq!(events[0].1, None);
}

#[tokio::test]
async fn rows_of_salaries_are_told_and_those_of_training_are_not() {
    let row = |table: &str| BobAct::add_row(ADA, table, json!({}));
    assert_eq!(told(row("salaries"), |_| {}).await.len(), 1);
    assert_eq!(told(row("training"), |_| {}).await.len(), 0);
    assert_eq!(told(row("equities"), |_| {}).await.len(), 0);
}

#[tokio::test]
async fn times_may_be_those_of_the_companys_wall() {
    let edit = || BobAct::edit(ADA, "root.secondName", "King");
    let events = told(edit(), |it| it.triggered_at_local = true).await;
    assert_eq!(events[0].0["triggeredAt"], "2026-03-02T08:00:00.000001");
    let receiver = Receiver::start().await;
    let mut seed = monday().employee(ada()).webhook(everything(&receiver));
    seed.company.zone = "Asia/Tokyo".into();
    let (_sandbox, control) = start(seed, |it| it.triggered_at_local = true).await;
    control.act(edit()).await.unwrap();
    assert_eq!(
        receiver.events()[0].json()["triggeredAt"],
        "2026-03-02T17:00:00.000001"
    );
}

#[tokio::test]
async fn joining_may_need_an_invitation() {
    for (needed, joined) in [(false, true), (true, false)] {
        let person = || Person::new(BEN).started("2026-03-02");
        let (_sandbox, control) = start(monday(), |it| it.joined_needs_invitation = needed).await;
        let uninvited = person().field("root.state", "uninvited");
        control.act(BobAct::Hire(uninvited)).await.unwrap();
        let happened = events(&control).await;
        assert_eq!(happened.contains(&"*employee.joined".to_owned()), joined);
        assert!(happened.contains(&"*employee.activated".to_owned()));
        let invited = Person::unnumbered().started("2026-03-02");
        control.act(BobAct::Hire(invited)).await.unwrap();
        let happened = events(&control).await;
        assert_eq!(happened[happened.len() - 2], "*employee.joined");
    }
}

#[tokio::test]
async fn taking_access_away_may_be_an_inactivation() {
    for (told, expected) in [
        (false, &["employee.updated"][..]),
        (true, &["employee.updated", "employee.inactivated"][..]),
    ] {
        let change = |it: &mut BobSwitches| {
            it.uninvite_sends_inactivated = told;
            it.invited_state = "active".into();
        };
        let (_sandbox, control) = start(monday().employee(ada()), change).await;
        control
            .act(BobAct::Uninvite { id: ADA.into() })
            .await
            .unwrap();
        assert_eq!(events(&control).await, expected);
        control
            .act(BobAct::Invite { id: ADA.into() })
            .await
            .unwrap();
        let state = control.state().await.unwrap();
        assert_eq!(state.employees[ADA].fields["root.state"], "active");
        assert_eq!(state.employees[ADA].fields["internal.status"], "Active");
    }
}

#[tokio::test]
async fn a_new_value_has_another_key_in_v1() {
    for (key, change) in [("newValue", None), ("value", Some("value"))] {
        let receiver = Receiver::start().await;
        let webhook = everything(&receiver).version(sandbox::WebhookVersion::V1);
        let seed = monday().employee(ada()).webhook(webhook);
        let (_sandbox, control) = start(seed, |it| {
            it.v1_value_key = change.unwrap_or("newValue").into();
        })
        .await;
        control
            .act(BobAct::edit(ADA, "root.secondName", "King"))
            .await
            .unwrap();
        let update = receiver.events()[0].json()["data"]["fieldUpdates"][0].clone();
        assert_eq!(update, json!({ "id": "root.secondName", key: "King" }));
    }
}

#[tokio::test]
async fn limits_may_be_the_companys_and_their_body_of_the_other_family() {
    let read = async |sandbox: &Sandbox, user: &str| {
        let response = reqwest::Client::new()
            .get(format!("{}/people/{ADA}/salaries", sandbox.bob_base_url()))
            .basic_auth(user, Some("token"))
            .send()
            .await
            .unwrap();
        (
            response.status().as_u16(),
            response.json::<Value>().await.unwrap(),
        )
    };
    for (shared, expected) in [(false, 200), (true, 429)] {
        let user = |id: &str| sandbox::ServiceUser::new(id, "token");
        let seed = monday()
            .employee(ada())
            .service_user(user("a"))
            .service_user(user("b"));
        let (sandbox, _control) = start(seed, |it| {
            it.rate_limits = true;
            it.salaries_per_minute = 1;
            it.limits_per_company = shared;
            it.limit_body_has_key = true;
        })
        .await;
        assert_eq!(read(&sandbox, "a").await.0, 200);
        let (status, body) = read(&sandbox, "a").await;
        assert_eq!((status, &body["key"]), (429, &json!("tooManyRequests")));
        assert_eq!(read(&sandbox, "b").await.0, expected);
    }
}

#[tokio::test]
async fn a_blocked_caller_sees_another_status() {
    for status in [403, 429] {
        let (sandbox, _control) = start(monday(), |it| {
            it.blocking = true;
            it.blocked_status = status;
        })
        .await;
        for _ in 0..50 {
            let wrong = bob_as(&sandbox, "/people/search", json!({}), "wrong").await;
            assert_eq!(wrong.status(), 401);
        }
        let blocked = bob_as(&sandbox, "/people/search", json!({}), "wrong").await;
        assert_eq!(blocked.status(), status);
    }
}

#[tokio::test]
async fn retries_have_other_pauses_and_another_end() {
    let receiver = Receiver::start().await;
    let seed = monday().employee(ada()).webhook(everything(&receiver));
    let (_sandbox, control) = start(seed, |it| {
        it.retry_minutes = vec![5, 60];
        it.retry_hours = 3;
    })
    .await;
    receiver.answer(500);
    control
        .act(BobAct::edit(ADA, "root.secondName", "King"))
        .await
        .unwrap();
    control.advance(299).await.unwrap();
    assert_eq!(receiver.events().len(), 1);
    control.advance(1).await.unwrap();
    assert_eq!(receiver.events().len(), 1);
    let report = control.advance(3 * 3600).await.unwrap();
    // After 5, 65 and 125 minutes, and at the end of three hours.
    assert_eq!(receiver.events().len(), 3);
    assert_eq!(report.deactivated_webhooks, 1);
}

#[tokio::test]
async fn a_webhook_that_is_switched_on_again_may_get_what_it_missed() {
    for (replays, expected) in [(false, 0), (true, 1)] {
        let receiver = Receiver::start().await;
        let seed = monday().employee(ada()).webhook(everything(&receiver));
        let (_sandbox, control) = start(seed, |it| it.reactivation_replays = replays).await;
        receiver.answer(500);
        let edit = |name: &str| BobAct::edit(ADA, "root.secondName", name);
        control.act(edit("a")).await.unwrap();
        control.advance(73 * 3600).await.unwrap();
        assert!(!control.state().await.unwrap().webhooks[0].active);
        control.act(edit("too old")).await.unwrap();
        control.advance(50 * 3600).await.unwrap();
        control.act(edit("b")).await.unwrap();
        receiver.answer(200);
        drop(receiver.events());
        let again = BobAct::ReactivateWebhook { name: "all".into() };
        control.act(again).await.unwrap();
        assert_eq!(receiver.events().len(), expected);
    }
}

#[tokio::test]
async fn a_refreshed_secret_signs_from_then_on() {
    let receiver = Receiver::start().await;
    let seed = monday().employee(ada()).webhook(everything(&receiver));
    let (_sandbox, control) = start(seed, |_| {}).await;
    let edit = || BobAct::emit("employee.updated", ADA);
    control.act(edit()).await.unwrap();
    let secret = "another".into();
    let refresh = BobAct::RefreshSecret {
        name: "all".into(),
        secret,
    };
    control.act(refresh).await.unwrap();
    control.act(edit()).await.unwrap();
    let events = receiver.events();
    let signed_with = |n: usize, secret: &str| {
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = Hmac::<sha2::Sha512>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(events[n].body.as_bytes());
        mac.verify_slice(&events[n].signature().unwrap()).is_ok()
    };
    assert!(signed_with(0, "secret") && !signed_with(0, "another"));
    assert!(signed_with(1, "another") && !signed_with(1, "secret"));
    let secret = "x".into();
    let nobody = BobAct::RefreshSecret {
        name: "none".into(),
        secret,
    };
    assert!(control.act(nobody).await.is_err());
}

#[tokio::test]
async fn a_webhook_may_listen_to_some_people_only() {
    let receiver = Receiver::start().await;
    let webhook = everything(&receiver).listens_to("work.siteId", [Seed::PARIS.to_string()]);
    let (_sandbox, control) = start(monday().employee(ada()).webhook(webhook), |_| {}).await;
    control
        .act(BobAct::edit(ADA, "root.secondName", "King"))
        .await
        .unwrap();
    assert_eq!(receiver.kinds(), ["employee.updated"]);
    // Whoever moves away moves away in silence.
    control
        .act(BobAct::edit(ADA, "work.siteId", Seed::AUCKLAND))
        .await
        .unwrap();
    control
        .act(BobAct::edit(ADA, "root.secondName", "Byron"))
        .await
        .unwrap();
    assert!(receiver.events().is_empty());
    control
        .act(BobAct::emit("employee.updated", "1"))
        .await
        .unwrap();
    assert!(receiver.events().is_empty());
}

#[tokio::test]
async fn an_unplanned_leave_is_seen_in_the_lifecycle_table() {
    let mut row = LifecycleRow::new("2026-02-01".parse().unwrap(), "sabbatical");
    row.reason = Some("rest".into());
    let person = ada()
        .row(LifecycleRow::new("2024-04-01".parse().unwrap(), "employed"))
        .row(row);
    let (sandbox, _control) = start(monday().employee(person), |_| {}).await;
    let path = format!("/people/{ADA}/lifecycle?includeHumanReadable=true");
    let (_, table) = bob_send(&sandbox, Method::GET, &path, None).await;
    let row = &table["values"][1];
    assert_eq!(
        (&row["status"], &row["reason"]),
        (&json!("sabbatical"), &json!("rest"))
    );
    assert_eq!(row["humanReadable"]["reason"], "rest");
}
