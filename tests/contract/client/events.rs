//! The events that 360Learning sends: whatever their schemas allow is verified and read.

use jiff::Timestamp;
use learning360_client::UserField;
use learning360_client::webhook::{Delivery, Event, EventData, Secret, Verifier, signed_headers};
use serde_json::{Value, json};
use system_tests::openapi::{Generator, Spec};

use super::seen::differences;

#[test]
fn every_event_is_read_to_the_last_property() {
    let Some(spec) = Spec::load() else { return };
    let (mut typed, mut all) = (0, 0);
    for (kind, schema) in spec.events() {
        for seed in 0..SEEDS {
            let mut body = Generator::new(seed).value(schema);
            body["timestamp"] = json!(1_748_346_292_000_i64);
            let event = received(&body);
            // One entry of the files has the events of another.
            assert_eq!(Some(event.kind().as_str()), named(&body), "{kind}");
            assert!(event.kind().is_known(), "{kind}");
            assert_eq!(event.at(), Timestamp::from_second(1_748_346_292).ok());
            // A statement of xAPI has no envelope.
            let data = body.get("type").map_or(&body, |_| &body["data"]);
            let found = differences(data, &seen(event.data(), data));
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

/// The type that a body names; a statement of xAPI names none.
fn named(body: &Value) -> Option<&str> {
    body.get("type").map_or(Some("xapi"), Value::as_str)
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
        EventData::Group(group) => {
            let names = data.as_object().into_iter().flat_map(|data| data.keys());
            let mut seen: Value = names
                .filter_map(|name| Some((name.clone(), group.property(name)?.clone())))
                .collect();
            seen["groupId"] = json!(group.group());
            seen["name"] = json!(group.name());
            seen["parentId"] = json!(group.parent());
            seen[time] = json!(group.at());
            seen
        }
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
