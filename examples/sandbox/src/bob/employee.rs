//! An employee as Bob stores him, and the values that follow from others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Bob;
use super::tables::Tables;
use crate::clock;
use crate::seed::{Access, Invalid, LifecycleRow, Person};

/// Statuses with a meaning of their own; every other one is a leave.
pub(crate) const HIRED: &str = "hired";
pub(crate) const EMPLOYED: &str = "employed";
pub(crate) const GARDEN_LEAVE: &str = "garden leave";
pub(crate) const TERMINATED: &str = "terminated";

/// A stored employee.
#[derive(Clone, Debug)]
pub(crate) struct Employee {
    pub(crate) id: String,
    /// Machine values by field id. Nothing calculated is kept here.
    pub(crate) values: BTreeMap<String, Value>,
    /// Lifecycle rows in the order of their effect.
    pub(crate) rows: Vec<Row>,
    /// The row in effect.
    pub(crate) current: Option<u64>,
    /// True once `employee.left` was sent for the present employment.
    pub(crate) left_sent: bool,
    pub(crate) next_row: u64,
    /// The tables beside the lifecycle table.
    pub(crate) tables: Tables,
    /// When the next row of any table takes effect; the employee's entry in the agenda.
    pub(crate) next_switch: Option<jiff::Timestamp>,
}

/// A stored lifecycle row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: u64,
    pub(crate) row: LifecycleRow,
}

impl Row {
    /// The instant at which the row takes effect.
    pub(crate) fn effective(&self, zone: &TimeZone) -> jiff::Timestamp {
        let date = self.row.date;
        let day = if self.row.status == TERMINATED {
            // The termination date is the last employed day.
            date.tomorrow().unwrap_or(date)
        } else {
            date
        };
        clock::midnight(day, zone)
    }
}

impl Employee {
    /// Takes over what a seed says, with rows where it names none.
    pub(crate) fn from_person(person: Person, today: Date) -> Result<Self, Invalid> {
        let Person {
            id,
            fields,
            lifecycle,
            tables,
        } = person;
        let (tables, written) = Tables::from_seed(tables)?;
        let mut employee = Self {
            id,
            values: fields,
            rows: Vec::new(),
            current: None,
            left_sent: false,
            next_row: 1,
            tables,
            next_switch: None,
        };
        for (table, row) in written {
            // Without the row that the fields imply.
            employee.tables.history.entry(table).or_default();
            employee.put_row(table, row, today);
        }
        let mut rows = if lifecycle.is_empty() {
            employee.implied_rows(today)?
        } else {
            lifecycle
        };
        rows.sort_by_key(|row| row.date);
        for row in rows {
            employee.add_row(row);
        }
        Ok(employee)
    }

    /// Rows that follow from start and termination date.
    fn implied_rows(&self, today: Date) -> Result<Vec<LifecycleRow>, Invalid> {
        let start = self.date("work.startDate")?.unwrap_or(today);
        let mut rows = Vec::new();
        if start > today {
            rows.push(LifecycleRow::new(today, HIRED));
        }
        rows.push(LifecycleRow::new(start, EMPLOYED));
        if let Some(end) = self
            .date("internal.terminationDate")?
            .filter(|end| *end >= start)
        {
            rows.push(LifecycleRow::new(end, TERMINATED));
        }
        Ok(rows)
    }

    /// A date among the stored values.
    pub(crate) fn date(&self, field: &str) -> Result<Option<Date>, Invalid> {
        match self.values.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => clock::date(text).map(Some),
            Some(_) => Err(Invalid::new(format!(
                "{field} of {} is not a date",
                self.id
            ))),
        }
    }

    pub(crate) fn add_row(&mut self, mut row: LifecycleRow) {
        row.status = row.status.to_lowercase();
        let id = self.next_row;
        self.next_row += 1;
        self.rows.push(Row { id, row });
    }

    pub(crate) fn mail(&self) -> Option<&str> {
        self.values.get("root.email").and_then(Value::as_str)
    }

    pub(crate) fn lifecycle_status(&self) -> &str {
        self.values
            .get("internal.lifecycleStatus")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn is_active(&self) -> bool {
        let status = self.values.get("internal.status").and_then(Value::as_str);
        status == Some(Access::Active.as_str())
    }

    fn text(&self, field: &str) -> &str {
        self.values
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// First name and surname.
    pub(crate) fn full_name(&self) -> String {
        let name = format!(
            "{} {}",
            self.text("root.firstName"),
            self.text("root.surname")
        );
        name.trim().to_owned()
    }

    /// The name that Bob shows.
    pub(crate) fn display_name(&self) -> String {
        match self.text("root.displayName") {
            "" => self.full_name(),
            name => name.to_owned(),
        }
    }
}

impl Bob {
    /// The zone whose midnights this employee follows.
    pub(crate) fn zone_of(&self, employee: &Employee) -> TimeZone {
        self.zone_for(&employee.values)
    }

    /// The zone of somebody with these values.
    pub(crate) fn zone_for(&self, values: &BTreeMap<String, Value>) -> TimeZone {
        let site = values.get("work.siteId").and_then(Value::as_i64);
        let site = site.and_then(|id| self.sites.get(&id));
        site.map_or_else(|| self.zone.clone(), |site| site.zone.clone())
    }

    /// The machine value of a field: stored, calculated, or null.
    pub(crate) fn value(&self, employee: &Employee, field: &str) -> Value {
        self.look(employee, field).into_owned()
    }

    /// The same; a stored value is only looked at.
    pub(crate) fn look<'e>(&self, employee: &'e Employee, field: &str) -> Cow<'e, Value> {
        match employee.values.get(field) {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(self.calculated(employee, field)),
        }
    }

    fn calculated(&self, employee: &Employee, field: &str) -> Value {
        match field {
            "root.id" => json!(employee.id),
            "root.companyId" => json!(self.company.id),
            "root.fullName" => text(employee.full_name()),
            "root.displayName" => text(employee.display_name()),
            "work.shortStartDate" => text(
                employee
                    .text("work.startDate")
                    .get(5..)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            "work.site" => {
                let site = employee.values.get("work.siteId").and_then(Value::as_i64);
                site.and_then(|id| self.sites.get(&id))
                    .map_or(Value::Null, |it| json!(it.name))
            }
            "work.reportsTo" => self
                .manager(employee)
                .map_or(Value::Null, |manager| self.reference(manager)),
            "work.reportsTo.email" => self
                .manager(employee)
                .map_or(Value::Null, |it| self.value(it, "root.email")),
            "work.secondLevelManager" => self
                .manager(employee)
                .and_then(|manager| self.manager(manager))
                .map_or(Value::Null, |it| json!(it.id)),
            _ => Value::Null,
        }
    }

    /// An employee as others refer to him.
    pub(crate) fn reference(&self, employee: &Employee) -> Value {
        json!({
            "id": employee.id,
            "firstName": self.value(employee, "root.firstName"),
            "surname": self.value(employee, "root.surname"),
            "email": self.value(employee, "root.email"),
            "displayName": text(employee.display_name()),
        })
    }

    fn manager(&self, employee: &Employee) -> Option<&Employee> {
        self.employees
            .get(employee.values.get("work.manager")?.as_str()?)
    }
}

fn text(text: String) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        Value::String(text)
    }
}
