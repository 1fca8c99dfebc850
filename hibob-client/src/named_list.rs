//! Named lists: ids and labels of departments, sites, job titles and the like.

use std::collections::BTreeMap;

use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;

use crate::{ListItemId, ListName};

/// A named list. Children of items stand beside their parents, which they name.
///
/// Deserialises from HiBob's JSON object; the items may stand under `items` or `values`. An item
/// without a usable id is left out and counted; of two items with one id the first stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedList {
    name: ListName,
    items: Vec<ListItem>,
    by_id: BTreeMap<ListItemId, usize>,
    skipped: usize,
}

/// One item of a named list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListItem {
    /// The id, which records hold. It stays the same when the item is renamed.
    pub id: ListItemId,
    /// The label that people see, if the item has one.
    pub label: Option<Box<str>>,
    /// Whether the item can no longer be chosen.
    pub archived: bool,
    /// The item above this one, in lists that are trees.
    pub parent: Option<ListItemId>,
}

impl NamedList {
    /// The list's name.
    pub fn name(&self) -> &ListName {
        &self.name
    }

    /// The items in HiBob's order, each followed by its children.
    pub fn items(&self) -> &[ListItem] {
        &self.items
    }

    /// The item with this id.
    pub fn item(&self, id: &ListItemId) -> Option<&ListItem> {
        self.by_id.get(id).and_then(|index| self.items.get(*index))
    }

    /// The label of the item with this id.
    pub fn label(&self, id: &ListItemId) -> Option<&str> {
        self.item(id)?.label.as_deref()
    }

    /// The id of the item with this label, compared exactly. Of several items, one that can still
    /// be chosen comes first.
    pub fn id(&self, label: &str) -> Option<&ListItemId> {
        let mut same = self
            .items
            .iter()
            .filter(|item| item.label.as_deref() == Some(label));
        let first = same.next()?;
        let chosen = core::iter::once(first)
            .chain(same)
            .find(|item| !item.archived)
            .unwrap_or(first);
        Some(&chosen.id)
    }

    /// How many items of the answer could not be used.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// Reads a list; `asked` is its name if the answer gives none.
    pub(crate) fn from_json(value: &Value, asked: Option<&ListName>) -> Option<Self> {
        let name = value
            .get("name")
            .and_then(Value::as_str)
            .and_then(|name| ListName::try_from(name).ok())
            .or_else(|| asked.cloned())?;
        let entries = |key: &str| value.get(key).and_then(Value::as_array);
        // The live service sends the same items under both keys, its reference `items` only.
        let entries = match (entries("items"), entries("values")) {
            (Some(items), Some(values)) if items.is_empty() => values,
            (Some(items), _) => items,
            (None, Some(values)) => values,
            (None, None) => return None,
        };
        let mut list = Self {
            name,
            items: Vec::new(),
            by_id: BTreeMap::new(),
            skipped: 0,
        };
        list.add(entries, None);
        Some(list)
    }

    /// The recursion is as deep as the input, which the JSON decoder limits.
    fn add(&mut self, entries: &[Value], parent: Option<&ListItemId>) {
        for entry in entries {
            let id = entry
                .get("id")
                .and_then(|id| ListItemId::deserialize(id).ok());
            match &id {
                Some(id) if !self.by_id.contains_key(id) => {
                    self.by_id.insert(id.clone(), self.items.len());
                    self.items.push(ListItem {
                        id: id.clone(),
                        label: label(entry),
                        archived: entry
                            .get("archived")
                            .and_then(Value::as_bool)
                            .unwrap_or_default(),
                        parent: parent.cloned(),
                    });
                }
                _ => self.skipped += 1,
            }
            if let Some(children) = entry.get("children").and_then(Value::as_array) {
                self.add(children, id.as_ref().or(parent));
            }
        }
    }
}

impl<'de> Deserialize<'de> for NamedList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value, None)
            .ok_or_else(|| de::Error::custom("a named list needs a name and items"))
    }
}

/// All named lists of a company, by name.
///
/// Deserialises from HiBob's JSON object, whose keys are the names. Something else than a list
/// below a name is left out and counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedLists {
    by_name: BTreeMap<ListName, NamedList>,
    skipped: usize,
}

impl NamedLists {
    /// The list of this name.
    pub fn get(&self, name: &ListName) -> Option<&NamedList> {
        self.by_name.get(name)
    }

    /// The lists, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &NamedList> {
        self.by_name.values()
    }

    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// How many entries of the answer could not be used.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// As `Deserialize`, but a list that breaks the decoder costs only itself too.
    #[cfg(feature = "http")]
    pub(crate) fn from_slice(body: &[u8]) -> Result<Self, serde_json::Error> {
        let mut lists = Self::default();
        let entries: BTreeMap<String, &serde_json::value::RawValue> = serde_json::from_slice(body)?;
        for (name, list) in entries {
            lists.add(&name, &serde_json::from_str(list.get()).unwrap_or_default());
        }
        Ok(lists)
    }

    /// The key is the name, whatever the list says of itself.
    fn add(&mut self, key: &str, list: &Value) {
        let name = ListName::try_from(key).ok();
        let list = name.and_then(|name| {
            let mut list = NamedList::from_json(list, Some(&name))?;
            list.name = name.clone();
            Some((name, list))
        });
        match list {
            Some((name, list)) => {
                self.by_name.insert(name, list);
            }
            None => self.skipped += 1,
        }
    }
}

impl<'de> Deserialize<'de> for NamedLists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut lists = Self::default();
        for (name, list) in BTreeMap::<String, Value>::deserialize(deserializer)? {
            lists.add(&name, &list);
        }
        Ok(lists)
    }
}

fn label(entry: &Value) -> Option<Box<str>> {
    ["name", "value"]
        .iter()
        .find_map(|key| entry.get(key).and_then(Value::as_str))
        .map(Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(text: &str) -> ListItemId {
        ListItemId::try_from(text).unwrap()
    }

    #[test]
    fn items_and_values_are_the_same() {
        let items = json!([{"id": 2_606_110, "name": "London", "archived": false, "children": []}]);
        for body in [
            json!({"name": "site", "items": items}),
            json!({"name": "site", "values": items}),
            json!({"name": "site", "values": items, "items": items}),
            json!({"name": "site", "values": items, "items": []}),
            json!({"name": "site", "values": items, "items": null}),
        ] {
            let list: NamedList = serde_json::from_value(body).unwrap();
            assert_eq!(list.label(&id("2606110")), Some("London"));
            assert_eq!(list.items().len(), 1);
        }
    }

    #[test]
    fn children_stand_beside_their_parents() {
        let list: NamedList = serde_json::from_value(json!({"name": "jobs", "items": [
            {"id": "1", "name": "Engineering", "children": [
                {"id": "2", "name": "Backend", "archived": true, "children": [
                    {"id": "3", "value": "Rust"}]}]},
            {"id": "4"},
        ]}))
        .unwrap();
        let order: Vec<_> = list.items().iter().map(|item| item.id.as_str()).collect();
        assert_eq!(order, ["1", "2", "3", "4"]);
        assert_eq!(list.item(&id("3")).unwrap().parent, Some(id("2")));
        assert!(list.item(&id("2")).unwrap().archived);
        assert_eq!(list.label(&id("3")), Some("Rust"));
        assert_eq!(list.label(&id("4")), None);
    }

    #[test]
    fn a_bad_item_costs_only_itself() {
        let list: NamedList = serde_json::from_value(json!({"name": "jobs", "items": [
            {"id": "1", "name": "one"}, {"id": "1", "name": "again"}, {"name": "no id"}, null, 5,
            {"id": {}, "children": [{"id": "2", "name": "two"}]},
        ]}))
        .unwrap();
        assert_eq!(list.label(&id("1")), Some("one"));
        assert_eq!(list.label(&id("2")), Some("two"));
        assert_eq!(list.skipped(), 5);
    }

    #[test]
    fn a_list_needs_a_name_and_items() {
        for bad in [
            json!({}),
            json!([]),
            json!({"name": "x"}),
            json!({"items": []}),
        ] {
            assert!(serde_json::from_value::<NamedList>(bad).is_err());
        }
        let asked = ListName::try_from("site").unwrap();
        let list = NamedList::from_json(&json!({"items": []}), Some(&asked)).unwrap();
        assert_eq!(list.name(), &asked);
    }

    #[test]
    fn labels_have_ids() {
        let list: NamedList = serde_json::from_value(json!({"name": "jobs", "items": [
            {"id": "1", "name": "Chef", "archived": true}, {"id": "2", "name": "Chef"},
            {"id": "3", "name": "Cook", "archived": true}, {"id": "4"},
        ]}))
        .unwrap();
        assert_eq!(list.id("Chef"), Some(&id("2")));
        assert_eq!(list.id("Cook"), Some(&id("3")));
        assert_eq!(list.id("chef"), None);
        for item in list.items().iter().filter(|item| !item.archived) {
            if let Some(label) = &item.label {
                assert_eq!(list.id(label), Some(&item.id));
            }
        }
    }

    #[test]
    fn all_lists_are_known_by_their_keys() {
        let lists: NamedLists = serde_json::from_value(json!({
            "site": {"name": "Site", "items": [{"id": 1, "name": "London"}]},
            "title": {"values": []}, "": {"items": []}, "odd": 5,
        }))
        .unwrap();
        let name = |text: &str| ListName::try_from(text).unwrap();
        assert_eq!(
            lists.get(&name("site")).unwrap().label(&id("1")),
            Some("London")
        );
        assert_eq!(lists.get(&name("site")).unwrap().name(), &name("site"));
        assert_eq!((lists.len(), lists.skipped()), (2, 2));
        assert!(serde_json::from_value::<NamedLists>(json!([])).is_err());
    }
}
