//! `GET /profiles`: the public part of everybody who is active, whatever the permissions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Bob;
use super::auth::{Endpoint, enter};
use super::employee::Employee;
use crate::engine::Shared;

/// Answers with all profiles.
pub(super) async fn profiles(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    enter(
        &shared,
        &method,
        &headers,
        Endpoint::Profiles,
        |world, _| {
            let bob = &world.bob;
            let active = bob.employees.values().filter(|it| it.is_active());
            let profiles: Vec<Value> = active.map(|it| profile(bob, it)).collect();
            Json(json!({ "employees": profiles })).into_response()
        },
    )
}

fn profile(bob: &Bob, employee: &Employee) -> Value {
    let value = |field: &str| bob.value(employee, field);
    let mut chief = value("work.reportsTo");
    if let Some(chief) = chief.as_object_mut() {
        chief.remove("displayName");
    }
    json!({
        "id": employee.id,
        "firstName": value("root.firstName"),
        "surname": value("root.surname"),
        "displayName": value("root.displayName"),
        "email": value("root.email"),
        "personal": { "pronouns": value("personal.pronouns") },
        "about": { "avatar": value("root.avatarUrl"), "hobbies": value("about.hobbies") },
        "work": {
            "title": value("work.title"),
            "department": value("work.department"),
            "site": value("work.site"),
            "startDate": value("work.startDate"),
            "reportsTo": chief,
        },
    })
}
