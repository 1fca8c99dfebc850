//! `POST /employees/{identifier}/uninvite` and `…/invitations`

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::Change;
use crate::bob::BadRequest;
use crate::bob::auth::{Endpoint, change, json_body};
use crate::bob::events::Actor;
use crate::engine::Shared;

/// Takes access to Bob away; the lifecycle status stays.
pub(crate) async fn uninvite(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Access,
        |world, user| {
            Change::of(world, user, &identifier, Some("userData")).run(|it| {
                let id = it.id().to_owned();
                let (bob, now, switches) = it.bob();
                bob.uninvite(&id, Actor::System, now, switches)?;
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}

/// Invites to Bob, and gives the access back that the lifecycle status allows.
pub(crate) async fn invite(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Access,
        |world, user| {
            Change::of(world, user, &identifier, Some("userData")).run(|it| {
                let body = json_body(&headers, &body)?;
                if !body.get("welcomeWizardId").is_some_and(Value::is_u64) {
                    return Err(BadRequest("welcomeWizardId must be a number").into());
                }
                let id = it.id().to_owned();
                let (bob, now, switches) = it.bob();
                bob.invite(&id, Actor::System, now, switches)?;
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}
