//! `PUT /people/{identifier}`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::{Change, Refused, field_errors};
use crate::bob::Bob;
use crate::bob::auth::{Endpoint, change, json_body, may_edit};
use crate::bob::fields::json_path;
use crate::engine::Shared;
use crate::seed::{FieldDefinition, ServiceUser};

/// Changes the fields that are named. Those with a history, those with endpoints of their own,
/// calculated ones and those that the caller may not edit are ignored without a word.
pub(crate) async fn edit(
    State(shared): State<Arc<Shared>>,
    Path(identifier): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&shared, &method, &headers, Endpoint::Edit, |world, user| {
        Change::of(world, user, &identifier, None).run(|it| {
            let body = json_body(&headers, &body)?;
            let wanted = wanted(&it.world.bob, user, &body)?;
            let employee = it.employee();
            let mut changed = Vec::new();
            for (field, value) in wanted {
                let old = employee.values.get(&field).unwrap_or(&Value::Null);
                if *old != value {
                    changed.push(field.clone());
                    employee.values.insert(field, value);
                }
            }
            if changed.is_empty() {
                return Ok(StatusCode::NOT_MODIFIED.into_response());
            }
            it.updated(changed);
            Ok(StatusCode::OK.into_response())
        })
    })
}

/// The values that may be written, by field id.
fn wanted(
    bob: &Bob,
    user: &ServiceUser,
    body: &Map<String, Value>,
) -> Result<BTreeMap<String, Value>, Refused> {
    let mut wanted = BTreeMap::new();
    for field in bob.inventory.all().filter(|field| is_editable(field, user)) {
        let Some(value) = at(body, json_path(&field.id)) else {
            continue;
        };
        if NEVER_EMPTY.contains(&field.id.as_str()) && !has_text(value) {
            return Err(Refused::new(field_errors(&[(
                &field.id,
                "MISSING_MANDATORY_FIELD",
                "The field cannot be empty",
            )])));
        }
        if !bob.allows(&field.id, value) {
            return Err(Refused::new(field_errors(&[(
                &field.id,
                "INVALID_VALUE",
                "The value does not fit the field",
            )])));
        }
        wanted.insert(field.id.clone(), value.clone());
    }
    Ok(wanted)
}

fn is_editable(field: &FieldDefinition, user: &ServiceUser) -> bool {
    !field.historical && !is_read_only(field) && may_edit(user, &field.category)
}

/// What follows from other values, or has an endpoint of its own.
pub(super) fn is_read_only(field: &FieldDefinition) -> bool {
    field.category == "lifecycle" || READ_ONLY.contains(&field.id.as_str())
}

/// The value at a dotted path.
pub(super) fn at<'v>(body: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    match path.split_once('.') {
        None => body.get(path),
        Some((head, rest)) => at(body.get(head)?.as_object()?, rest),
    }
}

pub(super) fn has_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Fields that every employee has.
const NEVER_EMPTY: [&str; 2] = ["root.firstName", "root.surname"];

const READ_ONLY: [&str; 21] = [
    "root.id",
    "root.companyId",
    "root.email",
    "root.fullName",
    "root.creationDateTime",
    "root.creationDate",
    "root.state",
    "root.avatarUrl",
    "work.startDate",
    "work.originalStartDate",
    "work.shortStartDate",
    "work.site",
    "work.reportsTo.email",
    "work.secondLevelManager",
    "work.isManager",
    "work.employeeIdInCompany",
    "work.reportsToIdInCompany",
    "work.directReports",
    "work.indirectReports",
    "address.siteCountry",
    "address.siteCity",
];
