//! The employee object on the wire: slash keys, nested categories, and the human form.
//!
//! Employees are written one after the other into the answer, so that a search of everybody costs
//! little more memory than its answer is long.

use std::borrow::Cow;

use serde_json::Value;

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

/// How the objects of one answer look.
#[derive(Debug)]
pub(crate) struct Shape<'f> {
    fields: Vec<&'f FieldDefinition>,
    /// `"/root/id":{"value":` of each field, if slash keys are sent.
    slash_keys: Option<Vec<String>>,
    human: Human,
    nested: Node,
}

/// A position in the nested form.
#[derive(Debug, Default)]
struct Node {
    /// Its name, as a JSON string.
    name: String,
    /// The field that stands here.
    field: Option<usize>,
    below: Vec<Node>,
}

impl<'f> Shape<'f> {
    pub(crate) fn new(
        mut fields: Vec<&'f FieldDefinition>,
        human: Human,
        slash_keys: bool,
    ) -> Self {
        fields.sort_by(|one, other| one.id.cmp(&other.id));
        fields.dedup_by(|one, other| one.id == other.id);
        let mut nested = Node::default();
        for (index, field) in fields.iter().enumerate() {
            nested.put(json_path(&field.id), index);
        }
        let keys = fields
            .iter()
            .map(|field| format!("{}:{{\"value\":", quoted(&slash(&field.id))));
        Self {
            slash_keys: slash_keys.then(|| keys.collect()),
            fields,
            human,
            nested,
        }
    }
}

impl Node {
    fn put(&mut self, path: &str, field: usize) {
        let (head, rest) = match path.split_once('.') {
            None => (path, None),
            Some((head, rest)) => (head, Some(rest)),
        };
        let name = quoted(head);
        let found = self.below.iter().position(|it| it.name == name);
        let index = found.unwrap_or_else(|| {
            self.below.push(Self {
                name,
                ..Self::default()
            });
            self.below.len() - 1
        });
        let Some(node) = self.below.get_mut(index) else {
            return;
        };
        match rest {
            None => node.field = Some(field),
            Some(rest) => node.put(rest, field),
        }
    }

    /// Writes what is below; positions without a value are left out.
    fn write<V: AsRef<Value>>(&self, values: &[Option<V>], out: &mut Vec<u8>) {
        out.push(b'{');
        self.members(values, out);
        out.push(b'}');
    }

    fn members<V: AsRef<Value>>(&self, values: &[Option<V>], out: &mut Vec<u8>) {
        for node in self.below.iter().filter(|it| it.has_value(values)) {
            comma(out);
            out.extend_from_slice(node.name.as_bytes());
            out.push(b':');
            match node.field.and_then(|field| values.get(field)?.as_ref()) {
                None => node.write(values, out),
                Some(value) => match value.as_ref() {
                    // Parts of an object that are fields of their own stand in it.
                    Value::Object(object) if !node.below.is_empty() => {
                        out.push(b'{');
                        let own =
                            |name: &String| node.below.iter().any(|it| it.name == quoted(name));
                        for (name, value) in object.iter().filter(|(name, _)| !own(name)) {
                            comma(out);
                            out.extend_from_slice(quoted(name).as_bytes());
                            out.push(b':');
                            json(value, out);
                        }
                        node.members(values, out);
                        out.push(b'}');
                    }
                    value => json(value, out),
                },
            }
        }
    }

    fn has_value<V>(&self, values: &[Option<V>]) -> bool {
        let here = self
            .field
            .is_some_and(|field| values.get(field).is_some_and(Option::is_some));
        here || self.below.iter().any(|it| it.has_value(values))
    }
}

/// A value that is stored, or was worked out.
struct Seen<'e>(Cow<'e, Value>);

impl AsRef<Value> for Seen<'_> {
    fn as_ref(&self) -> &Value {
        &self.0
    }
}

impl Bob {
    /// Writes the object of an employee. A null is in the nested form only.
    pub(crate) fn write(&self, employee: &Employee, shape: &Shape<'_>, out: &mut Vec<u8>) {
        let values = shape.fields.iter();
        let values = values.map(|field| Some(Seen(self.look(employee, &field.id))));
        let mut values: Vec<Option<Seen<'_>>> = values.collect();
        out.push(b'{');
        for (key, value) in shape.slash_keys.iter().flatten().zip(&values) {
            if let Some(value) = value.as_ref().filter(|it| !it.0.is_null()) {
                comma(out);
                out.extend_from_slice(key.as_bytes());
                json(&value.0, out);
                out.push(b'}');
            }
        }
        let label = |(field, value): (&&FieldDefinition, &Option<Seen<'_>>)| {
            let label = self.label(field, &value.as_ref()?.0)?;
            Some(Seen(Cow::Owned(label)))
        };
        if shape.human != Human::No {
            let labels = shape.fields.iter().zip(&values).map(label);
            let labels: Vec<Option<Seen<'_>>> = labels.collect();
            if shape.human == Human::Append {
                comma(out);
                out.extend_from_slice(b"\"humanReadable\":");
                shape.nested.write(&labels, out);
            } else {
                for (value, label) in values.iter_mut().zip(labels) {
                    if label.is_some() {
                        *value = label;
                    }
                }
            }
        }
        shape.nested.members(&values, out);
        out.push(b'}');
    }

    /// The object of an employee as a value.
    pub(crate) fn render(&self, employee: &Employee, shape: &Shape<'_>) -> Value {
        let mut out = Vec::new();
        self.write(employee, shape, &mut out);
        // It was written a moment ago.
        serde_json::from_slice(&out).unwrap_or_default()
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

/// Between two members of an object, or two objects of a list.
pub(super) fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), None | Some(b'{' | b'[')) {
        out.push(b',');
    }
}

fn json(value: &Value, out: &mut Vec<u8>) {
    // Writing a value into memory cannot fail.
    serde_json::to_writer(out, value).unwrap_or_default();
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
