//! Reading a body into an event.
//!
//! Each part of the body is cut out as raw text first and read on its own, so that a surprise in
//! one part costs only that part, personal data is never unpacked, and depth costs no stack.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::{ChangedFields, DedupeKey, Event, UnparseableReason};
use super::kind::{EventKind, EventVersion};
use crate::ids::IdKind;
use crate::{EmployeeId, FieldId, InvalidId};

/// The top level of both generations.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'b> {
    #[serde(borrow)]
    company_id: Option<&'b RawValue>,
    r#type: Option<&'b RawValue>,
    /// Version 1 of the time-off family names its type so, and is flat.
    event: Option<&'b RawValue>,
    version: Option<&'b RawValue>,
    triggered_at: Option<&'b RawValue>,
    creation_date: Option<&'b RawValue>,
    data: Option<&'b RawValue>,
    employee: Option<&'b RawValue>,
    employee_id: Option<&'b RawValue>,
    timeoff_request_id: Option<&'b RawValue>,
}

/// The parts of `data` and `employee` that matter.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part<'b> {
    #[serde(borrow)]
    id: Option<&'b RawValue>,
    employee_id: Option<&'b RawValue>,
    field_updates: Option<&'b RawValue>,
    field_updates_ids: Option<&'b RawValue>,
}

/// The three shapes of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Second,
    First,
    FirstTimeOff,
}

pub(super) fn read(body: &[u8]) -> Result<Event, UnparseableReason> {
    // A struct would also be read from an array.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(UnparseableReason::NotAJsonObject);
    }
    let envelope: Envelope<'_> =
        serde_json::from_slice(body).map_err(|_| UnparseableReason::NotAJsonObject)?;
    let shape = envelope.shape();
    let name = match shape {
        Shape::FirstTimeOff => text(envelope.event),
        Shape::First | Shape::Second => text(envelope.r#type),
    };
    let kind = EventKind::from(name.ok_or(UnparseableReason::NoType)?.as_str());
    let data = part(envelope.data);
    let employee = match shape {
        Shape::Second => data.employee_id,
        Shape::First => part(envelope.employee).id,
        Shape::FirstTimeOff => envelope.employee_id,
    };
    let (triggered_at, zone_given) = match shape {
        Shape::Second => time(envelope.triggered_at),
        Shape::First | Shape::FirstTimeOff => time(envelope.creation_date),
    };
    Ok(Event {
        company_id: envelope
            .company_id
            .and_then(|raw| serde_json::from_str(raw.get()).ok()),
        kind,
        version: match shape {
            Shape::Second => {
                text(envelope.version).map_or(EventVersion::V2, |version| version.as_str().into())
            }
            Shape::First | Shape::FirstTimeOff => EventVersion::V1,
        },
        employee: employee.map(employee_id),
        triggered_at,
        zone_given,
        changed: changed(&[data.field_updates, data.field_updates_ids]),
        dedupe: DedupeKey::of(body),
    })
}

impl Envelope<'_> {
    /// A body with nothing to go by is read like the current generation.
    fn shape(&self) -> Shape {
        if text(self.version).as_deref() == Some("v1") {
            Shape::First
        } else if self.version.is_some() || self.triggered_at.is_some() {
            Shape::Second
        } else if self.employee.is_some_and(is_object) {
            Shape::First
        } else if self.event.is_some() && self.timeoff_request_id.is_some() {
            Shape::FirstTimeOff
        } else {
            Shape::Second
        }
    }
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn part(raw: Option<&RawValue>) -> Part<'_> {
    raw.filter(|raw| is_object(raw))
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// A string of digits. A JSON number is refused: it may have lost digits on its way.
fn employee_id(raw: &RawValue) -> Result<EmployeeId, InvalidId> {
    let text = text(Some(raw)).ok_or(InvalidId::not_text(IdKind::Employee))?;
    EmployeeId::try_from(text)
}

/// A time in UTC, and whether it came with a zone.
fn time(raw: Option<&RawValue>) -> (Option<DateTime>, bool) {
    let Some(text) = text(raw) else {
        return (None, false);
    };
    match text.parse::<jiff::Timestamp>() {
        Ok(instant) => (Some(Offset::UTC.to_datetime(instant)), true),
        Err(_) => (text.parse().ok(), false),
    }
}

fn changed(lists: &[Option<&RawValue>]) -> ChangedFields {
    let mut fields = Vec::new();
    let mut listed = false;
    for list in lists.iter().copied().flatten() {
        listed = true;
        let Some(ids) = field_ids(list) else {
            return ChangedFields::NotListed;
        };
        for id in ids {
            if !fields.contains(&id) {
                fields.push(id);
            }
        }
    }
    if listed {
        ChangedFields::Fields(fields)
    } else {
        ChangedFields::NotListed
    }
}

/// Strings, or objects with an `id`.
fn field_ids(list: &RawValue) -> Option<Vec<FieldId>> {
    let entries: Vec<&RawValue> = serde_json::from_str(list.get()).ok()?;
    entries
        .into_iter()
        .map(|entry| {
            let id = if is_object(entry) {
                part(Some(entry)).id?
            } else {
                entry
            };
            FieldId::parse(&text(Some(id))?).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use serde_json::{Value, json};

    use super::*;
    use crate::CompanyId;
    use crate::webhook::{Delivery, TimeOffChange};

    fn event(body: &Value) -> Event {
        read(body.to_string().as_bytes()).unwrap()
    }

    fn fields(ids: &[&str]) -> ChangedFields {
        ChangedFields::Fields(ids.iter().map(|id| FieldId::parse(id).unwrap()).collect())
    }

    fn updated(data: &Value) -> Event {
        event(&json!({
            "companyId": 636_192, "type": "employee.updated", "triggeredBy": "system",
            "triggeredAt": "2024-12-30T12:56:18.955603", "version": "v2", "data": data,
        }))
    }

    #[test]
    fn second_generation() {
        let event = updated(&json!({
            "employeeId": "3332883894235038486", "fieldUpdates": [{"id": "root.surname"}],
        }));
        assert_eq!(event.company_id(), Some(CompanyId::new(636_192)));
        assert_eq!(event.kind(), &EventKind::EmployeeUpdated);
        assert_eq!(event.version(), &EventVersion::V2);
        assert_eq!(event.employee_id().unwrap().as_str(), "3332883894235038486");
        assert_eq!(
            event.triggered_at(),
            Some(datetime(2024, 12, 30, 12, 56, 18, 955_603_000))
        );
        assert!(!event.zone_given());
        assert_eq!(event.changed(), &fields(&["root.surname"]));
    }

    #[test]
    fn first_generation() {
        let event = event(&json!({
            "companyId": 475_308, "type": "employee.created",
            "employee": {"id": "2834190035467633537", "email": "ada@example.com", "siteId": 1},
            "changedBy": null, "data": {"id": "5", "employeeId": "6"}, "previous": null,
            "creationDate": "2022-05-09T07:36:42.486",
        }));
        assert_eq!(event.version(), &EventVersion::V1);
        assert_eq!(event.kind(), &EventKind::EmployeeCreated);
        assert_eq!(event.employee_id().unwrap().as_str(), "2834190035467633537");
        assert_eq!(
            event.triggered_at(),
            Some(datetime(2022, 5, 9, 7, 36, 42, 486_000_000))
        );
        assert_eq!(event.changed(), &ChangedFields::NotListed);
        assert!(!format!("{event:?}").contains("ada@example.com"));
    }

    #[test]
    fn first_generation_of_time_off_is_flat() {
        let event = event(&json!({
            "timeoffRequestId": 24_587_697, "employeeId": "33", "event": "timeoff.request.approved",
        }));
        assert_eq!(event.version(), &EventVersion::V1);
        assert_eq!(event.kind(), &EventKind::TimeOff(TimeOffChange::Approved));
        assert_eq!(event.employee_id().unwrap().as_str(), "33");
        assert_eq!(event.company_id(), None);
    }

    #[test]
    fn which_generation() {
        let second = ("data", json!({"employeeId": "2"}));
        let first = ("employee", json!({"id": "1"}));
        for (marks, version, employee) in [
            (json!({"version": "v2"}), "v2", "2"),
            (json!({"triggeredAt": "2024-12-30T12:56:18"}), "v2", "2"),
            (json!({"triggeredAt": 5}), "v2", "2"),
            (json!({"version": "v3"}), "v3", "2"),
            (json!({"version": 2}), "v2", "2"),
            (json!({"version": "v1"}), "v1", "1"),
            (
                json!({"creationDate": "2022-05-09T07:36:42.486"}),
                "v1",
                "1",
            ),
            (json!({}), "v1", "1"),
            (json!({"employee": null}), "v2", "2"),
            (json!({"employee": "1"}), "v2", "2"),
        ] {
            let mut body = json!({"type": "employee.joined", first.0: first.1, second.0: second.1});
            body.as_object_mut()
                .unwrap()
                .extend(marks.as_object().unwrap().clone());
            let event = event(&body);
            assert_eq!(event.version().as_str(), version, "{marks}");
            assert_eq!(event.employee_id().unwrap().as_str(), employee, "{marks}");
        }
    }

    #[test]
    fn every_spelling_of_the_changed_fields() {
        let expected = fields(&["root.surname", "work.title"]);
        for list in [
            json!([{"id": "root.surname"}, {"id": "work.title"}]),
            json!(["root.surname", "work.title"]),
            json!(["/root/surname", {"id": "/work/title", "value": "x", "id2": []}]),
            json!(["root.surname", "/root/surname", "work.title"]),
        ] {
            for key in ["fieldUpdates", "fieldUpdatesIds"] {
                assert_eq!(
                    updated(&json!({key: list})).changed(),
                    &expected,
                    "{key} {list}"
                );
            }
        }
        let both = json!({"fieldUpdates": ["root.surname"], "fieldUpdatesIds": ["work.title"]});
        assert_eq!(updated(&both).changed(), &expected);
        assert_eq!(
            updated(&json!({"fieldUpdates": []})).changed(),
            &fields(&[])
        );
    }

    #[test]
    fn one_unreadable_element_means_any_field_may_have_changed() {
        for list in [
            json!(["root.surname", 5]),
            json!([{"id": "root.surname"}, {}]),
            json!([{"id": null}]),
            json!([""]),
            json!([["root.surname"]]),
            json!({"id": "root.surname"}),
            json!("root.surname"),
            json!(5),
        ] {
            let event = updated(&json!({"fieldUpdates": list}));
            assert_eq!(event.changed(), &ChangedFields::NotListed, "{list}");
            let event = updated(&json!({"fieldUpdates": ["work.title"], "fieldUpdatesIds": list}));
            assert_eq!(event.changed(), &ChangedFields::NotListed, "{list}");
        }
        assert_eq!(
            updated(&json!({"fieldUpdates": null})).changed(),
            &ChangedFields::NotListed
        );
    }

    #[test]
    fn an_unusable_employee_is_kept_as_such() {
        for data in [
            json!({}),
            json!(null),
            json!([]),
            json!("3"),
            json!({"employeeId": null}),
        ] {
            assert_eq!(updated(&data).employee(), None, "{data}");
        }
        for id in [
            json!(3),
            json!("12x"),
            json!(""),
            json!({}),
            json!("12345678901234567890"),
        ] {
            let event = updated(&json!({"employeeId": id}));
            assert!(event.employee().unwrap().is_err(), "{id}");
            assert_eq!(event.employee_id(), None);
        }
    }

    #[test]
    fn times_with_a_zone_become_utc() {
        for (text, expected, zone) in [
            (
                "2024-12-30T12:56:18Z",
                Some(datetime(2024, 12, 30, 12, 56, 18, 0)),
                true,
            ),
            (
                "2024-12-30T12:56:18+02:00",
                Some(datetime(2024, 12, 30, 10, 56, 18, 0)),
                true,
            ),
            (
                "2024-12-30T12:56:18.1",
                Some(datetime(2024, 12, 30, 12, 56, 18, 100_000_000)),
                false,
            ),
            ("yesterday", None, false),
            ("", None, false),
        ] {
            let event = event(&json!({"type": "x", "version": "v2", "triggeredAt": text}));
            assert_eq!(
                (event.triggered_at(), event.zone_given()),
                (expected, zone),
                "{text}"
            );
        }
    }

    #[test]
    fn bodies_that_are_not_events() {
        let deep = "[".repeat(1_000_000);
        for (body, reason) in [
            ("", UnparseableReason::NotAJsonObject),
            ("[]", UnparseableReason::NotAJsonObject),
            ("[1,2,3,4,5,6,7,8,9,10]", UnparseableReason::NotAJsonObject),
            ("null", UnparseableReason::NotAJsonObject),
            ("{\"type\":", UnparseableReason::NotAJsonObject),
            (
                "{\"type\":\"a\",\"type\":\"b\"}",
                UnparseableReason::NotAJsonObject,
            ),
            ("{} {}", UnparseableReason::NotAJsonObject),
            (deep.as_str(), UnparseableReason::NotAJsonObject),
            ("{}", UnparseableReason::NoType),
            ("{\"type\":5}", UnparseableReason::NoType),
            ("{\"type\":null}", UnparseableReason::NoType),
            (
                "{\"event\":\"timeoff.request.approved\"}",
                UnparseableReason::NoType,
            ),
        ] {
            assert_eq!(
                read(body.as_bytes()),
                Err(reason),
                "{}",
                &body[..body.len().min(40)]
            );
        }
        assert_eq!(
            read(b"{\"type\":\"\xff\"}"),
            Err(UnparseableReason::NotAJsonObject)
        );
        let Delivery::Unparseable(unparseable) = Delivery::parse(b"{}") else {
            panic!()
        };
        assert_eq!(
            unparseable.digest(),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        for key in ["data", "employee", "surprise", "companyId", "triggeredAt"] {
            let body = format!("{{\"type\":\"employee.left\",\"{key}\":{deep}}}");
            assert_eq!(
                read(body.as_bytes()).unwrap().kind(),
                &EventKind::EmployeeLeft
            );
        }
        let body = format!("{{\"type\":\"employee.left\",\"data\":{{\"fieldUpdates\":[{deep}]}}}}");
        assert_eq!(
            read(body.as_bytes()).unwrap().changed(),
            &ChangedFields::NotListed
        );
    }

    #[test]
    fn pings_come_first() {
        assert_eq!(Delivery::parse(b"Ping test"), Delivery::Ping);
        assert_eq!(Delivery::parse(b"{\"text\":\"Ping test\"}"), Delivery::Ping);
    }

    #[test]
    fn equal_bytes_have_equal_keys() {
        let body = br#"{"type":"employee.left"}"#;
        assert_eq!(read(body).unwrap().dedupe(), read(body).unwrap().dedupe());
        let other = read(br#"{"type":"employee.left" }"#).unwrap();
        assert_ne!(read(body).unwrap().dedupe(), other.dedupe());
        assert_eq!(other.dedupe().as_str().len(), 64);
    }
}
