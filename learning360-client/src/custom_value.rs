//! Values of custom fields: one, and all that a user has.

use core::fmt;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use crate::ids::CustomFieldId;
use crate::open_enum::open_enum;
use crate::value::{InvalidValue, not_blank};

/// What a custom field holds. It cannot be changed after the field was created.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomFieldType {
    /// A text.
    String,
    /// A calendar day.
    Date,
    /// A type this crate does not know, as it was sent.
    Other(Box<str>),
}

impl CustomFieldType {
    /// The wire form, such as `string`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::String => "string",
            Self::Date => "date",
            Self::Other(text) => text,
        }
    }
}

open_enum!(CustomFieldType: "string" => String, "date" => Date);

/// The value that somebody or something has in a custom field.
///
/// A date is a calendar day, `YYYY-MM-DD`. 360Learning's schema speaks of an instant, its text and
/// example of a day: both are read, and the day is sent. Personal data: `Debug` shows the field and
/// the type.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomValue {
    field: CustomFieldId,
    kind: CustomFieldType,
    value: Box<str>,
}

impl CustomValue {
    /// A text; it may not be empty or blank. To clear a field, leave its value out.
    pub fn text(field: CustomFieldId, value: impl Into<String>) -> Result<Self, InvalidValue> {
        Ok(Self {
            field,
            kind: CustomFieldType::String,
            value: not_blank("value", value.into())?.into_boxed_str(),
        })
    }

    /// A calendar day.
    pub fn date(field: CustomFieldId, day: Date) -> Self {
        Self {
            field,
            kind: CustomFieldType::Date,
            value: day.to_string().into_boxed_str(),
        }
    }

    /// Reads a value from the JSON object that 360Learning sends; none if it is no such object, or
    /// if its field, type or value cannot be read.
    pub fn from_json(object: &Value) -> Option<Self> {
        let field = object.get("customFieldId")?.as_str()?;
        let kind = CustomFieldType::from(object.get("type")?.as_str()?);
        let text = object.get("value")?.as_str()?;
        let value = match &kind {
            _ if text.is_empty() => return None,
            CustomFieldType::Date => day(text)?.to_string().into_boxed_str(),
            _ => text.into(),
        };
        Some(Self {
            field: CustomFieldId::try_from(field).ok()?,
            kind,
            value,
        })
    }

    /// The custom field.
    pub fn field(&self) -> &CustomFieldId {
        &self.field
    }

    /// What the field holds.
    pub fn kind(&self) -> &CustomFieldType {
        &self.kind
    }

    /// The value, as it is sent: a text, or a day such as `2026-09-10`.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The value of a date.
    pub fn as_date(&self) -> Option<Date> {
        match self.kind {
            CustomFieldType::Date => self.value.parse().ok(),
            _ => None,
        }
    }
}

impl Serialize for CustomValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CustomValue", 3)?;
        object.serialize_field("customFieldId", &self.field)?;
        object.serialize_field("type", &self.kind)?;
        object.serialize_field("value", &self.value)?;
        object.end()
    }
}

impl fmt::Debug for CustomValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomValue")
            .field("field", &self.field)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// All values that a user has in custom fields, one for each field.
///
/// Replacing them is destructive: what is not sent is removed. So read them, change the ones that
/// are yours, and send all of them. If some could not be [read](Self::unreadable), the client
/// refuses to send the rest, because that would remove them.
///
/// ```
/// use learning360_client::{CustomFieldId, CustomValue, CustomValues};
///
/// let department = CustomFieldId::try_from("507f1f77bcf86cd799439011")?;
/// let mut values = CustomValues::default();
/// values.set(CustomValue::text(department.clone(), "Sales")?);
/// assert_eq!(values.get(&department).map(CustomValue::value), Some("Sales"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomValues {
    values: BTreeMap<CustomFieldId, CustomValue>,
    unreadable: usize,
}

impl CustomValues {
    /// How many values may be sent at once.
    pub const MOST: usize = 300;

    /// Reads the values from the JSON list that 360Learning sends.
    ///
    /// A value that cannot be read is [counted](Self::unreadable), and so is a second, different
    /// value of one field.
    pub fn from_json(list: &[Value]) -> Self {
        let mut all = Self::default();
        for object in list {
            let Some(value) = CustomValue::from_json(object) else {
                all.unreadable += 1;
                continue;
            };
            let seen = all.values.entry(value.field.clone());
            if *seen.or_insert_with(|| value.clone()) != value {
                all.unreadable += 1;
            }
        }
        all
    }

    /// The value in a field.
    pub fn get(&self, field: &CustomFieldId) -> Option<&CustomValue> {
        self.values.get(field)
    }

    /// Puts a value in its field, in the place of what was there.
    pub fn set(&mut self, value: CustomValue) {
        self.values.insert(value.field.clone(), value);
    }

    /// Takes the value out of a field, which clears it.
    pub fn remove(&mut self, field: &CustomFieldId) -> Option<CustomValue> {
        self.values.remove(field)
    }

    /// The values, in the order of their fields' ids.
    pub fn iter(&self) -> impl Iterator<Item = &CustomValue> + '_ {
        self.values.values()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many values were there and could not be read.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Why the values cannot be sent as all that the user is to have.
    #[cfg(feature = "http")]
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if self.unreadable > 0 {
            Some("a value that could not be read would be removed")
        } else if self.values.len() > Self::MOST {
            Some("there are more than 300 custom values")
        } else {
            None
        }
    }
}

impl FromIterator<CustomValue> for CustomValues {
    fn from_iter<I: IntoIterator<Item = CustomValue>>(values: I) -> Self {
        let mut all = Self::default();
        for value in values {
            all.set(value);
        }
        all
    }
}

impl Serialize for CustomValues {
    /// The body of the call that replaces all values.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct List<'a>(&'a CustomValues);

        impl Serialize for List<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.iter())
            }
        }

        let mut object = serializer.serialize_struct("CustomValues", 1)?;
        object.serialize_field("customValues", &List(self))?;
        object.end()
    }
}

impl fmt::Debug for CustomValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomValues")
            .field("fields", &self.values.keys())
            .field("unreadable", &self.unreadable)
            .finish()
    }
}

/// Reads a calendar day, or an instant, of which the day in UTC counts.
fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let instant = |text: &str| {
        let at: Timestamp = text.parse().ok()?;
        Some(Offset::UTC.to_datetime(at).date())
    };
    // A date's own parser would drop the offset of an instant.
    instant(text).or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const A: &str = "507f1f77bcf86cd79943901a";
    const B: &str = "507f1f77bcf86cd79943901b";

    fn field(id: &str) -> CustomFieldId {
        id.parse().unwrap()
    }

    #[test]
    fn dates_are_read_in_both_forms_and_sent_as_days() {
        for (given, sent) in [
            ("2025-01-27", Some("2025-01-27")),
            ("2025-01-27T00:00:00.000Z", Some("2025-01-27")),
            ("2025-01-27T23:30:00-05:00", Some("2025-01-28")),
            ("27/01/2025", None),
            ("", None),
        ] {
            let object = json!({"customFieldId": A, "type": "date", "value": given});
            let value = CustomValue::from_json(&object);
            let day = sent.map(|day| day.parse().unwrap());
            assert_eq!(value.as_ref().map(CustomValue::value), sent, "{given}");
            assert_eq!(value, day.map(|day| CustomValue::date(field(A), day)));
        }
    }

    #[test]
    fn values_of_unknown_types_go_back_as_they_came() {
        let object = json!({"customFieldId": A, "type": "number", "value": " 7"});
        let value = CustomValue::from_json(&object).unwrap();
        assert_eq!(*value.kind(), CustomFieldType::Other("number".into()));
        assert_eq!(value.as_date(), None);
        assert_eq!(serde_json::to_value(value).unwrap(), object);
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let good = json!({"customFieldId": A, "type": "string", "value": "x", "more": [1]});
        let other = json!({"customFieldId": A, "type": "string", "value": "y"});
        for (list, len, unreadable) in [
            (vec![good.clone()], 1, 0),
            (vec![good.clone(), good.clone()], 1, 0),
            (vec![good.clone(), other], 1, 1),
            (
                vec![
                    good.clone(),
                    json!({"customFieldId": B, "type": "string", "value": 5}),
                ],
                1,
                1,
            ),
            (
                vec![json!(null), json!({"type": "string", "value": "x"})],
                0,
                2,
            ),
            (
                vec![json!({"customFieldId": B, "type": "string", "value": ""})],
                0,
                1,
            ),
            (
                vec![json!({"customFieldId": "x", "type": "string", "value": "x"})],
                0,
                1,
            ),
            (vec![json!({"customFieldId": B, "value": "x"})], 0, 1),
        ] {
            let values = CustomValues::from_json(&list);
            assert_eq!(
                (values.len(), values.unreadable()),
                (len, unreadable),
                "{list:?}"
            );
            assert_eq!(values.is_empty(), len == 0);
        }
    }

    #[test]
    fn all_values_are_sent_each_field_once() {
        let mut values: CustomValues = [("Sales", A), ("x", B), ("Law", A)]
            .map(|(value, id)| CustomValue::text(field(id), value).unwrap())
            .into_iter()
            .collect();
        values.set(CustomValue::date(field(B), "2025-01-27".parse().unwrap()));
        assert_eq!(
            serde_json::to_value(&values).unwrap(),
            json!({"customValues": [
                {"customFieldId": A, "type": "string", "value": "Law"},
                {"customFieldId": B, "type": "date", "value": "2025-01-27"},
            ]})
        );
        assert!(values.remove(&field(A)).is_some() && values.get(&field(A)).is_none());
        assert!(values.get(&field(B)).unwrap().as_date().is_some());
        let refused = CustomValue::text(field(A), " ").unwrap_err();
        assert_eq!(refused, InvalidValue::Empty("value"));
    }

    #[test]
    fn debug_shows_no_value() {
        let values = CustomValues::from_iter([CustomValue::text(field(A), "canary").unwrap()]);
        let text = format!("{values:?} {:?}", values.get(&field(A)));
        assert!(!text.contains("canary") && text.contains(A), "{text}");
    }
}
