//! The places of a value that may be filled, and those that are.

use std::collections::BTreeSet;

use serde_json::Value;

/// The names of all places that a resolved schema has: `phone` for a value, `phone=null` for a
/// nullable one, `role=coach` for each value of an enumeration, `input[].userId` in a list.
pub fn slots(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    declared("", schema, &mut found);
    found
}

/// The names of all places that a value fills, and some that no schema has.
pub fn filled(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    present("", value, &mut found);
    found
}

fn declared(at: &str, schema: &Value, found: &mut BTreeSet<String>) {
    let list = |keyword: &str| schema[keyword].as_array().into_iter().flatten();
    let branches: Vec<&Value> = list("anyOf").chain(list("allOf")).collect();
    for branch in &branches {
        declared(at, branch, found);
    }
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            declared(&below(at, name), property, found);
        }
    } else if schema["type"] == "array" {
        declared(&format!("{at}[]"), &schema["items"], found);
    } else if schema["type"] == "null" {
        found.insert(format!("{at}=null"));
    } else if schema["enum"].is_array() {
        found.extend(list("enum").map(|value| equal(at, value)));
    } else if branches.is_empty() {
        found.insert(at.to_owned());
    }
}

fn present(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                present(&below(at, name), value, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                present(&format!("{at}[]"), value, found);
            }
        }
        Value::Null => {
            found.insert(format!("{at}=null"));
        }
        plain => {
            found.insert(at.to_owned());
            found.insert(equal(at, plain));
        }
    }
}

fn below(at: &str, name: &str) -> String {
    match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    }
}

fn equal(at: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{at}={text}"),
        other => format!("{at}={other}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_has_a_name_and_is_filled_by_it() {
        let schema = json!({ "type": "object", "properties": {
            "name": { "type": "string" },
            "phone": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
            "group": { "allOf": [{ "type": "object", "properties": {
                "role": { "type": "string", "enum": ["coach", "learner"] },
            } }] },
            "items": { "type": "array", "items": { "type": "object", "properties": {
                "count": { "type": "number" }, "on": { "type": "boolean" },
            } } },
        } });
        let all = [
            "group.role=coach",
            "group.role=learner",
            "items[].count",
            "items[].on",
            "name",
            "phone",
            "phone=null",
        ];
        assert_eq!(slots(&schema), all.map(str::to_owned).into());
        let mut some = filled(&json!({
            "name": "x", "phone": null, "group": { "role": "coach" },
            "items": [{ "count": 7 }, { "on": true }], "other": [[{}]],
        }));
        some.retain(|name| all.contains(&name.as_str()));
        let expected = [
            "group.role=coach",
            "items[].count",
            "items[].on",
            "name",
            "phone=null",
        ];
        assert_eq!(some, expected.map(str::to_owned).into());
    }
}
