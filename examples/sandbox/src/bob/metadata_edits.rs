//! Changes of named lists and of custom fields.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::auth::{Endpoint, change, json_body, may_edit};
use super::writes::{Refused, not_permitted};
use super::{BadRequest, Bob, fields};
use crate::engine::{Shared, World};
use crate::seed::{FieldDefinition, List, ListItem, ServiceUser};

/// `POST /company/named-lists/{listName}`
pub(super) async fn add_item(
    State(shared): State<Arc<Shared>>,
    Path(list): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::ListWrite,
        |world, _| {
            respond(
                json_body(&headers, &body)
                    .map_err(Refused::from)
                    .and_then(|body| {
                        let name = text(&body, "name")?.to_owned();
                        let id = world.bob.fresh_item();
                        let list = editable(&mut world.bob, &list)?;
                        let item = ListItem::new(id.clone(), name);
                        match body.get("parentId").filter(|it| !it.is_null()) {
                            None => list.items.push(item),
                            Some(parent) => {
                                let parent = parent.as_str().unwrap_or_default();
                                let parent = find(&mut list.items, parent);
                                parent
                                    .ok_or(BadRequest("there is no such parent"))?
                                    .children
                                    .push(item);
                            }
                        }
                        Ok(Json(json!({ "id": id })).into_response())
                    }),
            )
        },
    )
}

/// `PUT /company/named-lists/{listName}/{itemId}`
pub(super) async fn edit_item(
    State(shared): State<Arc<Shared>>,
    Path((list, item)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::ListWrite,
        |world, _| {
            respond(
                json_body(&headers, &body)
                    .map_err(Refused::from)
                    .and_then(|body| {
                        let item = item_of(&mut world.bob, &list, &item)?;
                        text(&body, "name")?.clone_into(&mut item.label);
                        Ok(StatusCode::OK.into_response())
                    }),
            )
        },
    )
}

/// `DELETE /company/named-lists/{listName}/{itemId}`: people may have it, so it is archived.
pub(super) async fn archive_item(
    State(shared): State<Arc<Shared>>,
    Path((list, item)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::ListWrite,
        |world, _| {
            respond(item_of(&mut world.bob, &list, &item).map(|item| {
                item.archived = true;
                StatusCode::OK.into_response()
            }))
        },
    )
}

/// `POST /company/people/fields`
pub(super) async fn add_field(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::FieldWrite,
        |world, user| {
            respond(
                json_body(&headers, &body)
                    .map_err(Refused::from)
                    .and_then(|body| {
                        let (category, name) = (text(&body, "category")?, text(&body, "name")?);
                        permitted(world, user, category)?;
                        let id = format!("{category}.custom.field_{}", world.bob.fresh_item());
                        let mut field = FieldDefinition::text(id.clone(), name)
                            .kind(text(&body, "type")?)
                            .category(category);
                        field.historical = body.get("historical") == Some(&Value::Bool(true));
                        world.bob.inventory.put(field);
                        Ok(Json(json!({ "id": id })).into_response())
                    }),
            )
        },
    )
}

/// `PUT /company/people/fields/{fieldId}`
pub(super) async fn edit_field(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::FieldWrite,
        |world, user| {
            respond(
                json_body(&headers, &body)
                    .map_err(Refused::from)
                    .and_then(|body| {
                        let mut field = own_field(world, user, &id)?;
                        if body.contains_key("name") {
                            text(&body, "name")?.clone_into(&mut field.name);
                        }
                        world.bob.inventory.put(field);
                        Ok(StatusCode::OK.into_response())
                    }),
            )
        },
    )
}

/// `DELETE /company/people/fields/{fieldId}`; the values go with it.
pub(super) async fn remove_field(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::FieldWrite,
        |world, user| {
            respond(own_field(world, user, &id).map(|field| {
                world.bob.inventory.remove_custom(&field.id);
                for employee in world.bob.employees.values_mut() {
                    employee.values.remove(&field.id);
                }
                StatusCode::OK.into_response()
            }))
        },
    )
}

fn respond(result: Result<Response, Refused>) -> Response {
    result.unwrap_or_else(Refused::into_response)
}

/// A text that must be there.
fn text<'b>(body: &'b Map<String, Value>, name: &str) -> Result<&'b str, BadRequest> {
    let text = body.get(name).and_then(Value::as_str);
    let text = text.filter(|text| !text.trim().is_empty());
    text.ok_or(BadRequest("name, or another required text, is missing"))
}

/// A list that companies may change.
fn editable<'b>(bob: &'b mut Bob, name: &str) -> Result<&'b mut List, Refused> {
    if FIXED.contains(&name) {
        return Err(BadRequest("this list cannot be changed").into());
    }
    let list = bob.lists.get_mut(name);
    list.ok_or_else(not_found)
}

fn item_of<'b>(bob: &'b mut Bob, list: &str, id: &str) -> Result<&'b mut ListItem, Refused> {
    let list = editable(bob, list)?;
    find(&mut list.items, id).ok_or_else(not_found)
}

fn find<'i>(items: &'i mut [ListItem], id: &str) -> Option<&'i mut ListItem> {
    items.iter_mut().find_map(|item| {
        if item.id == id {
            Some(item)
        } else {
            find(&mut item.children, id)
        }
    })
}

fn own_field(world: &World, user: &ServiceUser, id: &str) -> Result<FieldDefinition, Refused> {
    let field = world
        .bob
        .inventory
        .get(id)
        .filter(|_| fields::is_custom(id));
    let field = field.ok_or_else(not_found)?;
    permitted(world, user, &field.category)?;
    Ok(field.clone())
}

fn permitted(world: &World, user: &ServiceUser, category: &str) -> Result<(), Refused> {
    if may_edit(user, category) {
        return Ok(());
    }
    Err(Refused::new(not_permitted(category, &world.switches.bob)))
}

fn not_found() -> Refused {
    Refused::new(StatusCode::NOT_FOUND.into_response())
}

impl Bob {
    /// A number for a new item or field.
    fn fresh_item(&mut self) -> String {
        self.next_item += 1;
        self.next_item.to_string()
    }
}

/// Lists that Bob keeps itself.
const FIXED: [&str; 4] = ["lifecycleStatus", "site", "state", "status"];
