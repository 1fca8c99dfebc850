//! `GET /company/people/fields` and the named lists.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::auth::{Endpoint, enter};
use crate::engine::Shared;
use crate::seed::{List, ListItem};

/// The inventory of fields; permissions do not shorten it.
pub(super) async fn fields(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    enter(&shared, &method, &headers, Endpoint::Fields, |world, _| {
        Json(world.bob.inventory.to_json()).into_response()
    })
}

/// All named lists by name.
pub(super) async fn lists(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    enter(&shared, &method, &headers, Endpoint::Lists, |world, _| {
        let archived = include_archived(query.as_deref());
        let lists = world.bob.lists.values().map(|list| {
            let items = items(list, archived);
            (
                list.name.clone(),
                json!({ "name": list.name, "items": items }),
            )
        });
        Json(Value::Object(lists.collect::<Map<_, _>>())).into_response()
    })
}

/// One named list. Its items stand under both keys, as on real tenants.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    enter(&shared, &method, &headers, Endpoint::Lists, |world, _| {
        let Some(list) = world.bob.lists.get(&name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let items = items(list, include_archived(query.as_deref()));
        Json(json!({ "name": list.name, "values": items, "items": items })).into_response()
    })
}

/// The item with this id, at any depth.
pub(crate) fn find<'a>(items: &'a [ListItem], id: &str) -> Option<&'a ListItem> {
    items.iter().find_map(|item| {
        if item.id == id {
            Some(item)
        } else {
            find(&item.children, id)
        }
    })
}

fn include_archived(query: Option<&str>) -> bool {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs
        .into_iter()
        .any(|(name, value)| name == "includeArchived" && value == "true")
}

fn items(list: &List, archived: bool) -> Value {
    let numeric = matches!(list.name.as_str(), "site" | "calendar");
    list.items
        .iter()
        .filter(|it| archived || !it.archived)
        .map(|it| entry(it, numeric))
        .collect()
}

fn entry(item: &ListItem, numeric: bool) -> Value {
    let number = item.id.parse::<i64>().ok().filter(|_| numeric);
    let id = number.map_or_else(|| json!(item.id), |number| json!(number));
    let children: Vec<Value> = item.children.iter().map(|it| entry(it, numeric)).collect();
    json!({
        "id": id,
        "value": item.label,
        "name": item.label,
        "archived": item.archived,
        "children": children,
    })
}
