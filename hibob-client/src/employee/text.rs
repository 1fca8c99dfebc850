//! Checking a record without taking it apart.

use core::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::record::{SLASH_ID, agreed};
use super::{Employee, InvalidEmployee};
use crate::EmployeeId;

/// Text that is no usable record.
#[derive(Debug)]
pub(crate) enum Unusable {
    Json(serde_json::Error),
    Record(InvalidEmployee),
}

impl Employee {
    /// As [`from_json`](Self::from_json), from text. All of it is checked, so that taking it apart
    /// later cannot fail.
    pub(crate) fn from_text(text: &str) -> Result<Self, Unusable> {
        if !text.trim_start().starts_with('{') {
            return Err(Unusable::Record(InvalidEmployee::NotAnObject));
        }
        let Ids { nested, slash } = serde_json::from_str(text).map_err(Unusable::Json)?;
        let id = agreed(nested, slash).map_err(Unusable::Record)?;
        Ok(Self {
            id,
            text: Some(text.into()),
            raw: std::sync::OnceLock::new(),
        })
    }
}

/// What a record says about its id. As in a map, the last of several entries counts.
#[derive(Debug, Default)]
struct Ids {
    nested: Option<EmployeeId>,
    slash: Option<EmployeeId>,
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Record;

        impl<'de> Visitor<'de> for Record {
            type Value = Ids;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ids, A::Error> {
                let mut ids = Ids::default();
                while let Some(key) = map.next_key_seed(Key)? {
                    match key {
                        Entry::Id => ids.nested = map.next_value_seed(Id::Here)?,
                        Entry::SlashId => ids.slash = map.next_value_seed(Id::InValue)?,
                        Entry::Value | Entry::Other => map.next_value_seed(Checked)?,
                    }
                }
                Ok(ids)
            }
        }

        deserializer.deserialize_map(Record)
    }
}

enum Entry {
    Id,
    SlashId,
    Value,
    Other,
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Entry;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entry, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Entry, E> {
        Ok(match key {
            "id" => Entry::Id,
            SLASH_ID => Entry::SlashId,
            "value" => Entry::Value,
            _ => Entry::Other,
        })
    }
}

/// A value that may be an id, or hold one under `value`. Anything else is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Here,
    InValue,
}

impl Id {
    fn read(self, text: &str) -> Option<EmployeeId> {
        EmployeeId::try_from(text)
            .ok()
            .filter(|_| self == Self::Here)
    }
}

impl<'de> DeserializeSeed<'de> for Id {
    type Value = Option<EmployeeId>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Id {
    type Value = Option<EmployeeId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.read(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.read(&number.to_string()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Checked.visit_seq(list).map(|()| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(key) = map.next_key_seed(Key)? {
            match (key, self) {
                (Entry::Value, Self::InValue) => id = map.next_value_seed(Self::Here)?,
                _ => map.next_value_seed(Checked)?,
            }
        }
        Ok(id)
    }
}

/// Any value, decoded in full and kept in no part: unlike `IgnoredAny` it finds numbers out of
/// range, halves of surrogate pairs and too great depth.
struct Checked;

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Checked)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry_seed(Checked, Checked)?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn text_and_json_give_the_same_record() {
        for value in [
            json!({"id": "1", "work": {"title": [1, -2, 0.5, null, true, {"é\u{1F600}": "\n"}]}}),
            json!({"/root/id": {"value": 7}, "id": null}),
            json!({"/root/id": {"value": "7", "x": [{}]}, "id": {"value": "8"}}),
            json!({"/root/id": "7"}),
            json!({"/root/id": {"value": {"value": "7"}}}),
            json!({"/root/id": ["7"], "id": [7]}),
            json!({"id": true}),
            json!({"id": -7}),
            json!({"id": 7.5}),
            json!({"id": 18_446_744_073_709_551_615_u64}),
            json!({"id": "x"}),
            json!({"id": "1", "/root/id": {"value": "2"}}),
            json!({}),
            json!([]),
            json!(null),
        ] {
            let from_json = Employee::from_json(value.clone());
            match Employee::from_text(&format!(" {value}\n")) {
                Ok(employee) => assert_eq!(Ok(employee), from_json),
                Err(Unusable::Record(error)) => assert_eq!(Err(error), from_json),
                Err(Unusable::Json(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn what_could_not_be_taken_apart_later_is_refused_now() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for value in [r#""\ud800""#, "1e999", "01", "tru", "\"\n\"", deep.as_str()] {
            let text = format!(r#"{{"id":"1","work":{{"title":{value}}}}}"#);
            assert!(serde_json::from_str::<Value>(&text).is_err());
            assert!(
                matches!(Employee::from_text(&text), Err(Unusable::Json(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn of_two_equal_names_the_last_counts() {
        let text = r#"{"id":"1","id":"2","work":{"title":"a"},"work":{"title":"b"}}"#;
        let employee = Employee::from_text(text).unwrap();
        let value = serde_json::from_str(text).unwrap();
        assert_eq!(Ok(employee), Employee::from_json(value));
    }

    proptest! {
        #[test]
        fn any_ids_are_read_the_same_from_text_and_json(
            nested in any_id(),
            slash in any_id(),
            other in any_id(),
        ) {
            let value = json!({"id": nested, "/root/id": slash, "work": other});
            let text = value.to_string();
            let from_text = match Employee::from_text(&text) {
                Ok(employee) => Ok(employee),
                Err(Unusable::Record(error)) => Err(error),
                Err(Unusable::Json(error)) => return Err(TestCaseError::fail(error.to_string())),
            };
            // Not `value` itself, because decoding may round a number.
            let value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(from_text, Employee::from_json(value));
        }
    }

    fn any_id() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            Just(json!(true)),
            (0..3_i64).prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[0-2x]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 8, 2, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                inner.clone().prop_map(|value| json!({"value": value})),
                inner.prop_map(|value| json!({"id": value})),
            ]
        })
    }
}
