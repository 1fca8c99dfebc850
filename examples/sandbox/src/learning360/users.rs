//! Reading, deleting and activating users.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::auth::Call;
use super::errors::Failure;
use super::filters::{SINGLE, TEXT};
use super::paging::page;
use super::validate::path_id;
use super::{Learning360, clock};
use crate::seed::{User, UserStatus};
use crate::switches::DeleteAgain;

/// `GET /users`
pub(super) async fn list(call: Call) -> Response {
    call.answer("users:read", |state, context| {
        let known = [("mail", TEXT), ("username", TEXT), ("status", SINGLE)];
        let filters = context.query.filters(&known, context.switches)?;
        filters.one_of("status", &["active", "invited", "deleted"])?;
        let ignore_case = context.switches.mail_ignores_case;
        let everybody = context.switches.list_includes_deleted || filters.concern("status");
        let found = state.users.values().filter(|user| {
            (everybody || user.status != UserStatus::Deleted)
                && filters.accept("mail", user.mail.as_deref(), ignore_case)
                && filters.accept("username", user.username.as_deref(), false)
                && filters.accept("status", Some(user.status.as_str()), false)
        });
        let items = found.map(|user| (user.id.clone(), dto(user)));
        Ok(page(items, context.switches.pages.users, context))
    })
}

/// `GET /users/{userId}`
pub(super) async fn read(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:read", |state, _| {
        Ok(Json(dto(state.user(&path_id(&id)?)?)).into_response())
    })
}

/// `DELETE /users/{userId}`
pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:write", |state, context| {
        let id = path_id(&id)?;
        let user = state.user(&id)?;
        if user.owner {
            return Err(Failure::bad("userIsCompanyOwner"));
        }
        match (user.status, context.switches.delete_again) {
            (UserStatus::Deleted, DeleteAgain::NotFound) => {
                return Err(Failure::missing("userNotFound"));
            }
            (UserStatus::Deleted, DeleteAgain::NoContent) => {}
            _ => state.delete(&id, context.now, context.switches),
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `PUT /users/{userId}/activate`
pub(super) async fn activate(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:write", |state, context| {
        let mut user = state.user(&path_id(&id)?)?.clone();
        match user.status {
            UserStatus::Deleted => return Err(Failure::bad("userDeleted")),
            UserStatus::Active if context.switches.activate_again_is_error => {
                return Err(Failure::bad("userAlreadyActive"));
            }
            UserStatus::Active => {}
            UserStatus::Invited => {
                user.status = UserStatus::Active;
                if context.switches.activation_mail {
                    state.send_mail(&user, "activation", context.now);
                }
                state.store(user.clone(), context.now, context.switches);
            }
        }
        Ok(Json(dto(&user)).into_response())
    })
}

impl Learning360 {
    /// The account with this id, deleted or not.
    pub(super) fn user(&self, id: &str) -> Result<&User, Failure> {
        self.users.get(id).ok_or(Failure::missing("userNotFound"))
    }
}

/// `UserDTO`: what is unset is absent.
pub(super) fn dto(user: &User) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("_id", json!(user.id));
    put("status", json!(user.status.as_str()));
    put("lang", json!(user.lang));
    let texts = [
        ("mail", &user.mail),
        ("username", &user.username),
        ("firstName", &user.first_name),
        ("lastName", &user.last_name),
        ("job", &user.job),
        ("organization", &user.organization),
        ("phone", &user.phone),
        ("custom", &user.custom),
        ("primaryGroupId", &user.primary_group_id),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            put(name, json!(text));
        }
    }
    let times = [
        ("toBeDeactivatedAt", user.to_be_deactivated_at),
        ("lastLoginDate", user.last_login_date),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            put(name, json!(clock::millis(time)));
        }
    }
    for (name, times) in [
        ("deletedAt", &user.deleted_at),
        ("reactivatedAt", &user.reactivated_at),
    ] {
        if !times.is_empty() {
            put(name, times.iter().map(|at| clock::millis(*at)).collect());
        }
    }
    Value::Object(object)
}
