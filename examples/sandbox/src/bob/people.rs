//! `POST /people/search` and `POST /people/{identifier}`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::auth::{Endpoint, enter, json_body, may_read, may_see};
use super::employee::Employee;
use super::wire::{Human, Shape, comma};
use super::{BadRequest, Bob, fields, refusal};
use crate::engine::Shared;
use crate::seed::{FieldDefinition, ServiceUser};
use crate::switches::{BobSwitches, OutsidePopulation};

/// Most fields that one request may name.
const MOST_FIELDS: usize = 400;

/// Answers the search; people outside the population are not in it, silently.
pub(super) async fn search(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    enter(
        &shared,
        &method,
        &headers,
        Endpoint::Search,
        |world, user| {
            let bob = &world.bob;
            let query = json_body(&headers, &body).and_then(|body| Query::parse(bob, user, &body));
            let query = match query {
                Ok(query) => query,
                Err(bad) => return bad.respond(),
            };
            let slash_keys = world.switches.bob.slash_keys;
            let found = bob.employees.values().filter(|employee| {
                (query.show_inactive || employee.is_active())
                    && may_see(user, employee)
                    && query
                        .filter
                        .as_ref()
                        .is_none_or(|it| it.matches(&employee.id, employee.mail()))
            });
            let shape = Shape::new(query.fields, query.human, slash_keys);
            let mut out = b"{\"employees\":[".to_vec();
            for employee in found {
                comma(&mut out);
                bob.write(employee, &shape, &mut out);
            }
            out.extend_from_slice(b"]}");
            answer(out)
        },
    )
}

/// Answers the read of one person, whatever his access status.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    enter(&shared, &method, &headers, Endpoint::Read, |world, user| {
        let bob = &world.bob;
        let query = json_body(&headers, &body).and_then(|body| Query::parse(bob, user, &body));
        let query = match query {
            Ok(query) => query,
            Err(bad) => return bad.respond(),
        };
        let Some(employee) = bob.find(&identifier) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if let Some(refused) = outside(user, employee, &world.switches.bob) {
            return refused;
        }
        let slash_keys = world.switches.bob.slash_keys;
        let shape = Shape::new(query.fields, query.human, slash_keys);
        let mut out = Vec::new();
        bob.write(employee, &shape, &mut out);
        answer(out)
    })
}

/// A JSON answer that is written already.
fn answer(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The refusal if this employee is outside of the service user's population.
pub(super) fn outside(
    user: &ServiceUser,
    employee: &Employee,
    switches: &BobSwitches,
) -> Option<Response> {
    if may_see(user, employee) {
        return None;
    }
    Some(match switches.outside_population {
        OutsidePopulation::NotFound => StatusCode::NOT_FOUND.into_response(),
        OutsidePopulation::Forbidden => refusal(
            StatusCode::FORBIDDEN,
            "forbidden",
            "No access to this employee",
        ),
    })
}

/// A request for people.
struct Query<'a> {
    /// Known and permitted ones; all others vanish without a word.
    fields: Vec<&'a FieldDefinition>,
    filter: Option<Filter>,
    show_inactive: bool,
    human: Human,
}

enum Filter {
    Ids(BTreeSet<String>),
    Mails(BTreeSet<String>),
}

impl Filter {
    fn matches(&self, id: &str, mail: Option<&str>) -> bool {
        match self {
            Self::Ids(ids) => ids.contains(id),
            Self::Mails(mails) => mail.is_some_and(|mail| mails.contains(&mail.to_lowercase())),
        }
    }
}

impl<'a> Query<'a> {
    fn parse(
        bob: &'a Bob,
        user: &ServiceUser,
        body: &Map<String, Value>,
    ) -> Result<Self, BadRequest> {
        let show_inactive = match body.get("showInactive") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(yes)) => *yes,
            Some(_) => return Err(BadRequest("showInactive must be a boolean")),
        };
        Ok(Self {
            fields: requested(bob, user, body.get("fields"))?,
            filter: filter(body.get("filters"))?,
            show_inactive,
            human: Human::parse(body.get("humanReadable"))
                .ok_or(BadRequest("humanReadable must be APPEND or REPLACE"))?,
        })
    }
}

fn requested<'a>(
    bob: &'a Bob,
    user: &ServiceUser,
    names: Option<&Value>,
) -> Result<Vec<&'a FieldDefinition>, BadRequest> {
    let names = match names {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(names)) => names,
        Some(_) => return Err(BadRequest("fields must be an array of strings")),
    };
    if names.len() > MOST_FIELDS {
        return Err(BadRequest("fields must not hold more than 400 entries"));
    }
    if names.is_empty() {
        return Ok(bob
            .inventory
            .defaults()
            .filter(|field| may_read(user, field))
            .collect());
    }
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let name = name
            .as_str()
            .ok_or(BadRequest("fields must hold strings"))?;
        found.extend(
            bob.inventory
                .get(&fields::dot(name))
                .filter(|it| may_read(user, it)),
        );
    }
    Ok(found)
}

fn filter(filters: Option<&Value>) -> Result<Option<Filter>, BadRequest> {
    let filters = match filters {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(filters)) => filters,
        Some(_) => return Err(BadRequest("filters must be an array")),
    };
    let [filter] = &filters[..] else {
        return Err(BadRequest("filters must hold exactly one filter"));
    };
    if filter["operator"] != "equals" {
        return Err(BadRequest("operator must be equals"));
    }
    let values = filter["values"]
        .as_array()
        .filter(|values| !values.is_empty());
    let values: Option<Vec<&str>> = values.and_then(|it| it.iter().map(Value::as_str).collect());
    let values = values.ok_or(BadRequest("values must be a list of strings, not empty"))?;
    match filter["fieldPath"].as_str().map(fields::dot).as_deref() {
        Some("root.id") => Ok(Some(Filter::Ids(
            values.into_iter().map(String::from).collect(),
        ))),
        Some("root.email") => Ok(Some(Filter::Mails(
            values.into_iter().map(str::to_lowercase).collect(),
        ))),
        _ => Err(BadRequest("fieldPath must be root.id or root.email")),
    }
}
