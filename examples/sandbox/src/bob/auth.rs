//! Who calls Bob: service users, what they may see, and the checks before every answer.

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::employee::Employee;
use super::limits::too_many;
use super::{BadRequest, Bob, html, refusal};
use crate::clock;
use crate::effects::STALE;
use crate::engine::{Shared, World};
use crate::history::History;
use crate::seed::{FieldDefinition, ServiceUser};
use crate::switches::BobSwitches;

/// An endpoint with a limit of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Endpoint {
    Search,
    Read,
    Fields,
    Lists,
    Profiles,
    Table,
    Salaries,
    Bulk,
    Edit,
    Create,
    Mail,
    StartDate,
    Terminate,
    Access,
    TableWrite,
    ListWrite,
    FieldWrite,
    Learning,
}

impl Endpoint {
    fn limit(self, switches: &BobSwitches) -> (&'static str, u32) {
        match self {
            Self::Search => ("search", switches.search_per_minute),
            Self::Read => ("read", switches.read_per_minute),
            Self::Fields => ("fields", switches.metadata_per_minute),
            Self::Lists => ("lists", switches.metadata_per_minute),
            Self::Profiles => ("profiles", switches.table_per_minute),
            Self::Table => ("table", switches.table_per_minute),
            Self::Salaries => ("salaries", switches.salaries_per_minute),
            Self::Bulk => ("bulk", switches.table_per_minute),
            Self::Edit => ("edit", switches.edit_per_minute),
            Self::Create => ("create", switches.write_per_minute),
            Self::Mail => ("mail", switches.mail_per_minute),
            Self::StartDate => ("start-date", switches.start_date_per_minute),
            Self::Terminate => ("terminate", switches.terminate_per_minute),
            Self::Access => ("access", switches.write_per_minute),
            Self::TableWrite => ("table-write", switches.write_per_minute),
            Self::ListWrite => ("list-write", switches.write_per_minute),
            Self::FieldWrite => ("field-write", switches.write_per_minute),
            Self::Learning => ("learning", switches.write_per_minute),
        }
    }
}

/// Checks a read as far as every endpoint does, then answers it; with a fault that wants it so,
/// from the past.
pub(crate) fn enter(
    shared: &Shared,
    method: &Method,
    headers: &HeaderMap,
    endpoint: Endpoint,
    answer: impl FnOnce(&World, &ServiceUser) -> Response,
) -> Response {
    change(shared, method, headers, endpoint, |world, user| {
        let seconds = headers
            .get(STALE)
            .and_then(|it| it.to_str().ok()?.parse().ok());
        let past = seconds.map(|seconds: i64| {
            let then = clock::plus(world.now, -seconds);
            let World { history, bob, .. } = &mut *world;
            history.rewind(&mut bob.employees, then)
        });
        let response = answer(world, user);
        if let Some(present) = past {
            History::restore(&mut world.bob.employees, present);
        }
        response
    })
}

/// Checks a write as far as every endpoint does, then does it.
pub(crate) fn change(
    shared: &Shared,
    method: &Method,
    headers: &HeaderMap,
    endpoint: Endpoint,
    answer: impl FnOnce(&mut World, &ServiceUser) -> Response,
) -> Response {
    if method == Method::GET && headers.contains_key(header::CONTENT_TYPE) {
        // Seen on real tenants for some GETs; the stand-in is strict for all of them.
        return html(StatusCode::BAD_REQUEST);
    }
    let mut world = shared.lock();
    let now = world.now;
    let credentials = headers
        .get(header::AUTHORIZATION)
        .and_then(|it| it.to_str().ok());
    let credentials = credentials.unwrap_or_default().to_owned();
    let switches = world.switches.bob.clone();
    if switches.blocking && world.bob.limits.is_blocked(&credentials, now) {
        let status = StatusCode::from_u16(switches.blocked_status);
        return html(status.unwrap_or(StatusCode::FORBIDDEN));
    }
    let Some(user) = service_user(&world.bob, &credentials).cloned() else {
        if switches.blocking {
            world
                .bob
                .limits
                .refused(&credentials, StatusCode::UNAUTHORIZED, now);
        }
        return refusal(
            StatusCode::UNAUTHORIZED,
            "tokenNotMatch",
            "Token does not match",
        );
    };
    let (name, limit) = endpoint.limit(&switches);
    let who = if switches.limits_per_company {
        ""
    } else {
        user.id.as_str()
    };
    let remaining = match world.bob.limits.take(who, name, limit, now, &switches) {
        Ok(remaining) => remaining,
        Err(none_left) => return too_many(none_left, now, &switches),
    };
    let mut response = answer(&mut world, &user);
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    if switches.blocking && refused.contains(&response.status()) {
        let status = response.status();
        world.bob.limits.refused(&credentials, status, now);
    }
    if let Some(remaining) = remaining {
        remaining.stamp(&mut response);
    }
    response
}

/// The body as a JSON object, or the refusal.
pub(crate) fn json_body(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<serde_json::Map<String, Value>, BadRequest> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok());
    let is_json = content_type.is_some_and(|it| {
        it.split(';')
            .next()
            .is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        return Err(BadRequest("Expecting application/json body"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(BadRequest("Body is not a JSON object")),
    }
}

fn service_user<'a>(bob: &'a Bob, credentials: &str) -> Option<&'a ServiceUser> {
    let (scheme, encoded) = credentials.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, token) = decoded.split_once(':')?;
    bob.service_users
        .get(id)
        .filter(|user| user.token.expose() == token)
}

/// True if the service user may read this field.
pub(crate) fn may_read(user: &ServiceUser, field: &FieldDefinition) -> bool {
    user.categories
        .as_ref()
        .is_none_or(|categories| categories.contains(&field.category))
}

/// True if the service user may read something of this category.
pub(crate) fn category_permitted(user: &ServiceUser, category: &str) -> bool {
    let permitted = user.categories.as_ref();
    permitted.is_none_or(|categories| categories.contains(category))
}

/// True if the service user may see what was, and what will be, in this category.
pub(crate) fn may_see_history(user: &ServiceUser, category: &str) -> bool {
    let permitted = user.history.as_ref();
    permitted.is_none_or(|categories| categories.contains(category))
}

/// True if the service user may change this category.
pub(crate) fn may_edit(user: &ServiceUser, category: &str) -> bool {
    let permitted = user.editable.as_ref();
    let permitted = permitted.is_none_or(|categories| categories.contains(category));
    permitted && category_permitted(user, category)
}

/// True if this employee is in the service user's population.
pub(crate) fn may_see(user: &ServiceUser, employee: &Employee) -> bool {
    user.population.as_ref().is_none_or(|statuses| {
        let status = employee.lifecycle_status();
        statuses.iter().any(|it| it.eq_ignore_ascii_case(status))
    })
}
