//! Reading a body into an event.
//!
//! The body is gone through once. Its values are cut out as raw JSON and looked at on their own, so
//! that a surprise in one of them costs only that one, and personal data is never unpacked.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::changed::{self, FieldList};
use super::detail;
use super::event::{DedupeKey, Event, TriggeredBy, UnparseableReason};
use super::kind::{EventKind, EventVersion};
use super::raw::{Object, text};
use crate::ids::IdKind;
use crate::{CompanyId, EmployeeId, InvalidId};

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
    triggered_by: Option<&'b RawValue>,
    triggered_at: Option<&'b RawValue>,
    #[serde(default)]
    changed_by: Object<Person<'b>>,
    creation_date: Option<&'b RawValue>,
    #[serde(default)]
    data: Object<Data<'b>>,
    #[serde(default)]
    employee: Object<Person<'b>>,
    employee_id: Option<&'b RawValue>,
    timeoff_request_id: Option<&'b RawValue>,
}

/// What matters in `data`: of every event, and of each family.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data<'b> {
    #[serde(borrow)]
    employee_id: Option<&'b RawValue>,
    field_updates: Option<FieldList>,
    field_updates_ids: Option<FieldList>,
    pub(super) id: Option<&'b RawValue>,
    pub(super) table_id: Option<&'b RawValue>,
    pub(super) table_name: Option<&'b RawValue>,
    pub(super) effective_date: Option<&'b RawValue>,
    pub(super) timeoff_request_id: Option<&'b RawValue>,
    pub(super) request_id: Option<&'b RawValue>,
    pub(super) to_do_ids: Option<&'b RawValue>,
    pub(super) to_do_requested_for_ids: Option<&'b RawValue>,
    pub(super) to_do_assignee_ids: Option<&'b RawValue>,
    pub(super) new_status: Option<&'b RawValue>,
    pub(super) document_id: Option<&'b RawValue>,
    pub(super) signed_by: Option<&'b RawValue>,
}

/// What matters in version 1's summaries of people.
#[derive(Clone, Copy, Deserialize)]
struct Person<'b> {
    #[serde(borrow)]
    id: Option<&'b RawValue>,
}

/// The three shapes of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Second,
    First,
    FirstTimeOff,
}

pub(super) fn read(body: &[u8]) -> Result<Event, UnparseableReason> {
    if body.len() > BODY_LIMIT {
        return Err(UnparseableReason::TooLarge);
    }
    // A struct would also be read from an array.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(UnparseableReason::NotAJsonObject);
    }
    let envelope: Envelope<'_> = core::str::from_utf8(body)
        .ok()
        .and_then(|body| serde_json::from_str(body).ok())
        .ok_or(UnparseableReason::NotAJsonObject)?;
    let shape = envelope.shape();
    let kind = envelope.kind(shape).ok_or(UnparseableReason::NoType)?;
    let employee = envelope.employee(shape).map(employee_id);
    let (triggered_at, zone_given) = time(match shape {
        Shape::Second => envelope.triggered_at,
        Shape::First | Shape::FirstTimeOff => envelope.creation_date,
    });
    let (version, triggered_by) = (envelope.generation(shape), envelope.triggered_by(shape));
    let data = envelope.data.0.unwrap_or_default();
    Ok(Event {
        company_id: envelope.company_id.and_then(company_id),
        version,
        employee,
        triggered_by,
        triggered_at,
        zone_given,
        detail: match shape {
            Shape::FirstTimeOff => detail::of_time_off(&kind, envelope.timeoff_request_id),
            Shape::First | Shape::Second => detail::read(&kind, &data),
        },
        changed: changed::merge([data.field_updates, data.field_updates_ids]),
        kind,
        dedupe: DedupeKey::of(body),
    })
}

impl<'b> Envelope<'b> {
    /// A body with nothing to go by is read like the current generation.
    fn shape(&self) -> Shape {
        if text(self.version).as_deref() == Some("v1") {
            Shape::First
        } else if self.version.is_some() || self.triggered_at.is_some() {
            Shape::Second
        } else if self.employee.0.is_some() {
            Shape::First
        } else if self.event.is_some() && self.timeoff_request_id.is_some() {
            Shape::FirstTimeOff
        } else {
            Shape::Second
        }
    }

    fn kind(&self, shape: Shape) -> Option<EventKind> {
        let name = match shape {
            Shape::FirstTimeOff => text(self.event),
            Shape::First | Shape::Second => text(self.r#type),
        };
        name.filter(|name| name.len() <= LONGEST_NAME)
            .map(|name| name.as_ref().into())
    }

    fn employee(&self, shape: Shape) -> Option<&'b RawValue> {
        match shape {
            Shape::Second => self.data.0.as_ref()?.employee_id,
            Shape::First => self.employee.0?.id,
            Shape::FirstTimeOff => self.employee_id,
        }
    }

    fn generation(&self, shape: Shape) -> EventVersion {
        match shape {
            Shape::First | Shape::FirstTimeOff => EventVersion::V1,
            Shape::Second => text(self.version)
                .filter(|name| name.len() <= LONGEST_NAME)
                .map_or(EventVersion::V2, |name| name.as_ref().into()),
        }
    }

    fn triggered_by(&self, shape: Shape) -> Option<TriggeredBy> {
        let id = match shape {
            Shape::Second => self.triggered_by,
            Shape::First | Shape::FirstTimeOff => self.changed_by.0?.id,
        };
        match text(id)?.as_ref() {
            "system" => Some(TriggeredBy::System),
            id => EmployeeId::try_from(id).ok().map(TriggeredBy::Employee),
        }
    }
}

/// An integer, or a string of digits.
fn company_id(raw: &RawValue) -> Option<CompanyId> {
    let text = text(Some(raw));
    text.as_deref().unwrap_or(raw.get()).parse().ok()
}

/// A string of digits. A JSON number is refused: it may have lost digits on its way.
fn employee_id(raw: &RawValue) -> Result<EmployeeId, InvalidId> {
    let text = text(Some(raw)).ok_or(InvalidId::not_text(IdKind::Employee))?;
    EmployeeId::try_from(text.as_ref())
}

/// A time in UTC, and whether it came with a zone.
fn time(raw: Option<&RawValue>) -> (Option<DateTime>, bool) {
    let Some(text) = text(raw) else {
        return (None, false);
    };
    // HiBob sends none, and an attempt that fails is dear.
    let named = text.bytes().any(|byte| matches!(byte, b'Z' | b'z' | b'+'));
    if named || text.matches('-').count() > 2 {
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return (Some(Offset::UTC.to_datetime(instant)), true);
        }
    }
    (text.parse().ok(), false)
}

/// The largest body that is parsed, in bytes: 1 MiB. HiBob's bodies have a few hundred bytes, or
/// a few thousand in version 1. Refuse longer ones before they are read into memory.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// The longest name of a type or a version, in bytes.
const LONGEST_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use serde_json::{Value, json};

    use super::*;
    use crate::webhook::{ChangedFields, Delivery, TimeOffChange};
    use crate::{CompanyId, FieldId};

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
            (&deep[..BODY_LIMIT / 2], UnparseableReason::NotAJsonObject),
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
        let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
        for key in ["data", "employee", "surprise", "companyId", "triggeredAt"] {
            let body = format!("{{\"type\":\"employee.left\",\"{key}\":{deep}}}");
            assert_eq!(
                read(body.as_bytes()).unwrap().kind(),
                &EventKind::EmployeeLeft
            );
        }
        for list in [
            deep.clone(),
            format!("[{deep}]"),
            format!("[{{\"id\":{deep}}}]"),
        ] {
            let data = format!("{{\"fieldUpdates\":{list},\"employeeId\":\"33\",\"x\":5}}");
            let body = format!("{{\"type\":\"employee.left\",\"data\":{data}}}");
            let event = read(body.as_bytes()).unwrap();
            assert_eq!(event.changed(), &ChangedFields::NotListed);
            assert_eq!(event.employee_id().unwrap().as_str(), "33");
        }
    }

    #[test]
    fn sizes_have_limits() {
        let name = |length: usize| format!("{{\"type\":\"{}\"}}", "x".repeat(length));
        assert_eq!(
            read(name(200).as_bytes()).unwrap().kind().as_str().len(),
            200
        );
        assert_eq!(read(name(201).as_bytes()), Err(UnparseableReason::NoType));
        let version = |length: usize| json!({"type": "x", "version": "v".repeat(length)});
        assert_eq!(event(&version(200)).version().as_str().len(), 200);
        assert_eq!(event(&version(201)).version(), &EventVersion::V2);

        let list = |length: usize| {
            let ids: Vec<_> = (0..length).map(|number| format!("work.{number}")).collect();
            updated(&json!({"fieldUpdates": ids, "employeeId": "33"}))
        };
        assert!(matches!(list(1000).changed(), ChangedFields::Fields(ids) if ids.len() == 1000));
        assert_eq!(list(1001).changed(), &ChangedFields::NotListed);
        assert_eq!(list(1001).employee_id().unwrap().as_str(), "33");

        let padded = |length: usize| format!("{{\"type\":\"x\"{}}}", " ".repeat(length - 12));
        assert_eq!(padded(BODY_LIMIT).len(), BODY_LIMIT);
        assert!(read(padded(BODY_LIMIT).as_bytes()).is_ok());
        assert_eq!(
            read(padded(BODY_LIMIT + 1).as_bytes()),
            Err(UnparseableReason::TooLarge)
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
