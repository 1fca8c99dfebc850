//! `PUT /people/{identifier}/email` and `POST /employees/{identifier}/start-date`

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::create::duplicate_mail;
use super::{Change, Refused};
use crate::bob::BadRequest;
use crate::bob::auth::{Endpoint, change, json_body};
use crate::bob::events::Actor;
use crate::clock;
use crate::engine::Shared;

/// Changes the work mail.
pub(crate) async fn change_mail(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&shared, &method, &headers, Endpoint::Mail, |world, user| {
        Change::of(world, user, &identifier, Some("root")).run(|it| {
            let body = json_body(&headers, &body)?;
            let mail = body.get("email").and_then(Value::as_str);
            let mail = mail.filter(|it| it.contains('@'));
            let mail = mail.ok_or(BadRequest("email must be an address"))?;
            if it.employee().mail() == Some(mail) {
                return Ok(StatusCode::NOT_MODIFIED.into_response());
            }
            let id = it.id().to_owned();
            let (bob, _, switches) = it.bob();
            if bob.claim_mail(mail, &id).is_err() {
                return Err(Refused::new(duplicate_mail(switches)));
            }
            it.employee()
                .values
                .insert("root.email".into(), json!(mail));
            it.bob().0.reindex_mail(&id);
            it.updated(vec!["root.email".into()]);
            Ok(StatusCode::OK.into_response())
        })
    })
}

/// Changes the start date, and with it the lifecycle rows.
pub(crate) async fn change_start(
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
        Endpoint::StartDate,
        |world, user| {
            Change::of(world, user, &identifier, Some("work")).run(|it| {
                let body = json_body(&headers, &body)?;
                let date = body.get("startDate").and_then(Value::as_str);
                let date = date.filter(|it| clock::date(it).is_ok());
                let date = date.ok_or(BadRequest("startDate must look like 2026-03-31"))?;
                let fields = [("work.startDate".to_owned(), json!(date))].into();
                let id = it.id().to_owned();
                let (bob, now, switches) = it.bob();
                bob.edit(&id, fields, Actor::System, now, switches)?;
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}
