//! The Learning module's way for a learning platform to report completions: xAPI statements.
//!
//! Without the module every path is a 404.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::auth::{Endpoint, change, json_body};
use super::writes::Refused;
use super::{BadRequest, refusal};
use crate::control::state::Statement;
use crate::engine::{Shared, World};

/// What learning platforms have registered and reported.
#[derive(Debug, Default)]
pub(crate) struct Learning {
    /// Links of the content that each provider has pushed.
    providers: BTreeMap<String, BTreeSet<String>>,
    pub(crate) statements: Vec<Statement>,
}

/// `POST /learning/lms-integrations`
pub(super) async fn register(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Learning,
        |world, _| {
            with_module(world, &headers, &body, |world, body| {
                let name = body.get("providerIdentifier").and_then(Value::as_str);
                let name = name.ok_or(BadRequest("providerIdentifier is missing"))?;
                world
                    .bob
                    .learning
                    .providers
                    .entry(name.to_owned())
                    .or_default();
                Ok(Json(json!({ "providerIdentifier": name })).into_response())
            })
        },
    )
}

/// `DELETE /learning/lms-integrations/{provider-identifier}`
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path(provider): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Learning,
        |world, _| {
            let known = world.switches.bob.learning_module
                && world.bob.learning.providers.remove(&provider).is_some();
            if known {
                StatusCode::OK.into_response()
            } else {
                StatusCode::NOT_FOUND.into_response()
            }
        },
    )
}

/// `POST …/training-content`: whatever is called `sourceLink` in the body is content.
pub(super) async fn push(
    State(shared): State<Arc<Shared>>,
    Path(provider): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Learning,
        |world, _| {
            with_module(world, &headers, &body, |world, body| {
                let provider = world.bob.learning.providers.get_mut(&provider);
                let links = provider.ok_or_else(not_found)?;
                let before = links.len();
                body.values().for_each(|value| collect(value, links));
                if links.len() == before {
                    return Err(BadRequest("there is no new sourceLink").into());
                }
                Ok(StatusCode::OK.into_response())
            })
        },
    )
}

/// `POST …/xapi/statements`
pub(super) async fn report(
    State(shared): State<Arc<Shared>>,
    Path(provider): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Learning,
        |world, _| {
            with_module(world, &headers, &body, |world, body| {
                statement(world, &provider, body)
            })
        },
    )
}

fn statement(
    world: &mut World,
    provider: &str,
    body: &Map<String, Value>,
) -> Result<Response, Refused> {
    let bob = &mut world.bob;
    let links = bob.learning.providers.get(provider).ok_or_else(not_found)?;
    let text = |path: &str| {
        let value = path.split('/').try_fold(&Value::Null, |at, name| match at {
            Value::Null => body.get(name),
            at => at.get(name),
        });
        value.and_then(Value::as_str).map(str::to_owned)
    };
    let object = text("object/id").filter(|it| links.contains(it));
    let object = object.ok_or(BadRequest("object.id is no pushed content"))?;
    let verb = text("verb/id").ok_or(BadRequest("verb.id is missing"))?;
    let verb = verb.rsplit('/').next().unwrap_or_default().to_owned();
    if !VERBS.contains(&verb.as_str()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mail = text("actor/mbox").unwrap_or_default();
    let employee = bob.find(mail.strip_prefix("mailto:").unwrap_or(&mail));
    let employee = employee.filter(|it| it.is_active());
    let employee = employee.ok_or(BadRequest("actor.mbox is nobody who is active"))?;
    let employee_id = employee.id.clone();
    let given = text("id");
    let taken = |id: &String| bob.learning.statements.iter().any(|it| it.id == *id);
    if given.as_ref().is_some_and(taken) {
        let text = "The statement was sent before";
        return Err(Refused::new(refusal(
            StatusCode::CONFLICT,
            "conflict",
            text,
        )));
    }
    let next = bob.learning.statements.len() + 1;
    let id = given.unwrap_or_else(|| format!("00000000-0000-4000-8000-{next:012}"));
    bob.learning.statements.push(Statement {
        id: id.clone(),
        at: world.now,
        employee_id,
        verb,
        object,
    });
    Ok(Json(json!({ "accepted": true, "statementId": id })).into_response())
}

/// The answer with the module and a JSON body.
fn with_module(
    world: &mut World,
    headers: &HeaderMap,
    body: &[u8],
    answer: impl FnOnce(&mut World, &Map<String, Value>) -> Result<Response, Refused>,
) -> Response {
    if !world.switches.bob.learning_module {
        return StatusCode::NOT_FOUND.into_response();
    }
    let body = json_body(headers, body).map_err(Refused::from);
    let answered = body.and_then(|body| answer(world, &body));
    answered.unwrap_or_else(Refused::into_response)
}

fn collect(value: &Value, links: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|it| collect(it, links)),
        Value::Object(object) => {
            let link = object.get("sourceLink").and_then(Value::as_str);
            links.extend(link.map(str::to_owned));
            object.values().for_each(|it| collect(it, links));
        }
        _ => {}
    }
}

fn not_found() -> Refused {
    Refused::new(StatusCode::NOT_FOUND.into_response())
}

/// Verbs that count; all others are answered with 204.
const VERBS: [&str; 3] = ["completed", "failed", "passed"];
