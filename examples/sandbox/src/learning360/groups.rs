//! Groups.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Learning360;
use super::auth::Call;
use super::errors::Failure;
use super::paging::page;
use super::validate::path_id;
use crate::seed::Group;

/// `GET /groups`
pub(super) async fn list(call: Call) -> Response {
    call.answer("groups:read", |state, context| {
        context.query.only(&[], context.switches)?;
        let items = state
            .groups
            .values()
            .map(|group| (group.id.clone(), dto(group)));
        Ok(page(items, context.switches.pages.groups, context))
    })
}

/// `GET /groups/{groupId}`
pub(super) async fn read(call: Call, Path(id): Path<String>) -> Response {
    call.answer("groups:read", |state, _| {
        Ok(Json(dto(state.group(&path_id(&id)?)?)).into_response())
    })
}

impl Learning360 {
    /// The group with this id.
    pub(super) fn group(&self, id: &str) -> Result<&Group, Failure> {
        self.groups.get(id).ok_or(Failure::missing("groupNotFound"))
    }

    /// The platform group.
    pub(super) fn root_group(&self) -> Option<&str> {
        let mut groups = self.groups.values();
        let root = groups.find(|group| group.parent_id.is_none())?;
        Some(&root.id)
    }
}

/// `GroupDTO`
pub(super) fn dto(group: &Group) -> Value {
    let mut value = json!({ "_id": group.id, "name": group.name, "public": group.public });
    for (name, text) in [("parentId", &group.parent_id), ("custom", &group.custom)] {
        if let Some(text) = text {
            value[name] = json!(text);
        }
    }
    value
}
