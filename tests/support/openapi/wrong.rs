//! Values that a schema forbids, each wrong in one way.

use serde_json::{Value, json};

use super::generate::Generator;
use super::schema::violations;

/// A value with one mistake in it.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// What is wrong with it.
    pub what: String,
    /// The value.
    pub value: Value,
}

/// Changes a value that an object schema allows into ones that it forbids: each required
/// property left out, each property of the wrong kind, out of its bounds or null, one too many.
///
/// # Panics
/// If the value is not allowed in the first place.
pub fn wrong_values(schema: &Value, allowed: &Value) -> Vec<Wrong> {
    assert_eq!(violations(schema, allowed), Vec::<String>::new());
    let mut found = vec![Wrong::new("is no object", json!([]))];
    let names = |keyword: &str| match &schema[keyword] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::Object(properties) => properties.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    for name in names("required") {
        let mut value = allowed.clone();
        if let Some(object) = value.as_object_mut() {
            object.remove(name);
        }
        found.push(Wrong::new(format!("{name} is missing"), value));
    }
    for name in names("properties") {
        let property = &schema["properties"][name];
        for (what, bad) in bad_values(property) {
            let mut value = allowed.clone();
            value[name] = bad;
            found.push(Wrong::new(format!("{name} {what}"), value));
        }
    }
    let mut value = allowed.clone();
    value["undocumented"] = json!("x");
    found.push(Wrong::new("undocumented is unknown", value));
    // A schema that is open somewhere makes some of these right.
    found.retain(|it| !violations(schema, &it.value).is_empty());
    found
}

impl Wrong {
    fn new(what: impl Into<String>, value: Value) -> Self {
        Self {
            what: what.into(),
            value,
        }
    }
}

fn bad_values(schema: &Value) -> Vec<(&'static str, Value)> {
    let mut bad = vec![
        ("is null", Value::Null),
        ("is a number", json!(7)),
        ("is a text", json!("no such value")),
        ("is empty", json!("")),
        ("is a boolean", json!(true)),
        ("is an object", json!({ "undocumented": 7 })),
        ("is a list", json!([{ "undocumented": 7 }])),
    ];
    if let Some(most) = schema["maxItems"].as_u64() {
        let mut generator = Generator::new(1);
        let items = match &schema["items"] {
            Value::Null => &schema["anyOf"][0]["items"],
            items => items,
        };
        let many = (0..=most).map(|_| generator.value(items)).collect();
        bad.push(("has too many items", many));
    }
    bad
}
