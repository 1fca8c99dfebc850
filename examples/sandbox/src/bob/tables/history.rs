//! Rows with effective dates, and the one in effect.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Historical, Written};
use crate::bob::employee::Employee;
use crate::clock;

/// A stored row.
#[derive(Clone, Debug)]
pub(crate) struct HistoryRow {
    /// Unique per employee and table only, as real ones are.
    pub(crate) id: u64,
    pub(crate) date: Date,
    /// By field id.
    pub(crate) columns: BTreeMap<String, Value>,
    pub(crate) reason: Value,
    pub(crate) change_type: Value,
    pub(crate) created: Date,
    pub(crate) modified: Date,
}

/// What became of a row that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Created,
    Updated,
}

impl Put {
    /// The event that tells of it.
    pub(crate) const fn event(self) -> &'static str {
        match self {
            Self::Created => "table.entry.created",
            Self::Updated => "table.entry.updated",
        }
    }
}

impl HistoryRow {
    /// The instant at which it takes effect.
    pub(crate) fn effective(&self, zone: &TimeZone) -> Timestamp {
        clock::midnight(self.date, zone)
    }
}

impl Employee {
    /// The rows of a table, oldest first.
    pub(crate) fn history(&self, table: Historical) -> Cow<'_, [HistoryRow]> {
        match self.tables.history.get(&table) {
            Some(rows) => Cow::Borrowed(rows),
            None => Cow::Owned(self.implied_row(table).into_iter().collect()),
        }
    }

    /// The row in effect, by its id.
    pub(crate) fn current_row(&self, table: Historical) -> Option<u64> {
        let own = self.tables.current.get(&table).copied();
        own.or_else(|| self.history(table).first().map(|row| row.id))
    }

    /// The row that follows from the employee's fields: in effect since he started.
    fn implied_row(&self, table: Historical) -> Option<HistoryRow> {
        let date = self.date("work.startDate").ok().flatten();
        let created = self.date("root.creationDate").ok().flatten();
        let date = date.or(created)?;
        Some(HistoryRow {
            id: row_id(0, date),
            date,
            columns: self.columns(table),
            reason: Value::Null,
            change_type: Value::Null,
            created: created.unwrap_or(date),
            modified: created.unwrap_or(date),
        })
    }

    /// The present values of a table's columns.
    pub(crate) fn columns(&self, table: Historical) -> BTreeMap<String, Value> {
        let empty = table.columns().iter();
        let mut columns: BTreeMap<String, Value> = empty
            .map(|column| ((*column).to_owned(), Value::Null))
            .collect();
        let own = self.values.iter();
        let own = own.filter(|(field, _)| Historical::of(field) == Some(table));
        columns.extend(own.map(|(field, value)| (field.clone(), value.clone())));
        columns
    }

    /// Makes sure that the row which was only implied is a row of its own, before fields change.
    pub(crate) fn keep_history(&mut self, table: Historical) {
        if self.tables.history.contains_key(&table) {
            return;
        }
        let rows: Vec<HistoryRow> = self.implied_row(table).into_iter().collect();
        if let Some(row) = rows.first() {
            self.tables.current.insert(table, row.id);
        }
        self.tables.history.insert(table, rows);
    }

    /// Adds a row, or changes the one of that day and site. It does not take effect by itself.
    pub(crate) fn put_row(&mut self, table: Historical, row: Written, today: Date) -> Put {
        self.keep_history(table);
        let rows = self.tables.history.entry(table).or_default();
        let same = |it: &&mut HistoryRow| {
            it.date == row.date && it.columns.get(SITE) == row.columns.get(SITE)
        };
        if let Some(found) = rows.iter_mut().find(same) {
            found.columns = row.columns;
            found.reason = row.reason;
            found.change_type = row.change_type;
            found.modified = today;
            return Put::Updated;
        }
        let that_day = rows.iter().filter(|it| it.date == row.date).count();
        rows.push(HistoryRow {
            id: row_id(that_day, row.date),
            date: row.date,
            columns: row.columns,
            reason: row.reason,
            change_type: row.change_type,
            created: today,
            modified: today,
        });
        rows.sort_by_key(|it| (it.date, it.id));
        Put::Created
    }

    /// Writes the present values into the row of today, and lets that row be in effect.
    pub(crate) fn put_today(&mut self, table: Historical, today: Date) -> Put {
        self.keep_history(table);
        let columns = self.columns(table);
        let rows = self.tables.history.entry(table).or_default();
        if let Some(row) = rows.iter_mut().rfind(|it| it.date == today) {
            row.columns = columns;
            row.modified = today;
            let id = row.id;
            self.tables.current.insert(table, id);
            return Put::Updated;
        }
        let id = row_id(0, today);
        let row = Written {
            date: today,
            columns,
            reason: Value::Null,
            change_type: Value::Null,
        };
        self.tables.current.insert(table, id);
        self.put_row(table, row, today)
    }

    /// Brings the fields to the rows in effect; returns the ids of those that changed.
    pub(crate) fn switch_tables(&mut self, now: Timestamp, zone: &TimeZone) -> Vec<String> {
        let mut changed = Vec::new();
        for table in Historical::ALL {
            let Some(rows) = self.tables.history.get(&table) else {
                continue;
            };
            let Some(row) = rows.iter().rfind(|it| it.effective(zone) <= now) else {
                continue;
            };
            if self.tables.current.get(&table) == Some(&row.id) {
                continue;
            }
            let (id, columns) = (row.id, row.columns.clone());
            self.tables.current.insert(table, id);
            changed.extend(self.take_over(table, &columns));
        }
        changed
    }

    /// Makes a row's columns the present values; those it does not have are empty. Returns the ids
    /// of the fields that changed.
    pub(crate) fn take_over(
        &mut self,
        table: Historical,
        columns: &BTreeMap<String, Value>,
    ) -> Vec<String> {
        let old = self.columns(table);
        let fields: BTreeSet<&String> = old.keys().chain(columns.keys()).collect();
        let mut changed = Vec::new();
        for field in fields {
            let new = columns.get(field).unwrap_or(&Value::Null);
            if old.get(field).unwrap_or(&Value::Null) != new {
                self.values.insert(field.clone(), new.clone());
                changed.push(field.clone());
            }
        }
        changed
    }

    /// When the next row of any historical table takes effect.
    pub(crate) fn next_row_at(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let rows = self.tables.history.values().flatten();
        rows.map(|row| row.effective(zone))
            .filter(|at| *at > now)
            .min()
    }
}

/// Ids as real tenants show them: `1000020260906` for the first row of 6 September 2026.
fn row_id(number: usize, date: Date) -> u64 {
    let number = u64::try_from(number).unwrap_or_default();
    let part = |part: i16| u64::try_from(part).unwrap_or_default();
    let day =
        part(date.year()) * 10_000 + part(date.month().into()) * 100 + part(date.day().into());
    (10_000 + number) * 100_000_000 + day
}

const SITE: &str = "work.siteId";
