use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{DefaultBodyLimit, FromRequest as _, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use provisioning_core::Endpoint;
use tokio::time::timeout;

use super::{Intake, Outcome};
use crate::metrics::Gauges;

/// The routes of a host.
pub(crate) fn router(intake: Arc<Intake>, gauges: Arc<Gauges>) -> Router {
    let metrics = Router::new()
        .route("/metrics", get(metrics))
        .with_state(gauges);
    Router::new()
        .route("/hibob/upsert", post(upsert).fallback(not_upsert))
        .route(
            "/hibob/deactivation",
            post(deactivation).fallback(not_deactivation),
        )
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(intake)
        .merge(metrics)
}

async fn upsert(State(intake): State<Arc<Intake>>, request: Request<Body>) -> Response {
    answer(receive(&intake, Endpoint::Upsert, request).await)
}

async fn deactivation(State(intake): State<Arc<Intake>>, request: Request<Body>) -> Response {
    answer(receive(&intake, Endpoint::Deactivation, request).await)
}

async fn not_upsert(State(intake): State<Arc<Intake>>) -> Response {
    answer(intake.refuse(Endpoint::Upsert, Outcome::MethodNotAllowed))
}

async fn not_deactivation(State(intake): State<Arc<Intake>>) -> Response {
    answer(intake.refuse(Endpoint::Deactivation, Outcome::MethodNotAllowed))
}

/// Whether a delivery could be written down now.
async fn ready(State(intake): State<Arc<Intake>>) -> Response {
    match intake.parts.store.probe().await {
        Ok(()) => (StatusCode::OK, "ready\n").into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database cannot be written\n",
            )
                .into_response()
        }
    }
}

async fn metrics(State(gauges): State<Arc<Gauges>>) -> Response {
    let form = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (form, gauges.read().await).into_response()
}

async fn receive(intake: &Intake, endpoint: Endpoint, request: Request<Body>) -> Outcome {
    if announced(&request) > BODY_LIMIT {
        return intake.refuse(endpoint, Outcome::TooLarge);
    }
    let headers = request.headers().clone();
    match timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => intake.receive(endpoint, &headers, &body).await,
        Ok(Err(refusal)) if refusal.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            intake.refuse(endpoint, Outcome::TooLarge)
        }
        Ok(Err(_)) | Err(_) => intake.refuse(endpoint, Outcome::BrokenOff),
    }
}

/// The length that the header promises, so that a body over the limit is not even begun.
fn announced(request: &Request<Body>) -> usize {
    let length = request.body().size_hint().exact();
    length.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX))
}

fn answer(outcome: Outcome) -> Response {
    let text = format!("{}\n", outcome.name());
    match outcome {
        Outcome::MethodNotAllowed => (outcome.status(), [(ALLOW, "POST")], text).into_response(),
        _ => (outcome.status(), text).into_response(),
    }
}

/// Bob's bodies are a few hundred bytes.
const BODY_LIMIT: usize = 256 * 1024;

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(15);
