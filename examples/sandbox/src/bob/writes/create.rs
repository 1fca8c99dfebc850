//! `POST /people`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::edit::{at, has_text, is_read_only};
use super::{Refused, field_errors, not_permitted};
use crate::bob::auth::{Endpoint, change, json_body, may_edit, may_read};
use crate::bob::events::Actor;
use crate::bob::fields::json_path;
use crate::bob::wire::{Human, Shape};
use crate::bob::{Bob, refusal};
use crate::engine::{Shared, World};
use crate::seed::{Person, ServiceUser};
use crate::switches::BobSwitches;

/// Hires somebody; the answer is the new employee.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(
        &shared,
        &method,
        &headers,
        Endpoint::Create,
        |world, user| {
            let done = json_body(&headers, &body)
                .map_err(Refused::from)
                .and_then(|body| hire(world, user, &body));
            done.unwrap_or_else(Refused::into_response)
        },
    )
}

fn hire(
    world: &mut World,
    user: &ServiceUser,
    body: &Map<String, Value>,
) -> Result<Response, Refused> {
    let World {
        bob, switches, now, ..
    } = world;
    let switches = &switches.bob;
    if !may_edit(user, "root") {
        return Err(Refused::new(not_permitted("root", switches)));
    }
    let person = Person {
        fields: fields(bob, user, body)?,
        ..Person::unnumbered()
    };
    let mail = person.fields.get("root.email").and_then(Value::as_str);
    if bob.claim_mail(mail.unwrap_or_default(), "").is_err() {
        return Err(Refused::new(duplicate_mail(switches)));
    }
    let id = bob.hire(person, Actor::System, *now, switches)?;
    world.history.note(id.clone(), *now, None);
    let bob = &world.bob;
    let fields = bob.inventory.defaults().filter(|it| may_read(user, it));
    let shape = Shape::new(fields.collect(), Human::No, switches.slash_keys);
    let employee = bob.employees.get(&id);
    let rendered = employee.map(|it| bob.render(it, &shape));
    Ok(Json(rendered).into_response())
}

/// The values by field id; all that is wrong with them otherwise.
fn fields(
    bob: &Bob,
    user: &ServiceUser,
    body: &Map<String, Value>,
) -> Result<BTreeMap<String, Value>, Refused> {
    let mut values = BTreeMap::new();
    let mut errors = Vec::new();
    for field in bob
        .inventory
        .all()
        .filter(|it| may_edit(user, &it.category))
    {
        let own = REQUIRED.contains(&field.id.as_str());
        let value = at(body, json_path(&field.id)).filter(|value| !value.is_null());
        let Some(value) = value.filter(|_| own || !is_read_only(field)) else {
            continue;
        };
        if !bob.allows(&field.id, value) {
            errors.push((
                field.id.as_str(),
                "INVALID_VALUE",
                "The value does not fit the field",
            ));
        }
        values.insert(field.id.clone(), value.clone());
    }
    if let Some(site) = values.remove("work.site") {
        match bob.site_named(site.as_str().unwrap_or_default()) {
            Some(id) => drop(values.insert("work.siteId".into(), json!(id))),
            None => errors.push(("work.site", "INVALID_VALUE", "There is no such site")),
        }
    }
    for field in REQUIRED {
        let stored = if field == "work.site" {
            "work.siteId"
        } else {
            field
        };
        let known = errors.iter().any(|(it, ..)| *it == field);
        let given = values
            .get(stored)
            .is_some_and(|it| has_text(it) || it.is_i64());
        if !known && !given {
            errors.push((field, "MISSING_MANDATORY_FIELD", "The field is required"));
        }
    }
    if errors.is_empty() {
        return Ok(values);
    }
    Err(Refused::new(field_errors(&errors)))
}

/// The answer to a mail that somebody else has.
pub(super) fn duplicate_mail(switches: &BobSwitches) -> Response {
    let status = StatusCode::from_u16(switches.duplicate_mail_status);
    let status = status.unwrap_or(StatusCode::BAD_REQUEST);
    refusal(
        status,
        "emailAlreadyExists",
        "The email is used by somebody else",
    )
}

/// Fields without which nobody is hired.
const REQUIRED: [&str; 5] = [
    "root.email",
    "root.firstName",
    "root.surname",
    "work.site",
    "work.startDate",
];
