//! Limits and pages of each endpoint: the switch of one leaves all others alone.

use reqwest::Method;
use sandbox::{BobSwitches, CustomField, Learning360Switches, Mapping, Sandbox, Seed, UserStatus};
use serde_json::json;

use crate::support::{
    ADA, Lms, Receiver, ada, bob_send, monday, start_lms, switched, user, user_id,
};

#[tokio::test]
async fn each_limit_of_bob_is_its_endpoints_own() {
    type Change = fn(&mut BobSwitches);
    let people = format!("/people/{ADA}");
    let employees = format!("/employees/{ADA}");
    let rows: [(Method, String, Change); 9] = [
        (Method::POST, "/people/search".into(), |it| {
            it.search_per_minute = 1;
        }),
        (Method::POST, people.clone(), |it| {
            it.read_per_minute = 1;
        }),
        (Method::GET, "/company/people/fields".into(), |it| {
            it.metadata_per_minute = 1;
        }),
        (Method::GET, format!("{people}/work"), |it| {
            it.table_per_minute = 1;
        }),
        (Method::PUT, people.clone(), |it| {
            it.edit_per_minute = 1;
        }),
        (Method::PUT, format!("{people}/email"), |it| {
            it.mail_per_minute = 1;
        }),
        (Method::POST, format!("{employees}/start-date"), |it| {
            it.start_date_per_minute = 1;
        }),
        (Method::POST, format!("{employees}/terminate"), |it| {
            it.terminate_per_minute = 1;
        }),
        (Method::POST, format!("{employees}/uninvite"), |it| {
            it.write_per_minute = 1;
        }),
    ];
    for (_, limited, change) in &rows {
        let mut seed = monday().employee(ada());
        seed.switches.bob.rate_limits = true;
        change(&mut seed.switches.bob);
        let sandbox = Sandbox::start(seed).await.unwrap();
        for (method, path, _) in &rows {
            let body = (*method != Method::GET).then(|| json!({}));
            let mut last = 0;
            for _ in 0..2 {
                (last, _) = bob_send(&sandbox, method.clone(), path, body.clone()).await;
            }
            // The edit and the read of a person differ in their method only.
            let same = path == limited && (*path != people || is_limited(*change, method));
            assert_eq!(last == 429, same, "{method} {path} with {limited} limited");
        }
    }
}

/// Whether this switch is that of the edit, or of the read.
fn is_limited(change: fn(&mut BobSwitches), method: &Method) -> bool {
    let mut switches = BobSwitches::default();
    change(&mut switches);
    match *method {
        Method::PUT => switches.edit_per_minute == 1,
        _ => switches.read_per_minute == 1,
    }
}

/// Two of everything that comes in pages.
async fn two_of_each(change: fn(&mut Learning360Switches)) -> (Sandbox, Lms, Receiver, String) {
    let active = |n: u32| user(n, &format!("{n}@example.com")).status(UserStatus::Active);
    let seed = monday()
        .user(
            active(1)
                .manager(user_id(2))
                .manager(user_id(3))
                .member_of(Seed::ROOT_GROUP, "coach"),
        )
        .user(active(2).manager(user_id(3)))
        .user(active(3))
        .custom_field(CustomField::text(user_id(31), "A"))
        .custom_field(CustomField::text(user_id(32), "B"))
        .mapping(Mapping::user("ours", user_id(1), "1"))
        .mapping(Mapping::user("ours", user_id(2), "2"));
    let seed = seed.switches(switched(change));
    let (sandbox, control, lms) = start_lms(seed).await;
    let receiver = Receiver::start().await;
    let mut subscription = String::new();
    for path in ["a", "b"] {
        let url = format!("{}/{path}", receiver.url);
        let body = json!({ "eventType": "user.updated", "name": path, "url": url });
        let created = lms.post("/webhooks/subscriptions", body).await;
        created.body["_id"]
            .as_str()
            .unwrap()
            .clone_into(&mut subscription);
    }
    for n in [1, 2] {
        lms.patch(n, json!({ "job": "Poet" })).await;
        let item = json!({ "userId": user_id(n), "groupId": Seed::ROOT_GROUP, "role": "learner" });
        lms.post("/bulk/groups/memberships", json!({ "input": [item] }))
            .await;
    }
    control.advance(60).await.unwrap();
    (sandbox, lms, receiver, subscription)
}

#[tokio::test]
async fn each_page_has_its_own_size() {
    type Change = fn(&mut Learning360Switches);
    let rows: [(&str, Change); 11] = [
        ("/users", |it| {
            it.pages.users = 1;
        }),
        ("/users/~1/managers", |it| {
            it.pages.managers = 1;
        }),
        ("/users/~3/subordinates", |it| {
            it.pages.subordinates = 1;
        }),
        ("/users/~1/roles", |it| {
            it.pages.roles = 1;
        }),
        ("/groups", |it| {
            it.pages.groups = 1;
        }),
        ("/groups/$G/roles", |it| {
            it.pages.group_roles = 1;
        }),
        ("/custom-fields", |it| {
            it.pages.custom_fields = 1;
        }),
        ("/external-ids", |it| {
            it.pages.external_ids = 1;
        }),
        ("/bulk/operations", |it| {
            it.pages.operations = 1;
        }),
        ("/webhooks/subscriptions", |it| {
            it.pages.subscriptions = 1;
        }),
        ("/webhooks/subscriptions/$S/events", |it| {
            it.pages.events = 1;
        }),
    ];
    for (small, change) in rows {
        let (_sandbox, lms, _receiver, subscription) = two_of_each(change).await;
        for (path, _) in rows {
            let filled = path
                .replace("~1", &user_id(1))
                .replace("~3", &user_id(3))
                .replace("$G", Seed::LEARNERS_GROUP)
                .replace("$S", &subscription);
            let answer = lms.get(&filled).await;
            assert_eq!(answer.status, 200, "{path}");
            let items = answer.body.as_array().unwrap().len();
            let one = items == 1 && answer.link.is_some();
            let all = items > 1 && answer.link.is_none();
            assert!(
                if path == small { one } else { all },
                "{path} with small {small}: {items}"
            );
        }
    }
}

#[tokio::test]
async fn events_wait_as_long_as_they_are_told_to() {
    let mut seed = monday().user(user(1, "ada@example.com"));
    seed.switches.learning360.events.latency_seconds = 90;
    let (_sandbox, control, lms) = start_lms(seed).await;
    let receiver = Receiver::start().await;
    let body = json!({ "eventType": "user.updated", "name": "ours", "url": receiver.url });
    assert_eq!(lms.post("/webhooks/subscriptions", body).await.status, 201);
    lms.patch(1, json!({ "job": "Poet" })).await;
    control.advance(89).await.unwrap();
    assert!(receiver.events().is_empty());
    control.advance(1).await.unwrap();
    assert_eq!(receiver.kinds(), ["user.updated"]);
}
