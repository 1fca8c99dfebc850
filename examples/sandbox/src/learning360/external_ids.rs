//! External-ID mappings.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Learning360;
use super::auth::{Call, Context};
use super::errors::Failure;
use super::filters::TEXT;
use super::paging::page;
use super::validate::{Body, is_object_id, path_id};
use crate::seed::Mapping;

const PROPERTIES: [&str; 4] = ["platform", "targetId", "targetType", "value"];

/// Types of resources that can be mapped.
const TYPES: [&str; 15] = [
    "attempt",
    "classroom",
    "classroomAttendance",
    "classroomAttendanceSheet",
    "classroomSlot",
    "classroomSlotRegistration",
    "course",
    "group",
    "learningNeed",
    "path",
    "pathEnrollment",
    "pathSession",
    "pathTracking",
    "registrationRequest",
    "user",
];

/// `GET /external-ids`
pub(super) async fn list(call: Call) -> Response {
    call.answer("externalIds:read", |state, context| {
        let known = [
            ("platform", TEXT),
            ("type", TEXT),
            ("value", TEXT),
            ("targetId", TEXT),
        ];
        let filters = context.query.filters(&known, context.switches)?;
        filters.one_of("type", &TYPES)?;
        let found = state.mappings.values().filter(|it| {
            filters.accept("platform", Some(&it.platform), false)
                && filters.accept("type", Some(&it.target_type), false)
                && filters.accept("value", Some(&it.value), false)
                // Hexadecimal digits in either case are the same id.
                && filters.accept("targetId", Some(&it.target_id), true)
        });
        let items = found.map(|mapping| (mapping.id.clone(), dto(mapping)));
        Ok(page(items, context.switches.pages.external_ids, context))
    })
}

/// `POST /external-ids`
pub(super) async fn create(call: Call, body: Bytes) -> Response {
    call.answer("externalIds:write", |state, context| {
        let mut mapping = read(&body, context)?;
        state.check_mapping(&mapping, "mappingAlreadyExists", context)?;
        mapping.id = state.fresh_id();
        let response = (StatusCode::CREATED, Json(dto(&mapping))).into_response();
        state.mappings.insert(mapping.id.clone(), mapping);
        Ok(response)
    })
}

/// `PUT /external-ids/{mappingId}`
pub(super) async fn replace(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("externalIds:write", |state, context| {
        let id = path_id(&id)?;
        let mut mapping = read(&body, context)?;
        let old = state
            .mappings
            .get(&id)
            .ok_or(Failure::missing("mappingIdNotFound"))?;
        reserved(&old.platform, context)?;
        mapping.id = id;
        state.check_mapping(&mapping, "targetAlreadyMapped", context)?;
        let response = Json(dto(&mapping)).into_response();
        state.mappings.insert(mapping.id.clone(), mapping);
        Ok(response)
    })
}

/// `DELETE /external-ids/{mappingId}`
pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Response {
    call.answer("externalIds:write", |state, context| {
        let id = path_id(&id)?;
        let mapping = state
            .mappings
            .get(&id)
            .ok_or(Failure::missing("mappingIdNotFound"))?;
        reserved(&mapping.platform, context)?;
        state.mappings.remove(&id);
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

impl Learning360 {
    /// One mapping per platform and target, one target per platform and value.
    fn check_mapping(
        &self,
        mapping: &Mapping,
        mapped: &'static str,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        reserved(&mapping.platform, context)?;
        let exists = match mapping.target_type.as_str() {
            "user" => self.users.contains_key(&mapping.target_id),
            "group" => self.groups.contains_key(&mapping.target_id),
            // The stand-in holds nothing else.
            _ => false,
        };
        if !exists {
            return Err(Failure::missing("resourceNotFound"));
        }
        let across_types = context.switches.value_unique_across_types;
        let others = || {
            let same = |it: &&Mapping| it.id != mapping.id && it.platform == mapping.platform;
            self.mappings.values().filter(same)
        };
        let same_type = |it: &Mapping| it.target_type == mapping.target_type;
        if others().any(|it| same_type(it) && it.target_id == mapping.target_id) {
            return Err(Failure::bad(mapped));
        }
        if others().any(|it| it.value == mapping.value && (across_types || same_type(it))) {
            return Err(Failure::bad("valueAlreadyUsed"));
        }
        Ok(())
    }
}

fn read(body: &[u8], context: &Context<'_>) -> Result<Mapping, Failure> {
    let body = Body::parse(
        context.headers,
        body,
        &PROPERTIES,
        context.switches.reject_unknown,
    )?;
    let target = body.required("targetId")?;
    let target_type = body.required("targetType")?;
    if !is_object_id(&target) || !TYPES.contains(&target_type.as_str()) {
        return Err(Failure::invalid());
    }
    Ok(Mapping {
        id: String::new(),
        platform: body.required("platform")?,
        target_id: target.to_ascii_lowercase(),
        target_type,
        value: body.required("value")?,
    })
}

fn reserved(platform: &str, context: &Context<'_>) -> Result<(), Failure> {
    if context.switches.reserved_platforms.contains(platform) {
        return Err(Failure::bad("reservedPlatformName"));
    }
    Ok(())
}

/// `ExternalIdDTO`
fn dto(mapping: &Mapping) -> Value {
    json!({
        "_id": mapping.id,
        "platform": mapping.platform,
        "targetId": mapping.target_id,
        "targetType": mapping.target_type,
        "value": mapping.value,
    })
}
