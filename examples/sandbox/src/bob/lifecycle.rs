//! Lifecycle rows taking effect, and the events they cause.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Bob;
use super::employee::{EMPLOYED, Employee, GARDEN_LEAVE, HIRED, Row, TERMINATED};
use super::events::{Actor, Detail, Event};
use crate::seed::Access;
use crate::switches::BobSwitches;

/// Ids that `employee.updated` names when a row takes effect (if the switch is on).
const SWITCHED: [&str; 2] = ["internal.lifecycleStatus", "internal.status"];

impl Bob {
    /// Brings one employee to the row in effect without a word (while a seed is loaded).
    pub(crate) fn settle_silently(&mut self, id: &str, now: Timestamp, switches: &BobSwitches) {
        drop(self.switch_row(id, now, switches));
    }

    /// Brings one employee to the row in effect and sends what follows from it. True if he
    /// switched.
    pub(crate) fn settle(&mut self, id: &str, now: Timestamp, switches: &BobSwitches) -> bool {
        let Some((date, types)) = self.switch_row(id, now, switches) else {
            return false;
        };
        for kind in types {
            let detail = Detail::Lifecycle(date);
            self.emit(&Event::new(kind, id, Actor::System, detail), now, switches);
        }
        if switches.lifecycle_sends_updated {
            let detail = Detail::Changed(SWITCHED.map(String::from).into());
            self.emit(
                &Event::new("employee.updated", id, Actor::System, detail),
                now,
                switches,
            );
        }
        true
    }

    /// Everybody whose next row takes effect by now, in order; returns how many switched.
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

    /// Applies the row in effect, if it is another than before; returns its date and the event
    /// types that follow. Schedules the next one in any case.
    fn switch_row(
        &mut self,
        id: &str,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Option<(Date, Vec<String>)> {
        let zone = self.zone_of(self.employees.get(id)?);
        let employee = self.employees.get_mut(id)?;
        if let Some(at) = employee.next_switch.take() {
            self.agenda.remove(&(at, id.to_owned()));
        }
        employee
            .rows
            .sort_by_key(|row| (row.effective(&zone), row.id));
        let next = employee
            .rows
            .iter()
            .map(|row| row.effective(&zone))
            .find(|at| *at > now);
        if let Some(at) = next {
            employee.next_switch = Some(at);
            self.agenda.insert((at, id.to_owned()));
        }
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
}

impl Employee {
    /// Puts a row into effect; returns the types of the events that follow, in order.
    fn apply(&mut self, row: &Row, switches: &BobSwitches) -> Vec<String> {
        let before = self.lifecycle_status().to_owned();
        let was_active = self.is_active();
        let row = &row.row;
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
                types.extend(joins.then_some("employee.joined"));
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
