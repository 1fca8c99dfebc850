//! A user's values of custom fields, replaced as a whole.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Learning360;
use super::auth::Call;
use super::custom_fields::date;
use super::errors::Failure;
use super::validate::{Body, is_object_id, path_id};
use crate::seed::{CustomFieldTarget, CustomFieldType, CustomValue};
use crate::switches::Learning360Switches;

/// `GET /users/{userId}/custom-fields/values`
pub(super) async fn read(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:read", |state, context| {
        context.query.only(&[], context.switches)?;
        let user = state.user(&path_id(&id)?)?;
        Ok(Json(dto(&user.custom_values)).into_response())
    })
}

/// `PUT /users/{userId}/custom-fields/values`: what is not sent is removed
pub(super) async fn replace(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("users:write", |state, context| {
        let id = path_id(&id)?;
        let strict = context.switches.reject_unknown;
        let body = Body::parse(context.headers, &body, &["customValues"], strict)?;
        let values = body.get("customValues").and_then(Value::as_array);
        let values = values.ok_or(Failure::invalid())?;
        if values.len() > MOST_VALUES {
            return Err(Failure::invalid());
        }
        let values: Vec<CustomValue> = values
            .iter()
            .map(|value| parse(value, strict))
            .collect::<Result<_, _>>()?;
        state.user(&id)?;
        let values = state.check_values(values, context.switches)?;
        let response = Json(dto(&values)).into_response();
        if let Some(user) = state.users.get_mut(&id) {
            user.custom_values = values;
            let user = user.clone();
            if context.switches.events.custom_values_send_updated {
                state.emit_user("user.updated", &user, context.now, context.switches);
            }
        }
        Ok(response)
    })
}

impl Learning360 {
    /// All values are good, or none is stored.
    fn check_values(
        &self,
        mut values: Vec<CustomValue>,
        switches: &Learning360Switches,
    ) -> Result<Vec<CustomValue>, Failure> {
        let mut seen = BTreeSet::new();
        for value in &mut values {
            let field = self.custom_field(&value.custom_field_id)?;
            if field.target_type != CustomFieldTarget::Users {
                return Err(Failure::missing("customFieldNotFound"));
            }
            if value.kind != field.kind.as_str() {
                return Err(Failure::bad("wrongTypeValue"));
            }
            if field.kind == CustomFieldType::Date {
                let day = date(&value.value).ok_or(Failure::bad("wrongTypeValue"))?;
                value.value = day.to_string();
            }
            let allowed = field.authorized_values.as_ref();
            let allowed =
                allowed.filter(|it| !(it.is_empty() && switches.empty_values_unrestricted));
            if allowed.is_some_and(|allowed| !allowed.contains(&value.value)) {
                return Err(Failure::bad("unauthorizedValue"));
            }
            if !seen.insert(value.custom_field_id.clone()) {
                return Err(Failure::bad("multipleValuesForSingleCustomField"));
            }
        }
        Ok(values)
    }
}

/// `CustomFieldValueDTO`, read
fn parse(value: &Value, strict: bool) -> Result<CustomValue, Failure> {
    let object = value.as_object().ok_or(Failure::invalid())?.clone();
    let body = Body::new(object, &["customFieldId", "type", "value"], strict)?;
    let field = body.required("customFieldId")?;
    let kind = body.required("type")?;
    if !is_object_id(&field) || !["string", "date"].contains(&kind.as_str()) {
        return Err(Failure::invalid());
    }
    Ok(CustomValue {
        custom_field_id: field.to_ascii_lowercase(),
        kind,
        value: body.required("value")?,
    })
}

/// `CustomFieldValueDTO`s, written
fn dto(values: &[CustomValue]) -> Value {
    let value = |it: &CustomValue| json!({ "customFieldId": it.custom_field_id, "type": it.kind, "value": it.value });
    values.iter().map(value).collect()
}

/// Most values of a user.
const MOST_VALUES: usize = 300;
