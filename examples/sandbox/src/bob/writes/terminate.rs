//! `POST /employees/{identifier}/terminate`

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::Change;
use crate::bob::acts::Termination;
use crate::bob::auth::{Endpoint, change, json_body};
use crate::bob::events::Actor;
use crate::bob::{BadRequest, Bob};
use crate::clock;
use crate::engine::Shared;

/// Plans the end of an employment. It does not take access away by itself.
pub(crate) async fn terminate(
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
        Endpoint::Terminate,
        |world, user| {
            Change::of(world, user, &identifier, Some("lifecycle")).run(|it| {
                let body = json_body(&headers, &body)?;
                let plan = plan(&it.world.bob, &body)?;
                let id = it.id().to_owned();
                let (bob, now, switches) = it.bob();
                bob.terminate(&id, plan, Actor::System, now, switches)?;
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}

fn plan(bob: &Bob, body: &Map<String, Value>) -> Result<Termination, BadRequest> {
    let on = day(body, "terminationDate")?;
    let item = |name: &str, list: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if bob.list_allows(list, &Value::String(id.clone())) => {
            Ok(Some(id.clone()))
        }
        Some(_) => Err(BadRequest("a value is no item of its list")),
    };
    let notice = body.get("noticePeriod").filter(|it| !it.is_null());
    let known = |it: &Value| {
        let unit = it["unit"].as_str();
        let unit = unit.is_some_and(|it| ["days", "weeks", "month", "years"].contains(&it));
        unit && it["length"].is_u64()
    };
    if !notice.is_none_or(known) {
        return Err(BadRequest("noticePeriod needs a unit and a length"));
    }
    Ok(Termination {
        on: on.ok_or(BadRequest("terminationDate is missing"))?,
        last_day_of_work: day(body, "lastDayOfWork")?,
        reason: item("terminationReason", "terminationreason")?,
        reason_type: item("reasonType", "lifecycleReasonType")?,
        notice: notice.cloned(),
        revoke_access: false,
    })
}

fn day(body: &Map<String, Value>, name: &str) -> Result<Option<Date>, BadRequest> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let day = value.as_str().and_then(|it| clock::date(it).ok());
            let day = day.ok_or(BadRequest("dates must look like 2026-03-31"))?;
            Ok(Some(day))
        }
    }
}
