//! Who manages whom: an edge from a user to each of his managers.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Learning360;
use super::auth::Call;
use super::errors::Failure;
use super::paging::page;
use super::validate::path_id;
use crate::seed::UserStatus;
use crate::switches::Learning360Switches;

/// `GET /users/{userId}/managers`
pub(super) async fn managers(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:read", |state, context| {
        let user = state.user(&path_id(&id)?)?;
        context.query.only(&[], context.switches)?;
        let items = user.managers.iter().map(|id| (id.clone(), json!(id)));
        Ok(page(items, context.switches.pages.managers, context))
    })
}

/// `GET /users/{userId}/subordinates`
pub(super) async fn subordinates(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:read", |state, context| {
        let manager = state.user(&path_id(&id)?)?;
        context.query.only(&[], context.switches)?;
        let reports = state.users.values();
        let items = reports
            .filter(|user| user.managers.contains(&manager.id))
            .map(|user| (user.id.clone(), json!(user.id)));
        Ok(page(items, context.switches.pages.subordinates, context))
    })
}

/// `POST /users/{userId}/managers/{managerId}`
pub(super) async fn add(call: Call, Path((user, manager)): Path<(String, String)>) -> Response {
    call.answer("users:write", |state, context| {
        let (user, manager) = (path_id(&user)?, path_id(&manager)?);
        state.check_manager(&user, &manager, context.switches)?;
        let known = state.users.get_mut(&user);
        if known.is_some_and(|user| user.managers.insert(manager.clone())) {
            state.provenance.gave_manager(&user, &manager);
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `DELETE /users/{userId}/managers/{managerId}`
pub(super) async fn remove(call: Call, Path((user, manager)): Path<(String, String)>) -> Response {
    call.answer("users:write", |state, _| {
        let (user, manager) = (path_id(&user)?, path_id(&manager)?);
        if state.user(&user)?.status == UserStatus::Deleted {
            return Err(Failure::bad("userDeleted"));
        }
        if !state.users.contains_key(&manager) {
            return Err(Failure::missing("managerNotFound"));
        }
        // A deleted manager can be removed.
        let managers = state.users.get_mut(&user).map(|user| &mut user.managers);
        if !managers.is_some_and(|managers| managers.remove(&manager)) {
            return Err(Failure::bad("managerNotAssignedToUser"));
        }
        state.provenance.took_manager(&user, &manager);
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

impl Learning360 {
    fn check_manager(
        &self,
        user: &str,
        manager: &str,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let user = self.user(user)?;
        let Some(manager) = self.users.get(manager) else {
            return Err(Failure::missing("managerNotFound"));
        };
        if user.status == UserStatus::Deleted {
            return Err(Failure::bad("userDeleted"));
        }
        if manager.status == UserStatus::Deleted {
            return Err(Failure::bad("managerDeleted"));
        }
        if !switches.manager_loops && self.manages(&user.id, &manager.id) {
            return Err(Failure::invalid());
        }
        if !switches.manager_again && user.managers.contains(&manager.id) {
            return Err(Failure::invalid());
        }
        Ok(())
    }

    /// True if `above` manages `below`, directly or over others, or is the same person.
    fn manages(&self, above: &str, below: &str) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![below];
        while let Some(id) = open.pop() {
            if id == above {
                return true;
            }
            if seen.insert(id) {
                let managers = self.users.get(id).into_iter().flat_map(|it| &it.managers);
                open.extend(managers.map(String::as_str));
            }
        }
        false
    }
}
