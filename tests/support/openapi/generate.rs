//! Values that a schema allows, from a seed.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Makes values that a resolved schema allows: the same ones for the same seed.
///
/// Optional properties come and go, nullable ones are null at times, texts are of several
/// scripts and lengths.
#[derive(Debug)]
pub struct Generator {
    random: Rng,
}

impl Generator {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
        }
    }

    /// The next value.
    ///
    /// # Panics
    /// If the schema uses what 360Learning's files do not.
    pub fn value(&mut self, schema: &Value) -> Value {
        let list = |name: &str| schema[name].as_array().filter(|it| !it.is_empty());
        if let Some(values) = list("enum") {
            return self.one_of(values).clone();
        }
        if let Some(branches) = list("anyOf") {
            let mut branch = self.one_of(branches).clone();
            merge(&mut branch, &without(schema, "anyOf"));
            return self.value(&branch);
        }
        if let Some(branches) = list("allOf") {
            let mut merged = without(schema, "allOf");
            for branch in branches {
                merge(&mut merged, branch);
            }
            return self.value(&merged);
        }
        match schema["type"].as_str() {
            Some("string") => json!(self.text(schema)),
            Some("integer" | "number") => json!(self.number(schema)),
            Some("boolean") => json!(self.random.bool()),
            Some("null") => Value::Null,
            Some("array") => self.array(schema),
            Some("object") => self.object(schema),
            other => panic!("no values of type {other:?}"),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = required.is_some_and(|names| names.iter().any(|it| it == name));
            if required || self.random.bool() {
                object.insert(name.clone(), self.value(property));
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Value) -> Value {
        let bound = |name: &str| {
            schema[name]
                .as_u64()
                .and_then(|it| usize::try_from(it).ok())
        };
        let least = bound("minItems").unwrap_or(0);
        let most = bound("maxItems").unwrap_or(usize::MAX).min(least + 3);
        let length = self.random.usize(least..=most);
        (0..length).map(|_| self.value(&schema["items"])).collect()
    }

    fn number(&mut self, schema: &Value) -> i64 {
        let least = schema["minimum"].as_i64().unwrap_or(0);
        let most = schema["maximum"].as_i64().unwrap_or(least + 10_000);
        self.random.i64(least..=most)
    }

    fn text(&mut self, schema: &Value) -> String {
        match (schema["format"].as_str(), schema["pattern"].as_str()) {
            (Some("ObjectId"), _) | (_, Some("^[a-fA-F0-9]{24}$")) => {
                self.chars(24, "0123456789abcdefABCDEF")
            }
            (Some("date-time"), _) => {
                format!("{}T{:02}:30:00.000Z", self.day(), self.random.u8(0..24))
            }
            (Some("date"), _) => self.day(),
            (Some("uuid"), _) => {
                let mut part = |length| self.chars(length, "0123456789abcdef");
                [part(8), part(4), part(4), part(4), part(12)].join("-")
            }
            (Some("url"), _) => format!("https://example.com/{}", self.chars(5, "abcdef")),
            (_, None) => self.free_text(schema),
            (_, Some("^[a-z0-9][a-z0-9-]*$")) => {
                let length = self.random.usize(3..=30);
                format!("a{}", self.chars(length, "abcxyz019-"))
            }
            (_, Some(pattern)) => panic!("no texts for the pattern {pattern}"),
        }
    }

    fn free_text(&mut self, schema: &Value) -> String {
        let bound = |name: &str| {
            schema[name]
                .as_u64()
                .and_then(|it| usize::try_from(it).ok())
        };
        let least = bound("minLength").unwrap_or(0);
        let most = bound("maxLength").unwrap_or(usize::MAX).min(least + 20);
        let length = self.random.usize(least..=most);
        let alphabet = self.one_of(&ALPHABETS).to_owned();
        self.chars(length, alphabet)
    }

    fn day(&mut self) -> String {
        let (year, month, day) = (
            self.random.u16(1990..2060),
            self.random.u8(1..=12),
            self.random.u8(1..=28),
        );
        format!("{year}-{month:02}-{day:02}")
    }

    fn chars(&mut self, length: usize, alphabet: &str) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| *self.one_of(&letters)).collect()
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.random.usize(..items.len())]
    }
}

fn without(schema: &Value, keyword: &str) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.remove(keyword);
    }
    schema
}

/// Adds a schema's keywords; properties and required names are united.
fn merge(target: &mut Value, other: &Value) {
    for (key, value) in other.as_object().into_iter().flatten() {
        match (&mut target[key], value) {
            (Value::Object(known), Value::Object(more)) => known.extend(more.clone()),
            (Value::Array(known), Value::Array(more)) => known.extend(more.clone()),
            (known, _) => *known = value.clone(),
        }
    }
}

/// Letters of texts: plain, accented, other scripts, and what breaks careless code.
const ALPHABETS: [&str; 5] = [
    "abcdefghij KLMNOP",
    "éüßØłñç’-",
    "김민준田中さくら",
    "محمدالفارسי",
    "\"\\/<>&%+#{}[]$?='`🦀",
];
