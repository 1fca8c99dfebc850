//! The employee object on the wire: slash keys, nested categories, and the human form.

use serde_json::{Map, Value, json};

use super::Bob;
use super::employee::Employee;
use super::fields::{json_path, slash};
use crate::seed::FieldDefinition;

/// What a request asks for with `humanReadable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Human {
    No,
    Append,
    Replace,
}

impl Human {
    /// Reads the parameter; `None` = not a known value.
    pub(crate) fn parse(value: Option<&Value>) -> Option<Self> {
        match value {
            None | Some(Value::Null) => Some(Self::No),
            Some(Value::String(text)) if text.is_empty() => Some(Self::No),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("append") => Some(Self::Append),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("replace") => {
                Some(Self::Replace)
            }
            Some(_) => None,
        }
    }
}

impl Bob {
    /// The object with these fields. A null is in the nested form only.
    pub(crate) fn render(
        &self,
        employee: &Employee,
        fields: &[&FieldDefinition],
        human: Human,
        slash_keys: bool,
    ) -> Value {
        let mut object = Map::new();
        let mut nested = Map::new();
        let mut labels = Map::new();
        for field in fields {
            let value = self.value(employee, &field.id);
            let label = (human != Human::No)
                .then(|| self.label(field, &value))
                .flatten();
            if slash_keys && !value.is_null() {
                object.insert(slash(&field.id), json!({ "value": value }));
            }
            let path = json_path(&field.id);
            match (human, label) {
                (Human::Replace, Some(label)) => put(&mut nested, path, label),
                (Human::Append, Some(label)) => {
                    put(&mut labels, path, label);
                    put(&mut nested, path, value);
                }
                _ => put(&mut nested, path, value),
            }
        }
        object.extend(nested);
        if human == Human::Append {
            object.insert("humanReadable".into(), Value::Object(labels));
        }
        Value::Object(object)
    }

    /// The text that people see; `None` for null.
    pub(super) fn label(&self, field: &FieldDefinition, value: &Value) -> Option<Value> {
        let name_of = |id: &Value| self.employees.get(id.as_str()?).map(Employee::display_name);
        let text = match (field.kind.as_str(), value) {
            (_, Value::Null) => return None,
            ("date", Value::String(date)) => human_date(date),
            ("short-date", Value::String(day)) => day.replace('-', "/"),
            ("employee-reference", id) if field.id != "root.id" => name_of(id)?,
            ("employee", object) => name_of(&object["id"])?,
            (_, Value::Bool(yes)) => if *yes { "Yes" } else { "No" }.to_owned(),
            (_, Value::Array(items)) => items
                .iter()
                .map(|item| self.item_label(field, item))
                .collect::<Vec<_>>()
                .join(","),
            (_, value) => self.item_label(field, value),
        };
        Some(Value::String(text))
    }

    /// The label of a list item, or the value as text.
    fn item_label(&self, field: &FieldDefinition, value: &Value) -> String {
        let plain = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let list = field.list.as_ref().and_then(|list| self.lists.get(list));
        let item = list.and_then(|list| super::metadata::find(&list.items, &plain));
        item.map_or(plain, |item| item.label.clone())
    }
}

/// `2026-03-31` as `31/03/2026`.
pub(super) fn human_date(date: &str) -> String {
    let mut parts: Vec<&str> = date.split('-').collect();
    parts.reverse();
    parts.join("/")
}

/// Puts a value at a dotted path; below a value that is not an object there is no room.
fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            object.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let child = object.entry(head).or_insert_with(|| json!({}));
            if let Value::Object(child) = child {
                put(child, rest, value);
            }
        }
    }
}
