//! A subscription's events: what was sent, and sending it again.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::auth::Call;
use super::super::errors::Failure;
use super::super::filters::{EQUAL, TIME};
use super::super::paging::page;
use super::super::validate::{Body, path_id};
use super::outbox::{Event, EventStatus};
use crate::clock;

/// `GET /webhooks/subscriptions/{subscriptionId}/events`
pub(in super::super) async fn list(call: Call, Path(id): Path<String>) -> Response {
    call.answer("webhooks:read", |state, context| {
        let id = path_id(&id)?;
        let known = [("createdAt", TIME), ("status", EQUAL)];
        let filters = context.query.filters(&known, context.switches)?;
        filters.one_of("status", &["delivered", "failed", "pending", "sending"])?;
        state.subscription(&id)?;
        let oldest = clock::plus(context.now, -KEPT);
        let events = state.outbox.events.values().filter(|it| {
            it.subscription == id
                && it.created_at >= oldest
                && filters.accept_time("createdAt", it.created_at)
                && filters.accept("status", Some(it.status.as_str()), false)
        });
        let items = events.map(|event| (event.id.clone(), dto(event)));
        Ok(page(items, context.switches.pages.events, context))
    })
}

/// `POST /webhooks/subscriptions/{subscriptionId}/events/retry-failure`
pub(in super::super) async fn retry_failure(
    call: Call,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    retry(&call, &id, &body, EventStatus::Failed)
}

/// `POST /webhooks/subscriptions/{subscriptionId}/events/retry-success`
pub(in super::super) async fn retry_success(
    call: Call,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    retry(&call, &id, &body, EventStatus::Delivered)
}

fn retry(call: &Call, id: &str, body: &[u8], status: EventStatus) -> Response {
    call.answer("webhooks:write", |state, context| {
        let id = path_id(id)?;
        let strict = context.switches.reject_unknown;
        let body = Body::parse(context.headers, body, &["startDate", "endDate"], strict)?;
        let instant = |name: &str| -> Result<_, Failure> {
            body.instant(name)?.set().copied().ok_or(Failure::invalid())
        };
        let (start, end) = (instant("startDate")?, instant("endDate")?);
        let subscription = state.subscription(&id);
        if !subscription.is_ok_and(|it| it.active) {
            return Err(Failure::missing("activeSubscriptionNotFound"));
        }
        if end <= start || end.duration_since(start).as_secs() > LONGEST {
            return Err(Failure::bad("invalidRetryTimeframe"));
        }
        state.outbox.retry(&id, status, (start, end), context.now);
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `EventDTO`
fn dto(event: &Event) -> Value {
    json!({
        "_id": event.id,
        "createdAt": clock::millis(event.created_at),
        "status": event.status.as_str(),
        "payload": event.payload,
    })
}

/// Seconds for which events are kept.
const KEPT: i64 = 90 * 24 * 60 * 60;

/// Longest time that one retry may cover, in seconds.
const LONGEST: i64 = 3 * 24 * 60 * 60;
