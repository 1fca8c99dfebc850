//! Lifecycle rows taking effect, and the events they cause.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Bob;
use super::employee::{EMPLOYED, Employee, GARDEN_LEAVE, HIRED, Row, TERMINATED};
use super::events::{Actor, Detail, Event};
use crate::seed::Access;
use crate::switches::BobSwitches;

/// State of somebody who may not use Bob.
pub(crate) const UNINVITED: &str = "uninvited";

/// Ids that `employee.updated` names when a row takes effect (if the switch is on).
const SWITCHED: [&str; 2] = ["internal.lifecycleStatus", "internal.status"];

impl Bob {
    /// Brings one employee to the rows in effect without a word (while a seed is loaded).
    pub(crate) fn settle_silently(&mut self, id: &str, now: Timestamp, switches: &BobSwitches) {
        self.switch_tables(id, now);
        drop(self.switch_row(id, now, switches));
        self.schedule(id, now);
    }

    /// Brings one employee to the rows in effect and sends what follows from it. True if his
    /// lifecycle status switched.
    pub(crate) fn settle(&mut self, id: &str, now: Timestamp, switches: &BobSwitches) -> bool {
        let changed = self.switch_tables(id, now);
        if switches.table_row_sends_updated && !changed.is_empty() {
            self.updated_by_system(id, changed, now, switches);
        }
        let row = self.switch_row(id, now, switches);
        self.schedule(id, now);
        let Some((date, types)) = row else {
            return false;
        };
        for kind in types {
            let detail = Detail::Lifecycle(date);
            self.emit(&Event::new(kind, id, Actor::System, detail), now, switches);
        }
        if switches.lifecycle_sends_updated {
            let changed = SWITCHED.map(String::from).into();
            self.updated_by_system(id, changed, now, switches);
        }
        true
    }

    /// Everybody whose next row takes effect by now, in order; returns how many changed their
    /// lifecycle status.
    pub(crate) fn run_switches(&mut self, now: Timestamp, switches: &BobSwitches) -> u64 {
        let mut count = 0;
        while let Some((at, id)) = self.agenda.first().cloned() {
            if at > now {
                break;
            }
            self.agenda.remove(&(at, id.clone()));
            count += u64::from(self.settle(&id, now, switches));
        }
        count
    }

    fn updated_by_system(
        &mut self,
        id: &str,
        changed: Vec<String>,
        now: Timestamp,
        switches: &BobSwitches,
    ) {
        let detail = Detail::Changed(changed);
        let event = Event::new("employee.updated", id, Actor::System, detail);
        self.emit(&event, now, switches);
    }

    /// Applies the rows of other tables that are in effect; returns the fields that changed.
    pub(crate) fn switch_tables(&mut self, id: &str, now: Timestamp) -> Vec<String> {
        let Some(zone) = self.employees.get(id).map(|it| self.zone_of(it)) else {
            return Vec::new();
        };
        let employee = self.employees.get_mut(id);
        employee.map_or_else(Vec::new, |it| it.switch_tables(now, &zone))
    }

    /// Applies the lifecycle row in effect, if it is another than before; returns its date and the
    /// event types that follow.
    fn switch_row(
        &mut self,
        id: &str,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Option<(Date, Vec<String>)> {
        let zone = self.zone_of(self.employees.get(id)?);
        let employee = self.employees.get_mut(id)?;
        employee
            .rows
            .sort_by_key(|row| (row.effective(&zone), row.id));
        let row = employee
            .rows
            .iter()
            .rfind(|row| row.effective(&zone) <= now)?
            .clone();
        if employee.current == Some(row.id) {
            return None;
        }
        employee.current = Some(row.id);
        Some((row.row.date, employee.apply(&row, switches)))
    }

    /// Notes when the employee's next row takes effect.
    pub(crate) fn schedule(&mut self, id: &str, now: Timestamp) {
        let Some(zone) = self.employees.get(id).map(|it| self.zone_of(it)) else {
            return;
        };
        let Some(employee) = self.employees.get_mut(id) else {
            return;
        };
        if let Some(at) = employee.next_switch.take() {
            self.agenda.remove(&(at, id.to_owned()));
        }
        let rows = employee.rows.iter().map(|row| row.effective(&zone));
        let next = rows.filter(|at| *at > now).min();
        let next = next
            .into_iter()
            .chain(employee.next_row_at(now, &zone))
            .min();
        if let Some(at) = next {
            employee.next_switch = Some(at);
            self.agenda.insert((at, id.to_owned()));
        }
    }
}

impl Employee {
    /// Puts a row into effect; returns the types of the events that follow, in order.
    fn apply(&mut self, row: &Row, switches: &BobSwitches) -> Vec<String> {
        let before = self.lifecycle_status().to_owned();
        let was_active = self.is_active();
        let row = &row.row;
        if let Some(kind) = &row.reason_type {
            let kind = json!(kind);
            self.values.insert("internal.terminationType".into(), kind);
        }
        let access = row.access.unwrap_or(match row.status.as_str() {
            EMPLOYED => Access::Active,
            GARDEN_LEAVE => switches.garden_leave_access,
            _ => Access::Inactive,
        });
        let active = access == Access::Active;
        let mut set = |field: &str, value: Value| self.values.insert(field.to_owned(), value);
        set("internal.lifecycleStatus", json!(row.status));
        set("internal.status", json!(access.as_str()));
        if active && !was_active {
            set(
                "internal.currentActiveStatusStartDate",
                json!(row.date.to_string()),
            );
        }
        let mut types = Vec::new();
        let lost = was_active && !active;
        match row.status.as_str() {
            HIRED => self.left_sent = false,
            EMPLOYED => {
                self.left_sent = false;
                let joins = ["", HIRED, TERMINATED].contains(&before.as_str());
                let uninvited = self.values.get("root.state") == Some(&json!(UNINVITED));
                let granted = !(switches.joined_needs_invitation && uninvited);
                types.extend((joins && granted).then_some("employee.joined"));
                types.extend((active && (joins || !was_active)).then_some("employee.activated"));
                if !switches.joined_first {
                    types.reverse();
                }
            }
            GARDEN_LEAVE | TERMINATED => {
                if let Some(reason) = &row.reason {
                    set("internal.terminationReason", json!(reason));
                }
                let over = row.status == TERMINATED;
                types.extend((!self.left_sent).then_some("employee.left"));
                types.extend((over || lost).then_some("employee.inactivated"));
                self.left_sent = true;
                if !switches.left_first {
                    types.reverse();
                }
            }
            _ => {
                set("employee.recentLeaveStartDate", json!(row.date.to_string()));
                types.extend(lost.then_some("employee.inactivated"));
                types.push(&switches.temporary_leave_type);
            }
        }
        types.into_iter().map(String::from).collect()
    }
}
