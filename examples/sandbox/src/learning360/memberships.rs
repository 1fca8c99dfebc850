//! Roles of users in groups.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::Learning360;
use super::auth::Call;
use super::errors::Failure;
use super::paging::page;
use super::validate::{path_id, path_role};
use crate::seed::{Membership, UserStatus};
use crate::switches::{InheritedRole, LastRole, Learning360Switches};

/// `GET /users/{userId}/roles`, sorted per group
pub(super) async fn of_user(call: Call, Path(id): Path<String>) -> Response {
    call.answer("users:read", |state, context| {
        let user = state.user(&path_id(&id)?)?;
        context.query.only(&[], context.switches)?;
        let mut memberships = state.with_implied(&user.memberships);
        if user.owner {
            let root = state.root_group();
            memberships.extend(root.map(|root| Membership::new(root, OWNER)));
        }
        let items = memberships.into_iter().map(|it| {
            let key = format!("{} {}", it.group_id, it.role);
            (key, json!({ "groupId": it.group_id, "role": it.role }))
        });
        Ok(page(items, context.switches.pages.roles, context))
    })
}

/// `GET /groups/{groupId}/roles`, sorted per user
pub(super) async fn of_group(call: Call, Path(id): Path<String>) -> Response {
    call.answer("groups:read", |state, context| {
        let id = path_id(&id)?;
        state.group(&id)?;
        context.query.only(&[], context.switches)?;
        let is_root = state.root_group() == Some(id.as_str());
        let items = state.users.values().flat_map(|user| {
            let implied = state.with_implied(&user.memberships).into_iter();
            let here = implied.filter(|it| it.group_id == id).map(|it| it.role);
            let mut roles: BTreeSet<String> = here.collect();
            if user.owner && is_root {
                roles.insert(OWNER.to_owned());
            }
            roles.into_iter().map(|role| {
                let item = json!({ "userId": user.id, "role": role });
                (format!("{} {role}", user.id), item)
            })
        });
        Ok(page(items, context.switches.pages.group_roles, context))
    })
}

/// `POST /groups/{groupId}/{role}/{userId}`
pub(super) async fn add(
    call: Call,
    Path((group, role, user)): Path<(String, String, String)>,
) -> Response {
    call.answer("groups:write", |state, context| {
        let (group, user) = (path_id(&group)?, path_id(&user)?);
        let role = path_role(&role)?;
        state.give_role(&user, Membership::new(group, role), context.switches)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `DELETE /groups/{groupId}/{role}/{userId}`
pub(super) async fn remove(
    call: Call,
    Path((group, role, user)): Path<(String, String, String)>,
) -> Response {
    call.answer("groups:write", |state, context| {
        let (group, user) = (path_id(&group)?, path_id(&user)?);
        let role = path_role(&role)?;
        let membership = Membership::new(group, role);
        state.take_role(&user, &membership, context.now, context.switches)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

impl Learning360 {
    /// Adds a role; one that is there already stays.
    pub(super) fn give_role(
        &mut self,
        user: &str,
        membership: Membership,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        self.group(&membership.group_id)?;
        if self.user(user)?.status == UserStatus::Deleted {
            return Err(Failure::bad("userDeleted"));
        }
        if membership.role == "analyst" && !switches.analyst_available {
            return Err(Failure::bad("analystUnavailable"));
        }
        if let Some(user) = self.users.get_mut(user) {
            if user.memberships.insert(membership.clone()) {
                self.provenance.gave_role(&user.id, membership);
            }
        }
        Ok(())
    }

    /// Removes a role; with `learner` also that of all public groups below, down to the first
    /// private ones.
    pub(super) fn take_role(
        &mut self,
        id: &str,
        membership: &Membership,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        self.group(&membership.group_id)?;
        if membership.role == "analyst" && !switches.analyst_available {
            return Err(Failure::bad("analystUnavailable"));
        }
        let user = self.users.get(id);
        let mut user = user
            .cloned()
            .ok_or(Failure::missing("userNotFoundInGroup"))?;
        let inherited = switches.remove_inherited_role == InheritedRole::Removed
            && self.with_implied(&user.memberships).contains(membership);
        if !user.memberships.contains(membership) && !inherited {
            return Err(Failure::missing("userNotFoundInGroup"));
        }
        user.memberships.remove(membership);
        self.provenance.took_role(id, membership);
        if membership.role == "learner" {
            let below = self.public_below(&membership.group_id);
            user.memberships
                .retain(|it| it.role != "learner" || !below.contains(&it.group_id));
        }
        if user.memberships.is_empty() {
            match switches.last_role {
                LastRole::Removed => {}
                LastRole::Refused => return Err(Failure::invalid()),
                LastRole::DeletesUser if user.owner => return Err(Failure::invalid()),
                LastRole::DeletesUser => {
                    self.delete(id, now, switches);
                    return Ok(());
                }
            }
        }
        let remaining = self.with_implied(&user.memberships);
        let primary = user.primary_group_id.as_ref();
        let is_member = primary.is_none_or(|id| remaining.iter().any(|it| it.group_id == *id));
        if switches.role_removal_clears_primary && !is_member {
            user.primary_group_id = None;
        }
        self.store(user, now, switches);
        Ok(())
    }

    /// Memberships with those that follow: a learner of a public group is a learner of its
    /// ancestors, up to and including the first private one.
    pub(crate) fn with_implied(&self, direct: &BTreeSet<Membership>) -> BTreeSet<Membership> {
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

    /// The public groups below a group that are reached without passing a private one.
    pub(crate) fn public_below(&self, group: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![group.to_owned()];
        while let Some(id) = open.pop() {
            for child in self.groups.values() {
                let is_child = child.public && child.parent_id.as_ref() == Some(&id);
                if is_child && found.insert(child.id.clone()) {
                    open.push(child.id.clone());
                }
            }
        }
        found
    }
}

/// A role that can be read and never given.
const OWNER: &str = "owner";
