use std::sync::Arc;

use learning360_client::{GroupId, LANGUAGES, UserField};
use toml::de::DeValue;

use super::super::expression::Expression;
use super::super::options::When;
use super::super::problem::Problem;
use super::super::reader::{Located, Section};
use super::super::tables::Tables;
use super::super::{CustomRule, FieldRule};

/// `[user]`
pub(super) fn fields(user: &Section<'_, '_>, tables: &Arc<Tables>) -> Vec<FieldRule> {
    if user.get("mail").is_none() {
        let message = "[user] `mail` is missing: without it no account can be found or created";
        user.problem(Problem::new(user.line(), message));
    }
    let rules = FIELDS.iter().filter_map(|(key, field)| {
        let mapping = mapping(user, key, user.get(key)?, tables)?;
        if mapping.clear && matches!(field, UserField::Lang | UserField::Mail) {
            let message = format!("`{key}` cannot be cleared in 360Learning; remove `clear`");
            user.problem(Problem::new(mapping.line, message));
        }
        if mapping.clear && *field == UserField::PrimaryGroup {
            let message = "`primary_group` is changed and never cleared; remove `clear`";
            user.problem(Problem::new(mapping.line, message));
        }
        let checked = [UserField::Lang, UserField::PrimaryGroup].contains(field);
        for text in mapping.texts().filter(|_| checked) {
            user_text(user, mapping.line, *field, text);
        }
        let identifies = [UserField::Mail, UserField::Username].contains(field);
        if identifies && mapping.default.is_some() {
            let message = format!("`{key}` is one person's: a default would be that of many");
            user.problem(Problem::new(mapping.line, message));
        }
        Some(FieldRule {
            field: *field,
            value: mapping.value,
            default: mapping.default,
            when: mapping.when,
            clear: mapping.clear,
        })
    });
    rules.collect()
}

/// Checks a text that stands in the policy and that 360Learning would refuse.
fn user_text(user: &Section<'_, '_>, line: usize, field: UserField, text: &str) {
    match field {
        UserField::Lang if !LANGUAGES.contains(&text) => {
            let known = LANGUAGES.into_iter();
            user.problem(Problem::unknown_word(line, "language", text, known));
        }
        UserField::PrimaryGroup if GroupId::try_from(text).is_err() => {
            let message = "`primary_group` gives ids of 360Learning groups: 24 hexadecimal digits";
            user.problem(Problem::new(line, message));
        }
        _ => {}
    }
}

/// `[custom_fields]`, by name or id.
pub(super) fn custom_fields(top: &Section<'_, '_>, tables: &Arc<Tables>) -> Vec<CustomRule> {
    let section = top.section("custom_fields", &[]);
    let rules = section.entries().filter_map(|(name, found)| {
        if name.trim().is_empty() {
            let message = "a custom field needs its name or its id";
            section.problem(Problem::new(found.line, message));
            return None;
        }
        let mapping = mapping(&section, name, found, tables)?;
        Some(CustomRule {
            name: name.into(),
            value: mapping.value,
            default: mapping.default,
            when: mapping.when,
            clear: mapping.clear,
        })
    });
    rules.collect()
}

/// Where a value comes from, and when it is written.
struct Mapping {
    value: Expression,
    default: Option<String>,
    when: When,
    clear: bool,
    line: usize,
}

impl Mapping {
    /// The texts that stand in the policy and may be written.
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.value.results().chain(self.default.as_deref())
    }
}

/// An expression, or a table with one.
fn mapping(
    section: &Section<'_, '_>,
    key: &str,
    found: Located<&DeValue<'_>>,
    tables: &Arc<Tables>,
) -> Option<Mapping> {
    if let Some(source) = found.value.as_str() {
        let compiled = Expression::compile(source, found.line, tables);
        return Some(Mapping {
            value: section.noted(compiled)?,
            default: None,
            when: When::Always,
            clear: false,
            line: found.line,
        });
    }
    let table = section.inner(key, found, &["value", "default", "when", "clear"])?;
    let source = table.required_text("value")?;
    let default = table
        .text("default")
        .map(|default| default.value.to_owned());
    let clear = table.flag("clear", false);
    let when = table.choice("when", &WHEN, When::Always);
    let compiled = Expression::compile(source.value, source.line, tables);
    Some(Mapping {
        value: section.noted(compiled)?,
        default,
        when,
        clear,
        line: table.line(),
    })
}

pub(super) const KEYS: [&str; 11] = [
    "group",
    "mail",
    "username",
    "first_name",
    "last_name",
    "job",
    "organization",
    "phone",
    "custom",
    "lang",
    "primary_group",
];

const FIELDS: [(&str, UserField); 10] = [
    ("mail", UserField::Mail),
    ("username", UserField::Username),
    ("first_name", UserField::FirstName),
    ("last_name", UserField::LastName),
    ("job", UserField::Job),
    ("organization", UserField::Organization),
    ("phone", UserField::Phone),
    ("custom", UserField::Custom),
    ("lang", UserField::Lang),
    ("primary_group", UserField::PrimaryGroup),
];

const WHEN: [(&str, When); 3] = [
    ("always", When::Always),
    ("create_only", When::CreateOnly),
    ("fill_if_empty", When::FillIfEmpty),
];
