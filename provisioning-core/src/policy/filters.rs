use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use minijinja::value::{Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::context::{LISTS, Lists};
use super::nothing::{is_nothing, nothing};
use super::tables::{TABLES, Tables};

/// The one environment of all expressions: no loader, no built-in filter, strict about undefined
/// names, bounded in work. It never changes.
pub(crate) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// The names of our functions, and how many arguments they need; they are no fields.
pub(crate) const FUNCTIONS: [(&str, usize); 2] = [("first_of", 1), ("lookup", 2)];

/// The names of our filters, and how many arguments they take.
pub(crate) const FILTERS: [(&str, usize); 9] = [
    ("add_days", 1),
    ("date", 0),
    ("label", 1),
    ("lower", 0),
    ("squeeze", 0),
    ("table", 1),
    ("title", 0),
    ("trim", 0),
    ("upper", 0),
];

/// Marks an error of [`label`], so that its cause can be told from other failures.
pub(crate) const NO_LABEL: &str = "no label";

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(32);
    environment.add_filter("trim", |value: &Value| {
        text(value, |text| Ok(text.trim().to_owned()))
    });
    environment.add_filter("lower", |value: &Value| {
        text(value, |text| Ok(text.to_lowercase()))
    });
    environment.add_filter("upper", |value: &Value| {
        text(value, |text| Ok(text.to_uppercase()))
    });
    environment.add_filter("squeeze", |value: &Value| {
        text(value, |text| Ok(squeezed(text)))
    });
    environment.add_filter("title", |value: &Value| {
        text(value, |text| Ok(titled(text)))
    });
    environment.add_filter("date", |value: &Value| {
        text(value, |text| day(text).map(|day| day.to_string()))
    });
    environment.add_filter("add_days", add_days);
    environment.add_filter("label", label);
    environment.add_filter("table", table);
    environment.add_function("first_of", first_of);
    environment.add_function("lookup", lookup);
    environment.add_test("none", is_nothing);
    environment
}

/// A filter of texts: null stays null, and a list or an object is an error.
fn text(value: &Value, filter: impl FnOnce(&str) -> Result<String, Error>) -> Result<Value, Error> {
    if is_nothing(value) {
        return Ok(nothing());
    }
    if let Some(text) = value.as_str() {
        return filter(text).map(Value::from);
    }
    match value.kind() {
        ValueKind::Number | ValueKind::Bool => filter(&value.to_string()).map(Value::from),
        _ => Err(failed("a text is wanted")),
    }
}

/// `home | squeeze`: every run of blanks becomes one, and those at the ends go.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `surname | title`: a capital at the beginning of each word, small letters behind it.
fn titled(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric();
    }
    titled
}

/// The calendar day at the beginning of a date or of a date with a time: the day as Bob shows it,
/// whatever zone stands behind it.
fn day(text: &str) -> Result<Date, Error> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    if !rest.is_empty() && !rest.starts_with(['T', 't', ' ']) {
        return Err(failed("a date is wanted"));
    }
    day.parse().map_err(|_| failed("a date is wanted"))
}

/// `work.startDate | add_days(30)`: a day so many days later, or earlier.
fn add_days(value: &Value, days: i64) -> Result<Value, Error> {
    if !(-FARTHEST..=FARTHEST).contains(&days) {
        return Err(failed("too many days"));
    }
    text(value, |text| {
        let day = day(text)?.checked_add(days.days());
        day.map(|day| day.to_string())
            .map_err(|_| failed("no such day"))
    })
}

/// `work.title | label('title')`: the label of a list item.
fn label(state: &State<'_, '_>, item: &Value, list: &str) -> Result<Value, Error> {
    text(item, |item| {
        let lists = state.lookup(LISTS);
        let lists = lists
            .as_ref()
            .and_then(|lists| lists.downcast_object_ref::<Lists>());
        let label = lists.and_then(|lists| lists.label(list, item));
        label.map(str::to_owned).ok_or_else(|| failed(NO_LABEL))
    })
}

/// `work.site | table('country')`: what one of the policy's tables makes of a value, or null.
fn table(state: &State<'_, '_>, value: &Value, name: &str) -> Result<Value, Error> {
    let tables = state.lookup(TABLES);
    let tables = tables
        .as_ref()
        .and_then(|tables| tables.downcast_object_ref::<Tables>())
        .ok_or_else(|| failed("no tables"))?;
    let mut found = None;
    let given = text(value, |value| {
        found = tables.entry(name, value).map(str::to_owned);
        Ok(String::new())
    })?;
    Ok(match found {
        Some(found) if !is_nothing(&given) => Value::from(found),
        _ => nothing(),
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the template engine's signature"
)]
/// `first_of(a, b, …)`: the first argument that is neither null nor blank.
fn first_of(candidates: Rest<Value>) -> Value {
    let usable = |value: &&Value| {
        !is_nothing(value) && !value.as_str().is_some_and(|text| text.trim().is_empty())
    };
    candidates
        .iter()
        .find(usable)
        .cloned()
        .unwrap_or_else(nothing)
}

/// `lookup(value, {'from': 'to', …})`: the entry for a value, or null.
fn lookup(value: &Value, table: &Value) -> Result<Value, Error> {
    if is_nothing(value) {
        return Ok(nothing());
    }
    let found = table.get_item(value)?;
    Ok(if is_nothing(&found) { nothing() } else { found })
}

fn failed(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Enough for hundreds of operations; an expression that needs more is a mistake.
const FUEL: u64 = 20_000;

/// A hundred years.
const FARTHEST: i64 = 36_525;
