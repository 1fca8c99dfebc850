//! Looking at bulk operations.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Learning360;
use super::auth::Call;
use super::bulk::Operation;
use super::errors::Failure;
use super::filters::{EQUAL, TIME};
use super::paging::page;
use super::validate::path_id;
use crate::clock;
use crate::switches::Learning360Switches;

/// `GET /bulk/operations`
pub(super) async fn list(call: Call) -> Response {
    call.answer("bulkOperations:read", |state, context| {
        let known = [("createdAt", TIME), ("status", EQUAL), ("type", EQUAL)];
        let filters = context.query.filters(&known, context.switches)?;
        filters.one_of("status", &STATUSES)?;
        filters.one_of("type", &TYPES)?;
        state.forget_operations(context.now, context.switches);
        let found = state.operations.values().filter(|it| {
            filters.accept_time("createdAt", it.created_at)
                && filters.accept("status", Some(it.status()), false)
                && filters.accept("type", Some(it.kind.as_str()), false)
        });
        let items = found.map(|operation| (operation.id.clone(), dto(operation)));
        Ok(page(items, context.switches.pages.operations, context))
    })
}

/// `GET /bulk/operations/{bulkOperationId}`
pub(super) async fn read(call: Call, Path(id): Path<String>) -> Response {
    call.answer("bulkOperations:read", |state, context| {
        let id = path_id(&id)?;
        state.forget_operations(context.now, context.switches);
        Ok(Json(dto(state.operation(&id)?)).into_response())
    })
}

/// `GET /bulk/operations/{bulkOperationId}/results`
pub(super) async fn results(call: Call, Path(id): Path<String>) -> Response {
    call.answer("bulkOperations:read", |state, context| {
        let id = path_id(&id)?;
        state.forget_operations(context.now, context.switches);
        let operation = state.operation(&id)?;
        if operation.ended_at.is_none() {
            return Err(Failure::bad("bulkOperationNotRun"));
        }
        let results = operation.results.iter().zip(0_u32..);
        let items = results.map(|(result, index)| (format!("{index:08}"), result.clone()));
        let size = context.switches.bulk.results_page.unwrap_or(usize::MAX);
        Ok(page(items, size, context))
    })
}

impl Learning360 {
    fn operation(&self, id: &str) -> Result<&Operation, Failure> {
        let operation = self.operations.get(id);
        operation.ok_or(Failure::missing("bulkOperationNotFound"))
    }

    /// Forgets operations that ended too long ago.
    fn forget_operations(&mut self, now: jiff::Timestamp, switches: &Learning360Switches) {
        if let Some(kept) = switches.bulk.kept_seconds {
            self.operations.retain(|_, it| {
                it.ended_at
                    .is_none_or(|ended| clock::plus(ended, i64::from(kept)) > now)
            });
        }
    }
}

/// One of the five operation DTOs.
fn dto(operation: &Operation) -> Value {
    let mut value = json!({
        "_id": operation.id,
        "type": operation.kind.as_str(),
        "createdAt": clock::millis(operation.created_at),
        "status": operation.status(),
    });
    let times = [
        ("queuedAt", operation.queued_at),
        ("startedAt", operation.started_at),
        ("endedAt", operation.ended_at),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            value[name] = json!(clock::millis(time));
        }
    }
    if let Some(updated) = operation.updated_at {
        let index = operation.results.len().saturating_sub(1);
        value["progress"] = json!({ "index": index, "updatedAt": clock::millis(updated) });
    }
    if let Some(error) = operation.error {
        value["errorMessage"] = json!(error);
    }
    value
}

const STATUSES: [&str; 5] = ["pending", "queued", "running", "completed", "error"];

/// Types of operations in the vendor's files; the stand-in runs three of them.
const TYPES: [&str; 21] = [
    "addContentsToGroupsCatalog",
    "addContentsToGroupsLibrary",
    "addSkillReviews",
    "addUsersToGroups",
    "archiveExternalCourses",
    "deleteSkills",
    "createGroups",
    "createSubscriptionEvents",
    "deleteGroups",
    "deleteJobs",
    "deleteLibraries",
    "importExternalCourses",
    "importExternalStatistics",
    "removeContentsFromGroupsCatalog",
    "removeContentsFromGroupsLibrary",
    "removeUsersFromGroups",
    "replaceJobsSkills",
    "replaceUsersJobs",
    "upsertJobs",
    "upsertLibraries",
    "upsertSkills",
];
