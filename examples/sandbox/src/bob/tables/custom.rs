//! `/people/custom-tables/{identifier}/{tableId}`: custom tables, whose rows have an id and no date.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{PlainRow, is_custom};
use crate::bob::BadRequest;
use crate::bob::auth::{Endpoint, category_permitted, change, enter, json_body};
use crate::bob::people::outside;
use crate::bob::writes::{Change, Refused};
use crate::engine::Shared;

/// Answers with the rows.
pub(crate) async fn read(
    State(shared): State<Arc<Shared>>,
    Path((identifier, table)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    enter(
        &shared,
        &method,
        &headers,
        Endpoint::Table,
        |world, user| {
            let employee = world.bob.employees.get(&identifier);
            let Some(employee) = employee.filter(|_| is_custom(&table)) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            if let Some(refused) = outside(user, employee, &world.switches.bob) {
                return refused;
            }
            if !category_permitted(user, category(&table)) {
                let text = "No permission to view this table";
                return crate::bob::refusal(StatusCode::FORBIDDEN, "forbidden", text);
            }
            let rows = employee.tables.plain.get(&table).into_iter().flatten();
            let rows: Vec<_> = rows.map(PlainRow::to_json).collect();
            Json(json!({ "values": rows })).into_response()
        },
    )
}

/// Adds rows; the body wraps them.
pub(crate) async fn add(
    State(shared): State<Arc<Shared>>,
    Path((identifier, table)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::TableWrite,
        |world, user| {
            Change::of(world, user, &identifier, Some(category(&table))).run(|it| {
                let body = json_body(&headers, &body)?;
                let rows = body.get("values").and_then(Value::as_array);
                let rows = rows.ok_or(BadRequest("Missing required field: values"))?;
                if !is_custom(&table) {
                    return Err(Refused::new(StatusCode::NOT_FOUND.into_response()));
                }
                for row in rows {
                    let row = row.as_object().ok_or(BadRequest("a row is no object"))?;
                    let id = it.employee().tables.add(&table, row.clone());
                    it.entry("table.entry.created", &table, id);
                }
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}

/// Changes columns of a row; the body is flat.
pub(crate) async fn edit(
    State(shared): State<Arc<Shared>>,
    Path((identifier, table, entry)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::TableWrite,
        |world, user| {
            Change::of(world, user, &identifier, Some(category(&table))).run(|it| {
                let body = json_body(&headers, &body)?;
                let rows = it
                    .employee()
                    .tables
                    .plain
                    .get_mut(&table)
                    .into_iter()
                    .flatten();
                let row = rows.into_iter().find(|row| row.id.to_string() == entry);
                let row = row.ok_or_else(|| Refused::new(StatusCode::NOT_FOUND.into_response()))?;
                let id = row.id;
                row.columns.extend(body);
                it.entry("table.entry.updated", &table, id);
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}

/// The category of `category_1__table_2`.
fn category(table: &str) -> &str {
    table
        .split_once("__")
        .map_or(table, |(category, _)| category)
}
