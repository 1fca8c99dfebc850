//! The body of a delivery whose signature is right.

use std::collections::BTreeSet;

use hibob_client::testing::deliver;
use hibob_client::webhook::{
    ChangedFields, Delivery, Event, EventKind, UnparseableReason, is_ping,
};
use serde::de::IgnoredAny;
use serde_json::Value;

/// Whatever the bytes are, something is made of them; and where they are JSON, what is made of them
/// is what stands there.
pub fn run(data: &[u8]) {
    let opened = deliver(data);
    assert_eq!(deliver(data), opened, "the same bytes, the same delivery");
    assert_eq!(is_ping(data), opened.delivery == Delivery::Ping);
    let value = serde_json::from_slice::<Value>(data).ok();
    match &opened.delivery {
        Delivery::Ping => {}
        Delivery::Event(event) => {
            assert!(
                serde_json::from_slice::<IgnoredAny>(data).is_ok(),
                "it is JSON"
            );
            check(event);
            if let Some(value) = value {
                compare(event, &value);
            }
            extend(data, event);
        }
        Delivery::Unparseable(found) => {
            assert_eq!(found.digest().len(), 64);
            if found.reason() == UnparseableReason::NoType {
                assert!(
                    serde_json::from_slice::<IgnoredAny>(data).is_ok(),
                    "it is JSON"
                );
            }
        }
    }
}

/// What holds of every event.
fn check(event: &Event) {
    assert_eq!(&EventKind::from(event.kind().as_str()), event.kind());
    assert!(event.kind().as_str().len() <= 200 && event.version().as_str().len() <= 200);
    assert!(
        event
            .dedupe()
            .as_str()
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
    );
    if let Some(id) = event.employee_id() {
        assert!(id.as_str().bytes().all(|byte| byte.is_ascii_digit()));
        assert!((1..=19).contains(&id.as_str().len()));
    }
    if let ChangedFields::Fields(fields) = event.changed() {
        assert!(fields.len() <= 2000);
        assert_eq!(fields.iter().collect::<BTreeSet<_>>().len(), fields.len());
        assert!(fields.iter().all(|field| !field.as_str().starts_with('/')));
    }
    // Nothing panics when it is shown.
    assert!(!format!("{event:?}").is_empty());
}

/// What another reader makes of the same bytes. Where a key stands twice, this one never reads.
fn compare(event: &Event, value: &Value) {
    let kind = event.kind().as_str();
    assert!(value["type"] == kind || value["event"] == kind, "{kind}");
    let id = event.employee_id().map(hibob_client::EmployeeId::as_str);
    let places = [
        &value["data"]["employeeId"],
        &value["employee"]["id"],
        &value["employeeId"],
    ];
    if let Some(id) = id {
        assert!(places.iter().any(|place| *place == id), "{id}");
    }
    if let Some(company) = event.company_id() {
        let named = &value["companyId"];
        let text = named
            .as_str()
            .map_or_else(|| named.to_string(), str::to_owned);
        assert_eq!(text.parse(), Ok(company));
    }
}

/// One more field that nobody knows changes nothing but the digest.
fn extend(data: &[u8], event: &Event) {
    let end = data
        .iter()
        .rposition(|byte| *byte == b'}')
        .expect("it is an object");
    let body = [&data[..end], b",\"unheardOf\":[{\"id\":\"1\"}]}"].concat();
    let Delivery::Event(extended) = deliver(&body).delivery else {
        // Only at the limit is there no room for it.
        return assert!(body.len() > hibob_client::webhook::BODY_LIMIT);
    };
    assert_eq!(extended.kind(), event.kind());
    assert_eq!(extended.version(), event.version());
    assert_eq!(extended.employee(), event.employee());
    assert_eq!(extended.triggered_at(), event.triggered_at());
    assert_eq!(extended.changed(), event.changed());
    assert_eq!(extended.detail(), event.detail());
    assert_ne!(extended.dedupe(), event.dedupe());
}
