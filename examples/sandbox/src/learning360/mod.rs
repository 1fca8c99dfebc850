//! The stand-in for 360Learning.

mod acts;
mod auth;
mod create;
mod edit;
mod errors;
mod external_ids;
mod filters;
mod groups;
mod paging;
mod token;
mod users;
mod validate;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use self::auth::{Token, Window};
use crate::clock;
use crate::control::state::Mail;
use crate::engine::Shared;
use crate::seed::{Credential, Group, Invalid, Mapping, User, UserStatus};
use crate::switches::{DeactivationMoment, Learning360Switches};

/// 360Learning's state.
#[derive(Debug, Default)]
pub(crate) struct Learning360 {
    pub(crate) users: BTreeMap<String, User>,
    /// Lower-cased mails to the ids of their holders, deleted ones too.
    by_mail: BTreeMap<String, BTreeSet<String>>,
    by_username: BTreeMap<String, BTreeSet<String>>,
    pub(crate) groups: BTreeMap<String, Group>,
    credentials: BTreeMap<String, Credential>,
    pub(crate) mappings: BTreeMap<String, Mapping>,
    pub(crate) mails: Vec<Mail>,
    tokens: BTreeMap<String, Token>,
    /// When whose announced deactivation takes effect.
    agenda: BTreeSet<(Timestamp, String)>,
    window: Window,
    next_id: u64,
    next_token: u64,
}

/// What a seed says about 360Learning.
pub(crate) struct Start {
    pub(crate) users: Vec<User>,
    pub(crate) groups: Vec<Group>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) mappings: Vec<Mapping>,
}

impl Learning360 {
    /// Builds the state of a seed.
    pub(crate) fn load(
        start: Start,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<Self, Invalid> {
        if let DeactivationMoment::Midnight(zone) = &switches.deactivation_moment {
            clock::zone(zone)?;
        }
        let mut state = Self {
            next_id: 1,
            ..Self::default()
        };
        let credentials = start.credentials.into_iter();
        state.credentials = credentials.map(|it| (it.client_id.clone(), it)).collect();
        for mut group in start.groups {
            group.id = state.own_id(&group.id)?;
            state.groups.insert(group.id.clone(), group);
        }
        for mut user in start.users {
            user.id = state.own_id(&user.id)?;
            if user.lang.is_empty() {
                user.lang = "en".into();
            }
            if user.status == UserStatus::Deleted && user.deleted_at.is_empty() {
                user.deleted_at.push(now);
            }
            if let Some(missing) = user
                .memberships
                .iter()
                .find(|it| !state.has_group(&it.group_id))
            {
                let text = format!("user {} is in unknown group {}", user.id, missing.group_id);
                return Err(Invalid::new(text));
            }
            if state.users.contains_key(&user.id) {
                return Err(Invalid::new(format!("user {} is listed twice", user.id)));
            }
            state.put(user, now, switches);
        }
        for mut mapping in start.mappings {
            mapping.id = state.own_id(&mapping.id)?;
            state.mappings.insert(mapping.id.clone(), mapping);
        }
        Ok(state)
    }

    /// The id a seed gives, checked; or the next one.
    fn own_id(&mut self, id: &str) -> Result<String, Invalid> {
        if id.is_empty() {
            return Ok(self.fresh_id());
        }
        if validate::is_object_id(id) {
            return Ok(id.to_ascii_lowercase());
        }
        Err(Invalid::new(format!(
            "{id:?} is not an ObjectId (24 hex digits)"
        )))
    }

    fn fresh_id(&mut self) -> String {
        loop {
            let id = format!("66a0c0de{:016x}", self.next_id);
            self.next_id += 1;
            let taken = self.users.contains_key(&id)
                || self.mappings.contains_key(&id)
                || self.groups.contains_key(&id);
            if !taken {
                return id;
            }
        }
    }

    fn has_group(&self, id: &str) -> bool {
        self.groups.contains_key(id)
    }

    /// Stores an account and keeps the indexes right.
    fn put(&mut self, user: User, now: Timestamp, switches: &Learning360Switches) {
        if let Some(old) = self.users.get(&user.id).cloned() {
            self.unindex(&old);
        }
        if let Some(mail) = &user.mail {
            self.by_mail
                .entry(mail.to_lowercase())
                .or_default()
                .insert(user.id.clone());
        }
        if let Some(name) = &user.username {
            self.by_username
                .entry(name.clone())
                .or_default()
                .insert(user.id.clone());
        }
        if let Some(at) = user
            .to_be_deactivated_at
            .filter(|_| user.status != UserStatus::Deleted)
        {
            let due = moment(at, now, &switches.deactivation_moment);
            self.agenda.insert((due, user.id.clone()));
        }
        self.users.insert(user.id.clone(), user);
    }

    fn unindex(&mut self, user: &User) {
        let mail = user.mail.as_ref().map(|mail| mail.to_lowercase());
        if let Some(holders) = mail.and_then(|mail| self.by_mail.get_mut(&mail)) {
            holders.remove(&user.id);
        }
        let name = user.username.as_ref();
        if let Some(holders) = name.and_then(|name| self.by_username.get_mut(name)) {
            holders.remove(&user.id);
        }
        if user.to_be_deactivated_at.is_some() {
            self.agenda.retain(|(_, id)| *id != user.id);
        }
    }

    /// Who has this mail; somebody who is not deleted if there is one.
    fn holder_of_mail(&self, mail: &str, switches: &Learning360Switches) -> Option<&User> {
        let holders = self.by_mail.get(&mail.to_lowercase())?.iter();
        holders
            .filter_map(|id| self.users.get(id))
            .filter(|it| switches.mail_ignores_case || it.mail.as_deref() == Some(mail))
            .min_by_key(|it| it.status)
    }

    /// Who has this username; somebody who is not deleted if there is one.
    fn holder_of_username(&self, name: &str) -> Option<&User> {
        let holders = self.by_username.get(name)?.iter();
        holders
            .filter_map(|id| self.users.get(id))
            .min_by_key(|it| it.status)
    }

    /// The soft delete: memberships go, and with the switch the place as others' manager.
    fn delete(&mut self, id: &str, now: Timestamp, switches: &Learning360Switches) {
        let Some(mut user) = self.users.get(id).cloned() else {
            return;
        };
        user.status = UserStatus::Deleted;
        user.deleted_at.push(now);
        user.memberships.clear();
        user.primary_group_id = None;
        user.to_be_deactivated_at = None;
        self.put(user, now, switches);
        if switches.deletion_drops_reports {
            self.users.values_mut().for_each(|it| {
                it.managers.remove(id);
            });
        }
    }

    /// When the next announced deactivation is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// Deletes everybody whose announced deactivation is due; returns how many.
    pub(crate) fn run_deactivations(
        &mut self,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> u64 {
        let mut count = 0;
        while let Some((at, id)) = self.agenda.first().cloned() {
            if at > now {
                break;
            }
            self.agenda.remove(&(at, id.clone()));
            self.delete(&id, now, switches);
            count += 1;
        }
        count
    }

    fn send_mail(&mut self, user: &User, kind: &str, now: Timestamp) {
        if let Some(to) = user.mail.clone() {
            let kind = kind.to_owned();
            self.mails.push(Mail {
                user_id: user.id.clone(),
                to,
                kind,
                at: now,
            });
        }
    }
}

/// When an announced deactivation takes effect. A midnight that has passed does not count.
fn moment(at: Timestamp, now: Timestamp, switch: &DeactivationMoment) -> Timestamp {
    let zone = match switch {
        DeactivationMoment::Instant => return at,
        DeactivationMoment::UtcMidnight => TimeZone::UTC,
        DeactivationMoment::Midnight(name) => clock::zone(name).unwrap_or(TimeZone::UTC),
    };
    let midnight = clock::midnight(clock::today(at, &zone), &zone);
    if midnight > now { midnight } else { at }
}

/// The routes of 360Learning's API, without fault injection and log.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mapping = put(external_ids::replace).delete(external_ids::delete);
    Router::new()
        .route("/api/v2/oauth2/token", post(token::issue))
        .route("/api/v2/users", get(users::list).post(create::create))
        .route(
            "/api/v2/users/{userId}",
            get(users::read).patch(edit::edit).delete(users::delete),
        )
        .route("/api/v2/users/{userId}/activate", put(users::activate))
        .route("/api/v2/users/{userId}/roles", get(groups::roles))
        .route("/api/v2/groups", get(groups::list))
        .route("/api/v2/groups/{groupId}", get(groups::read))
        .route(
            "/api/v2/external-ids",
            get(external_ids::list).post(external_ids::create),
        )
        .route("/api/v2/external-ids/{mappingId}", mapping)
        .fallback(async || {
            let body = json!({ "error": { "code": "routeNotFound", "message": "No such route." } });
            (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
        })
        .with_state(shared)
}
