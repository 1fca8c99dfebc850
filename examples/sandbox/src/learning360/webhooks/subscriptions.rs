//! Webhook subscriptions and their secrets.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::{Host, Url};

use super::super::Learning360;
use super::super::auth::{Call, Context};
use super::super::errors::Failure;
use super::super::filters::TEXT;
use super::super::paging::page;
use super::super::validate::{Body, path_id};
use super::outbox::Subscription;
use crate::clock;
use crate::seed::Secret;
use crate::switches::SecretForm;

/// `POST /webhooks/subscriptions`
pub(in super::super) async fn create(call: Call, body: Bytes) -> Response {
    let reachable = reachable(&call, &body).await;
    call.answer("webhooks:write", |state, context| {
        let strict = context.switches.reject_unknown;
        let known = ["eventType", "name", "url"];
        let body = Body::parse(context.headers, &body, &known, strict)?;
        let event_type = body.required("eventType")?;
        let (name, url) = (body.required("name")?, body.required("url")?);
        if !EVENT_TYPES.contains(&event_type.as_str()) {
            return Err(Failure::invalid());
        }
        state.check_url(None, &event_type, &url, reachable)?;
        let same = state.outbox.subscriptions.values();
        let count = same.filter(|it| it.event_type == event_type).count();
        if count >= context.switches.events.subscriptions_per_type {
            return Err(Failure::bad("subscriptionsLimitReached"));
        }
        let subscription = Subscription {
            id: state.fresh_id(),
            event_type,
            name,
            url,
            active: true,
            secret: state.fresh_secret(context),
            legacy: None,
            failing_since: None,
            delivered: 0,
            failed: 0,
        };
        let response = (StatusCode::CREATED, Json(dto(&subscription))).into_response();
        let all = &mut state.outbox.subscriptions;
        all.insert(subscription.id.clone(), subscription);
        Ok(response)
    })
}

/// `GET /webhooks/subscriptions`
pub(in super::super) async fn list(call: Call) -> Response {
    call.answer("webhooks:read", |state, context| {
        let known = [("eventType", TEXT)];
        let filters = context.query.filters(&known, context.switches)?;
        filters.one_of("eventType", &EVENT_TYPES)?;
        let all = state.outbox.subscriptions.values();
        let items = all
            .filter(|it| filters.accept("eventType", Some(&it.event_type), false))
            .map(|it| (it.id.clone(), dto(it)));
        Ok(page(items, context.switches.pages.subscriptions, context))
    })
}

/// `GET /webhooks/subscriptions/{subscriptionId}`
pub(in super::super) async fn read(call: Call, Path(id): Path<String>) -> Response {
    call.answer("webhooks:read", |state, _| {
        Ok(Json(dto(state.subscription(&path_id(&id)?)?)).into_response())
    })
}

/// `PATCH /webhooks/subscriptions/{subscriptionId}`
pub(in super::super) async fn edit(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    let reachable = reachable(&call, &body).await;
    call.answer("webhooks:write", |state, context| {
        let id = path_id(&id)?;
        let strict = context.switches.reject_unknown;
        let body = Body::parse(context.headers, &body, &["name", "status", "url"], strict)?;
        let (name, url) = (body.text("name")?, body.text("url")?);
        let active = match body.text("status")?.as_deref() {
            None => None,
            Some("active") => Some(true),
            Some("inactive") => Some(false),
            Some(_) => return Err(Failure::invalid()),
        };
        let mut subscription = state.subscription(&id)?.clone();
        if let Some(url) = url {
            state.check_url(Some(&id), &subscription.event_type, &url, reachable)?;
            subscription.url = url;
        }
        subscription.name = name.unwrap_or(subscription.name);
        if let Some(active) = active {
            (subscription.active, subscription.failing_since) = (active, None);
        }
        let response = Json(dto(&subscription)).into_response();
        state.outbox.subscriptions.insert(id, subscription);
        Ok(response)
    })
}

/// `DELETE /webhooks/subscriptions/{subscriptionId}`
pub(in super::super) async fn delete(call: Call, Path(id): Path<String>) -> Response {
    call.answer("webhooks:write", |state, _| {
        let id = path_id(&id)?;
        state.subscription(&id)?;
        state.outbox.subscriptions.remove(&id);
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `GET /webhooks/subscriptions/{subscriptionId}/secrets`
pub(in super::super) async fn secret(call: Call, Path(id): Path<String>) -> Response {
    call.answer("webhookSecrets:read", |state, _| {
        let subscription = state.subscription(&path_id(&id)?)?;
        Ok(Json(json!({ "secret": subscription.secret.expose() })).into_response())
    })
}

/// `POST /webhooks/subscriptions/{subscriptionId}/secrets/rotate`
pub(in super::super) async fn rotate(call: Call, Path(id): Path<String>) -> Response {
    call.answer("webhookSecrets:write", |state, context| {
        let mut subscription = state.subscription(&path_id(&id)?)?.clone();
        let fresh = state.fresh_secret(context);
        let old = std::mem::replace(&mut subscription.secret, fresh);
        subscription.legacy = Some((old, clock::plus(context.now, LEGACY)));
        let body = json!({ "secret": subscription.secret.expose() });
        let all = &mut state.outbox.subscriptions;
        all.insert(subscription.id.clone(), subscription);
        Ok((StatusCode::CREATED, Json(body)).into_response())
    })
}

impl Learning360 {
    pub(super) fn subscription(&self, id: &str) -> Result<&Subscription, Failure> {
        let subscription = self.outbox.subscriptions.get(id);
        subscription.ok_or(Failure::missing("subscriptionNotFound"))
    }

    fn check_url(
        &self,
        own: Option<&str>,
        event_type: &str,
        url: &str,
        reachable: bool,
    ) -> Result<(), Failure> {
        let mut others = self.outbox.subscriptions.values();
        if others.any(|it| own != Some(&it.id) && it.event_type == event_type && it.url == url) {
            return Err(Failure::bad("subscriptionAlreadyExists"));
        }
        if !reachable {
            return Err(Failure::bad("urlUnreachable"));
        }
        Ok(())
    }

    fn fresh_secret(&mut self, context: &Context<'_>) -> Secret {
        let text = format!("sandbox-signing-{}", self.fresh_id());
        Secret::from(match context.switches.events.secret {
            SecretForm::Raw => text,
            SecretForm::Prefixed => format!("whsec_{}", STANDARD.encode(text)),
        })
    }
}

/// True if somebody listens at the body's URL, or if nobody asks for it.
///
/// Nothing but loopback is ever contacted; everything else counts as unreachable.
async fn reachable(call: &Call, body: &[u8]) -> bool {
    if !call.switches().events.check_url {
        return true;
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(url) = body["url"].as_str() else {
        return true;
    };
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let address = match url.host() {
        Some(Host::Ipv4(address)) if address.is_loopback() => address,
        Some(Host::Domain("localhost")) => std::net::Ipv4Addr::LOCALHOST,
        _ => return false,
    };
    let port = url.port_or_known_default().unwrap_or(80);
    let connect = tokio::net::TcpStream::connect((address, port));
    let connected = tokio::time::timeout(Duration::from_secs(1), connect).await;
    matches!(connected, Ok(Ok(_)))
}

/// `SubscriptionDTO`
fn dto(subscription: &Subscription) -> Value {
    json!({
        "_id": subscription.id,
        "eventType": subscription.event_type,
        "name": subscription.name,
        "url": subscription.url,
        "status": if subscription.active { "active" } else { "inactive" },
    })
}

/// Seconds for which a rotated secret signs too.
const LEGACY: i64 = 24 * 60 * 60;

const EVENT_TYPES: [&str; 29] = [
    "bulk.operation.created",
    "bulk.operation.ended",
    "course.attempt.closed",
    "group.created",
    "group.deleted",
    "group.updated",
    "path.archived",
    "path.created",
    "path.deleted",
    "path.session.added",
    "path.session.removed",
    "path.session.classroom.slot.users.unregistered.full",
    "path.session.classroom.slot.waitlist.closed",
    "path.session.classroom.slot.waitlist.opened",
    "path.session.classroom.slot.waitlist.user.joined",
    "path.session.user.status.updated",
    "path.session.users.enrolled",
    "path.session.users.unenrolled",
    "path.updated",
    "user.activated",
    "user.assessment.corrected",
    "user.certificate.awarded",
    "user.created",
    "user.deleted",
    "user.invited",
    "user.reactivated",
    "user.updated",
    "xapi.started",
    "xapi",
];
