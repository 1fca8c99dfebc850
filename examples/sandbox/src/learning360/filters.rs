//! Query parameters and `field[operator]=value` filters.

use jiff::Timestamp;

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
    /// `lt`
    Before,
    /// `gte`
    NotBefore,
}

/// Operators of text filters.
pub(super) const TEXT: &[&str] = &["eq", "ne", "in", "nin"];
/// Operators of the status filter.
pub(super) const SINGLE: &[&str] = &["eq", "ne"];
/// The only operator of some filters.
pub(super) const EQUAL: &[&str] = &["eq"];
/// Operators of time filters.
pub(super) const TIME: &[&str] = &["lt", "gte"];

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
            let name = match switches.array_style {
                ArrayStyle::Indexed => without_index(name),
                _ => name,
            };
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
                "lt" => Operator::Before,
                "gte" => Operator::NotBefore,
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
        let times = filters.iter().filter(|it| it.operator.is_about_time());
        let mut times = times.flat_map(|it| &it.values);
        let most = switches.most_filter_values.unwrap_or(usize::MAX);
        if times.any(|it| it.parse::<Timestamp>().is_err())
            || filters.iter().any(|it| it.values.len() > most)
        {
            return Err(Failure::invalid());
        }
        Ok(Filters(filters))
    }
}

impl Operator {
    fn is_about_time(self) -> bool {
        matches!(self, Self::Before | Self::NotBefore)
    }
}

impl Filters {
    /// True if there is a condition on this field.
    pub(super) fn concern(&self, field: &str) -> bool {
        self.0.iter().any(|it| it.field == field)
    }

    /// Refuses values of an enumeration that it does not have.
    pub(super) fn one_of(&self, field: &str, known: &[&str]) -> Result<(), Failure> {
        let values = self.0.iter().filter(|it| it.field == field);
        let mut values = values.flat_map(|it| &it.values);
        if values.any(|value| !known.contains(&value.as_str())) {
            return Err(Failure::invalid());
        }
        Ok(())
    }

    /// True if a time, counted in whole seconds, meets all conditions on it.
    pub(super) fn accept_time(&self, field: &str, time: Timestamp) -> bool {
        let conditions = self.0.iter().filter(|it| it.field == field);
        let mut limits =
            conditions.flat_map(|it| it.values.iter().map(|limit| (it.operator, limit)));
        limits.all(|(operator, limit)| {
            // Checked while the filter was read.
            let limit: Option<Timestamp> = limit.parse().ok();
            let earlier = limit.is_some_and(|limit| time.as_second() < limit.as_second());
            earlier == (operator == Operator::Before)
        })
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

/// `mail[in]` of `mail[in][0]`.
fn without_index(name: &str) -> &str {
    let index = name.strip_suffix(']').and_then(|it| it.rsplit_once("]["));
    match index {
        Some((before, index)) if index.bytes().all(|byte| byte.is_ascii_digit()) => {
            // With the bracket that closes the operator, which is one byte.
            name.get(..=before.len()).unwrap_or(name)
        }
        _ => name,
    }
}

fn pairs(raw: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(raw.as_bytes())
        .into_owned()
        .collect()
}
