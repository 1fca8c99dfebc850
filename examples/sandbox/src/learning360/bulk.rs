//! Bulk operations: submitted now, run by the clock.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Learning360;
use super::agenda::Task;
use super::auth::{Call, Context};
use super::errors::Failure;
use super::validate::{Body, is_object_id, is_role};
use crate::clock;
use crate::seed::Membership;
use crate::switches::Learning360Switches;

/// A submitted operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) created_at: Timestamp,
    pub(crate) queued_at: Option<Timestamp>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    /// Why it ended in an error.
    pub(crate) error: Option<&'static str>,
    pub(crate) input: Vec<Value>,
    pub(crate) results: Vec<Value>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    AddUsers,
    RemoveUsers,
    DeleteGroups,
}

impl Kind {
    /// The wire name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AddUsers => "addUsersToGroups",
            Self::RemoveUsers => "removeUsersFromGroups",
            Self::DeleteGroups => "deleteGroups",
        }
    }

    const fn most_items(self) -> usize {
        match self {
            Self::AddUsers | Self::RemoveUsers => 20_000,
            Self::DeleteGroups => 2_000,
        }
    }

    const fn properties(self) -> &'static [&'static str] {
        match self {
            Self::AddUsers | Self::RemoveUsers => &["userId", "groupId", "role"],
            Self::DeleteGroups => &["groupId"],
        }
    }
}

impl Operation {
    /// The wire name of its status.
    pub(crate) fn status(&self) -> &'static str {
        match (self.queued_at, self.started_at, self.ended_at, self.error) {
            (_, _, Some(_), Some(_)) => "error",
            (_, _, Some(_), None) => "completed",
            (_, Some(_), ..) => "running",
            (Some(_), ..) => "queued",
            _ => "pending",
        }
    }
}

/// `POST /bulk/groups/memberships`
pub(super) async fn add_users(call: Call, body: Bytes) -> Response {
    submit(call, Kind::AddUsers, &body)
}

/// `DELETE /bulk/groups/memberships`
pub(super) async fn remove_users(call: Call, body: Bytes) -> Response {
    submit(call, Kind::RemoveUsers, &body)
}

/// `DELETE /bulk/groups`
pub(super) async fn delete_groups(call: Call, body: Bytes) -> Response {
    submit(call, Kind::DeleteGroups, &body)
}

fn submit(call: Call, kind: Kind, body: &[u8]) -> Response {
    let origin = call.origin().to_owned();
    call.unlimited().answer("groups:bulk", |state, context| {
        let switches = &context.switches.bulk;
        if switches.disabled {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Err(Failure::busy(status, "bulkAPIDisabled"));
        }
        let input = read(body, kind, context)?;
        let open = state.operations.values().filter(|it| it.ended_at.is_none());
        if open.count() >= switches.concurrent {
            let status = StatusCode::TOO_MANY_REQUESTS;
            return Err(Failure::busy(
                status,
                "bulkOperationsConcurrencyLimitReached",
            ));
        }
        let id = state.submit_operation(kind, input, context);
        let url = format!("{origin}/api/v2/bulk/operations/{id}");
        let location = HeaderValue::try_from(url).map_err(|_| Failure::invalid())?;
        Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)]).into_response())
    })
}

impl Learning360 {
    fn submit_operation(&mut self, kind: Kind, input: Vec<Value>, context: &Context<'_>) -> String {
        let now = context.now;
        let operation = Operation {
            id: self.fresh_id(),
            kind,
            created_at: now,
            queued_at: None,
            started_at: None,
            updated_at: None,
            ended_at: None,
            error: None,
            input,
            results: Vec::new(),
        };
        let id = operation.id.clone();
        let data = json!({
            "bulkOperationId": id, "type": kind.as_str(), "createdAt": clock::millis(now),
        });
        let events = &context.switches.events;
        self.outbox
            .emit("bulk.operation.created", &id, &data, now, events);
        self.operations.insert(id.clone(), operation);
        self.agenda
            .insert((clock::plus(now, STEP), Task::Bulk(id.clone())));
        id
    }

    /// Queues it, starts it, or processes the items of one second.
    pub(super) fn step_operation(
        &mut self,
        id: &str,
        now: Timestamp,
        switches: &Learning360Switches,
    ) {
        let Some(mut operation) = self.operations.remove(id) else {
            return;
        };
        if operation.queued_at.is_none() {
            operation.queued_at = Some(now);
        } else if operation.started_at.is_none() {
            (operation.started_at, operation.updated_at) = (Some(now), Some(now));
        } else {
            self.process(&mut operation, now, switches);
        }
        if operation.ended_at.is_none() {
            let next = (clock::plus(now, STEP), Task::Bulk(id.to_owned()));
            self.agenda.insert(next);
        } else {
            let data = json!({
                "bulkOperationId": id, "type": operation.kind.as_str(),
                "createdAt": clock::millis(operation.created_at),
                "endedAt": clock::millis(now), "status": operation.status(),
            });
            self.outbox
                .emit("bulk.operation.ended", id, &data, now, &switches.events);
        }
        self.operations.insert(id.to_owned(), operation);
    }

    fn process(
        &mut self,
        operation: &mut Operation,
        now: Timestamp,
        switches: &Learning360Switches,
    ) {
        let done = operation.results.len();
        let items = operation.input.iter().skip(done);
        let results: Vec<Value> = items
            .take(switches.bulk.items_per_second.max(1))
            .zip(done..)
            .take_while(|(_, index)| switches.bulk.fail_after.is_none_or(|most| *index < most))
            .map(|(item, _)| self.process_item(operation.kind, item, now, switches))
            .collect();
        operation.results.extend(results);
        operation.updated_at = Some(now);
        let done = operation.results.len();
        if done >= operation.input.len() {
            operation.ended_at = Some(now);
        } else if switches.bulk.fail_after.is_some_and(|most| done >= most) {
            operation.ended_at = Some(now);
            operation.error = Some("The operation was interrupted.");
        }
    }

    fn process_item(
        &mut self,
        kind: Kind,
        item: &Value,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Value {
        // Checked while it was submitted.
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let id = |name: &str| text(name).to_ascii_lowercase();
        let membership = Membership::new(id("groupId"), text("role"));
        let (outcome, resource) = match kind {
            Kind::AddUsers => {
                let user = id("userId");
                (self.give_role(&user, membership, switches), user)
            }
            Kind::RemoveUsers => {
                let user = id("userId");
                let taken = self.take_role(&user, &membership, now, switches);
                (taken, user)
            }
            Kind::DeleteGroups => {
                let group = id("groupId");
                (self.delete_group(&group, now, switches), group)
            }
        };
        match outcome {
            Ok(()) => json!({ "input": item, "status": "success", "resourceId": resource }),
            Err(failure) => json!({
                "input": item, "status": "error",
                // Prose, from which nobody should read a code.
                "errorMessage": format!("This item could not be processed ({}).", prose(failure.code)),
            }),
        }
    }
}

fn read(body: &[u8], kind: Kind, context: &Context<'_>) -> Result<Vec<Value>, Failure> {
    let strict = context.switches.reject_unknown;
    let body = Body::parse(context.headers, body, &["input"], strict)?;
    let input = body.get("input").and_then(Value::as_array);
    let input = input.ok_or(Failure::bad("invalidInput"))?;
    if input.len() > kind.most_items() {
        return Err(Failure::bad("inputTooLong"));
    }
    for item in input {
        let object = item.as_object().ok_or(Failure::invalid())?.clone();
        let item = Body::new(object, kind.properties(), strict)?;
        for name in kind.properties() {
            let value = item.required(name)?;
            let is_good = match *name {
                "role" => is_role(&value),
                _ => is_object_id(&value),
            };
            if !is_good {
                return Err(Failure::invalid());
            }
        }
    }
    Ok(input.clone())
}

/// `userNotFound` as "user not found".
fn prose(code: &str) -> String {
    let mut text = String::new();
    for letter in code.chars() {
        if letter.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Seconds between two steps of an operation.
const STEP: i64 = 1;
