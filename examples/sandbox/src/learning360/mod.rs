//! The stand-in for 360Learning.

mod accounts;
mod acts;
mod agenda;
mod auth;
mod bulk;
mod create;
mod custom_fields;
mod custom_values;
mod edit;
mod erasure;
mod errors;
mod external_ids;
mod filters;
mod group_edits;
mod groups;
mod managers;
mod memberships;
mod operations;
mod paging;
mod provenance;
mod routes;
mod token;
mod users;
mod validate;
pub(crate) mod webhooks;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::agenda::Task;
use self::auth::{Token, Window};
use self::bulk::Operation;
use self::provenance::Provenance;
pub(crate) use self::routes::router;
pub(crate) use self::validate::LANGUAGES;
use self::webhooks::Outbox;
use crate::clock;
use crate::control::state::Mail;
use crate::seed::{Credential, CustomField, Group, Invalid, Mapping, User, UserStatus};
use crate::switches::{DeactivationMoment, Learning360Switches};

/// 360Learning's state.
#[derive(Debug, Default)]
pub(crate) struct Learning360 {
    pub(crate) users: BTreeMap<String, User>,
    /// Lower-cased mails to the ids of their holders, deleted ones too.
    by_mail: BTreeMap<String, BTreeSet<String>>,
    by_username: BTreeMap<String, BTreeSet<String>>,
    /// Who has been active before; nobody is activated for the first time twice.
    activated: BTreeSet<String>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) custom_fields: BTreeMap<String, CustomField>,
    credentials: BTreeMap<String, Credential>,
    pub(crate) mappings: BTreeMap<String, Mapping>,
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) provenance: Provenance,
    pub(crate) outbox: Outbox,
    tokens: BTreeMap<String, Token>,
    token_requests: Vec<Timestamp>,
    /// What happens when by itself.
    agenda: BTreeSet<(Timestamp, Task)>,
    window: Window,
    next_id: u64,
    next_token: u64,
}

/// What a seed says about 360Learning.
pub(crate) struct Start {
    pub(crate) users: Vec<User>,
    pub(crate) groups: Vec<Group>,
    pub(crate) custom_fields: Vec<CustomField>,
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
        for mut field in start.custom_fields {
            field.id = state.own_id(&field.id)?;
            state.custom_fields.insert(field.id.clone(), field);
        }
        for user in start.users {
            state.load_user(user, now, switches)?;
        }
        for mut mapping in start.mappings {
            mapping.id = state.own_id(&mapping.id)?;
            state.mappings.insert(mapping.id.clone(), mapping);
        }
        Ok(state)
    }

    fn load_user(
        &mut self,
        mut user: User,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Invalid> {
        user.id = self.own_id(&user.id)?;
        if user.lang.is_empty() {
            user.lang = "en".into();
        }
        if user.status == UserStatus::Deleted {
            // A deleted account is in no group, whatever the seed says.
            user.memberships.clear();
            if user.deleted_at.is_empty() {
                user.deleted_at.push(now);
            }
        }
        let id = &user.id;
        let mut groups = user.memberships.iter().map(|it| &it.group_id);
        if let Some(missing) = groups.find(|it| !self.groups.contains_key(*it)) {
            return Err(Invalid::new(format!(
                "user {id} is in unknown group {missing}"
            )));
        }
        let mut fields = user.custom_values.iter().map(|it| &it.custom_field_id);
        if let Some(missing) = fields.find(|it| !self.custom_fields.contains_key(*it)) {
            return Err(Invalid::new(format!(
                "user {id} has a value of unknown custom field {missing}"
            )));
        }
        if self.users.contains_key(id) {
            return Err(Invalid::new(format!("user {id} is listed twice")));
        }
        self.put(user, now, switches);
        Ok(())
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
                || self.custom_fields.contains_key(&id)
                || self.groups.contains_key(&id);
            if !taken {
                return id;
            }
        }
    }
}
