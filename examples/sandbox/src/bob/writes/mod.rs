//! What callers of the API change. Their events are caused by the system, because a service user
//! is no employee, and go out when time passes next.

mod access;
mod create;
mod edit;
mod identity;
mod terminate;
mod work;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(super) use self::access::{invite, uninvite};
pub(super) use self::create::create;
pub(super) use self::edit::edit;
pub(super) use self::identity::{change_mail, change_start};
pub(super) use self::terminate::terminate;
pub(super) use self::work::add_work_row;
use super::auth::may_edit;
use super::employee::Employee;
use super::events::{Actor, Detail, Event};
use super::people::outside;
use super::{BadRequest, Bob};
use crate::engine::World;
use crate::seed::{FieldDefinition, Invalid, ServiceUser};
use crate::switches::BobSwitches;

/// A write about one employee.
pub(super) struct Change<'w> {
    pub(super) world: &'w mut World,
    id: String,
    before: Option<Employee>,
    refused: Option<Response>,
}

/// The answer to a write that is not done.
#[derive(Debug)]
pub(super) struct Refused(Box<Response>);

impl<'w> Change<'w> {
    /// A write about this employee that needs the permission to edit a category, if one is named.
    pub(super) fn of(
        world: &'w mut World,
        user: &ServiceUser,
        id: &str,
        category: Option<&str>,
    ) -> Self {
        let employee = world.bob.employees.get(id);
        let refused = match employee {
            None => Some(StatusCode::NOT_FOUND.into_response()),
            Some(employee) => outside(user, employee, &world.switches.bob).or_else(|| {
                let category = category.filter(|it| !may_edit(user, it))?;
                Some(not_permitted(category, &world.switches.bob))
            }),
        };
        Self {
            before: employee.cloned(),
            id: id.to_owned(),
            refused,
            world,
        }
    }

    /// Does it, unless it is refused already.
    pub(super) fn run(
        mut self,
        act: impl FnOnce(&mut Self) -> Result<Response, Refused>,
    ) -> Response {
        if let Some(refused) = self.refused.take() {
            return refused;
        }
        match act(&mut self) {
            Ok(response) => {
                let now = self.world.now;
                self.world.history.note(self.id, now, self.before);
                response
            }
            Err(refused) => refused.into_response(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn employee(&mut self) -> &mut Employee {
        let found = self.world.bob.employees.get_mut(&self.id);
        // `of` has found him, `run` does nothing otherwise, and no write deletes anybody.
        found.expect("the employee is there")
    }

    /// Bob with what his acts need.
    pub(super) fn bob(&mut self) -> (&mut Bob, Timestamp, &BobSwitches) {
        let world = &mut *self.world;
        (&mut world.bob, world.now, &world.switches.bob)
    }

    /// Tells which fields changed.
    pub(super) fn updated(&mut self, changed: Vec<String>) {
        let detail = Detail::Changed(changed);
        let event = Event::new("employee.updated", &self.id, Actor::System, detail);
        let (bob, now, switches) = self.bob();
        bob.emit(&event, now, switches);
    }

    /// Tells of a row of a table without effective dates.
    pub(super) fn entry(&mut self, kind: &str, table: &str, row: u64) {
        let detail = Detail::Row(table.to_owned(), row);
        let event = Event::new(kind, &self.id, Actor::System, detail);
        let (bob, now, switches) = self.bob();
        bob.emit(&event, now, switches);
    }
}

/// The refusal of a write; seen as 401, and documented as 403.
pub(super) fn not_permitted(category: &str, switches: &BobSwitches) -> Response {
    let status = StatusCode::from_u16(switches.write_refusal_status);
    let status = status.unwrap_or(StatusCode::UNAUTHORIZED);
    let text = format!("No permissions to edit {category}");
    (status, axum::Json(json!({ "errorMessage": text }))).into_response()
}

/// A refusal that names fields.
pub(super) fn field_errors(errors: &[(&str, &str, &str)]) -> Response {
    let errors: Map<String, Value> = errors
        .iter()
        .map(|(field, error, message)| {
            (
                (*field).to_owned(),
                json!({ "error": error, "message": message }),
            )
        })
        .collect();
    (
        StatusCode::BAD_REQUEST,
        axum::Json(json!({ "errors": errors })),
    )
        .into_response()
}

impl Bob {
    /// Whether a value is of its field's kind and, if it is an item of a list, one that is there.
    pub(super) fn allows(&self, field: &str, value: &Value) -> bool {
        let Some(field) = self.inventory.get(field) else {
            return true;
        };
        value.is_null() || self.fits(field, value)
    }

    fn fits(&self, field: &FieldDefinition, value: &Value) -> bool {
        let listed = |value: &Value| {
            let list = field.list.as_deref();
            list.is_none_or(|list| self.list_allows(list, value))
        };
        match field.kind.as_str() {
            "date" => value
                .as_str()
                .is_some_and(|it| crate::clock::date(it).is_ok()),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "list" | "list_id" | "hierarchy-list" => {
                (value.is_string() || value.is_u64()) && listed(value)
            }
            "multi-list" => {
                let items = value.as_array();
                items.is_some_and(|items| items.iter().all(listed))
            }
            "employee-reference" => {
                let id = value.as_str();
                id.is_some_and(|id| self.employees.contains_key(id))
            }
            "text" | "text-area" | "short-date" | "avatar" | "ssn" => value.is_string(),
            _ => true,
        }
    }

    /// Whether a list has this item. A list that nobody described allows everything.
    pub(super) fn list_allows(&self, list: &str, value: &Value) -> bool {
        let items = self.lists.get(list).map(|list| &list.items[..]);
        let Some(items) = items.filter(|items| !items.is_empty()) else {
            return true;
        };
        let id = match value {
            Value::Null => return true,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        super::metadata::find(items, &id).is_some_and(|item| !item.archived)
    }

    pub(super) fn site_named(&self, name: &str) -> Option<i64> {
        let mut sites = self.sites.iter();
        sites.find(|(_, site)| site.name == name).map(|(id, _)| *id)
    }
}

impl Refused {
    pub(super) fn new(response: Response) -> Self {
        Self(Box::new(response))
    }

    pub(super) fn into_response(self) -> Response {
        *self.0
    }
}

impl From<BadRequest> for Refused {
    fn from(bad: BadRequest) -> Self {
        Self::new(bad.respond())
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self::new(super::refusal(
            StatusCode::BAD_REQUEST,
            "invalidRequest",
            &invalid.to_string(),
        ))
    }
}
