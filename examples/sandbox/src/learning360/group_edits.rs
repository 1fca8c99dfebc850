//! Creating, editing and deleting groups.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Learning360;
use super::auth::{Call, Context};
use super::errors::Failure;
use super::groups::dto;
use super::validate::{Body, Change, path_id};
use crate::clock;
use crate::seed::Group;
use crate::switches::Learning360Switches;

/// `POST /groups`
pub(super) async fn create(call: Call, body: Bytes) -> Response {
    call.answer("groups:write", |state, context| {
        let body = read(&body, context)?;
        refuse_nulls(&body)?;
        let name = body.required("name")?;
        let public = body.get("public").and_then(Value::as_bool);
        let public = public.ok_or(Failure::invalid())?;
        let parent = body.object_id("parentId")?;
        let parent = parent.set().ok_or(Failure::invalid())?;
        let custom = body.text("custom")?;
        if !state.groups.contains_key(parent) {
            return Err(Failure::missing("parentGroupNotFound"));
        }
        refuse_extras(&body, public)?;
        if state.groups.len() >= context.switches.most_groups {
            return Err(Failure::bad("maxGroupsLimitReached"));
        }
        let mut group = Group::private(state.fresh_id(), name, parent);
        group.public = public;
        group.custom = custom;
        let response = (StatusCode::CREATED, Json(dto(&group))).into_response();
        state.emit_group("group.created", &group, context.now, context.switches);
        state.groups.insert(group.id.clone(), group);
        Ok(response)
    })
}

/// `PATCH /groups/{groupId}`
pub(super) async fn edit(call: Call, Path(id): Path<String>, body: Bytes) -> Response {
    call.answer("groups:write", |state, context| {
        let id = path_id(&id)?;
        let body = read(&body, context)?;
        let name = body.text("name")?;
        let custom = body.change("custom")?;
        let parent = body.object_id("parentId")?;
        let public = body.get("public");
        if public.is_some_and(|it| !it.is_boolean()) {
            return Err(Failure::invalid());
        }
        let mut group = state.group(&id)?.clone();
        let public = public.and_then(Value::as_bool).unwrap_or(group.public);
        match parent {
            Change::Keep => {}
            Change::Clear => return Err(Failure::invalid()),
            Change::Set(parent) => {
                if !state.groups.contains_key(&parent) {
                    return Err(Failure::missing("parentGroupNotFound"));
                }
                if state.with_descendants(&id).contains(&parent) {
                    return Err(Failure::bad("parentGroupNotDescendantOrSelf"));
                }
                group.parent_id = Some(parent);
            }
        }
        if public && state.root_group() == Some(id.as_str()) {
            return Err(Failure::bad("rootGroupNotPublic"));
        }
        refuse_extras(&body, public)?;
        group.public = public;
        group.name = name.unwrap_or(group.name);
        custom.apply(&mut group.custom);
        let response = Json(dto(&group)).into_response();
        if state.groups.get(&id) != Some(&group) {
            state.emit_group("group.updated", &group, context.now, context.switches);
        }
        state.groups.insert(id, group);
        Ok(response)
    })
}

/// `DELETE /groups/{groupId}`, with everything below it
pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Response {
    call.answer("groups:write", |state, context| {
        let id = path_id(&id)?;
        state.delete_group(&id, context.now, context.switches)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

impl Learning360 {
    /// Deletes a group and its descendants; nobody is a member any more.
    pub(super) fn delete_group(
        &mut self,
        id: &str,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        self.group(id)?;
        if self.root_group() == Some(id) {
            return Err(Failure::bad("groupIsRoot"));
        }
        let gone = self.with_descendants(id);
        if !gone.is_disjoint(&switches.integrated_groups) {
            return Err(Failure::bad("hasActiveIntegrationsOrLtiConnectors"));
        }
        for id in &gone {
            if let Some(group) = self.groups.remove(id) {
                self.emit_group("group.deleted", &group, now, switches);
            }
        }
        let mut members: Vec<_> = self.users.values().cloned().collect();
        members.retain(|user| {
            user.memberships
                .iter()
                .any(|it| gone.contains(&it.group_id))
        });
        for mut user in members {
            user.memberships.retain(|it| !gone.contains(&it.group_id));
            let primary = user.primary_group_id.take();
            user.primary_group_id = primary.filter(|id| !gone.contains(id));
            self.store(user, now, switches);
        }
        Ok(())
    }

    fn with_descendants(&self, id: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([id.to_owned()]);
        let mut open = vec![id.to_owned()];
        while let Some(id) = open.pop() {
            let children = self.groups.values();
            for child in children.filter(|it| it.parent_id.as_ref() == Some(&id)) {
                if found.insert(child.id.clone()) {
                    open.push(child.id.clone());
                }
            }
        }
        found
    }

    fn emit_group(
        &mut self,
        kind: &'static str,
        group: &Group,
        now: Timestamp,
        switches: &Learning360Switches,
    ) {
        let time = json!(clock::millis(now));
        let mut data = json!({ "groupId": group.id, "name": group.name });
        match kind {
            "group.created" => data["createdAt"] = time,
            "group.deleted" => data["deletedAt"] = time,
            _ => {
                data["updatedAt"] = time;
                data["public"] = json!(group.public);
                for (name, text) in [("parentId", &group.parent_id), ("custom", &group.custom)] {
                    if let Some(text) = text {
                        data[name] = json!(text);
                    }
                }
            }
        }
        self.outbox
            .emit(kind, &group.id, &data, now, &switches.events);
    }
}

fn read(body: &[u8], context: &Context<'_>) -> Result<Body, Failure> {
    let extras = PUBLIC_MUST_NOT.iter().map(|(name, _)| *name);
    let known: Vec<&str> = OWN.into_iter().chain(IMAGES).chain(extras).collect();
    let strict = context.switches.reject_unknown;
    let body = Body::parse(context.headers, body, &known, strict)?;
    for image in IMAGES {
        body.object_id(image)?;
    }
    for policy in POLICIES {
        let Some(value) = body.get(policy).filter(|it| !it.is_null()) else {
            continue;
        };
        let object = value.as_object().ok_or(Failure::invalid())?.clone();
        let policy = Body::new(object, &["url", "explicitConsent"], strict)?;
        policy.required("url")?;
        let consent = policy.get("explicitConsent");
        if consent.is_some_and(|it| !it.is_boolean()) {
            return Err(Failure::invalid());
        }
    }
    // The only text that may be empty.
    if body
        .get("url")
        .is_some_and(|it| !it.is_string() && !it.is_null())
    {
        return Err(Failure::invalid());
    }
    let subdomain = body.change("subdomain")?;
    if subdomain.set().is_some_and(|it| !is_subdomain(it)) {
        return Err(Failure::invalid());
    }
    Ok(body)
}

/// Only an edit may clear something with null.
fn refuse_nulls(body: &Body) -> Result<(), Failure> {
    let extras = PUBLIC_MUST_NOT.iter().map(|(name, _)| *name);
    let mut names = IMAGES.into_iter().chain(extras);
    if names.any(|name| body.get(name).is_some_and(Value::is_null)) {
        return Err(Failure::invalid());
    }
    Ok(())
}

fn is_subdomain(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=255).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-')
}

/// Images do not exist here, and public groups must not have what private ones may.
fn refuse_extras(body: &Body, public: bool) -> Result<(), Failure> {
    let is_set = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    if IMAGES.into_iter().any(is_set) {
        return Err(Failure::bad("mediaNotFound"));
    }
    let extra = PUBLIC_MUST_NOT.into_iter().find(|(name, _)| is_set(name));
    match extra {
        Some((_, code)) if public => Err(Failure::bad(code)),
        // The stand-in keeps none of them; every subdomain is taken.
        Some(("subdomain", _)) => Err(Failure::bad("subdomainUnavailable")),
        _ => Ok(()),
    }
}

const OWN: [&str; 4] = ["name", "public", "parentId", "custom"];

const POLICIES: [&str; 4] = [
    "imprint",
    "moderationCharter",
    "privacyPolicy",
    "termsOfUse",
];

const IMAGES: [&str; 4] = [
    "bannerImageId",
    "backgroundImageId",
    "faviconImageId",
    "logoImageId",
];

/// Properties of private groups, and the refusal for public ones.
const PUBLIC_MUST_NOT: [(&str, &str); 6] = [
    ("url", "noCustomUrlOnPublicGroup"),
    ("imprint", "noImprintOnPublicGroup"),
    ("moderationCharter", "noModerationCharterOnPublicGroup"),
    ("privacyPolicy", "noPrivacyPolicyOnPublicGroup"),
    ("subdomain", "noSubdomainOnPublicGroup"),
    ("termsOfUse", "noTermsOfUseOnPublicGroup"),
];
