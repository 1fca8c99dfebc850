//! Custom fields and the values they allow.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Learning360;
use super::auth::{Call, Context};
use super::errors::Failure;
use super::filters::TEXT;
use super::paging::page;
use super::validate::{Body, path_id};
use crate::seed::{CustomField, CustomFieldTarget, CustomFieldType};

/// `GET /custom-fields`
pub(super) async fn list(call: Call) -> Response {
    call.answer("customFields:read", |state, context| {
        let known = [("name", TEXT), ("targetType", TEXT), ("type", TEXT)];
        let filters = context.query.filters(&known, context.switches)?;
        filters.one_of("targetType", &["users", "contents"])?;
        filters.one_of("type", &["string", "date"])?;
        let found = state.custom_fields.values().filter(|field| {
            filters.accept("name", Some(&field.name), false)
                && filters.accept("targetType", Some(field.target_type.as_str()), false)
                && filters.accept("type", Some(field.kind.as_str()), false)
        });
        let items = found.map(|field| (field.id.clone(), dto(field)));
        Ok(page(items, context.switches.pages.custom_fields, context))
    })
}

/// `POST /custom-fields`
pub(super) async fn create(call: Call, body: Bytes) -> Response {
    call.answer("customFields:write", |state, context| {
        let body = read(&body, &["name", "targetType", "type"], context)?;
        let name = name(&body)?;
        let target = match body.required("targetType")?.as_str() {
            "users" => CustomFieldTarget::Users,
            "contents" => CustomFieldTarget::Contents,
            _ => return Err(Failure::invalid()),
        };
        let kind = match body.required("type")?.as_str() {
            "string" => CustomFieldType::String,
            "date" => CustomFieldType::Date,
            _ => return Err(Failure::invalid()),
        };
        state.check_name(&name, None)?;
        let switches = context.switches;
        if target == CustomFieldTarget::Contents && !switches.content_custom_fields {
            return Err(Failure::bad("customFieldsTargetTypeNotEnabled"));
        }
        let mut known = state.custom_fields.values();
        let count = known.by_ref().filter(|it| it.target_type == target).count();
        if count >= switches.most_custom_fields {
            return Err(Failure::bad("customFieldLimitReached"));
        }
        let mut field = CustomField::text(state.fresh_id(), name);
        (field.target_type, field.kind) = (target, kind);
        let response = (StatusCode::CREATED, Json(dto(&field))).into_response();
        state.custom_fields.insert(field.id.clone(), field);
        Ok(response)
    })
}

/// `PATCH /custom-fields/{customFieldId}`
pub(super) async fn rename(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("customFields:write", |state, context| {
        let id = path_id(&id)?;
        let body = read(&body, &["name"], context)?;
        let name = name(&body)?;
        state.custom_field(&id)?;
        state.check_name(&name, Some(&id))?;
        let field = state.custom_fields.get_mut(&id);
        let field = field.ok_or(Failure::missing("customFieldNotFound"))?;
        field.name = name;
        Ok(Json(dto(field)).into_response())
    })
}

/// `DELETE /custom-fields/{customFieldId}`; its values go with it
pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Response {
    call.answer("customFields:write", |state, _| {
        let id = path_id(&id)?;
        state.custom_field(&id)?;
        state.custom_fields.remove(&id);
        for user in state.users.values_mut() {
            user.custom_values.retain(|it| it.custom_field_id != id);
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `GET /custom-fields/{customFieldId}/authorized-values`
pub(super) async fn authorized(call: Call, Path(id): Path<String>) -> Response {
    call.answer("customFields:read", |state, _| {
        let field = state.custom_field(&path_id(&id)?)?;
        Ok(Json(field.authorized_values.clone().unwrap_or_default()).into_response())
    })
}

/// `PUT /custom-fields/{customFieldId}/authorized-values`
pub(super) async fn authorize(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("customFields:write", |state, context| {
        let id = path_id(&id)?;
        let body = read(&body, &["authorizedValues"], context)?;
        let values = body.get("authorizedValues").and_then(Value::as_array);
        let values = values.ok_or(Failure::invalid())?;
        let texts = values.iter().map(|it| it.as_str().map(String::from));
        let texts: Vec<String> = texts.collect::<Option<_>>().ok_or(Failure::invalid())?;
        if texts.len() > MOST_VALUES {
            return Err(Failure::invalid());
        }
        let field = state.custom_field(&id)?;
        if field.kind == CustomFieldType::Date && texts.iter().any(|it| date(it).is_none()) {
            return Err(Failure::bad("authorizedValuesTypeMismatch"));
        }
        let unrestricted = texts.is_empty() && context.switches.empty_values_unrestricted;
        let in_use = state.users.values().flat_map(|user| &user.custom_values);
        let mut in_use = in_use.filter(|it| it.custom_field_id == id);
        if !unrestricted && in_use.any(|it| !texts.contains(&it.value)) {
            return Err(Failure::bad("customFieldValuesConflict"));
        }
        if let Some(field) = state.custom_fields.get_mut(&id) {
            field.authorized_values = Some(texts.clone());
        }
        Ok(Json(texts).into_response())
    })
}

impl Learning360 {
    /// The custom field with this id.
    pub(super) fn custom_field(&self, id: &str) -> Result<&CustomField, Failure> {
        let field = self.custom_fields.get(id);
        field.ok_or(Failure::missing("customFieldNotFound"))
    }

    fn check_name(&self, name: &str, own: Option<&str>) -> Result<(), Failure> {
        let mut others = self.custom_fields.values();
        if others.any(|it| it.name == name && own != Some(&it.id)) {
            return Err(Failure::bad("nameAlreadyTaken"));
        }
        Ok(())
    }
}

/// The day in a value of a date field: `YYYY-MM-DD`, or the day of an instant.
pub(super) fn date(text: &str) -> Option<Date> {
    // Longer texts are instants; both begin with the day.
    let day: Date = text.get(..10)?.parse().ok()?;
    let is_instant = || text.parse::<jiff::Timestamp>().is_ok();
    (text.len() == 10 || is_instant()).then_some(day)
}

fn read(body: &[u8], known: &[&str], context: &Context<'_>) -> Result<Body, Failure> {
    Body::parse(
        context.headers,
        body,
        known,
        context.switches.reject_unknown,
    )
}

/// The name; an empty one has a code of its own.
fn name(body: &Body) -> Result<String, Failure> {
    match body.get("name").and_then(Value::as_str) {
        Some(name) if name.trim().is_empty() => Err(Failure::bad("invalidName")),
        Some(name) => Ok(name.to_owned()),
        None => Err(Failure::invalid()),
    }
}

/// `CustomFieldDTO`
fn dto(field: &CustomField) -> Value {
    json!({
        "_id": field.id,
        "name": field.name,
        "targetType": field.target_type.as_str(),
        "type": field.kind.as_str(),
    })
}

/// Most authorised values of a field.
const MOST_VALUES: usize = 300;
