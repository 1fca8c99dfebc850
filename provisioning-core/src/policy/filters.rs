use std::sync::LazyLock;

use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::context::{LISTS, Lists};

/// The one environment of all expressions: no loader, no built-in filter, strict about undefined
/// names, bounded in work. It never changes.
pub(crate) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// The names of our functions; they are no fields.
pub(crate) const FUNCTIONS: [&str; 2] = ["first_of", "lookup"];

/// The names of our filters.
pub(crate) const FILTERS: [&str; 4] = ["label", "lower", "trim", "upper"];

/// Marks an error of [`label`], so that its cause can be told from other failures.
pub(crate) const NO_LABEL: &str = "no label";

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(32);
    environment.add_filter("trim", |text: String| text.trim().to_owned());
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_filter("label", label);
    environment.add_function("first_of", first_of);
    environment.add_function("lookup", lookup);
    environment.add_test("none", |value: Value| value.is_none());
    environment
}

/// `work.title | label('title')`: the label of a list item.
fn label(state: &State<'_, '_>, item: &str, list: &str) -> Result<String, Error> {
    let lists = state.lookup(LISTS);
    let lists = lists
        .as_ref()
        .and_then(|lists| lists.downcast_object_ref::<Lists>());
    let label = lists.and_then(|lists| lists.label(list, item));
    label
        .map(str::to_owned)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, NO_LABEL))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the template engine's signature"
)]
/// `first_of(a, b, …)`: the first argument that is neither null nor blank.
fn first_of(candidates: Rest<Value>) -> Value {
    let usable = |value: &&Value| {
        !value.is_none() && !value.as_str().is_some_and(|text| text.trim().is_empty())
    };
    candidates
        .iter()
        .find(usable)
        .cloned()
        .unwrap_or_else(|| Value::from(()))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the template engine's signature"
)]
/// `lookup(value, {'from': 'to', …})`: the entry for a value, or null.
fn lookup(value: Value, table: Value) -> Result<Value, Error> {
    let found = table.get_item(&value)?;
    Ok(if found.is_undefined() {
        Value::from(())
    } else {
        found
    })
}

/// Enough for hundreds of operations; an expression that needs more is a mistake.
const FUEL: u64 = 20_000;
