//! `GET /bulk/people/{table}`

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Historical, PLAIN, PlainRow};
use crate::bob::auth::{Endpoint, category_permitted, enter, may_see};
use crate::bob::{BadRequest, html, refusal};
use crate::engine::{Shared, World};
use crate::seed::ServiceUser;

/// Answers with a page of a table of many employees.
pub(crate) fn table(table: &'static str) -> MethodRouter<Arc<Shared>> {
    get(
        async move |State(shared): State<Arc<Shared>>,
                    RawQuery(query): RawQuery,
                    method: Method,
                    headers: HeaderMap| {
            enter(&shared, &method, &headers, Endpoint::Bulk, |world, user| {
                let query = match Query::parse(query.as_deref()) {
                    Ok(Some(query)) => query,
                    Ok(None) => return html(StatusCode::OK),
                    Err(bad) => return bad.respond(),
                };
                answer(world, user, table, &query)
            })
        },
    )
}

/// Tables that are read for many employees; the first two only with a switch.
pub(crate) fn tables() -> impl Iterator<Item = &'static str> {
    let plain = PLAIN.iter().map(|(name, _)| *name);
    let plain = plain.filter(|name| !NOT_BULK.contains(name));
    ["lifecycle", "employment", "work"].into_iter().chain(plain)
}

fn answer(world: &World, user: &ServiceUser, table: &str, query: &Query) -> Response {
    let extra = world.switches.bob.bulk_lifecycle && ["lifecycle", "employment"].contains(&table);
    let plain = PLAIN.iter().find(|(name, _)| *name == table);
    let category = match plain {
        _ if table == "work" || extra => table,
        Some((_, category)) => category,
        _ => return html(StatusCode::OK),
    };
    if !category_permitted(user, category) {
        let text = "No permission to view this table";
        return refusal(StatusCode::FORBIDDEN, "forbidden", text);
    }
    let entries = entries(world, user, table, query);
    let page: Vec<&Value> = entries
        .iter()
        .skip(query.offset)
        .take(query.limit)
        .collect();
    let next = query.offset + page.len();
    let cursor = (next < entries.len()).then(|| cursor(next));
    let answer = json!({ "results": page, "response_metadata": { "next_cursor": cursor } });
    Json(answer).into_response()
}

/// Everything there is, in the order of the employees' ids.
fn entries(world: &World, user: &ServiceUser, table: &str, query: &Query) -> Vec<Value> {
    let bob = &world.bob;
    let wanted = |id: &String| query.ids.as_ref().is_none_or(|ids| ids.contains(id));
    let people = bob.employees.iter().filter(|(id, _)| wanted(id));
    let people = people.filter(|(_, employee)| may_see(user, employee));
    let mut entries = Vec::new();
    for (id, employee) in people {
        let rows = match Historical::named(table) {
            Some(table) => bob.history_rows(employee, table, user, false).rows,
            None if table == "lifecycle" => {
                bob.lifecycle_rows(employee, user, world.now, false).rows
            }
            None => {
                let rows = employee.tables.plain.get(table).into_iter().flatten();
                rows.map(PlainRow::to_json).collect()
            }
        };
        if world.switches.bob.bulk_grouped {
            entries.push(json!({ "employeeId": id, "values": rows }));
            continue;
        }
        entries.extend(rows.into_iter().map(|mut row| {
            row["employeeId"] = json!(id);
            row
        }));
    }
    entries
}

/// The parameters.
struct Query {
    ids: Option<BTreeSet<String>>,
    limit: usize,
    offset: usize,
}

impl Query {
    /// `None` = a parameter of the wrong type, which real tenants answer with the web application.
    fn parse(query: Option<&str>) -> Result<Option<Self>, BadRequest> {
        let mut parsed = Self {
            ids: None,
            limit: 50,
            offset: 0,
        };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "employeeIds" => {
                    let ids = value.split(',').map(|id| id.trim().to_owned());
                    parsed.ids = Some(ids.filter(|id| !id.is_empty()).collect());
                }
                "limit" => {
                    let Ok(limit) = value.parse() else {
                        return Ok(None);
                    };
                    if !(1..=MOST).contains(&limit) {
                        return Err(BadRequest("limit must lie between 1 and 200"));
                    }
                    parsed.limit = limit;
                }
                "cursor" => {
                    parsed.offset = offset(&value).ok_or(BadRequest("cursor is not valid"))?;
                }
                _ => {}
            }
        }
        Ok(Some(parsed))
    }
}

/// Opaque to callers.
fn cursor(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{offset}"))
}

fn offset(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:")?.parse().ok()
}

/// Entries on a page at most.
const MOST: usize = 200;

/// Plain tables that can be read for one employee only.
const NOT_BULK: [&str; 3] = ["bank-accounts", "equities", "training"];
