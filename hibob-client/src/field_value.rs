//! From the JSON of a field to a value of the kind that one expects.

use core::fmt;
use std::borrow::Cow;

use jiff::Span;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};

use crate::{EmployeeId, Field, FieldId, ListItemId};

/// A field whose value is of another kind than the one asked for. It never holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Neither a string nor an integer.
    #[error("the field's value is neither text nor an integer")]
    NotText,
    /// Not a calendar date.
    #[error("the field's value is not a date")]
    NotADate,
    /// Not a date with a time of day.
    #[error("the field's value is not a date with a time")]
    NotADateTime,
    /// Neither true nor false.
    #[error("the field's value is neither true nor false")]
    NotABoolean,
    /// Not a number, or not a whole one where one is wanted.
    #[error("the field's value is not a number of this kind")]
    NotANumber,
    /// Not the id of a list's item, or not a list of them.
    #[error("the field's value is not a list item")]
    NotAListItem,
    /// Not an employee's id, or not an object with one.
    #[error("the field's value is not an employee")]
    NotAnEmployee,
    /// Not a period with an ISO 8601 duration.
    #[error("the field's value is not a period")]
    NotAPeriod,
    /// Not an amount with a currency.
    #[error("the field's value is not an amount of money")]
    NotMoney,
}

/// A kind of value that a field can be read as.
///
/// Implemented for `String`, `bool`, `i64`, `f64`, [`jiff::civil::Date`],
/// [`jiff::civil::DateTime`], [`jiff::Span`] (periods), [`EmployeeId`], [`EmployeeReference`],
/// [`ListItemId`], `Vec<ListItemId>` and [`Money`]; sealed.
pub trait FromField: Sized + sealed::Read {}

/// Somebody whom a record names (`work.reportsTo`). `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq)]
pub struct EmployeeReference {
    id: EmployeeId,
    email: Field<Box<str>>,
    display_name: Field<Box<str>>,
}

impl EmployeeReference {
    /// The id.
    pub fn id(&self) -> &EmployeeId {
        &self.id
    }

    /// The work e-mail address.
    pub fn email(&self) -> Field<&str> {
        self.email.as_ref().map(AsRef::as_ref)
    }

    /// The name that people see.
    pub fn display_name(&self) -> Field<&str> {
        self.display_name.as_ref().map(AsRef::as_ref)
    }
}

impl fmt::Debug for EmployeeReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmployeeReference")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// An amount of money. `Debug` does not show it.
#[derive(Clone, PartialEq)]
pub struct Money {
    value: f64,
    currency: Box<str>,
}

impl Money {
    /// An amount in a currency, such as `GBP`.
    pub fn new(value: f64, currency: &str) -> Self {
        Self {
            value,
            currency: currency.into(),
        }
    }

    /// The amount, in units of the currency.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The currency's code.
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Money(..)")
    }
}

/// A field's value as text: strings as they are, integers in decimal.
pub(crate) fn text(field: Field<&Value>) -> Result<Field<Cow<'_, str>>, FieldError> {
    try_map(field, |value| match value {
        Value::String(text) => Ok(Cow::Borrowed(text.as_str())),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            Ok(Cow::Owned(number.to_string()))
        }
        _ => Err(FieldError::NotText),
    })
}

/// A field's value, read as `T`.
pub(crate) fn read<T: FromField>(field: Field<&Value>) -> Result<Field<T>, FieldError> {
    try_map(field, T::read)
}

/// The value at a position below an object. The first segment's object is a category: an empty one
/// says nothing, while an empty object further down has empty parts.
pub(crate) fn nested<'a>(object: &'a Map<String, Value>, path: &str) -> Field<&'a Value> {
    nested_below(object, path, 0)
}

/// The same, from an object of this depth on.
pub(crate) fn nested_below<'a>(
    object: &'a Map<String, Value>,
    path: &str,
    depth: usize,
) -> Field<&'a Value> {
    let mut object = object;
    let mut segments = (depth..).zip(path.split('.')).peekable();
    while let Some((depth, segment)) = segments.next() {
        let is_last = segments.peek().is_none();
        match object.get(segment) {
            Some(Value::Null) if is_last || depth > 0 => return Field::Null,
            Some(value) if is_last => return Field::Value(value),
            Some(Value::Object(inner)) => object = inner,
            _ => return Field::Missing,
        }
    }
    Field::Missing
}

/// The position of a field in a record: fields of `root` stand at the top.
pub(crate) fn position(field: &str) -> &str {
    field.strip_prefix("root.").unwrap_or(field)
}

/// The names of an object's entries, those of inner objects in dot form; never a value.
pub(crate) struct Names<'a>(pub(crate) &'a Map<String, Value>);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for (key, value) in self.0.iter().filter(|(key, _)| *key != HUMAN_READABLE) {
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

/// The label of a field in an answer that has labels appended. Values without one are left out
/// there, so that an empty field is told from `value`.
pub(crate) fn label<'a>(
    object: &'a Map<String, Value>,
    field: &FieldId,
    value: Field<&Value>,
) -> Field<Cow<'a, str>> {
    let labels = object.get(HUMAN_READABLE).and_then(Value::as_object);
    let found = labels.map_or(Field::Missing, |labels| {
        nested(labels, position(field.as_str()))
    });
    match text(found).unwrap_or(Field::Missing) {
        Field::Missing if value.is_null() => Field::Null,
        found => found,
    }
}

/// The name under which labels stand.
pub(crate) const HUMAN_READABLE: &str = "humanReadable";

fn try_map<'a, T>(
    field: Field<&'a Value>,
    read: impl FnOnce(&'a Value) -> Result<T, FieldError>,
) -> Result<Field<T>, FieldError> {
    Ok(match field {
        Field::Missing => Field::Missing,
        Field::Null => Field::Null,
        Field::Value(value) => Field::Value(read(value)?),
    })
}

mod sealed {
    use super::{FieldError, Value};

    /// The reading itself, which is no part of the public interface.
    #[allow(unnameable_types)] // Sealed on purpose.
    pub trait Read: Sized {
        fn read(value: &Value) -> Result<Self, FieldError>;
    }
}

macro_rules! read_as {
    ($type:ty, $error:ident, $read:expr) => {
        impl FromField for $type {}

        impl sealed::Read for $type {
            fn read(value: &Value) -> Result<Self, FieldError> {
                let read: fn(&Value) -> Option<Self> = $read;
                read(value).ok_or(FieldError::$error)
            }
        }
    };
}

read_as!(String, NotText, |value| {
    let text = text(Field::Value(value)).ok()?.value()?;
    Some(text.into_owned())
});
read_as!(bool, NotABoolean, Value::as_bool);
read_as!(i64, NotANumber, Value::as_i64);
read_as!(f64, NotANumber, Value::as_f64);
read_as!(Date, NotADate, |value| read_date(value.as_str()?));
read_as!(DateTime, NotADateTime, |value| read_date_time(
    value.as_str()?
));
read_as!(EmployeeId, NotAnEmployee, |value| read_id(value));
read_as!(ListItemId, NotAListItem, |value| read_id(value));
read_as!(Vec<ListItemId>, NotAListItem, |value| {
    value.as_array()?.iter().map(read_id).collect()
});
read_as!(Span, NotAPeriod, |value| {
    value.get("periodISO")?.as_str()?.parse().ok()
});
read_as!(Money, NotMoney, |value| {
    Some(Money::new(
        value.get("value")?.as_f64()?,
        value.get("currency")?.as_str()?,
    ))
});
read_as!(EmployeeReference, NotAnEmployee, |value| {
    let object = value.as_object()?;
    let text = |name: &str| match object.get(name) {
        Some(Value::String(text)) => Field::Value(text.as_str().into()),
        Some(Value::Null) => Field::Null,
        Some(_) | None => Field::Missing,
    };
    Some(EmployeeReference {
        id: read_id(object.get("id")?)?,
        email: text("email"),
        display_name: text("displayName"),
    })
});

fn read_id<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// A calendar date, or the date part of an ISO 8601 date-time.
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
    (rest.is_empty() || read_date_time(text).is_some()).then_some(day)
}

/// HiBob's date-times have no zone and any number of fraction digits.
fn read_date_time(text: &str) -> Option<DateTime> {
    // Without this a bare date would be midnight.
    text.contains(['T', ' ']).then_some(())?;
    text.parse().ok().or_else(|| {
        let instant: jiff::Timestamp = text.parse().ok()?;
        Some(jiff::tz::Offset::UTC.to_datetime(instant))
    })
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::{date, datetime};
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn reads<T: FromField + PartialEq>(value: &Value, expected: Result<T, FieldError>) {
        let expected = expected.map(Field::Value);
        assert!(read::<T>(Field::Value(value)) == expected, "{value}");
    }

    #[test]
    fn each_kind_reads_its_own_form_and_no_other() {
        reads(&json!(true), Ok(true));
        reads::<bool>(&json!("Yes"), Err(FieldError::NotABoolean));
        reads(&json!(42), Ok(42_i64));
        reads::<i64>(&json!(4.5), Err(FieldError::NotANumber));
        reads(&json!(4.5), Ok(4.5));
        reads::<f64>(&json!("4.5"), Err(FieldError::NotANumber));
        reads(&json!(7), Ok("7".to_owned()));
        reads::<String>(&json!([]), Err(FieldError::NotText));
        let time = datetime(2020, 8, 18, 10, 2, 42, 444_410_000);
        reads(&json!("2020-08-18T10:02:42.44441"), Ok(time));
        reads::<DateTime>(&json!("2020-08-18"), Err(FieldError::NotADateTime));
        reads(&json!("2020-08-18T10:02:42Z"), Ok(date(2020, 8, 18)));
        let id = |text: &str| ListItemId::try_from(text).unwrap();
        reads(&json!(2_606_110), Ok(id("2606110")));
        reads(&json!(["1", 2]), Ok(vec![id("1"), id("2")]));
        reads::<Vec<ListItemId>>(&json!("1"), Err(FieldError::NotAListItem));
        reads::<Vec<ListItemId>>(&json!([null]), Err(FieldError::NotAListItem));
        reads(
            &json!({"currency": "GBP", "value": 7}),
            Ok(Money::new(7.0, "GBP")),
        );
        reads::<Money>(&json!({"currency": null}), Err(FieldError::NotMoney));
        reads::<EmployeeId>(&json!("x"), Err(FieldError::NotAnEmployee));
        reads::<EmployeeReference>(&json!("1"), Err(FieldError::NotAnEmployee));
        let period = json!({"periodISO": "P5Y5M10D", "sortFactor": 1960, "humanize": "x"});
        let read = read::<Span>(Field::Value(&period))
            .unwrap()
            .value()
            .unwrap();
        assert_eq!(read.fieldwise(), 5.years().months(5).days(10));
    }

    #[test]
    fn a_reference_names_somebody() {
        let value = json!({"id": "7", "email": "canary@b", "displayName": null});
        let somebody = read::<EmployeeReference>(Field::Value(&value));
        let somebody = somebody.unwrap().value().unwrap();
        assert_eq!(somebody.id().as_str(), "7");
        assert_eq!(somebody.email(), Field::Value("canary@b"));
        assert_eq!(somebody.display_name(), Field::Null);
        assert!(!format!("{somebody:?}").contains("canary"));
    }

    #[test]
    fn hidden_and_empty_stay_what_they_are() {
        assert_eq!(read::<bool>(Field::Missing), Ok(Field::Missing));
        assert_eq!(read::<bool>(Field::Null), Ok(Field::Null));
    }
}
