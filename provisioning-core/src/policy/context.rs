use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hibob_client::{Employee, Field, FieldId, FieldKind, ListItemId, ListName, NamedList, fields};
use minijinja::Value;
use minijinja::value::{Object, Serde};
use serde_json::{Map, Value as Json};

use super::nothing::nothing;
use super::path;

/// What expressions are evaluated against: one record and the lists that give labels.
#[derive(Debug)]
pub(crate) struct Context {
    root: Value,
    missing: BTreeSet<FieldId>,
    null: BTreeSet<FieldId>,
}

/// The lists, reachable from filters and from nowhere else.
pub(crate) struct Lists(BTreeMap<ListName, Option<Arc<NamedList>>>);

impl Context {
    /// The context of a record, with the fields that the policy uses and nothing else.
    ///
    /// A list that is `None` could not be read.
    pub(crate) fn new(
        employee: &Employee,
        fields: &BTreeSet<FieldId>,
        lists: BTreeMap<ListName, Option<Arc<NamedList>>>,
    ) -> Self {
        let mut tree = Map::new();
        let (mut missing, mut null) = (BTreeSet::new(), BTreeSet::new());
        for id in fields {
            let value = match employee.field(id) {
                Field::Value(value) => normal(id, value),
                Field::Null => {
                    null.insert(id.clone());
                    Json::Null
                }
                Field::Missing => {
                    missing.insert(id.clone());
                    continue;
                }
            };
            // `email` and `root.email` are the same field.
            if id.as_str().starts_with("root.") {
                let full: Vec<_> = id.as_str().split('.').collect();
                place(&mut tree, &full, value.clone());
            }
            place(&mut tree, &path::position(id), value);
        }
        let mut root: BTreeMap<String, Value> = tree
            .into_iter()
            .map(|(key, value)| (key, value_of(value)))
            .collect();
        root.insert(LISTS.to_owned(), Value::from_object(Lists(lists)));
        Self {
            root: Value::from(root),
            missing,
            null,
        }
    }

    pub(crate) fn root(&self) -> Value {
        self.root.clone()
    }

    pub(crate) fn is_missing(&self, field: &FieldId) -> bool {
        self.missing.contains(field)
    }

    pub(crate) fn is_null(&self, field: &FieldId) -> bool {
        self.null.contains(field)
    }
}

impl Lists {
    /// The label of an item: `None` if there is no such list or item.
    pub(crate) fn label(&self, list: &str, item: &str) -> Option<&str> {
        let name = ListName::try_from(list).ok()?;
        let item = ListItemId::try_from(item).ok()?;
        self.0.get(&name)?.as_ref()?.label(&item)
    }
}

impl Object for Lists {}

impl std::fmt::Debug for Lists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A value as expressions see it: ids are texts, whatever Bob sends them as.
fn normal(field: &FieldId, value: &Json) -> Json {
    let is_number = || {
        let mut standard = fields::STANDARD.iter();
        standard.any(|it| it.id == field.as_str() && it.kind == FieldKind::Number)
    };
    match value {
        Json::String(_) | Json::Bool(_) | Json::Null => value.clone(),
        _ if is_number() => value.clone(),
        _ => texts(value),
    }
}

fn texts(value: &Json) -> Json {
    match value {
        Json::Number(number) if !number.is_f64() => Json::String(number.to_string()),
        Json::Array(items) => Json::Array(items.iter().map(texts).collect()),
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), texts(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// As expressions see it, with a null that never becomes a text.
fn value_of(json: Json) -> Value {
    match json {
        Json::Null => nothing(),
        Json::Array(items) => items.into_iter().map(value_of).collect(),
        Json::Object(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, value_of(value)));
            Value::from(entries.collect::<BTreeMap<_, _>>())
        }
        other => Value::from(Serde(other)),
    }
}

fn place(tree: &mut Map<String, Json>, position: &[&str], value: Json) {
    let Some((last, parents)) = position.split_last() else {
        return;
    };
    let mut table = tree;
    for parent in parents {
        let entry = table
            .entry(*parent)
            .or_insert_with(|| Json::Object(Map::new()));
        if !entry.is_object() {
            *entry = Json::Object(Map::new());
        }
        let Json::Object(inner) = entry else { return };
        table = inner;
    }
    table.insert((*last).to_owned(), value);
}

/// No expression can name it, because `@` starts no identifier.
pub(crate) const LISTS: &str = "@lists";
