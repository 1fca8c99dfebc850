//! The control routes under `/_sandbox`, and a client for them.

pub(crate) mod act;
mod client;
pub(crate) mod state;
mod truth;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::client::{Control, ControlError};
use crate::clock;
use crate::engine::Shared;
use crate::faults::Fault;
use crate::log::{Api, Log};
use crate::seed::{Invalid, Seed};
use crate::switches::Switches;

/// Body of `POST /_sandbox/clock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ClockBody {
    AdvanceSeconds(u32),
    Set(Timestamp),
}

/// Answer of `GET /_sandbox/clock`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Now {
    pub(crate) now: Timestamp,
}

/// The routes; all but `act` do the same on both stand-ins.
pub(crate) fn router(api: Api, shared: Arc<Shared>) -> Router {
    let act = match api {
        Api::Bob => post(act_in_bob),
        Api::Learning360 => post(act_in_learning360),
    };
    Router::new()
        .route("/_sandbox/seed", post(seed))
        .route("/_sandbox/clock", get(now).post(advance))
        .route("/_sandbox/faults", post(add_faults).delete(clear_faults))
        .route("/_sandbox/state", get(state))
        .route("/_sandbox/agree", post(agree))
        .route("/_sandbox/log", get(log).delete(clear_log))
        .route("/_sandbox/switches", post(switches))
        .route("/_sandbox/act", act)
        // A seed may be large.
        .layer(DefaultBodyLimit::disable())
        .with_state(shared)
}

async fn seed(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    match parse::<Seed>(&body) {
        Ok(seed) => respond(shared.seed(seed).await),
        Err(invalid) => respond::<()>(Err(invalid)),
    }
}

async fn now(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let now = shared.lock().now;
    Json(Now { now }).into_response()
}

async fn advance(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let target = match parse::<ClockBody>(&body) {
        Ok(target) => target,
        Err(invalid) => return respond::<()>(Err(invalid)),
    };
    let report = shared.advance(|now| match target {
        ClockBody::AdvanceSeconds(seconds) => Ok(clock::plus(now, i64::from(seconds))),
        ClockBody::Set(at) => Ok(at),
    });
    respond(report.await)
}

async fn add_faults(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let rules = parse::<Vec<Fault>>(&body);
    respond(rules.map(|rules| {
        shared.lock().faults.add(rules);
        json!({})
    }))
}

async fn clear_faults(Extract(shared): Extract<Arc<Shared>>) -> Response {
    shared.lock().faults.clear();
    Json(json!({})).into_response()
}

async fn state(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let state = shared.lock().state();
    Json(state).into_response()
}

/// The body is the text of a policy file.
async fn agree(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let policy = std::str::from_utf8(&body);
    let policy = policy.map_err(|_| Invalid::new("the policy is no text"));
    respond(policy.and_then(|policy| shared.lock().agreement(policy)))
}

async fn log(Extract(shared): Extract<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let mut pairs = url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let after = pairs.find(|(name, _)| name == "after");
    let after = match after.map(|(_, number)| number.parse()) {
        None => 0,
        Some(Ok(number)) => number,
        Some(Err(_)) => return respond::<()>(Err(Invalid::new("after must be a number"))),
    };
    Json(shared.lock().log.after(after)).into_response()
}

async fn clear_log(Extract(shared): Extract<Arc<Shared>>) -> Response {
    shared.lock().log = Log::default();
    Json(json!({})).into_response()
}

async fn switches(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    respond(parse::<Switches>(&body).map(|switches| {
        shared.switch(switches);
        json!({})
    }))
}

async fn act_in_bob(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    match parse(&body) {
        Ok(act) => respond(shared.act_in_bob(act).await),
        Err(invalid) => respond::<()>(Err(invalid)),
    }
}

async fn act_in_learning360(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    match parse(&body) {
        Ok(act) => respond(shared.act_in_learning360(act).await),
        Err(invalid) => respond::<()>(Err(invalid)),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Invalid> {
    serde_json::from_slice(body).map_err(|error| Invalid::new(error.to_string()))
}

fn respond<T: Serialize>(result: Result<T, Invalid>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(invalid) => {
            let body = json!({ "error": invalid.to_string() });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}
