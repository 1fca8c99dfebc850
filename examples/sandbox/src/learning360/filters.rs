//! Query parameters and `field[operator]=value` filters.

use super::errors::Failure;
use super::paging::Cursor;
use crate::switches::{ArrayStyle, Learning360Switches};

/// The parameters of a request; those of the first page if it carries a cursor.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) raw: String,
    pub(super) after: Option<String>,
    pairs: Vec<(String, String)>,
}

/// Conditions that all must hold.
#[derive(Debug)]
pub(super) struct Filters(Vec<Filter>);

#[derive(Debug)]
struct Filter {
    field: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `eq`, `in`
    Among,
    /// `ne`, `nin`
    NotAmong,
}

/// Operators of text filters.
pub(super) const TEXT: &[&str] = &["eq", "ne", "in", "nin"];
/// Operators of the status filter.
pub(super) const SINGLE: &[&str] = &["eq", "ne"];

impl Query {
    pub(super) fn parse(raw: &str) -> Result<Self, Failure> {
        let pairs = pairs(raw);
        let Some((_, next)) = pairs.iter().find(|(name, _)| name == "next") else {
            return Ok(Self {
                raw: raw.to_owned(),
                after: None,
                pairs,
            });
        };
        let cursor = Cursor::decode(next).ok_or(Failure::invalid())?;
        let pairs = self::pairs(&cursor.query);
        Ok(Self {
            raw: cursor.query,
            after: Some(cursor.after),
            pairs,
        })
    }

    /// The value of a plain parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }

    /// Refuses parameters beside these, if the switch wants it.
    pub(super) fn only(
        &self,
        known: &[&str],
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let unknown = self
            .pairs
            .iter()
            .any(|(name, _)| !known.contains(&name.as_str()));
        if unknown && switches.reject_unknown {
            Err(Failure::invalid())
        } else {
            Ok(())
        }
    }

    /// Reads the filters of an endpoint: fields with their operators.
    pub(super) fn filters(
        &self,
        known: &[(&str, &[&str])],
        switches: &Learning360Switches,
    ) -> Result<Filters, Failure> {
        let mut filters: Vec<Filter> = Vec::new();
        for (name, value) in &self.pairs {
            let parts = name.strip_suffix(']').and_then(|name| name.split_once('['));
            let known = |(field, operator): &(&str, &str)| {
                known
                    .iter()
                    .any(|(it, operators)| it == field && operators.contains(operator))
            };
            let Some((field, operator)) = parts.filter(known) else {
                if switches.reject_unknown {
                    return Err(Failure::invalid());
                }
                continue;
            };
            let many = matches!(operator, "in" | "nin");
            let values: Vec<String> = match switches.array_style {
                ArrayStyle::Comma if many => value.split(',').map(String::from).collect(),
                _ => vec![value.clone()],
            };
            let operator = match operator {
                "eq" | "in" => Operator::Among,
                _ => Operator::NotAmong,
            };
            let same = |it: &&mut Filter| many && it.field == field && it.operator == operator;
            match filters.iter_mut().find(same) {
                Some(filter) => filter.values.extend(values),
                None => filters.push(Filter {
                    field: field.to_owned(),
                    operator,
                    values,
                }),
            }
        }
        Ok(Filters(filters))
    }
}

impl Filters {
    /// True if there is a condition on this field.
    pub(super) fn concern(&self, field: &str) -> bool {
        self.0.iter().any(|it| it.field == field)
    }

    /// True if a field's value meets all conditions on it.
    pub(super) fn accept(&self, field: &str, value: Option<&str>, ignore_case: bool) -> bool {
        let equal = |wanted: &String| match value {
            Some(value) if ignore_case => value.to_lowercase() == wanted.to_lowercase(),
            Some(value) => value == wanted,
            None => false,
        };
        self.0
            .iter()
            .filter(|it| it.field == field)
            .all(|filter| filter.values.iter().any(equal) == (filter.operator == Operator::Among))
    }
}

fn pairs(raw: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(raw.as_bytes())
        .into_owned()
        .collect()
}
