//! One expression, and what it comes to for an employee.

use minijinja::Environment;
use minijinja::value::{Value, ValueKind};

use super::filters::{FUNCTIONS, is_empty};
use super::record::Record;
use crate::bob::Bob;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Expression<'e> {
    compiled: minijinja::Expression<'e, 'e>,
    /// Field ids that it reads.
    pub(super) fields: Vec<String>,
    /// It says itself what a null means.
    handles_null: bool,
}

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome<T> {
    Value(T),
    Null,
    /// It is not understood, or fails.
    Unknown(String),
}

impl<'e> Expression<'e> {
    /// Compiles it; the error says what is not understood.
    pub(super) fn compile(
        source: &'e str,
        environment: &'e Environment<'static>,
        bob: &Bob,
    ) -> Result<Self, String> {
        let compiled = environment
            .compile_expression(source)
            .map_err(|error| format!("it is no expression ({})", error.kind()))?;
        let mut fields = Vec::new();
        for path in compiled.undeclared_variables(true) {
            if FUNCTIONS.contains(&path.as_str()) {
                continue;
            }
            let field = field_of(&path, bob);
            fields.push(field.ok_or_else(|| format!("{path} is no field here"))?);
        }
        Ok(Self {
            compiled,
            fields,
            handles_null: handles_null(source),
        })
    }

    /// The value as a text.
    pub(super) fn text(&self, record: &Record<'_>) -> Outcome<String> {
        match self.value(record) {
            Outcome::Value(value) => match (value.as_str(), value.kind()) {
                (Some(text), _) => Outcome::Value(text.to_owned()),
                (None, ValueKind::Number | ValueKind::Bool) => Outcome::Value(value.to_string()),
                _ => Outcome::Unknown("it is no text".to_owned()),
            },
            Outcome::Null => Outcome::Null,
            Outcome::Unknown(why) => Outcome::Unknown(why),
        }
    }

    /// Whether it holds; a null does not.
    pub(super) fn holds(&self, record: &Record<'_>) -> Result<bool, String> {
        match self.value(record) {
            Outcome::Value(value) => {
                bool::try_from(value).map_err(|_| "it is no condition".to_owned())
            }
            Outcome::Null => Ok(false),
            Outcome::Unknown(why) => Err(why),
        }
    }

    fn value(&self, record: &Record<'_>) -> Outcome<Value> {
        if !self.handles_null && self.fields.iter().any(|field| record.is_null(field)) {
            return Outcome::Null;
        }
        match self.compiled.eval(record.context(&self.fields)) {
            Ok(value) if is_empty(&value) => Outcome::Null,
            Ok(value) => Outcome::Value(value),
            Err(error) => {
                let why = error.detail().unwrap_or("it cannot be worked out");
                Outcome::Unknown(why.to_owned())
            }
        }
    }
}

/// The field that a path names: the longest part of it that is one.
fn field_of(path: &str, bob: &Bob) -> Option<String> {
    let whole = if path.contains('.') {
        path.to_owned()
    } else {
        format!("root.{path}")
    };
    let mut part = whole.as_str();
    loop {
        if bob.inventory.get(part).is_some() {
            return Some(part.to_owned());
        }
        part = part.rsplit_once('.')?.0;
    }
}

/// Whether `first_of(…)` or `is none` stand in it, outside of texts.
fn handles_null(source: &str) -> bool {
    let mut plain = String::with_capacity(source.len());
    let mut quote = None;
    for c in source.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None => plain.push(c),
        }
    }
    let words: Vec<&str> = plain
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let is_none = |pair: &[&str]| pair == ["is", "none"];
    let is_not_none = |three: &[&str]| three == ["is", "not", "none"];
    words.contains(&"first_of")
        || words.windows(2).any(is_none)
        || words.windows(3).any(is_not_none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_is_handled_by_words_and_not_by_texts() {
        for (source, expected) in [
            ("email", false),
            ("first_of(email, 'x')", true),
            ("email is none", true),
            ("'x' if email is not  none else 'y'", true),
            ("email == 'is none'", false),
            ("email == \"first_of(\"", false),
            ("not_first_of ~ email", false),
        ] {
            assert_eq!(handles_null(source), expected, "{source}");
        }
    }
}
