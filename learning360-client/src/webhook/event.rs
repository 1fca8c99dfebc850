//! What a delivery holds.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::data::EventData;
use super::event_type::EventType;

/// What a verified delivery is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Delivery {
    /// An event, of whatever type.
    Event(Event),
    /// The signature was right, but the body is no event. Another attempt would bring the same.
    Unparseable(Unparseable),
}

/// An event. It says that something happened and may be old by now: read the object through the
/// API before acting on it.
///
/// It can only be had from a [`Verifier`](super::Verifier). `Debug` shows no personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    id: Box<str>,
    sent_at: Timestamp,
    kind: EventType,
    at: Option<Timestamp>,
    data: EventData,
}

/// A delivery that is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unparseable {
    id: Box<str>,
    length: usize,
}

impl Delivery {
    pub(super) fn parse(id: Box<str>, sent_at: Timestamp, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Envelope {
            r#type: EventType,
            #[serde(default)]
            timestamp: Value,
            #[serde(default)]
            data: Value,
        }

        match serde_json::from_slice(body) {
            Ok(Envelope {
                r#type: kind,
                timestamp,
                data,
            }) => Self::Event(Event {
                id,
                sent_at,
                at: milliseconds(&timestamp),
                data: EventData::new(&kind, data),
                kind,
            }),
            Err(_) => match statement(body) {
                Some(data) => Self::Event(Event {
                    id,
                    sent_at,
                    kind: EventType::Xapi,
                    at: data.get("timestamp").and_then(milliseconds),
                    data: EventData::Other(data),
                }),
                None => Self::Unparseable(Unparseable {
                    id,
                    length: body.len(),
                }),
            },
        }
    }
}

/// A statement of xAPI, which is sent as it is, without the envelope of the other events.
fn statement(body: &[u8]) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let is_statement = body.get("type").is_none() && body.get("verb").is_some_and(Value::is_object);
    is_statement.then_some(body)
}

impl Event {
    /// The id, such as `msg_…`: the same with every attempt, so that it serves to recognise those.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When this attempt was made.
    pub fn sent_at(&self) -> Timestamp {
        self.sent_at
    }

    /// The type.
    pub fn kind(&self) -> &EventType {
        &self.kind
    }

    /// When the event happened, if it says so.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// What the event says.
    pub fn data(&self) -> &EventData {
        &self.data
    }
}

impl Unparseable {
    /// The id of the delivery, the same with every attempt.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The length of the body in bytes.
    pub fn length(&self) -> usize {
        self.length
    }
}

/// The body counts milliseconds, while the header counts seconds.
fn milliseconds(timestamp: &Value) -> Option<Timestamp> {
    // The reference says integer, and shows a string.
    let milliseconds = match timestamp {
        Value::String(text) => text.parse().ok()?,
        number => number.as_i64()?,
    };
    Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn parsed(body: &[u8]) -> Delivery {
        Delivery::parse("msg_1".into(), Timestamp::UNIX_EPOCH, body)
    }

    fn event(body: &Value) -> Event {
        match parsed(body.to_string().as_bytes()) {
            Delivery::Event(event) => event,
            Delivery::Unparseable(what) => panic!("{what:?}"),
        }
    }

    #[test]
    fn the_body_counts_milliseconds() {
        for (timestamp, at) in [
            (json!(1_748_346_292_000_i64), Some(1_748_346_292)),
            (json!("1748346292000"), Some(1_748_346_292)),
            (json!("soon"), None),
            (json!(1.5), None),
            (json!(i64::MAX), None),
            (json!(null), None),
        ] {
            let event = event(&json!({"type": "user.updated", "timestamp": timestamp, "data": {}}));
            assert_eq!(event.at().map(Timestamp::as_second), at, "{timestamp}");
        }
    }

    #[test]
    fn unknown_types_and_missing_parts_are_events() {
        let event = event(&json!({"type": "user.teleported", "more": 1}));
        assert_eq!(event.kind().as_str(), "user.teleported");
        assert_eq!(event.data(), &EventData::Other(Value::Null));
        assert_eq!(
            (event.id(), event.sent_at()),
            ("msg_1", Timestamp::UNIX_EPOCH)
        );
    }

    #[test]
    fn a_statement_of_xapi_is_an_event_without_an_envelope() {
        let body = json!({"verb": {"id": "initialized"}, "timestamp": 1_748_346_292_000_i64});
        let event = event(&body);
        assert_eq!(event.kind(), &EventType::Xapi);
        assert_eq!(event.at().map(Timestamp::as_second), Some(1_748_346_292));
        assert_eq!(event.data(), &EventData::Other(body));
    }

    #[test]
    fn what_is_no_event_says_so() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "{\"type\":5}",
            "{\"type\":5,\"verb\":{}}",
            "{\"verb\":\"initialized\"}",
            "{\"type\":\"user.dele",
            "\u{0}",
        ] {
            let Delivery::Unparseable(what) = parsed(body.as_bytes()) else {
                panic!("{body}");
            };
            assert_eq!((what.id(), what.length()), ("msg_1", body.len()));
        }
        // As deep as it likes.
        assert!(matches!(
            parsed(&b"[".repeat(100_000)),
            Delivery::Unparseable(_)
        ));
    }

    proptest! {
        #[test]
        fn no_body_panics(body in any::<Vec<u8>>()) {
            drop(parsed(&body));
        }
    }
}
