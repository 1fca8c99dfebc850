//! What people do in Bob's user interface.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::employee::{EMPLOYED, Employee, GARDEN_LEAVE, HIRED, TERMINATED};
use super::events::{Actor, Detail, Event};
use super::tables::{Historical, Put};
use super::{Bob, normalise};
use crate::clock;
use crate::control::act::BobAct;
use crate::seed::{Access, FieldDefinition, Invalid, LifecycleRow, Person};
use crate::switches::BobSwitches;

impl Bob {
    /// Does it, and puts the events on their way. Returns the id of the person concerned.
    pub(crate) fn act(
        &mut self,
        act: BobAct,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<Option<String>, Invalid> {
        let id = match act {
            BobAct::Hire(person) => self.hire(person, Actor::Administrator, now, switches)?,
            BobAct::Edit { id, fields } => {
                self.edit(&id, fields, Actor::Administrator, now, switches)?;
                id
            }
            BobAct::AddRow { id, table, row } => {
                self.add_table_row(&id, &table, row, now, switches)?;
                id
            }
            BobAct::Uninvite { id } => {
                self.uninvite(&id, Actor::Administrator, now, switches)?;
                id
            }
            BobAct::Invite { id } => {
                self.invite(&id, Actor::Administrator, now, switches)?;
                id
            }
            BobAct::Leave {
                id,
                from,
                kind,
                remain_active,
            } => {
                let mut row = LifecycleRow::new(from, kind);
                row.access = remain_active.then_some(Access::Active);
                self.add_row(&id, row, now, switches)?;
                id
            }
            BobAct::Return { id, on } => {
                let end = json!(on.yesterday().unwrap_or(on).to_string());
                self.employee_mut(&id)?
                    .values
                    .insert("employee.recentLeaveEndDate".into(), end);
                self.add_row(&id, LifecycleRow::new(on, EMPLOYED), now, switches)?;
                id
            }
            BobAct::Terminate {
                id,
                on,
                reason,
                last_day_of_work,
                revoke_access,
            } => {
                let plan = Termination {
                    on,
                    reason,
                    reason_type: None,
                    notice: None,
                    last_day_of_work,
                    revoke_access,
                };
                self.terminate(&id, plan, Actor::Administrator, now, switches)?;
                id
            }
            BobAct::CancelTermination { id } => self.cancel_termination(id, now, switches)?,
            BobAct::Rehire { id, start } => self.rehire(id, start, now, switches)?,
            BobAct::Delete { id } => self.delete(id, now, switches)?,
            BobAct::Emit { kind, id, fields } => {
                let detail = fields.map_or(Detail::None, Detail::Changed);
                self.emit(
                    &Event::new(kind, &id, Actor::Administrator, detail),
                    now,
                    switches,
                );
                id
            }
            BobAct::Webhook(webhook) => {
                self.outbox.register(webhook)?;
                return Ok(None);
            }
            BobAct::RemoveWebhook { name } => {
                self.outbox.remove(&name)?;
                return Ok(None);
            }
            BobAct::ReactivateWebhook { name } => {
                self.outbox.reactivate(&name, now, switches)?;
                return Ok(None);
            }
            BobAct::RefreshSecret { name, secret } => {
                self.outbox.refresh_secret(&name, secret)?;
                return Ok(None);
            }
            BobAct::Site(site) => {
                self.put_site(site, now, switches)?;
                return Ok(None);
            }
            BobAct::List(list) => {
                self.lists.insert(list.name.clone(), list);
                return Ok(None);
            }
            BobAct::ServiceUser(user) => {
                self.service_users.insert(user.id.clone(), user);
                return Ok(None);
            }
        };
        Ok(Some(id))
    }

    pub(super) fn hire(
        &mut self,
        person: Person,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<String, Invalid> {
        let id = self.add(person, now)?;
        let created = Event::new("employee.created", &id, actor, Detail::None);
        self.emit(&created, now, switches);
        self.settle(&id, now, switches);
        Ok(id)
    }

    /// Writes values; a new start date or site also moves the lifecycle rows, and columns of a
    /// historical table get a row of today.
    pub(super) fn edit(
        &mut self,
        id: &str,
        mut fields: BTreeMap<String, Value>,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let changed: Vec<String> = fields.keys().cloned().collect();
        normalise(&mut fields);
        for field in fields.keys() {
            self.check_field(field)?;
        }
        if let Some(mail) = fields.get("root.email").and_then(Value::as_str) {
            self.claim_mail(mail, id)?;
        }
        let today = clock::today(now, &self.zone_of(self.employee(id)?));
        let tables = self.tables_of(fields.keys());
        let employee = self.employee_mut(id)?;
        let moved = fields.get("work.startDate").and_then(Value::as_str);
        if let Some(start) = moved.map(clock::date).transpose()? {
            employee.move_start(start, today);
        }
        for table in &tables {
            employee.keep_history(*table);
        }
        employee.values.extend(fields);
        let put = |table: &Historical| (table.name(), employee.put_today(*table, today));
        let put: Vec<_> = tables.iter().map(put).collect();
        self.reindex_mail(id);
        for (table, put) in put {
            self.table_entry(id, put, (table, today), actor, now, switches);
        }
        self.updated(id, changed, actor, now, switches);
        self.settle(id, now, switches);
        Ok(())
    }

    pub(super) fn terminate(
        &mut self,
        id: &str,
        plan: Termination,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let Termination {
            on,
            reason,
            reason_type,
            notice,
            last_day_of_work,
            revoke_access,
        } = plan;
        let employee = self.employee_mut(id)?;
        employee.drop_terminations();
        let current = employee.current;
        employee
            .rows
            .retain(|it| it.row.date <= on || Some(it.id) == current);
        let mut changed = vec!["internal.terminationDate".to_owned()];
        employee
            .values
            .insert("internal.terminationDate".into(), json!(on.to_string()));
        let told = [
            (
                "internal.terminationReason",
                reason.as_ref().map(|it| json!(it)),
            ),
            (
                "internal.terminationType",
                reason_type.as_ref().map(|it| json!(it)),
            ),
            ("internal.notice", notice),
        ];
        for (field, value) in told {
            if let Some(value) = value {
                employee.values.insert(field.into(), value);
                changed.push(field.into());
            }
        }
        if let Some(last) = last_day_of_work {
            employee
                .values
                .insert("employee.lastDayOfWork".into(), json!(last.to_string()));
            changed.push("employee.lastDayOfWork".into());
            if last < on {
                let from = last.tomorrow().unwrap_or(last);
                employee.add_row(LifecycleRow::new(from, GARDEN_LEAVE));
            }
        }
        let mut row = LifecycleRow::new(on, TERMINATED);
        row.reason = reason;
        row.reason_type = reason_type;
        employee.add_row(row);
        let entry = ("lifecycle", on);
        self.table_entry(id, Put::Created, entry, actor, now, switches);
        self.updated(id, changed, actor, now, switches);
        if revoke_access {
            let kind = "employee.access.revoked.immediately";
            self.emit(&Event::new(kind, id, actor, Detail::None), now, switches);
        }
        self.settle(id, now, switches);
        Ok(())
    }

    fn cancel_termination(
        &mut self,
        id: String,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<String, Invalid> {
        let employee = self.employee_mut(&id)?;
        if !employee.drop_terminations() {
            return Err(Invalid::new(format!("nothing ends the employment of {id}")));
        }
        employee
            .values
            .insert("internal.terminationDate".into(), Value::Null);
        employee
            .values
            .insert("internal.terminationReason".into(), Value::Null);
        // Deleting a row sends no table event.
        if switches.cancellation_sends_updated {
            let changed = vec!["internal.terminationDate".into()];
            self.updated(&id, changed, Actor::Administrator, now, switches);
        }
        self.settle(&id, now, switches);
        Ok(id)
    }

    fn rehire(
        &mut self,
        id: String,
        start: Date,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<String, Invalid> {
        let today = clock::today(now, &self.zone_of(self.employee(&id)?));
        let employee = self.employee_mut(&id)?;
        if employee.lifecycle_status() != TERMINATED {
            return Err(Invalid::new(format!(
                "{id} is not terminated and cannot be rehired"
            )));
        }
        employee
            .values
            .insert("work.startDate".into(), json!(start.to_string()));
        let mut changed = vec!["work.startDate".to_owned()];
        if switches.rehire_clears_termination {
            employee
                .values
                .insert("internal.terminationDate".into(), Value::Null);
            changed.push("internal.terminationDate".into());
        }
        if start > today {
            employee.add_row(LifecycleRow::new(today, HIRED));
        }
        employee.add_row(LifecycleRow::new(start, EMPLOYED));
        let (entry, actor) = (("lifecycle", start), Actor::Administrator);
        self.table_entry(&id, Put::Created, entry, actor, now, switches);
        self.updated(&id, changed, actor, now, switches);
        self.settle(&id, now, switches);
        Ok(id)
    }

    fn delete(
        &mut self,
        id: String,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<String, Invalid> {
        self.employee(&id)?;
        // The event carries the mail, so it is written before the record goes.
        let event = Event::new("employee.deleted", &id, Actor::Administrator, Detail::None);
        self.emit(&event, now, switches);
        if let Some(employee) = self.employees.remove(&id) {
            if let Some(at) = employee.next_switch {
                self.agenda.remove(&(at, id.clone()));
            }
        }
        self.reindex_mail(&id);
        self.deleted.insert(id.clone());
        Ok(id)
    }

    fn add_row(
        &mut self,
        id: &str,
        row: LifecycleRow,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let entry = ("lifecycle", row.date);
        self.employee_mut(id)?.add_row(row);
        let actor = Actor::Administrator;
        self.table_entry(id, Put::Created, entry, actor, now, switches);
        self.settle(id, now, switches);
        Ok(())
    }

    /// The historical tables that these fields are columns of.
    fn tables_of<'f>(&self, fields: impl Iterator<Item = &'f String>) -> BTreeSet<Historical> {
        let table = |field: &String| {
            let of_work = |field: &FieldDefinition| field.historical && field.category == "work";
            let other = || {
                let field = self.inventory.get(field)?;
                of_work(field).then_some(Historical::Work)
            };
            Historical::of(field).or_else(other)
        };
        fields.filter_map(table).collect()
    }

    pub(super) fn table_entry(
        &mut self,
        id: &str,
        put: Put,
        (table, date): (&'static str, Date),
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) {
        let detail = Detail::Table(table, date);
        let event = Event::new(put.event(), id, actor, detail);
        self.emit(&event, now, switches);
    }

    pub(super) fn updated(
        &mut self,
        id: &str,
        changed: Vec<String>,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) {
        let event = Event::new("employee.updated", id, actor, Detail::Changed(changed));
        self.emit(&event, now, switches);
    }

    pub(super) fn employee(&self, id: &str) -> Result<&Employee, Invalid> {
        self.employees
            .get(id)
            .ok_or_else(|| Invalid::new(format!("there is no employee {id}")))
    }

    pub(super) fn employee_mut(&mut self, id: &str) -> Result<&mut Employee, Invalid> {
        self.employees
            .get_mut(id)
            .ok_or_else(|| Invalid::new(format!("there is no employee {id}")))
    }
}

/// What a termination flow decides.
#[derive(Debug)]
pub(super) struct Termination {
    pub(super) on: Date,
    pub(super) reason: Option<String>,
    pub(super) reason_type: Option<String>,
    pub(super) notice: Option<Value>,
    pub(super) last_day_of_work: Option<Date>,
    pub(super) revoke_access: bool,
}

impl Employee {
    /// Removes the rows that end the present employment; false if there are none.
    fn drop_terminations(&mut self) -> bool {
        let begun = self
            .rows
            .iter()
            .filter(|it| it.row.status == EMPLOYED)
            .map(|it| it.id)
            .max();
        let before = self.rows.len();
        self.rows.retain(|it| {
            let ends = it.row.status == TERMINATED || it.row.status == GARDEN_LEAVE;
            // A later beginning makes it the end of an earlier employment.
            !ends || begun.is_some_and(|begun| begun > it.id)
        });
        self.rows.len() < before
    }

    /// Moves the row with which the present, or the coming, employment begins.
    fn move_start(&mut self, start: Date, today: Date) {
        let begins = |index: usize| {
            let before = index.checked_sub(1).and_then(|index| self.rows.get(index));
            before.is_none_or(|it| [HIRED, TERMINATED].contains(&it.row.status.as_str()))
        };
        let found = (0..self.rows.len())
            .rev()
            .find(|&index| self.rows[index].row.status == EMPLOYED && begins(index));
        let Some(index) = found else { return };
        self.rows[index].row.date = start;
        if start > today && !self.rows[..index].iter().any(|it| it.row.status == HIRED) {
            self.add_row(LifecycleRow::new(today, HIRED));
        }
    }
}
