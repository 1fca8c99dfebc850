//! `POST /people/{identifier}/work`

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{Change, Refused};
use crate::bob::BadRequest;
use crate::bob::auth::{Endpoint, change, json_body};
use crate::bob::events::Actor;
use crate::bob::tables::{Historical, HistoryRow};
use crate::engine::Shared;

/// Adds a complete row; one of the same day and site is refused.
pub(crate) async fn add_work_row(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let endpoint = Endpoint::TableWrite;
    change(&shared, &method, &headers, endpoint, |world, user| {
        Change::of(world, user, &identifier, Some("work"))
            .run(|it| add(it, json_body(&headers, &body)?))
    })
}

fn add(change: &mut Change<'_>, mut body: Map<String, Value>) -> Result<Response, Refused> {
    let bob = &change.world.bob;
    if let (None, Some(site)) = (body.get("siteId"), body.get("site")) {
        let id = bob.site_named(site.as_str().unwrap_or_default());
        let id = id.ok_or(BadRequest("there is no such site"))?;
        body.insert("siteId".into(), json!(id));
    }
    let row = Historical::Work.parse(&body)?;
    for (field, value) in &row.columns {
        if !bob.allows(field, value) {
            return Err(BadRequest("a value is no item of its list").into());
        }
    }
    let same = |it: &HistoryRow| {
        it.date == row.date && it.columns.get("work.siteId") == row.columns.get("work.siteId")
    };
    let employee = change.employee();
    if employee.history(Historical::Work).iter().any(same) {
        return Err(BadRequest("there is an entry of that day and site").into());
    }
    let id = change.id().to_owned();
    let (bob, now, switches) = change.bob();
    bob.put_row(&id, Historical::Work, row, Actor::System, now, switches)?;
    Ok(StatusCode::OK.into_response())
}
