//! Employees' tables beside the lifecycle table.
//!
//! *Historical* tables have rows with effective dates, and the row in effect gives the employee's
//! fields. All others are plain rows.

pub(super) mod bulk;
pub(super) mod custom;
mod history;
mod plain;
mod put;
pub(super) mod read;
mod render;
pub(super) mod training;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

pub(crate) use self::history::{HistoryRow, Put};
pub(crate) use self::plain::PlainRow;
use crate::clock;
use crate::seed::Invalid;

/// A historical table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Historical {
    Work,
    Employment,
}

impl Historical {
    pub(crate) const ALL: [Self; 2] = [Self::Work, Self::Employment];

    /// Its name in paths, seeds and events.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Employment => "employment",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The table whose rows hold this field.
    pub(crate) fn of(field: &str) -> Option<Self> {
        if WORK_COLUMNS.contains(&field) || field.starts_with(CUSTOM_COLUMNS) {
            Some(Self::Work)
        } else if field.starts_with(EMPLOYMENT) {
            Some(Self::Employment)
        } else {
            None
        }
    }

    /// Columns that every row has, as field ids.
    pub(crate) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Work => &WORK_COLUMNS,
            Self::Employment => &EMPLOYMENT_COLUMNS,
        }
    }

    /// Reads a row as the API and seeds write it. The effective date is required; columns that are
    /// left out are empty.
    pub(crate) fn parse(self, body: &Map<String, Value>) -> Result<Written, Invalid> {
        let date = body.get("effectiveDate").and_then(Value::as_str);
        let date = date.ok_or_else(|| Invalid::new("effectiveDate is missing"))?;
        let mut columns = BTreeMap::new();
        for (name, value) in body {
            match (self, name.as_str()) {
                // The site's name follows from its id.
                (_, "effectiveDate" | "reason" | "site" | "workChangeType") => {}
                (Self::Work, "reportsTo") => {
                    let id = value.get("id").cloned().unwrap_or_else(|| value.clone());
                    columns.insert("work.manager".to_owned(), id);
                }
                (Self::Work, "customColumns") => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        columns.insert(format!("{CUSTOM_COLUMNS}{name}"), value.clone());
                    }
                }
                (Self::Work, "title" | "department" | "siteId") => {
                    columns.insert(format!("work.{name}"), value.clone());
                }
                (Self::Work, _) => {
                    return Err(Invalid::new(format!("the work table has no column {name}")));
                }
                (Self::Employment, name) => {
                    columns.insert(format!("{EMPLOYMENT}{name}"), value.clone());
                }
            }
        }
        for column in self.columns() {
            columns.entry((*column).to_owned()).or_insert(Value::Null);
        }
        let text = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
        Ok(Written {
            date: clock::date(date)?,
            columns,
            reason: text("reason"),
            change_type: text("workChangeType"),
        })
    }
}

/// A row of a historical table as somebody writes it.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) date: Date,
    /// By field id; complete.
    pub(crate) columns: BTreeMap<String, Value>,
    pub(crate) reason: Value,
    pub(crate) change_type: Value,
}

/// The tables of one employee.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// Oldest first. A table without rows of its own has the one that the employee's fields imply.
    pub(crate) history: BTreeMap<Historical, Vec<HistoryRow>>,
    /// The rows in effect.
    pub(crate) current: BTreeMap<Historical, u64>,
    /// By the table's name, or a custom table's id.
    pub(crate) plain: BTreeMap<String, Vec<PlainRow>>,
}

impl Tables {
    /// Takes over what a seed says; rows of historical tables come back to be put.
    pub(crate) fn from_seed(
        tables: BTreeMap<String, Vec<Map<String, Value>>>,
    ) -> Result<(Self, Vec<(Historical, Written)>), Invalid> {
        let (mut own, mut written) = (Self::default(), Vec::new());
        for (name, rows) in tables {
            if let Some(table) = Historical::named(&name) {
                for row in rows {
                    written.push((table, table.parse(&row)?));
                }
                continue;
            }
            if !is_table(&name) {
                return Err(Invalid::new(format!("there is no table {name:?}")));
            }
            for row in rows {
                own.add(&name, row);
            }
        }
        Ok((own, written))
    }

    /// Adds a plain row; returns its id.
    pub(crate) fn add(&mut self, table: &str, mut columns: Map<String, Value>) -> u64 {
        let rows = self.plain.entry(table.to_owned()).or_default();
        let last = rows.last().map_or(0, |row| row.id);
        let given = columns.remove("id").and_then(|id| id.as_u64());
        let id = given.filter(|id| *id > last).unwrap_or(last + 1);
        rows.push(PlainRow { id, columns });
        id
    }

    /// What is stored, for the truth: historical rows by column, plain ones as they are.
    pub(crate) fn to_json(&self) -> BTreeMap<String, Vec<Value>> {
        let history = self.history.iter().map(|(table, rows)| {
            let row = |it: &HistoryRow| {
                json!({ "id": it.id, "effectiveDate": it.date.to_string(), "columns": it.columns })
            };
            (table.name().to_owned(), rows.iter().map(row).collect())
        });
        let plain = self.plain.iter().map(|(name, rows)| {
            let rows = rows.iter().map(PlainRow::to_json);
            (name.clone(), rows.collect())
        });
        history.chain(plain).collect()
    }
}

/// True for the plain tables that Bob has, and for ids of custom ones.
pub(crate) fn is_table(name: &str) -> bool {
    PLAIN.iter().any(|(known, _)| *known == name) || is_custom(name)
}

/// True for ids like `category_1716214820047__table_1716214839517`.
pub(crate) fn is_custom(name: &str) -> bool {
    name.contains("__table_")
}

/// Bob's plain tables, with the category that permits them.
pub(crate) const PLAIN: [(&str, &str); 9] = [
    ("bank-accounts", "payroll"),
    ("deduction", "payroll"),
    ("dependents", "home"),
    ("entitlement", "payroll"),
    ("equities", "payroll"),
    ("right-to-work", "rightToWork"),
    ("salaries", "payroll"),
    ("training", "employment"),
    ("variable", "payroll"),
];

const WORK_COLUMNS: [&str; 4] = [
    "work.title",
    "work.department",
    "work.siteId",
    "work.manager",
];

const EMPLOYMENT_COLUMNS: [&str; 3] = [
    "payroll.employment.contract",
    "payroll.employment.type",
    "payroll.employment.fte",
];

const CUSTOM_COLUMNS: &str = "work.customColumns.";

const EMPLOYMENT: &str = "payroll.employment.";
