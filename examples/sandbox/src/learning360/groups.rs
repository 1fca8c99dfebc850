//! Groups and a user's memberships.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Learning360;
use super::auth::Call;
use super::errors::Failure;
use super::paging::page;
use super::validate::path_id;
use crate::seed::{Group, Membership};

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
        let group = state
            .groups
            .get(&path_id(&id)?)
            .ok_or(Failure::missing("groupNotFound"))?;
        Ok(Json(dto(group)).into_response())
    })
}

/// `GET /users/{userId}/roles`, sorted per group
pub(super) async fn roles(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:read", |state, context| {
        let user = state.user(&path_id(&id)?)?;
        let mut memberships = state.with_implied(&user.memberships);
        if user.owner {
            let root = state
                .groups
                .values()
                .find(|group| group.parent_id.is_none());
            memberships.extend(root.map(|root| Membership::new(&root.id, "owner")));
        }
        let items = memberships.into_iter().map(|it| {
            let key = format!("{} {}", it.group_id, it.role);
            (key, json!({ "groupId": it.group_id, "role": it.role }))
        });
        Ok(page(items, context.switches.pages.roles, context))
    })
}

impl Learning360 {
    /// Memberships with those that follow: a learner of a public group is a learner of its
    /// ancestors, up to and including the first private one.
    pub(super) fn with_implied(&self, direct: &BTreeSet<Membership>) -> BTreeSet<Membership> {
        let mut all = direct.clone();
        for membership in direct.iter().filter(|it| it.role == "learner") {
            let mut group = self.groups.get(&membership.group_id);
            // The depth of the tree bounds the way up, even if a seed made it a circle.
            for _ in 0..self.groups.len() {
                let public = group.filter(|it| it.public);
                let Some(parent) = public.and_then(|it| it.parent_id.as_ref()) else {
                    break;
                };
                all.insert(Membership::new(parent, "learner"));
                group = self.groups.get(parent);
            }
        }
        all
    }
}

/// `GroupDTO`
fn dto(group: &Group) -> Value {
    let mut value = json!({ "_id": group.id, "name": group.name, "public": group.public });
    for (name, text) in [("parentId", &group.parent_id), ("custom", &group.custom)] {
        if let Some(text) = text {
            value[name] = json!(text);
        }
    }
    value
}
