//! The routes of 360Learning's API, without fault injection and log.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{delete, get, patch, post, put};
use serde_json::json;

use super::webhooks::{event_log, subscriptions};
use super::{
    bulk, create, custom_fields, custom_values, edit, erasure, external_ids, group_edits, groups,
    managers, memberships, operations, token, users,
};
use crate::engine::Shared;

/// All routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(&at("/oauth2/token"), post(token::issue))
        .merge(users())
        .merge(groups())
        .merge(custom_fields())
        .merge(bulk())
        .merge(webhooks())
        .fallback(async || {
            let body = json!({ "error": { "code": "routeNotFound", "message": "No such route." } });
            (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
        })
        // The largest bulk operation fits; the gate has a limit of its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(shared)
}

fn users() -> Router<Arc<Shared>> {
    let manager = post(managers::add).delete(managers::remove);
    let values = get(custom_values::read).put(custom_values::replace);
    let user = get(users::read).patch(edit::edit).delete(users::delete);
    let mapping = put(external_ids::replace).delete(external_ids::delete);
    let mappings = get(external_ids::list).post(external_ids::create);
    Router::new()
        .route(&at("/users"), get(users::list).post(create::create))
        .route(&at("/users/{userId}"), user)
        .route(&at("/users/{userId}/activate"), put(users::activate))
        .route(
            &at("/users/{userId}/pseudonymize"),
            put(erasure::pseudonymize),
        )
        .route(&at("/users/{userId}/password"), put(erasure::password))
        .route(&at("/users/{userId}/roles"), get(memberships::of_user))
        .route(&at("/users/{userId}/managers"), get(managers::managers))
        .route(
            &at("/users/{userId}/subordinates"),
            get(managers::subordinates),
        )
        .route(&at("/users/{userId}/managers/{managerId}"), manager)
        .route(&at("/users/{userId}/custom-fields/values"), values)
        .route(&at("/skills/users/{userId}/jobs"), put(erasure::jobs))
        .route(&at("/external-ids"), mappings)
        .route(&at("/external-ids/{mappingId}"), mapping)
}

fn groups() -> Router<Arc<Shared>> {
    let group = get(groups::read)
        .patch(group_edits::edit)
        .delete(group_edits::delete);
    let role = post(memberships::add).delete(memberships::remove);
    Router::new()
        .route(&at("/groups"), get(groups::list).post(group_edits::create))
        .route(&at("/groups/{groupId}"), group)
        .route(&at("/groups/{groupId}/roles"), get(memberships::of_group))
        .route(&at("/groups/{groupId}/{role}/{userId}"), role)
}

fn custom_fields() -> Router<Arc<Shared>> {
    let fields = get(custom_fields::list).post(custom_fields::create);
    let field = patch(custom_fields::rename).delete(custom_fields::delete);
    let values = get(custom_fields::authorized).put(custom_fields::authorize);
    let path = &at("/custom-fields/{customFieldId}");
    Router::new()
        .route(&at("/custom-fields"), fields)
        .route(path, field)
        .route(&format!("{path}/authorized-values"), values)
}

fn bulk() -> Router<Arc<Shared>> {
    let memberships = post(bulk::add_users).delete(bulk::remove_users);
    let path = &at("/bulk/operations/{bulkOperationId}");
    Router::new()
        .route(&at("/bulk/groups/memberships"), memberships)
        .route(&at("/bulk/groups"), delete(bulk::delete_groups))
        .route(&at("/bulk/operations"), get(operations::list))
        .route(path, get(operations::read))
        .route(&format!("{path}/results"), get(operations::results))
}

fn webhooks() -> Router<Arc<Shared>> {
    let all = get(subscriptions::list).post(subscriptions::create);
    let one = get(subscriptions::read)
        .patch(subscriptions::edit)
        .delete(subscriptions::delete);
    let path = &at("/webhooks/subscriptions/{subscriptionId}");
    let below = |rest: &str| format!("{path}/{rest}");
    Router::new()
        .route(&at("/webhooks/subscriptions"), all)
        .route(path, one)
        .route(&below("secrets"), get(subscriptions::secret))
        .route(&below("secrets/rotate"), post(subscriptions::rotate))
        .route(&below("events"), get(event_log::list))
        .route(
            &below("events/retry-failure"),
            post(event_log::retry_failure),
        )
        .route(
            &below("events/retry-success"),
            post(event_log::retry_success),
        )
}

/// The whole path: nesting would hide its beginning from the handlers, who need it for links.
fn at(path: &str) -> String {
    format!("/api/v2{path}")
}
