use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::de::{DeTable, DeValue};

/// The meaning of a document as text: the same for every order of keys, every comment and every
/// way of laying it out.
pub(crate) fn canonical(document: &DeTable<'_>) -> String {
    let mut text = String::new();
    table(document, &mut text);
    text
}

fn table(entries: &DeTable<'_>, text: &mut String) {
    let entries: BTreeMap<_, _> = entries
        .iter()
        .map(|(key, value)| (key.get_ref().as_ref(), value.get_ref()))
        .collect();
    text.push('{');
    for (key, entry) in entries {
        quoted(key, text);
        text.push(':');
        value(entry, text);
        text.push(',');
    }
    text.push('}');
}

fn value(entry: &DeValue<'_>, text: &mut String) {
    match entry {
        DeValue::String(string) => quoted(string, text),
        DeValue::Integer(integer) => {
            // Sixteen and 0x10 are the same number.
            match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(number) => text.push_str(&number.to_string()),
                Err(_) => text.push_str(integer.as_str()),
            }
        }
        DeValue::Float(float) => text.push_str(float.as_str()),
        DeValue::Boolean(flag) => text.push_str(if *flag { "true" } else { "false" }),
        DeValue::Datetime(datetime) => text.push_str(&datetime.to_string()),
        DeValue::Array(items) => {
            text.push('[');
            for item in items {
                value(item.get_ref(), text);
                text.push(',');
            }
            text.push(']');
        }
        DeValue::Table(entries) => table(entries, text),
    }
}

/// With its length in front, so that no text can look like two.
fn quoted(string: &str, text: &mut String) {
    // Writing to a `String` cannot fail.
    let _ = write!(text, "{}\"{string}\"", string.len());
}
