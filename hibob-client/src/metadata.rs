//! The company's field inventory.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;

use crate::{FieldId, FieldKind, ListName};

/// One entry of the field inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// The stable id.
    pub id: FieldId,
    /// The name in the user interface; companies rename fields.
    pub name: Option<Box<str>>,
    /// The category whose permission shows the field.
    pub category_id: Option<Box<str>>,
    /// The type; [`FieldKind::Other`] with an empty text if none was given.
    pub kind: FieldKind,
    /// Whether the value belongs to a table with effective dates.
    pub historical: bool,
    /// The nested position in a record, without `root.`.
    pub json_path: Option<Box<str>>,
    /// The named list whose item ids are the values.
    pub list: Option<ListName>,
}

/// All fields of a company, by id.
///
/// Deserialises from HiBob's JSON array. An entry without a usable id is left out and counted; of
/// two entries with one id the first stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldInventory {
    by_id: BTreeMap<FieldId, FieldDefinition>,
    skipped: usize,
}

impl FieldDefinition {
    fn from_json(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        Some(Self {
            id: FieldId::parse(text("id")?).ok()?,
            name: text("name").map(Into::into),
            category_id: text("categoryId")
                .or_else(|| text("category"))
                .map(Into::into),
            kind: FieldKind::from(text("type").unwrap_or_default()),
            historical: entry
                .get("historical")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            json_path: text("jsonPath").map(Into::into),
            list: entry
                .pointer("/typeData/listId")
                .and_then(Value::as_str)
                .and_then(|name| ListName::try_from(name).ok()),
        })
    }
}

impl FieldInventory {
    /// The field with this id.
    pub fn get(&self, id: &FieldId) -> Option<&FieldDefinition> {
        self.by_id.get(id)
    }

    /// Whether the company has this field.
    pub fn contains(&self, id: &FieldId) -> bool {
        self.by_id.contains_key(id)
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &FieldId> {
        self.by_id.keys()
    }

    /// The definitions, in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.by_id.values()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// How many entries of the answer could not be used.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }
}

/// Reading.
impl FieldInventory {
    /// As `Deserialize`, but an entry that breaks the decoder (a number out of range, half a
    /// surrogate pair, great depth) costs only itself too.
    #[cfg(feature = "http")]
    pub(crate) fn from_slice(body: &[u8]) -> Result<Self, serde_json::Error> {
        let mut inventory = Self::default();
        for entry in serde_json::from_slice::<Vec<&serde_json::value::RawValue>>(body)? {
            inventory.add(&serde_json::from_str(entry.get()).unwrap_or_default());
        }
        Ok(inventory)
    }

    fn add(&mut self, entry: &Value) {
        match FieldDefinition::from_json(entry) {
            Some(field) if !self.contains(&field.id) => {
                self.by_id.insert(field.id.clone(), field);
            }
            _ => self.skipped += 1,
        }
    }
}

impl<'de> Deserialize<'de> for FieldInventory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> de::Visitor<'de> for Entries {
            type Value = FieldInventory;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an array of fields")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut entries: A,
            ) -> Result<FieldInventory, A::Error> {
                let mut inventory = FieldInventory::default();
                while let Some(entry) = entries.next_element::<Value>()? {
                    inventory.add(&entry);
                }
                Ok(inventory)
            }
        }

        deserializer.deserialize_seq(Entries)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_entry_costs_only_itself() {
        let inventory: FieldInventory = serde_json::from_value(json!([
            {"id": "work.title", "category": "work", "categoryId": "work", "name": "Job title",
             "type": "list", "historical": true, "jsonPath": "work.title",
             "typeData": {"listId": "title"}, "surprise": {}},
            {"id": "work.custom.field_1"},
            {"id": "work.title", "type": "text"},
            {"name": "no id"}, {"id": ""}, {"id": 5}, "text", null, [],
        ]))
        .unwrap();
        assert_eq!((inventory.len(), inventory.skipped()), (2, 7));
        let title = inventory
            .get(&FieldId::parse("/work/title").unwrap())
            .unwrap();
        assert_eq!(title.kind, FieldKind::List);
        assert!(title.historical);
        assert_eq!(title.list, Some(ListName::try_from("title").unwrap()));
        let bare = inventory
            .get(&FieldId::parse("work.custom.field_1").unwrap())
            .unwrap();
        assert!(!bare.kind.is_known());
        assert_eq!(inventory.ids().count(), 2);
        assert!(!inventory.contains(&FieldId::parse("work.none").unwrap()));
    }

    #[test]
    fn anything_but_an_array_is_an_error() {
        for bad in ["{}", "null", "5", "\"x\""] {
            assert!(
                serde_json::from_str::<FieldInventory>(bad).is_err(),
                "{bad}"
            );
        }
    }
}
