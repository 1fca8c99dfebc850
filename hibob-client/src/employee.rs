//! One employee's record, as far as the service user may see it.

use core::fmt;
use std::borrow::Cow;

use jiff::civil::Date;
use serde::de::{self, Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::{AccessStatus, EmployeeId, Field, FieldId, LifecycleStatus, fields};

/// An employee's record.
///
/// HiBob writes each value twice: under a slash key (`"/work/title": {"value": …}`), and nested
/// (`"work": {"title": …}`, with the `root` fields at the top level). Either form is enough; see
/// [`Employee::field`]. `Debug` shows the id and the names of the fields, never a value.
///
/// ```
/// use hibob_client::{Employee, Field, FieldId};
/// use serde_json::json;
///
/// let employee = Employee::from_json(json!({
///     "id": "3332883894235038486",
///     "/work/siteId": { "value": 2606110 },
///     "work": { "title": null },
/// }))?;
/// assert_eq!(employee.text(&FieldId::parse("work.siteId")?), Field::Value("2606110".into()));
/// assert_eq!(employee.field(&FieldId::parse("work.title")?), Field::Null);
/// assert_eq!(employee.field(&FieldId::parse("work.department")?), Field::Missing);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Employee {
    id: EmployeeId,
    raw: Map<String, Value>,
}

impl Employee {
    /// Reads a record. It needs a usable id (`id` or `/root/id`) and nothing else; if both forms
    /// of the id are there, they must agree.
    pub fn from_json(value: Value) -> Result<Self, InvalidEmployee> {
        let Value::Object(raw) = value else {
            return Err(InvalidEmployee::NotAnObject);
        };
        let nested = raw.get("id").and_then(read_id);
        let slash = raw
            .get("/root/id")
            .and_then(|entry| entry.get("value"))
            .and_then(read_id);
        let id = match (nested, slash) {
            (Some(nested), Some(slash)) if nested != slash => {
                return Err(InvalidEmployee::ContradictoryId);
            }
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => return Err(InvalidEmployee::NoUsableId),
        };
        Ok(Self { id, raw })
    }

    /// The employee's id (`root.id`).
    pub fn id(&self) -> &EmployeeId {
        &self.id
    }

    /// A field's machine value.
    ///
    /// In this order: the nested value, if it is not null; the `value` of the slash key; null if
    /// either form is null; otherwise missing. A field inside an empty object field
    /// (`work.reportsTo.email` of somebody without a manager) is null too.
    pub fn field(&self, field: &FieldId) -> Field<&Value> {
        let nested = self.nested(field);
        if let Field::Value(_) = nested {
            return nested;
        }
        match self
            .raw
            .get(&field.to_slash_form())
            .and_then(|entry| entry.get("value"))
        {
            Some(Value::Null) => Field::Null,
            Some(value) => Field::Value(value),
            None => nested,
        }
    }

    /// A field's value as text: strings as they are, integers in decimal (list ids come in both
    /// forms). A value of another kind reads as [`Field::Missing`], which changes nothing; use
    /// [`try_text`](Self::try_text) to tell it apart.
    pub fn text(&self, field: &FieldId) -> Field<Cow<'_, str>> {
        self.try_text(field).unwrap_or(Field::Missing)
    }

    /// As [`text`](Self::text), with an error for a value that is neither text nor an integer.
    pub fn try_text(&self, field: &FieldId) -> Result<Field<Cow<'_, str>>, FieldError> {
        Ok(match self.field(field) {
            Field::Missing => Field::Missing,
            Field::Null => Field::Null,
            Field::Value(Value::String(text)) => Field::Value(Cow::Borrowed(text)),
            Field::Value(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Field::Value(Cow::Owned(number.to_string()))
            }
            Field::Value(_) => return Err(FieldError::NotText),
        })
    }

    /// A field's value as a calendar date: `YYYY-MM-DD`, or the date part of an ISO 8601
    /// date-time. An unreadable one reads as [`Field::Missing`]; use
    /// [`try_date`](Self::try_date) to tell it apart.
    pub fn date(&self, field: &FieldId) -> Field<Date> {
        self.try_date(field).unwrap_or(Field::Missing)
    }

    /// As [`date`](Self::date), with an error for a value that is not a date.
    pub fn try_date(&self, field: &FieldId) -> Result<Field<Date>, FieldError> {
        Ok(match self.field(field) {
            Field::Missing => Field::Missing,
            Field::Null => Field::Null,
            Field::Value(value) => {
                let date = value
                    .as_str()
                    .and_then(read_date)
                    .ok_or(FieldError::NotADate)?;
                Field::Value(date)
            }
        })
    }

    /// The phase of employment (`internal.lifecycleStatus`).
    pub fn lifecycle_status(&self) -> Field<LifecycleStatus> {
        self.standard_text(fields::INTERNAL_LIFECYCLE_STATUS)
            .map(LifecycleStatus::from)
    }

    /// Whether the employee may use HiBob (`internal.status`).
    pub fn access_status(&self) -> Field<AccessStatus> {
        self.standard_text(fields::INTERNAL_STATUS)
            .map(AccessStatus::from)
    }

    /// The work e-mail address (`root.email`).
    pub fn email(&self) -> Field<&str> {
        self.standard_text(fields::ROOT_EMAIL)
    }

    /// The whole record as HiBob sent it.
    pub fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }

    fn standard_text(&self, id: &'static str) -> Field<&str> {
        let Ok(id) = FieldId::parse(id) else {
            return Field::Missing;
        };
        self.field(&id)
            .and_then(|value| value.as_str().map_or(Field::Missing, Field::Value))
    }

    fn nested(&self, field: &FieldId) -> Field<&Value> {
        let path = field.as_str();
        let path = path.strip_prefix("root.").unwrap_or(path);
        let mut object = &self.raw;
        let mut segments = path.split('.').enumerate().peekable();
        while let Some((depth, segment)) = segments.next() {
            let is_last = segments.peek().is_none();
            match object.get(segment) {
                // An empty category says nothing; an empty object field has empty parts.
                Some(Value::Null) if is_last || depth > 0 => return Field::Null,
                Some(value) if is_last => return Field::Value(value),
                Some(Value::Object(inner)) => object = inner,
                _ => return Field::Missing,
            }
        }
        Field::Missing
    }
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee")
            .field("id", &self.id)
            .field("fields", &Names(&self.raw))
            .finish()
    }
}

impl<'de> Deserialize<'de> for Employee {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A record that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEmployee {
    /// The record is not a JSON object.
    #[error("the record is not an object")]
    NotAnObject,
    /// The record has no id, or none that is a string of digits.
    #[error("the record has no usable id")]
    NoUsableId,
    /// The record's two forms name two employees.
    #[error("the two forms of the record's id differ")]
    ContradictoryId,
}

/// A field whose value is of another kind than the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Neither a string nor an integer.
    #[error("the field's value is neither text nor an integer")]
    NotText,
    /// Not a calendar date.
    #[error("the field's value is not a date")]
    NotADate,
}

/// The names of a record's fields: slash keys as they are, nested ones in dot form.
struct Names<'a>(&'a Map<String, Value>);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for (key, value) in self.0.iter().filter(|(key, _)| *key != "humanReadable") {
            match value {
                Value::Object(inner) if !key.starts_with('/') => {
                    list.entries(inner.keys().map(|name| format!("{key}.{name}")));
                }
                _ => {
                    list.entry(key);
                }
            }
        }
        list.finish()
    }
}

fn read_id(value: &Value) -> Option<EmployeeId> {
    EmployeeId::deserialize(value).ok()
}

fn read_date(text: &str) -> Option<Date> {
    let date = text.get(..10)?;
    let rest = text.get(10..)?;
    let digits = |range: core::ops::Range<usize>| -> Option<i16> {
        let part = date.get(range)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(part)?
            .parse()
            .ok()
    };
    if date.as_bytes().get(4) != Some(&b'-') || date.as_bytes().get(7) != Some(&b'-') {
        return None;
    }
    let day = Date::new(
        digits(0..4)?,
        digits(5..7)?.try_into().ok()?,
        digits(8..10)?.try_into().ok()?,
    )
    .ok()?;
    let is_date_time =
        || text.parse::<jiff::civil::DateTime>().is_ok() || text.parse::<jiff::Timestamp>().is_ok();
    (rest.is_empty() || is_date_time()).then_some(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    fn field(id: &str) -> FieldId {
        FieldId::parse(id).unwrap()
    }

    fn record(mut value: Value) -> Employee {
        value["id"] = json!("1");
        Employee::from_json(value).unwrap()
    }

    #[test]
    fn an_id_is_all_a_record_needs() {
        for good in [
            json!({"id": "1"}),
            json!({"id": 1}),
            json!({"/root/id": {"value": "1"}}),
            json!({"id": null, "/root/id": {"value": "1"}}),
            json!({"id": "1", "/root/id": {"value": "1"}, "surprise": [[[]]]}),
        ] {
            assert_eq!(Employee::from_json(good).unwrap().id().as_str(), "1");
        }
        for (bad, error) in [
            (json!([]), InvalidEmployee::NotAnObject),
            (json!(null), InvalidEmployee::NotAnObject),
            (json!({}), InvalidEmployee::NoUsableId),
            (json!({"id": "x"}), InvalidEmployee::NoUsableId),
            (json!({"id": {"value": "1"}}), InvalidEmployee::NoUsableId),
            (
                json!({"id": "1", "/root/id": {"value": "2"}}),
                InvalidEmployee::ContradictoryId,
            ),
        ] {
            assert_eq!(Employee::from_json(bad), Err(error));
        }
    }

    #[test]
    fn precedence_of_the_two_forms() {
        let path = field("work.title");
        for (value, expected) in [
            (
                json!({"work": {"title": "a"}, "/work/title": {"value": "b"}}),
                Field::Value("a"),
            ),
            (
                json!({"work": {"title": null}, "/work/title": {"value": "b"}}),
                Field::Value("b"),
            ),
            (json!({"/work/title": {"value": "b"}}), Field::Value("b")),
            (json!({"work": {"title": null}}), Field::Null),
            (json!({"/work/title": {"value": null}}), Field::Null),
            (json!({"work": {}}), Field::Missing),
            (json!({"work": null}), Field::Missing),
            (json!({"work": "text"}), Field::Missing),
            (json!({"/work/title": "no object"}), Field::Missing),
            (json!({}), Field::Missing),
        ] {
            let employee = record(value);
            let expected = expected.map(|text| Value::String(text.to_owned()));
            assert_eq!(employee.field(&path), expected.as_ref());
        }
    }

    #[test]
    fn root_fields_live_at_the_top_level() {
        let employee = record(json!({"email": "ada@example.com"}));
        assert_eq!(employee.email(), Field::Value("ada@example.com"));
        assert_eq!(
            employee.field(&field("root.email")),
            Field::Value(&json!("ada@example.com"))
        );
        assert_eq!(
            record(json!({"/root/email": {"value": "a@b"}})).email(),
            Field::Value("a@b")
        );
        assert_eq!(record(json!({"email": null})).email(), Field::Null);
        assert_eq!(record(json!({"email": 5})).email(), Field::Missing);
    }

    #[test]
    fn parts_of_an_empty_object_field_are_empty() {
        let path = field("work.reportsTo.email");
        assert_eq!(
            record(json!({"work": {"reportsTo": null}})).field(&path),
            Field::Null
        );
        assert_eq!(
            record(json!({"work": {"reportsTo": {}}})).field(&path),
            Field::Missing
        );
        assert_eq!(
            record(json!({"work": {"reportsTo": {"email": "b@c"}}})).text(&path),
            Field::Value("b@c".into())
        );
    }

    #[test]
    fn text_is_a_string_or_an_integer() {
        let path = field("work.siteId");
        for (value, expected) in [
            (json!("253891"), Ok(Field::Value("253891".into()))),
            (json!(2_606_110), Ok(Field::Value("2606110".into()))),
            (json!(-1), Ok(Field::Value("-1".into()))),
            (json!(null), Ok(Field::Null)),
            (json!(1.5), Err(FieldError::NotText)),
            (json!(true), Err(FieldError::NotText)),
            (json!(["1"]), Err(FieldError::NotText)),
        ] {
            let employee = record(json!({"work": {"siteId": value}}));
            assert_eq!(employee.try_text(&path), expected);
            assert_eq!(employee.text(&path), expected.unwrap_or(Field::Missing));
        }
    }

    #[test]
    fn dates_are_read_from_dates_and_date_times() {
        let path = field("work.startDate");
        for (value, expected) in [
            (json!("2026-09-06"), Ok(Field::Value(date(2026, 9, 6)))),
            (
                json!("2020-08-18T10:02:42.44441"),
                Ok(Field::Value(date(2020, 8, 18))),
            ),
            (
                json!("2020-08-18T23:30:00Z"),
                Ok(Field::Value(date(2020, 8, 18))),
            ),
            (json!("2024-02-29"), Ok(Field::Value(date(2024, 2, 29)))),
            (json!(null), Ok(Field::Null)),
            (json!("2023-02-29"), Err(FieldError::NotADate)),
            (json!("06/09/2026"), Err(FieldError::NotADate)),
            (json!("20260906"), Err(FieldError::NotADate)),
            (json!("2026-09-06 or so"), Err(FieldError::NotADate)),
            (json!("2026-09-0٦"), Err(FieldError::NotADate)),
            (json!("+026-09-06"), Err(FieldError::NotADate)),
            (json!(""), Err(FieldError::NotADate)),
            (json!(20_260_906), Err(FieldError::NotADate)),
        ] {
            let employee = record(json!({"work": {"startDate": value}}));
            assert_eq!(employee.try_date(&path), expected, "{value}");
            assert_eq!(employee.date(&path), expected.unwrap_or(Field::Missing));
        }
    }

    #[test]
    fn statuses_are_open() {
        let employee = record(json!({"internal": {"status": "Active", "lifecycleStatus": "Sick"}}));
        assert_eq!(employee.access_status(), Field::Value(AccessStatus::Active));
        assert_eq!(
            employee.lifecycle_status(),
            Field::Value(LifecycleStatus::Other("Sick".into()))
        );
        assert!(record(json!({})).access_status().is_missing());
    }

    #[test]
    fn debug_shows_names_only() {
        let employee = record(json!({
            "email": "canary", "work": {"title": "canary"}, "/root/email": {"value": "canary"},
            "humanReadable": {"email": "canary", "work": {"title": "canary"}},
        }));
        let text = format!("{employee:#?}");
        assert!(!text.contains("canary"), "{text}");
        assert!(
            text.contains("work.title") && text.contains("EmployeeId(1)"),
            "{text}"
        );
    }
}
