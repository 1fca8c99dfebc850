//! `GET /people/{identifier}/{table}`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde_json::json;

use super::{Historical, PLAIN, PlainRow};
use crate::bob::auth::{Endpoint, category_permitted, enter};
use crate::bob::people::outside;
use crate::bob::{html, refusal};
use crate::engine::{Shared, World};
use crate::seed::ServiceUser;

/// Answers with one table of one employee.
pub(crate) fn table(table: &'static str) -> MethodRouter<Arc<Shared>> {
    let endpoint = match table {
        "salaries" => Endpoint::Salaries,
        _ => Endpoint::Table,
    };
    get(
        async move |State(shared): State<Arc<Shared>>,
                    Path(identifier): Path<String>,
                    RawQuery(query): RawQuery,
                    method: Method,
                    headers: HeaderMap| {
            enter(&shared, &method, &headers, endpoint, |world, user| {
                let Some(human) = human(query.as_deref()) else {
                    return html(StatusCode::OK);
                };
                answer(world, user, &identifier, table, human)
            })
        },
    )
}

/// Tables that are read for one employee.
pub(crate) fn tables() -> impl Iterator<Item = &'static str> {
    let plain = PLAIN.iter().map(|(name, _)| *name);
    let plain = plain.filter(|name| !BULK_ONLY.contains(name));
    ["lifecycle", "work", "employment"].into_iter().chain(plain)
}

fn answer(world: &World, user: &ServiceUser, id: &str, table: &str, human: bool) -> Response {
    let historical = Historical::named(table);
    let plain = PLAIN.iter().find(|(name, _)| *name == table);
    let category = match (table, historical, plain) {
        ("lifecycle", _, _) => "lifecycle",
        (_, Some(table), _) => table.name(),
        (_, _, Some((_, category))) => category,
        // There is no route to it.
        _ => return html(StatusCode::OK),
    };
    let bob = &world.bob;
    let Some(employee) = bob.employees.get(id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Some(refused) = outside(user, employee, &world.switches.bob) {
        return refused;
    }
    if !category_permitted(user, category) {
        let text = "No permission to view this table";
        return refusal(StatusCode::FORBIDDEN, "forbidden", text);
    }
    let rows = match historical {
        Some(table) => bob.history_rows(employee, table, user, human),
        None if table == "lifecycle" => bob.lifecycle_rows(employee, user, world.now, human),
        None => {
            let rows = employee.tables.plain.get(table).into_iter().flatten();
            let rows: Vec<_> = rows.map(PlainRow::to_json).collect();
            return Json(json!({ "values": rows })).into_response();
        }
    };
    Json(rows.answer()).into_response()
}

/// Whether labels are asked for; `None` = a value that is not understood, which real tenants answer
/// with the web application.
pub(super) fn human(query: Option<&str>) -> Option<bool> {
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    match pairs.find(|(name, _)| name == "includeHumanReadable") {
        None => Some(false),
        Some((_, value)) => value.parse().ok(),
    }
}

/// Tables that can be read for many employees only.
const BULK_ONLY: [&str; 4] = ["deduction", "dependents", "entitlement", "right-to-work"];
