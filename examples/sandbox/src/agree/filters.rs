//! The language of values and conditions: MiniJinja expressions with a few filters.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use minijinja::value::{Object, ObjectRepr, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::policy::Policy;
use crate::bob::Bob;
use crate::clock;
use crate::seed::ListItem;

type TextFilter = fn(&str) -> String;

/// Names that are no fields.
pub(super) const FUNCTIONS: [&str; 2] = ["first_of", "lookup"];

/// What the language knows, with the lists of the company and the tables of the policy.
pub(super) fn environment(bob: &Bob, policy: &Policy) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(50_000));
    let text_filters: [(&str, TextFilter); 5] = [
        ("trim", |text| text.trim().to_owned()),
        ("lower", str::to_lowercase),
        ("upper", str::to_uppercase),
        ("title", capitals),
        ("squeeze", |text| {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }),
    ];
    for (name, filter) in text_filters {
        environment.add_filter(name, move |value: &Value| {
            on_text(value, |text| Ok(Value::from(filter(text))))
        });
    }
    environment.add_filter("date", |value: &Value| {
        on_text(value, |text| Ok(Value::from(day(text)?.to_string())))
    });
    environment.add_filter("add_days", |value: &Value, days: i64| {
        on_text(value, |text| {
            let later = clock::later(day(text)?, days);
            let later = later.ok_or_else(|| wrong("there is no such day"))?;
            Ok(Value::from(later.to_string()))
        })
    });
    let labels = labels(bob);
    environment.add_filter("label", move |value: &Value, list: &str| {
        on_text(value, |item| {
            let label = labels.get(list).and_then(|items| items.get(item));
            let label = label.ok_or_else(|| wrong("an item of a list has no label"))?;
            Ok(Value::from(label.clone()))
        })
    });
    let tables = policy.tables.clone();
    environment.add_filter("table", move |value: &Value, name: &str| {
        on_text(value, |text| {
            let table = tables.get(name);
            let table = table.ok_or_else(|| wrong("there is no such table"))?;
            let found = table.get(text).or_else(|| table.get("else"));
            Ok(found.map_or_else(empty, |it| Value::from(it.clone())))
        })
    });
    environment.add_function("first_of", |values: Rest<Value>| {
        let filled = |value: &&Value| {
            let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
            !is_empty(value) && !blank
        };
        values.iter().find(filled).cloned().unwrap_or_else(empty)
    });
    environment.add_function("lookup", |value: &Value, table: &Value| {
        if is_empty(value) {
            return Ok(empty());
        }
        let found = table.get_item(value)?;
        Ok::<_, Error>(if is_empty(&found) { empty() } else { found })
    });
    environment.add_test("none", is_empty);
    environment
}

/// A null. It leaves a trace in every text that it becomes part of, so that such a text is a null
/// as well and never has the word in it.
pub(super) fn empty() -> Value {
    Value::from_object(Empty)
}

/// Whether a value is a null, or a text with one in it.
pub(super) fn is_empty(value: &Value) -> bool {
    value.is_none()
        || value.is_undefined()
        || value.downcast_object_ref::<Empty>().is_some()
        || value.as_str().is_some_and(|text| text.contains(TRACE))
}

#[derive(Debug)]
struct Empty;

impl Object for Empty {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, _part: &Value) -> Option<Value> {
        Some(empty())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TRACE}")
    }
}

/// A filter of texts; null stays null.
fn on_text(
    value: &Value,
    filter: impl FnOnce(&str) -> Result<Value, Error>,
) -> Result<Value, Error> {
    if is_empty(value) {
        return Ok(empty());
    }
    match (value.as_str(), value.kind()) {
        (Some(text), _) => filter(text),
        (None, ValueKind::Number | ValueKind::Bool) => filter(&value.to_string()),
        _ => Err(wrong("a value is no text")),
    }
}

/// A capital at the beginning of each word.
fn capitals(text: &str) -> String {
    let mut before = ' ';
    let mut titled = String::new();
    for c in text.chars() {
        if before.is_alphanumeric() {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        before = c;
    }
    titled
}

/// The calendar day with which a text begins.
pub(super) fn day(text: &str) -> Result<Date, Error> {
    let text = text.trim();
    let end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let day = text.get(..end).filter(|day| day.len() == 10);
    let day = day.and_then(|day| day.parse().ok());
    day.ok_or_else(|| wrong("a value is no date"))
}

fn wrong(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// Labels of all items that are not archived, by list and item.
fn labels(bob: &Bob) -> BTreeMap<String, BTreeMap<String, String>> {
    fn collect(items: &[ListItem], into: &mut BTreeMap<String, String>) {
        for item in items.iter().filter(|item| !item.archived) {
            into.insert(item.id.clone(), item.label.clone());
            collect(&item.children, into);
        }
    }
    let lists = bob.lists.iter().map(|(name, list)| {
        let mut labels = BTreeMap::new();
        collect(&list.items, &mut labels);
        (name.clone(), labels)
    });
    lists.collect()
}

/// A code point that Unicode keeps out of texts.
const TRACE: char = '\u{FFFE}';
