//! Events, and their bodies in both versions.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::employee::Employee;
use super::outbox::Message;
use super::wire::{Human, Shape};
use super::{Bob, fields, tables};
use crate::clock;
use crate::seed::{Webhook, WebhookVersion};
use crate::switches::{BobSwitches, ChangedElements, ChangedKey, FieldIdForm, Knobs};

/// Something that happened to one employee.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) employee: String,
    pub(crate) actor: Actor,
    pub(crate) detail: Detail,
}

/// Who caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Administrator,
    System,
}

/// What an event carries beside the employee's id.
#[derive(Clone, Debug)]
pub(crate) enum Detail {
    None,
    Changed(Vec<String>),
    Lifecycle(Date),
    Table(&'static str, Date),
    /// Of a table without effective dates, by its name or id.
    Row(String, u64),
}

impl Event {
    pub(crate) fn new(
        kind: impl Into<String>,
        employee: impl Into<String>,
        actor: Actor,
        detail: Detail,
    ) -> Self {
        Self {
            kind: kind.into(),
            employee: employee.into(),
            actor,
            detail,
        }
    }

    /// Ids of the changed fields, if the event names any.
    pub(crate) fn changed(&self) -> &[String] {
        match &self.detail {
            Detail::Changed(fields) => fields,
            _ => &[],
        }
    }
}

impl Bob {
    /// Records an event and puts it on the way to every webhook that listens for it.
    pub(crate) fn emit(&mut self, event: &Event, now: Timestamp, switches: &BobSwitches) {
        let number = self.outbox.note(event, now);
        let header = header(event, switches);
        for name in self.outbox.listeners(&event.kind) {
            let Some(subscription) = self.outbox.subscription(&name) else {
                continue;
            };
            if !self.is_heard(event, &subscription.webhook) {
                continue;
            }
            let knobs = subscription.knobs(switches).clone();
            let body = self.body(event, number, &subscription.webhook, &knobs, now, switches);
            let message = Message {
                number,
                body: body.to_string().into_bytes(),
                header: header.clone(),
            };
            self.outbox.enqueue(&name, event, &message, &knobs, now);
        }
    }

    /// Whether a webhook listens to this employee, as he is now.
    fn is_heard(&self, event: &Event, webhook: &Webhook) -> bool {
        let Some(condition) = &webhook.listens_to else {
            return true;
        };
        let Some(employee) = self.employees.get(&event.employee) else {
            return false;
        };
        let value = match self.value(employee, &condition.field) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        condition.values.contains(&value)
    }

    fn body(
        &self,
        event: &Event,
        number: u64,
        webhook: &Webhook,
        knobs: &Knobs,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Value {
        match webhook.version {
            WebhookVersion::V2 => self.body_v2(event, number, knobs, now, switches),
            WebhookVersion::V1 => self.body_v1(event, now, switches),
        }
    }

    /// The envelope of 2025: ids only.
    fn body_v2(
        &self,
        event: &Event,
        number: u64,
        knobs: &Knobs,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Value {
        let mut data = Map::new();
        data.insert("employeeId".into(), json!(event.employee));
        match &event.detail {
            Detail::None => {}
            Detail::Changed(changed) => {
                let key = match knobs.changed_key {
                    ChangedKey::FieldUpdates => "fieldUpdates",
                    ChangedKey::FieldUpdatesIds => "fieldUpdatesIds",
                };
                data.insert(
                    key.into(),
                    changed.iter().map(|id| element(id, knobs)).collect(),
                );
            }
            Detail::Lifecycle(effective) => {
                if switches.lifecycle_effective_date {
                    data.insert("effectiveDate".into(), json!(effective.to_string()));
                }
            }
            Detail::Table(table, effective) => {
                data.insert(switches.table_key.clone(), json!(table));
                data.insert("effectiveDate".into(), json!(effective.to_string()));
                if switches.table_null_keys {
                    data.insert("id".into(), Value::Null);
                }
            }
            Detail::Row(table, id) => {
                data.insert(switches.table_key.clone(), json!(table));
                data.insert("id".into(), json!(id));
                if switches.table_null_keys {
                    data.insert("effectiveDate".into(), Value::Null);
                }
            }
        }
        if event.kind == "employee.deleted" {
            let mail = self.employees.get(&event.employee).and_then(Employee::mail);
            if let (Some(key), Some(mail)) = (&switches.deleted_mail_key, mail) {
                data.insert(key.clone(), json!(mail));
            }
        }
        let triggered_by = match event.actor {
            Actor::Administrator => self.company.administrator.as_str(),
            Actor::System => "system",
        };
        // The microseconds count events, so that no two of them look alike.
        let mut triggered_at = if switches.triggered_at_local {
            clock::local_micros(now, &self.zone, number)
        } else {
            clock::micros(now, number)
        };
        if switches.triggered_at_zone {
            triggered_at.push('Z');
        }
        let mut body = json!({
            "companyId": self.company.id,
            "type": event.kind,
            "triggeredBy": triggered_by,
            "triggeredAt": triggered_at,
            "version": "v2",
            "data": data,
        });
        if let (true, Some(body)) = (knobs.omit_version, body.as_object_mut()) {
            body.remove("version");
        }
        body
    }

    /// The legacy envelope: a summary of the person, and his public data on creation.
    fn body_v1(&self, event: &Event, now: Timestamp, switches: &BobSwitches) -> Value {
        let person = |id: &str| match self.employees.get(id) {
            Some(employee) => self.summary(employee),
            None => json!({ "id": id, "companyId": self.company.id }),
        };
        let changed_by = match event.actor {
            Actor::Administrator => person(&self.company.administrator),
            Actor::System => Value::Null,
        };
        let data = match (&event.detail, self.employees.get(&event.employee)) {
            (Detail::Changed(changed), Some(employee)) => {
                let key = &switches.v1_value_key;
                let update = |id: &String| json!({ "id": id, key: self.value(employee, id) });
                json!({ "fieldUpdates": changed.iter().map(update).collect::<Vec<_>>() })
            }
            (_, Some(employee)) if event.kind == "employee.created" => {
                let fields = self.inventory.defaults().collect();
                self.render(employee, &Shape::new(fields, Human::No, false))
            }
            _ => json!({}),
        };
        let millis = clock::millis(now);
        json!({
            "companyId": self.company.id,
            "employee": person(&event.employee),
            "changedBy": changed_by,
            "type": event.kind,
            "data": data,
            "previous": null,
            "creationDate": millis.trim_end_matches('Z'),
        })
    }

    fn summary(&self, employee: &Employee) -> Value {
        json!({
            "id": employee.id,
            "companyId": self.company.id,
            "firstName": self.value(employee, "root.firstName"),
            "surname": self.value(employee, "root.surname"),
            "email": self.value(employee, "root.email"),
            "displayName": self.value(employee, "root.displayName"),
            "site": self.value(employee, "work.site"),
            "siteId": self.value(employee, "work.siteId"),
        })
    }
}

/// The header of an event about a custom table: where its rows are read.
fn header(event: &Event, switches: &BobSwitches) -> Option<(String, String)> {
    let name = switches.custom_table_header.clone()?;
    let Detail::Row(table, _) = &event.detail else {
        return None;
    };
    let id = &event.employee;
    let url = format!("https://api.hibob.com/v1/people/custom-tables/{id}/{table}");
    tables::is_custom(table).then_some((name, url))
}

fn element(id: &str, knobs: &Knobs) -> Value {
    let id = match knobs.field_ids {
        FieldIdForm::Dot => id.to_owned(),
        FieldIdForm::Slash => fields::slash(id),
    };
    match knobs.changed_elements {
        ChangedElements::Objects => json!({ "id": id }),
        ChangedElements::Strings => json!(id),
    }
}
