//! Rows that somebody adds.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Historical, Put, Written, is_custom, is_table};
use crate::bob::Bob;
use crate::bob::events::{Actor, Detail, Event};
use crate::clock;
use crate::seed::Invalid;
use crate::switches::BobSwitches;

impl Bob {
    /// Adds a row to a historical table, or changes the one of its day and site. The event goes out
    /// now, whenever the row takes effect; if that is now, fields change.
    pub(crate) fn put_row(
        &mut self,
        id: &str,
        table: Historical,
        row: Written,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        for field in row.columns.keys() {
            self.check_field(field)?;
        }
        let today = clock::today(now, &self.zone_of(self.employee(id)?));
        let date = row.date;
        let columns = row.columns.clone();
        let employee = self.employee_mut(id)?;
        let put = employee.put_row(table, row, today);
        let entry = (table.name(), date);
        self.table_entry(id, put, entry, actor, now, switches);
        let mut changed = self.switch_tables(id, now);
        let employee = self.employee_mut(id)?;
        let present = employee.current_row(table);
        let is_present = |rows: &[super::HistoryRow]| {
            let row = rows.iter().find(|it| Some(it.id) == present);
            row.is_some_and(|it| it.columns == columns)
        };
        if put == Put::Updated && is_present(&employee.history(table)) {
            changed.extend(employee.take_over(table, &columns));
        }
        if !changed.is_empty() {
            self.updated(id, changed, actor, now, switches);
        }
        self.settle(id, now, switches);
        Ok(())
    }

    /// What an administrator adds to any table but the lifecycle table.
    pub(crate) fn add_table_row(
        &mut self,
        id: &str,
        table: &str,
        row: Map<String, Value>,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        if let Some(historical) = Historical::named(table) {
            let row = historical.parse(&row)?;
            let actor = Actor::Administrator;
            return self.put_row(id, historical, row, actor, now, switches);
        }
        if !is_table(table) {
            return Err(Invalid::new(format!("there is no table {table:?}")));
        }
        let row = self.employee_mut(id)?.tables.add(table, row);
        if is_custom(table) || TOLD.contains(&table) {
            let detail = Detail::Row(table.to_owned(), row);
            let event = Event::new("table.entry.created", id, Actor::Administrator, detail);
            self.emit(&event, now, switches);
        }
        Ok(())
    }
}

/// Plain tables whose rows cause events; those of training, equity and others never do.
const TOLD: [&str; 6] = [
    "bank-accounts",
    "deduction",
    "dependents",
    "entitlement",
    "salaries",
    "variable",
];
