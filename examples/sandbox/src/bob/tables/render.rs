//! Rows on the wire, as far as the caller may see them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{Historical, HistoryRow};
use crate::bob::Bob;
use crate::bob::auth::{may_read, may_see_history};
use crate::bob::employee::Employee;
use crate::bob::wire::human_date;
use crate::seed::{FieldDefinition, ServiceUser};

/// Rows for one caller.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) rows: Vec<Value>,
    /// Columns that the caller may not see at all, or only as they are today.
    no_view: BTreeSet<String>,
    no_history: BTreeSet<String>,
}

impl Seen {
    /// The answer of a table's read.
    pub(super) fn answer(self) -> Value {
        let mut answer = json!({ "values": self.rows });
        if !self.no_view.is_empty() || !self.no_history.is_empty() {
            answer["restricted_columns"] = json!({
                "no_view_permission": self.no_view,
                "no_view_history_permission": self.no_history,
            });
        }
        answer
    }
}

impl Bob {
    /// The lifecycle table.
    pub(super) fn lifecycle_rows(
        &self,
        employee: &Employee,
        user: &ServiceUser,
        now: Timestamp,
        human: bool,
    ) -> Seen {
        let zone = self.zone_of(employee);
        let mut rows: Vec<_> = employee.rows.iter().collect();
        rows.sort_by_key(|row| (row.effective(&zone), row.id));
        let mut found = Seen::default();
        if !may_see_history(user, "lifecycle") {
            rows.retain(|row| Some(row.id) == employee.current);
            found.no_history = ["status", "reason", "reasonType"].map(String::from).into();
        }
        let dates: Vec<Date> = rows.iter().map(|row| row.row.date).collect();
        for (index, row) in rows.into_iter().enumerate() {
            let ends = dates.get(index + 1).and_then(|date| date.yesterday().ok());
            let mut object = json!({
                "id": row_number(row.id, row.row.date),
                "effectiveDate": row.row.date.to_string(),
                "endEffectiveDate": ends.map(|date| date.to_string()),
                "status": row.row.status,
                "reason": row.row.reason,
                "reasonType": row.row.reason_type,
                "isCurrent": Some(row.id) == employee.current && row.effective(&zone) <= now,
            });
            if human {
                let label = self.labels_of("lifecycleStatus", &object["status"]);
                let reason = self.labels_of("terminationreason", &object["reason"]);
                object["humanReadable"] = without_nulls(&[
                    (
                        "effectiveDate",
                        json!(human_date(&row.row.date.to_string())),
                    ),
                    ("status", label),
                    ("reason", reason),
                ]);
            }
            found.rows.push(object);
        }
        found
    }

    /// A historical table.
    pub(super) fn history_rows(
        &self,
        employee: &Employee,
        table: Historical,
        user: &ServiceUser,
        human: bool,
    ) -> Seen {
        let current = employee.current_row(table);
        let mut rows = employee.history(table).into_owned();
        let mut found = Seen::default();
        let dates: Vec<Date> = rows.iter().map(|row| row.date).collect();
        let ends: Vec<Option<Date>> = (1..=dates.len())
            .map(|next| dates.get(next).and_then(|date| date.yesterday().ok()))
            .collect();
        let mut ends = ends.into_iter();
        if !may_see_history(user, table.name()) {
            let index = rows.iter().position(|row| Some(row.id) == current);
            ends = index
                .and_then(|it| ends.nth(it))
                .into_iter()
                .collect::<Vec<_>>()
                .into_iter();
            rows.retain(|row| Some(row.id) == current);
            let columns = table.columns().iter().map(|field| column(field).to_owned());
            found.no_history = columns.collect();
        }
        for row in rows {
            let end = ends.next().flatten();
            let is_current = Some(row.id) == current;
            let object = self.history_row(&row, table, user, (end, is_current), human, &mut found);
            found.rows.push(object);
        }
        found
    }

    fn history_row(
        &self,
        row: &HistoryRow,
        table: Historical,
        user: &ServiceUser,
        (end, is_current): (Option<Date>, bool),
        human: bool,
        found: &mut Seen,
    ) -> Value {
        let by = self.employees.get(&self.company.administrator);
        let mut object = json!({
            "id": row.id,
            "effectiveDate": row.date.to_string(),
            "endEffectiveDate": end.map(|date| date.to_string()),
            "activeEffectiveDate": row.date.to_string(),
            "isCurrent": is_current,
            "canBeDeleted": !is_current,
            "creationDate": row.created.to_string(),
            "modificationDate": row.modified.to_string(),
            "reason": row.reason,
            "change": {
                "changedBy": by.map(Employee::display_name),
                "changedById": self.company.administrator,
                "reason": row.reason,
            },
        });
        let mut labels = vec![("effectiveDate", json!(human_date(&row.date.to_string())))];
        if table == Historical::Work {
            object["workChangeType"] = row.change_type.clone();
            object["customColumns"] = json!({});
        }
        for (field, value) in &row.columns {
            let definition = self.inventory.get(field);
            if definition.is_some_and(|field| !may_read(user, field)) {
                found.no_view.insert(column(field).to_owned());
                continue;
            }
            match field.as_str() {
                "work.siteId" => {
                    let site = value.as_i64().and_then(|id| self.sites.get(&id));
                    let name = site.map(|site| site.name.clone());
                    object["site"] = json!(name);
                    object["siteId"] = value.clone();
                    labels.push(("site", json!(name)));
                }
                "work.manager" => {
                    let manager = value.as_str().and_then(|id| self.employees.get(id));
                    object["reportsTo"] = manager.map_or(Value::Null, |it| self.reference(it));
                    let name = manager.map(Employee::display_name);
                    labels.push(("reportsTo", json!(name)));
                }
                _ if field.starts_with(super::CUSTOM_COLUMNS) => {
                    object["customColumns"][column(field)] = value.clone();
                }
                _ => {
                    object[column(field)] = value.clone();
                    labels.push((column(field), self.label_of(definition, value)));
                }
            }
        }
        if human {
            object["humanReadable"] = without_nulls(&labels);
        }
        object
    }

    fn label_of(&self, field: Option<&FieldDefinition>, value: &Value) -> Value {
        let label = field.and_then(|field| self.label(field, value));
        label.unwrap_or(Value::Null)
    }

    fn labels_of(&self, list: &str, value: &Value) -> Value {
        let field = FieldDefinition::text("", "").list(list);
        self.label(&field, value).unwrap_or(Value::Null)
    }
}

/// A column's name in a row: the last part of the field id.
fn column(field: &str) -> &str {
    field.rsplit_once('.').map_or(field, |(_, name)| name)
}

/// Ids of lifecycle rows, in the same form as those of other historical tables.
fn row_number(number: u64, date: Date) -> u64 {
    let day: String = date
        .to_string()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let day: u64 = day.parse().unwrap_or_default();
    (9_999 + number) * 100_000_000 + day
}

fn without_nulls(labels: &[(&str, Value)]) -> Value {
    let labels = labels.iter().filter(|(_, label)| !label.is_null());
    let labels = labels.map(|(name, label)| ((*name).to_owned(), label.clone()));
    Value::Object(labels.collect::<Map<_, _>>())
}
