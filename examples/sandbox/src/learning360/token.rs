//! `POST /oauth2/token`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Learning360;
use super::auth::Token;
use super::errors::Failure;
use super::validate::{Body, is_object_id};
use crate::clock;
use crate::engine::Shared;
use crate::seed::UserStatus;
use crate::switches::{ExpiresIn, Learning360Switches};

const PROPERTIES: [&str; 5] = [
    "grant_type",
    "client_id",
    "client_secret",
    "user_id",
    "company_id",
];

/// Issues a token. Earlier ones stay valid, unless the switch revokes them; scopes are those the
/// credential has now.
pub(super) async fn issue(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = shared.lock();
    let world = &mut *world;
    let state = &mut world.learning360;
    let switches = &world.switches.learning360;
    if let Err(failure) = state.take_token(world.now, switches) {
        return failure.respond(switches);
    }
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
        Ok((credential.scopes.clone(), request.client_id))
    });
    let (scopes, client_id) = match issued {
        Ok(issued) => issued,
        Err(failure) => return failure.respond(switches),
    };
    if switches.new_token_revokes {
        state.tokens.retain(|_, token| token.client_id != client_id);
    }
    state.next_token += 1;
    let token = format!("sandbox.{:032x}", state.next_token);
    let expires = clock::plus(world.now, i64::from(switches.token_seconds));
    let issued = Token {
        client_id,
        scopes,
        expires,
    };
    state.tokens.insert(token.clone(), issued);
    let expires_in = match switches.expires_in {
        ExpiresIn::Text => json!(switches.token_seconds.to_string()),
        ExpiresIn::Number => json!(switches.token_seconds),
    };
    let body = json!({ "token_type": "Bearer", "access_token": token, "expires_in": expires_in });
    Json(body).into_response()
}

impl Learning360 {
    /// Counts a request for a token.
    fn take_token(
        &mut self,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let Some(limit) = switches.tokens_per_minute else {
            return Ok(());
        };
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        self.token_requests.retain(|at| minute(*at) == minute(now));
        if u32::try_from(self.token_requests.len()).is_ok_and(|used| used < limit) {
            self.token_requests.push(now);
            return Ok(());
        }
        Err(Failure::too_many(switches.retry_after))
    }
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
