//! From the files' schemas to ones that a JSON Schema validator understands.

use std::sync::OnceLock;

use anyhow::{Context as _, bail};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// A resolved schema, and its validator once it is needed.
#[derive(Debug)]
pub(super) struct Schema {
    value: Value,
    validator: OnceLock<Validator>,
}

impl Schema {
    pub(super) fn new(resolved: Value) -> Self {
        Self {
            value: resolved,
            validator: OnceLock::new(),
        }
    }

    pub(super) fn read(document: &Value, schema: &Value) -> anyhow::Result<Self> {
        Ok(Self::new(resolve(document, schema)?))
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// What is wrong with a value: one text per violation, with its place.
    pub(super) fn violations(&self, value: &Value) -> Vec<String> {
        let validator = self.validator.get_or_init(|| validator(&self.value));
        texts(validator, value)
    }
}

/// A schema of its own: references followed, `nullable` and `oneOf` as they are meant, objects
/// closed.
pub(super) fn resolve(document: &Value, schema: &Value) -> anyhow::Result<Value> {
    convert(document, schema, 0)
}

/// What is wrong with a value: one text per violation, with its place.
///
/// # Panics
/// If the schema is none.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    texts(&validator(schema), value)
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_format("ObjectId", is_object_id)
        .should_validate_formats(true)
        .build(schema)
        .expect("a resolved schema is a schema")
}

fn texts(validator: &Validator, value: &Value) -> Vec<String> {
    let text = |error: jsonschema::ValidationError<'_>| {
        // Values stay out of the text.
        format!("{}: {}", error.instance_path(), error.masked())
    };
    validator.iter_errors(value).map(text).collect()
}

fn convert(document: &Value, schema: &Value, depth: usize) -> anyhow::Result<Value> {
    if depth > DEEPEST {
        bail!("a schema refers to itself");
    }
    let Some(object) = schema.as_object() else {
        return Ok(schema.clone());
    };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| document.pointer(pointer))
            .with_context(|| format!("{reference} leads nowhere"))?;
        return convert(document, target, depth + 1);
    }
    let mut found = Map::new();
    for (key, value) in object {
        let convert = |value: &Value| convert(document, value, depth + 1);
        let (key, value) = match key.as_str() {
            "items" => ("items", convert(value)?),
            "properties" => {
                let mut properties = Map::new();
                for (name, value) in value.as_object().context("properties are no object")? {
                    properties.insert(name.clone(), convert(value)?);
                }
                ("properties", Value::Object(properties))
            }
            "allOf" | "anyOf" | "oneOf" => {
                let branches = value.as_array().context("branches are no list")?;
                let branches = branches.iter().map(convert).collect::<Result<_, _>>()?;
                let key = if key == "allOf" { "allOf" } else { "anyOf" };
                (key, Value::Array(branches))
            }
            key if KEYWORDS.contains(&key) => (key, value.clone()),
            // Descriptions, examples, and `nullable`, which comes below.
            _ => continue,
        };
        found.insert(key.to_owned(), value);
    }
    if found.contains_key("properties") {
        found
            .entry("additionalProperties")
            .or_insert(Value::Bool(false));
        found.entry("type").or_insert(json!("object"));
    }
    if object.get("nullable") == Some(&Value::Bool(true)) {
        return Ok(json!({ "anyOf": [found, { "type": "null" }] }));
    }
    Ok(Value::Object(found))
}

fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Keywords that are kept as they are.
const KEYWORDS: [&str; 15] = [
    "additionalProperties",
    "const",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "required",
    "type",
];

/// No schema of the files is deeper.
const DEEPEST: usize = 40;
