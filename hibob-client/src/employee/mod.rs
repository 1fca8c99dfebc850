//! One employee's record, as far as the service user may see it.

mod record;
mod standard;
#[cfg(feature = "http")]
mod text;

use core::fmt;
use std::borrow::Cow;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::de::{self, Deserialize, Deserializer};
use serde_json::{Map, Value};

#[cfg(feature = "http")]
pub(crate) use text::Unusable;

use crate::field_value::{self, FieldError, FromField, Names};
use crate::{EmployeeId, Field, FieldId};

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
#[derive(Clone)]
pub struct Employee {
    id: EmployeeId,
    /// The record as it arrived, already checked. Most records of a large company are only looked
    /// at for their id, so that the rest is taken apart at the first look.
    text: Option<Box<str>>,
    raw: OnceLock<Map<String, Value>>,
}

impl Employee {
    /// Reads a record. It needs a usable id (`id` or `/root/id`) and nothing else; if both forms
    /// of the id are there, they must agree.
    pub fn from_json(value: Value) -> Result<Self, InvalidEmployee> {
        let Value::Object(raw) = value else {
            return Err(InvalidEmployee::NotAnObject);
        };
        let id = record::id(&raw)?;
        Ok(Self {
            id,
            text: None,
            raw: OnceLock::from(raw),
        })
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
        self.at(field.as_str(), || field.to_slash_form())
    }

    /// A field's value, read as `T`. Hidden and empty fields are no errors.
    ///
    /// ```
    /// # use hibob_client::{Employee, Field, FieldId, ListItemId};
    /// # use serde_json::json;
    /// let employee = Employee::from_json(json!({
    ///     "id": "1",
    ///     "work": { "isManager": true, "customColumns": { "column_1": ["7", "8"] } },
    /// }))?;
    /// let is_manager: Field<bool> = employee.read(&FieldId::parse("work.isManager")?)?;
    /// assert_eq!(is_manager, Field::Value(true));
    /// let column = FieldId::parse("work.customColumns.column_1")?;
    /// let items: Field<Vec<ListItemId>> = employee.read(&column)?;
    /// assert_eq!(items.value().map(|items| items.len()), Some(2));
    /// assert!(employee.read::<bool>(&column).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read<T: FromField>(&self, field: &FieldId) -> Result<Field<T>, FieldError> {
        field_value::read(self.field(field))
    }

    /// The label of a field's value, as people see it: the name of a department, a date in the
    /// company's own format. Missing if the labels were not asked for.
    pub fn label(&self, field: &FieldId) -> Field<Cow<'_, str>> {
        field_value::label(self.raw(), field, self.field(field))
    }

    /// A field's value as text: strings as they are, integers in decimal (list ids come in both
    /// forms). A value of another kind reads as [`Field::Missing`], which changes nothing; use
    /// [`try_text`](Self::try_text) to tell it apart.
    pub fn text(&self, field: &FieldId) -> Field<Cow<'_, str>> {
        self.try_text(field).unwrap_or(Field::Missing)
    }

    /// As [`text`](Self::text), with an error for a value that is neither text nor an integer.
    pub fn try_text(&self, field: &FieldId) -> Result<Field<Cow<'_, str>>, FieldError> {
        field_value::text(self.field(field))
    }

    /// A field's value as a calendar date: `YYYY-MM-DD`, or the date part of an ISO 8601
    /// date-time. An unreadable one reads as [`Field::Missing`]; use
    /// [`try_date`](Self::try_date) to tell it apart.
    pub fn date(&self, field: &FieldId) -> Field<Date> {
        self.try_date(field).unwrap_or(Field::Missing)
    }

    /// As [`date`](Self::date), with an error for a value that is not a date.
    pub fn try_date(&self, field: &FieldId) -> Result<Field<Date>, FieldError> {
        self.read(field)
    }

    /// The whole record as HiBob sent it.
    pub fn raw(&self) -> &Map<String, Value> {
        self.raw.get_or_init(|| {
            let text = self.text.as_deref().unwrap_or_default();
            // It was checked with the same decoder.
            serde_json::from_str(text).unwrap_or_default()
        })
    }

    fn at(&self, field: &str, slash_form: impl FnOnce() -> String) -> Field<&Value> {
        let nested = field_value::nested(self.raw(), field_value::position(field));
        if let Field::Value(_) = nested {
            return nested;
        }
        match self.slash(&slash_form()) {
            Field::Missing if nested.is_missing() => self.inside_slash(field),
            Field::Missing => nested,
            found => found,
        }
    }

    fn slash(&self, key: &str) -> Field<&Value> {
        match self.raw().get(key).and_then(|entry| entry.get("value")) {
            Some(Value::Null) => Field::Null,
            Some(value) => Field::Value(value),
            None => Field::Missing,
        }
    }

    /// A part of an object field that stands under a slash key as a whole.
    fn inside_slash(&self, field: &str) -> Field<&Value> {
        let outer = field.match_indices('.').skip(1).map(|(place, _)| place);
        for place in outer {
            let (object, part) = (&field[..place], &field[place + 1..]);
            match self.slash(&format!("/{}", object.replace('.', "/"))) {
                Field::Missing => {}
                Field::Null => return Field::Null,
                Field::Value(Value::Object(object)) => {
                    // As deep as any object field: an empty part of it has empty parts.
                    return field_value::nested_below(object, part, 1);
                }
                Field::Value(_) => return Field::Missing,
            }
        }
        Field::Missing
    }
}

impl PartialEq for Employee {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee")
            .field("id", &self.id)
            .field("fields", &Names(self.raw()))
            .finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::{AccessStatus, LifecycleStatus};

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
        for (slash, expected) in [
            (
                json!({"id": "2", "email": "b@c"}),
                Field::Value("b@c".into()),
            ),
            (json!({"id": "2", "email": null}), Field::Null),
            (json!({"id": "2"}), Field::Missing),
            (json!(null), Field::Null),
            (json!("2"), Field::Missing),
        ] {
            let employee = record(json!({"/work/reportsTo": {"value": slash}}));
            assert_eq!(employee.text(&path), expected);
        }
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
