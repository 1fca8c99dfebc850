//! The events that 360Learning sends: whatever their schemas allow is verified and read.

use jiff::Timestamp;
use learning360_client::UserField;
use learning360_client::webhook::{Delivery, Event, EventData, Secret, Verifier, signed_headers};
use serde_json::{Value, json};
use system_tests::openapi::{Generator, Spec};

use super::seen::differences;

#[test]
fn every_event_is_read() {
    let Some(spec) = Spec::load() else { return };
    let (mut typed, mut all) = (0, 0);
    for (kind, schema) in spec.events() {
        for seed in 0..SEEDS {
            let mut body = Generator::new(seed).value(schema);
            if body.get("type").is_none() {
                // Statements of xAPI, which are no events of users, groups or bulk operations.
                assert!(!is_ours(kind), "{kind}");
                continue;
            }
            body["timestamp"] = json!(1_748_346_292_000_i64);
            let event = received(&body);
            // One entry of the files has the events of another.
            assert_eq!(event.kind().as_str(), body["type"], "{kind}");
            assert!(event.kind().is_known(), "{kind}");
            assert_eq!(event.at(), Timestamp::from_second(1_748_346_292).ok());
            let read = read(&body["data"], event.data());
            let found = differences(&read, &seen(event.data(), &read));
            assert_eq!(found, [], "{kind}: {body}");
            let is_typed = !matches!(event.data(), EventData::Other(_));
            assert!(is_ours(kind) || !is_typed);
            typed += usize::from(is_typed && seed == 0);
        }
        all += 1;
    }
    // Users: activated, created, deleted, invited, reactivated, updated. Groups: created, deleted,
    // updated. Bulk operations: created, ended.
    assert_eq!((typed, all), (11, 29));
}

fn is_ours(kind: &str) -> bool {
    let ours = ["user.", "group.", "bulk."];
    ours.iter().any(|it| kind.starts_with(it))
}

/// Signs a body as 360Learning does, and opens it as a host does.
fn received(body: &Value) -> Event {
    let (secret, bytes, now) = ("whsec_c2VjcmV0", body.to_string(), Timestamp::UNIX_EPOCH);
    let headers = signed_headers(secret, "msg_1", now, bytes.as_bytes());
    let verifier = Verifier::new([Secret::new("test", secret)]).expect("a secret");
    let opened = verifier.open(&headers, bytes.as_bytes(), now);
    match opened.expect("the signature is right").delivery {
        Delivery::Event(event) => event,
        other => panic!("{other:?}: {body}"),
    }
}

/// What the client reads of it: everything, but for a group's looks and legal texts.
fn read(data: &Value, event: &EventData) -> Value {
    let mut data = data.clone();
    if let (Some(data), EventData::Group(_)) = (data.as_object_mut(), event) {
        data.retain(|name, _| READ_OF_GROUPS.contains(&name.as_str()));
    }
    data
}

/// What was read, in the vendor's words; `data` says what it calls the time of the event.
fn seen(event: &EventData, data: &Value) -> Value {
    let names = data.as_object().into_iter().flat_map(|data| data.keys());
    let mut times = names.filter(|name| name.ends_with("At") && *name != "toBeDeactivatedAt");
    let time = times.next().cloned().unwrap_or_default();
    match event {
        EventData::User(user) => {
            let mut seen = json!({"userId": user.user(), "createdFrom": user.created_from()});
            for field in UserField::ALL {
                seen[field.as_str()] = json!(user.text(field));
            }
            seen[time] = json!(user.at());
            seen
        }
        EventData::Group(group) => json!({
            "groupId": group.group(), "name": group.name(), "parentId": group.parent(),
            time: group.at(),
        }),
        EventData::Bulk(bulk) => json!({
            "bulkOperationId": bulk.operation(), "type": bulk.operation_type(),
            "createdAt": bulk.created_at(), "endedAt": bulk.ended_at(), "status": bulk.status(),
        }),
        EventData::Other(data) => data.clone(),
        other => panic!("{other:?}"),
    }
}

/// How many bodies of each type are read.
const SEEDS: u64 = 24;

/// `GET /groups/{groupId}` tells the rest.
const READ_OF_GROUPS: [&str; 6] = [
    "groupId",
    "name",
    "parentId",
    "createdAt",
    "updatedAt",
    "deletedAt",
];
