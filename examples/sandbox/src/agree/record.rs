//! An employee as expressions see him.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use minijinja::value::Value;
use serde_json::{Map, Value as Json};

use super::filters::empty;
use super::policy::Policy;
use super::standing::{Standing, Told};
use crate::bob::Bob;
use crate::bob::employee::Employee;
use crate::clock;

/// An employee with what his dates and statuses say today.
#[derive(Debug)]
pub(super) struct Record<'w> {
    bob: &'w Bob,
    pub(super) employee: &'w Employee,
    pub(super) zone: &'w TimeZone,
    pub(super) standing: Standing,
    pub(super) start: Option<Date>,
}

impl<'w> Record<'w> {
    pub(super) fn of(
        bob: &'w Bob,
        employee: &'w Employee,
        policy: &'w Policy,
        now: Timestamp,
    ) -> Self {
        let text = |field: &str| employee.values.get(field).and_then(Json::as_str);
        let date = |field: &str| text(field).and_then(|it| clock::date(it).ok());
        let site = employee.values.get("work.siteId").map(|site| match site {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        });
        let zone = policy.zone(site.as_deref());
        let start = date("work.startDate");
        let standing = Standing::of(Told {
            lifecycle: text("internal.lifecycleStatus"),
            access: text("internal.status"),
            start,
            termination: date("internal.terminationDate"),
            today: clock::today(now, zone),
        });
        Self {
            bob,
            employee,
            zone,
            standing,
            start,
        }
    }

    pub(super) fn is_null(&self, field: &str) -> bool {
        self.bob.value(self.employee, field).is_null()
    }

    /// The text of a field, if it is one.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        let value = self.bob.value(self.employee, field);
        value.as_str().map(str::to_owned)
    }

    /// When the present period of activity began.
    pub(super) fn active_since(&self) -> Option<Timestamp> {
        let told = self.text("internal.currentActiveStatusStartDate");
        let told = told.and_then(|it| clock::date(&it).ok());
        let current = self.employee.current;
        let rows = || {
            self.employee
                .rows
                .iter()
                .find(|row| Some(row.id) == current)
        };
        let day = told
            .or_else(|| rows().map(|row| row.row.date))
            .or(self.start);
        day.map(|day| clock::midnight(day, self.zone))
    }

    /// What expressions see: these fields, at their places in the nested form.
    pub(super) fn context(&self, fields: &[String]) -> Value {
        let mut fields: Vec<&String> = fields.iter().collect();
        fields.sort_unstable();
        let mut tree = Map::new();
        for field in fields {
            let definition = self.bob.inventory.get(field);
            let is_number = definition.is_some_and(|it| it.kind == "number");
            let mut value = self.bob.value(self.employee, field);
            if !is_number {
                value = texts(value);
            }
            match field.strip_prefix("root.") {
                // Of both `email` and `root.email`.
                Some(short) => {
                    put(&mut tree, short, value.clone());
                    put(&mut tree, field, value);
                }
                None => put(&mut tree, field, value),
            }
        }
        of_json(Json::Object(tree))
    }
}

/// Ids are texts, whatever Bob sends.
fn texts(value: Json) -> Json {
    match value {
        Json::Number(number) if !number.is_f64() => Json::String(number.to_string()),
        Json::Array(items) => items.into_iter().map(texts).collect(),
        Json::Object(object) => {
            let object = object.into_iter().map(|(name, value)| (name, texts(value)));
            Json::Object(object.collect())
        }
        other => other,
    }
}

fn of_json(value: Json) -> Value {
    match value {
        Json::Null => empty(),
        Json::Bool(yes) => Value::from(yes),
        Json::String(text) => Value::from(text),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::Array(items) => Value::from(items.into_iter().map(of_json).collect::<Vec<_>>()),
        Json::Object(object) => {
            let object = object
                .into_iter()
                .map(|(name, value)| (name, of_json(value)));
            Value::from(object.collect::<BTreeMap<_, _>>())
        }
    }
}

fn put(tree: &mut Map<String, Json>, path: &str, value: Json) {
    match path.split_once('.') {
        None => drop(tree.insert(path.to_owned(), value)),
        Some((head, rest)) => {
            let below = tree.entry(head).or_insert_with(|| Json::Object(Map::new()));
            if !below.is_object() {
                *below = Json::Object(Map::new());
            }
            if let Json::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}
