//! Checking a record without taking it apart.

use core::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::record::{SLASH_ID, id};
use super::{Employee, InvalidEmployee};

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
        let id = id(nested.as_ref(), slash.as_ref()).map_err(Unusable::Record)?;
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
    nested: Option<Value>,
    slash: Option<Value>,
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
                        Entry::Id => ids.nested = Some(map.next_value()?),
                        Entry::SlashId => ids.slash = Some(map.next_value()?),
                        Entry::Other => map.next_value_seed(Checked)?,
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
            _ => Entry::Other,
        })
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
    use serde_json::json;

    use super::*;

    #[test]
    fn text_and_json_give_the_same_record() {
        for value in [
            json!({"id": "1", "work": {"title": [1, -2, 0.5, null, true, {"é\u{1F600}": "\n"}]}}),
            json!({"/root/id": {"value": 7}, "id": null}),
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
}
