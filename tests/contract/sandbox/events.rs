//! The bodies of webhooks follow the files.

use std::collections::BTreeSet;

use sandbox::{Learning360Act, Seed};
use serde_json::json;
use system_tests::openapi::Spec;

use super::{id, start};

const KINDS: [&str; 11] = [
    "bulk.operation.created",
    "bulk.operation.ended",
    "group.created",
    "group.deleted",
    "group.updated",
    "user.activated",
    "user.created",
    "user.deleted",
    "user.invited",
    "user.reactivated",
    "user.updated",
];

#[tokio::test]
async fn every_event_of_users_groups_and_operations_follows_its_schema() {
    let Some(spec) = Spec::load() else { return };
    let (sandbox, mut caller) = start(&spec, |_| {}).await;
    let url = sandbox.bob_base_url().to_string();
    let path = "/webhooks/subscriptions";
    let mut subscriptions = Vec::new();
    for kind in KINDS {
        let body = json!({ "eventType": kind, "name": kind, "url": url });
        let created = caller.row("POST", path, Some(body), (201, "")).await;
        let id = created.body["_id"].as_str().expect("an id").to_owned();
        subscriptions.push(format!("{path}/{id}/events"));
    }

    let membership = json!({ "groupId": Seed::LEARNERS_GROUP, "role": "learner" });
    let bare = json!({ "mail": "bare@example.com", "membership": membership });
    let again = json!({ "mail": "deleted@example.com", "membership": membership });
    let group = json!({ "name": "New", "public": false, "parentId": id(21) });
    let operation = json!({ "input": [{ "userId": id(1), "groupId": id(21), "role": "coach" }] });
    let user = format!("/users/{}", id(1));
    let full = json!({
        "custom": "x", "job": "x", "organization": "x", "phone": "x", "lang": "fr",
        "toBeDeactivatedAt": "2030-01-01T00:00:00.000Z", "primaryGroupId": Seed::LEARNERS_GROUP,
    });
    for (method, path, body, status) in [
        ("POST", "/users", Some(bare), 201),
        ("POST", "/users", Some(again), 200),
        ("PATCH", &user, Some(full), 200),
        ("PUT", &format!("{user}/activate"), None, 200),
        ("DELETE", &user, None, 204),
        ("POST", "/groups", Some(group), 201),
        (
            "PATCH",
            &format!("/groups/{}", id(22)),
            Some(json!({ "custom": "x" })),
            200,
        ),
        ("DELETE", &format!("/groups/{}", id(21)), None, 204),
        ("POST", "/bulk/groups/memberships", Some(operation), 202),
    ] {
        caller.row(method, path, body, (status, "")).await;
    }
    let new = Learning360Act::self_registration("self@example.com");
    sandbox
        .control()
        .act360(new)
        .await
        .expect("somebody registers");
    sandbox.control().advance(10).await.expect("time passes");

    let mut seen = BTreeSet::new();
    for events in subscriptions {
        let listed = caller.row("GET", &events, None, (200, "")).await.body;
        for event in listed.as_array().expect("a list") {
            let payload = &event["payload"];
            let kind = payload["type"].as_str().expect("a type").to_owned();
            spec.check_event(&kind, payload)
                .unwrap_or_else(|problems| panic!("{kind}: {problems}: {payload}"));
            seen.insert(kind);
        }
    }
    assert_eq!(seen, KINDS.map(String::from).into());
}
