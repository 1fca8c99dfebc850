//! `POST /oauth2/token`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::auth::Token;
use super::errors::Failure;
use super::validate::{Body, is_object_id};
use crate::clock;
use crate::engine::Shared;
use crate::seed::UserStatus;
use crate::switches::ExpiresIn;

const PROPERTIES: [&str; 5] = [
    "grant_type",
    "client_id",
    "client_secret",
    "user_id",
    "company_id",
];

/// Issues a token. Earlier tokens stay valid; scopes are those the credential has now.
pub(super) async fn issue(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = shared.lock();
    let world = &mut *world;
    let state = &mut world.learning360;
    let switches = &world.switches.learning360;
    let issued = request(&headers, &body).and_then(|request| {
        let bad = |code| Failure::text(StatusCode::BAD_REQUEST, code);
        if request.grant_type != "client_credentials" {
            return Err(bad("unsupported_grant_type"));
        }
        let credential = state.credentials.get(&request.client_id);
        let credential = credential
            .filter(|it| it.client_secret.expose() == request.client_secret)
            .ok_or(Failure::text(StatusCode::UNAUTHORIZED, "invalid_client"))?;
        if let Some(user) = &request.user_id {
            let known = state.users.get(&user.to_ascii_lowercase());
            if known.is_none_or(|user| user.status == UserStatus::Deleted) {
                return Err(bad("non_existing_user"));
            }
        }
        Ok(credential.scopes.clone())
    });
    let scopes = match issued {
        Ok(scopes) => scopes,
        Err(failure) => return failure.respond(switches.envelopes),
    };
    state.next_token += 1;
    let token = format!("sandbox.{:032x}", state.next_token);
    let expires = clock::plus(world.now, i64::from(switches.token_seconds));
    state
        .tokens
        .insert(token.clone(), Token { scopes, expires });
    let expires_in = match switches.expires_in {
        ExpiresIn::Text => json!(switches.token_seconds.to_string()),
        ExpiresIn::Number => json!(switches.token_seconds),
    };
    let body = json!({ "token_type": "Bearer", "access_token": token, "expires_in": expires_in });
    Json(body).into_response()
}

struct Request {
    grant_type: String,
    client_id: String,
    client_secret: String,
    user_id: Option<String>,
}

/// Reads the body; anything unexpected in it is `invalid_request`.
fn request(headers: &HeaderMap, body: &[u8]) -> Result<Request, Failure> {
    let read = || {
        let body = Body::parse(headers, body, &PROPERTIES, true).ok()?;
        let text = |name| body.get(name).and_then(Value::as_str).map(String::from);
        let ids = ["user_id", "company_id"];
        let well_formed = |name: &&str| {
            body.get(name)
                .is_none_or(|it| it.as_str().is_some_and(is_object_id))
        };
        if !ids.iter().all(well_formed) {
            return None;
        }
        Some(Request {
            grant_type: text("grant_type")?,
            client_id: text("client_id")?,
            client_secret: text("client_secret")?,
            user_id: text("user_id"),
        })
    };
    read().ok_or(Failure::text(StatusCode::BAD_REQUEST, "invalid_request"))
}
