//! `POST /people/{identifier}/training` and `DELETE …/training/{entryId}`; no event tells of them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::bob::auth::{Endpoint, change, json_body};
use crate::bob::writes::{Change, Refused};
use crate::bob::{BadRequest, Bob};
use crate::clock;
use crate::engine::Shared;

/// Adds a row. The answer does not tell its id.
pub(crate) async fn add(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let endpoint = Endpoint::TableWrite;
    change(&shared, &method, &headers, endpoint, |world, user| {
        Change::of(world, user, &identifier, Some("employment")).run(|it| {
            let row = json_body(&headers, &body)?;
            check(&it.world.bob, &row)?;
            it.employee().tables.add("training", row);
            Ok(StatusCode::OK.into_response())
        })
    })
}

/// Deletes a row.
pub(crate) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path((identifier, entry)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::TableWrite,
        |world, user| {
            Change::of(world, user, &identifier, Some("employment")).run(|it| {
                let rows = it
                    .employee()
                    .tables
                    .plain
                    .entry("training".into())
                    .or_default();
                let before = rows.len();
                rows.retain(|row| row.id.to_string() != entry);
                if rows.len() == before {
                    return Err(Refused::new(StatusCode::NOT_FOUND.into_response()));
                }
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}

/// A name is required; names, statuses and frequencies are items of lists, and dates are days.
fn check(bob: &Bob, row: &Map<String, Value>) -> Result<(), BadRequest> {
    if !row.get("name").is_some_and(Value::is_string) {
        return Err(BadRequest("name is missing"));
    }
    for (column, value) in row {
        let list = match column.as_str() {
            "name" => "trainingName",
            "status" => "trainingStatus",
            "frequency" => "trainingFrequency",
            "effectiveDate" | "startDate" | "endDate" => {
                let day = value.as_str().map(clock::date);
                if !value.is_null() && day.is_none_or(|it| it.is_err()) {
                    return Err(BadRequest("dates must look like 2026-03-31"));
                }
                continue;
            }
            "description" | "cost" | "documentId" | "reason" => continue,
            _ => return Err(BadRequest("the training table has no such column")),
        };
        if !bob.list_allows(list, value) {
            return Err(BadRequest("a value is no item of its list"));
        }
    }
    Ok(())
}
