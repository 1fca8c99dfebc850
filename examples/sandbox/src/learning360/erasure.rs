//! Pseudonymisation, passwords, and jobs of the skills solution.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::auth::Call;
use super::errors::Failure;
use super::users::dto;
use super::validate::{Body, path_id};
use crate::seed::UserStatus;

/// `PUT /users/{userId}/pseudonymize`
pub(super) async fn pseudonymize(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:write", |state, context| {
        let id = path_id(&id)?;
        context
            .query
            .only(&["deleteExternalIds"], context.switches)?;
        let with_mappings = match context.query.get("deleteExternalIds") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(Failure::invalid()),
        };
        let mut user = state.user(&id)?.clone();
        if user.status != UserStatus::Deleted {
            return Err(Failure::bad("userNotDeleted"));
        }
        for (what, text) in [
            ("first", &mut user.first_name),
            ("last", &mut user.last_name),
            ("mail", &mut user.mail),
            ("user", &mut user.username),
        ] {
            if text.is_some() {
                *text = Some(format!("{what}-{}", state.fresh_id()));
            }
        }
        user.custom_values.clear();
        if with_mappings {
            state
                .mappings
                .retain(|_, it| it.target_type != "user" || it.target_id != id);
        }
        // No event exists for it.
        state.put(user.clone(), context.now, context.switches);
        Ok(Json(dto(&user)).into_response())
    })
}

/// `PUT /users/{userId}/password`; the password itself is not kept
pub(super) async fn password(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("users:write", |state, context| {
        let id = path_id(&id)?;
        let strict = context.switches.reject_unknown;
        let known = ["password", "passwordMustBeChanged"];
        let body = Body::parse(context.headers, &body, &known, strict)?;
        let password = body.get("password").and_then(Value::as_str);
        let password = password.ok_or(Failure::invalid())?;
        let must_be_changed = body.get("passwordMustBeChanged");
        if !must_be_changed.is_some_and(Value::is_boolean) {
            return Err(Failure::invalid());
        }
        if state.user(&id)?.status == UserStatus::Deleted {
            return Err(Failure::bad("userDeleted"));
        }
        if password.chars().count() < context.switches.shortest_password {
            return Err(Failure::bad("passwordInvalid"));
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `PUT /skills/users/{userId}/jobs`: replaces them all
pub(super) async fn jobs(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("skillsJobs:write", |state, context| {
        let id = path_id(&id)?;
        let switches = context.switches;
        let body = Body::parse(context.headers, &body, &["jobIds"], switches.reject_unknown)?;
        let jobs = body.get("jobIds").and_then(Value::as_array);
        let jobs = jobs.ok_or(Failure::invalid())?.iter();
        let jobs: Option<BTreeSet<String>> = jobs.map(|it| it.as_str().map(String::from)).collect();
        let jobs = jobs.ok_or(Failure::invalid())?;
        if !switches.skills {
            return Err(Failure::bad("skillSolutionNotEnabled"));
        }
        if state.user(&id)?.status == UserStatus::Deleted {
            return Err(Failure::missing("userNotFound"));
        }
        if jobs.len() > MOST_JOBS {
            return Err(Failure::bad("tooManyJobs"));
        }
        if !jobs.is_subset(&switches.known_jobs) {
            return Err(Failure::bad("jobExternalIdNotFound"));
        }
        if let Some(user) = state.users.get_mut(&id) {
            user.jobs.clone_from(&jobs);
        }
        Ok(Json(jobs).into_response())
    })
}

/// Most jobs of a user.
const MOST_JOBS: usize = 100;
