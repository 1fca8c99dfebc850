use std::collections::BTreeSet;
use std::fmt;

use hibob_client::{FieldId, ListName};
use minijinja::Value;

use super::context::Context;
use super::filters::{ENVIRONMENT, FILTERS, FUNCTIONS, NO_LABEL};
use super::path;
use super::problem::Problem;
use crate::plan::Reason;

/// A compiled value expression with what it reads.
pub(crate) struct Expression {
    compiled: minijinja::Expression<'static, 'static>,
    line: usize,
    fields: BTreeSet<FieldId>,
    lists: BTreeSet<ListName>,
    handles_null: bool,
}

/// A compiled condition.
#[derive(Debug)]
pub(crate) struct Condition(Expression);

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evaluated<T> {
    /// A field that it reads is hidden.
    Missing,
    /// A field that it reads is empty, or its result is.
    Null,
    /// A value.
    Value(T),
    /// It could not be worked out.
    Failed(Reason),
}

impl Expression {
    pub(crate) fn compile(source: &str, line: usize) -> Result<Self, Vec<Problem>> {
        let code = without_texts(source);
        if let Some(problem) = forbidden(&code, line) {
            return Err(vec![problem]);
        }
        let compiled = ENVIRONMENT
            .compile_expression_owned(source.to_owned())
            .map_err(|error| vec![Problem::new(line, format!("`{source}`: {error}"))])?;
        let mut problems = unknown_filters(&code, line);
        let (lists, bad_lists) = lists(source, line);
        problems.extend(bad_lists);
        let mut fields = BTreeSet::new();
        for name in compiled.undeclared_variables(true) {
            if FUNCTIONS.contains(&name.as_str()) {
                continue;
            }
            match path::field(&name) {
                Some(field) => {
                    fields.insert(field);
                }
                None => problems.push(Problem::new(line, format!("`{name}` names no field"))),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let handles_null = code.contains("first_of") || code.contains(" is ");
        Ok(Self {
            compiled,
            line,
            fields,
            lists,
            handles_null,
        })
    }

    pub(crate) fn line(&self) -> usize {
        self.line
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldId> {
        self.fields.iter()
    }

    pub(crate) fn lists(&self) -> impl Iterator<Item = &ListName> {
        self.lists.iter()
    }

    /// The value as text.
    pub(crate) fn text(&self, context: &Context) -> Evaluated<String> {
        match self.evaluate(context) {
            Evaluated::Value(value) => text(&value),
            Evaluated::Missing => Evaluated::Missing,
            Evaluated::Null => Evaluated::Null,
            Evaluated::Failed(reason) => Evaluated::Failed(reason),
        }
    }

    fn evaluate(&self, context: &Context) -> Evaluated<Value> {
        if self.fields.iter().any(|field| context.is_missing(field)) {
            return Evaluated::Missing;
        }
        if !self.handles_null && self.fields.iter().any(|field| context.is_null(field)) {
            return Evaluated::Null;
        }
        match self.compiled.eval(context.root()) {
            Ok(value) if value.is_none() || value.is_undefined() => Evaluated::Null,
            Ok(value) => Evaluated::Value(value),
            Err(error) if error.detail() == Some(NO_LABEL) => {
                Evaluated::Failed(Reason::LabelUnknown)
            }
            Err(_) => Evaluated::Failed(Reason::MappingFailed),
        }
    }
}

impl Condition {
    pub(crate) fn compile(source: &str, line: usize) -> Result<Self, Vec<Problem>> {
        Expression::compile(source, line).map(Self)
    }

    pub(crate) fn expression(&self) -> &Expression {
        &self.0
    }

    /// Whether it holds. Null is false; `None` = a hidden field or a failure, so nobody knows.
    pub(crate) fn holds(&self, context: &Context) -> Option<bool> {
        match self.0.evaluate(context) {
            Evaluated::Value(value) => bool::try_from(value).ok(),
            Evaluated::Null => Some(false),
            Evaluated::Missing | Evaluated::Failed(_) => None,
        }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression")
            .field("line", &self.line)
            .field("fields", &self.fields)
            .field("lists", &self.lists)
            .finish_non_exhaustive()
    }
}

fn text(value: &Value) -> Evaluated<String> {
    if let Some(text) = value.as_str() {
        return Evaluated::Value(text.to_owned());
    }
    match value.kind() {
        minijinja::value::ValueKind::Number | minijinja::value::ValueKind::Bool => {
            Evaluated::Value(value.to_string())
        }
        _ => Evaluated::Failed(Reason::MappingFailed),
    }
}

/// What the language could do and a policy must not.
fn forbidden(code: &str, line: usize) -> Option<Problem> {
    if code.contains("{%") || code.contains("{{") {
        return Some(Problem::new(
            line,
            "write an expression, without `{{ }}` or `{% %}`",
        ));
    }
    // A `[` right behind a value picks by a value that is only known at run time.
    let mut before = None;
    for (index, c) in code.char_indices() {
        let word = code.get(..index).unwrap_or_default().trim_end();
        let keyword = word
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .is_some_and(|word| matches!(word, "in" | "not" | "and" | "or" | "if" | "else" | "is"));
        let value = before.is_some_and(|b: char| b.is_alphanumeric() || "_)]'".contains(b));
        if c == '[' && value && !keyword {
            return Some(Problem::new(
                line,
                "`[…]` behind a value is not allowed; name the field",
            ));
        }
        if !c.is_whitespace() {
            before = Some(c);
        }
    }
    None
}

fn unknown_filters(code: &str, line: usize) -> Vec<Problem> {
    let names = code.split('|').skip(1).map(|rest| {
        let rest = rest.trim_start();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    let unknown = names.filter(|name| !FILTERS.contains(name));
    unknown
        .map(|name| Problem::unknown_word(line, "filter", name, FILTERS.into_iter()))
        .collect()
}

/// The lists named by `label('…')`.
fn lists(source: &str, line: usize) -> (BTreeSet<ListName>, Vec<Problem>) {
    let (mut lists, mut problems) = (BTreeSet::new(), Vec::new());
    for rest in source.split("label(").skip(1) {
        let literal = rest.trim_start().strip_prefix(['\'', '"']);
        let name = literal.and_then(|literal| literal.split(['\'', '"']).next());
        match name.and_then(|name| ListName::try_from(name).ok()) {
            Some(name) => {
                lists.insert(name);
            }
            None => problems.push(Problem::new(
                line,
                "`label` needs the name of a Bob list as a text, such as label('title')",
            )),
        }
    }
    (lists, problems)
}

/// The expression with the contents of its texts blanked, so that words in them are not code.
fn without_texts(source: &str) -> String {
    let mut quote = None;
    let blank = |c: char| match quote {
        Some(open) if c == open => {
            quote = None;
            '\''
        }
        Some(_) => ' ',
        None if c == '\'' || c == '"' => {
            quote = Some(c);
            '\''
        }
        None => c,
    };
    source.chars().map(blank).collect()
}
