//! Storing accounts: indexes, deletions, and the events that follow from a change.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Learning360;
use super::agenda::Task;
use crate::clock;
use crate::control::state::Mail;
use crate::seed::{User, UserStatus};
use crate::switches::{Learning360Switches, RestoreEvents};

impl Learning360 {
    /// Stores a changed account; subscribers hear of it.
    pub(super) fn store(&mut self, user: User, now: Timestamp, switches: &Learning360Switches) {
        let old = self.users.get(&user.id).cloned();
        let kinds = self.events_of(old.as_ref(), &user, switches);
        for kind in kinds {
            self.emit_user(kind, &user, now, switches);
        }
        self.put(user, now, switches);
    }

    /// Stores an account without a word, and keeps the indexes right.
    pub(super) fn put(&mut self, user: User, now: Timestamp, switches: &Learning360Switches) {
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
        self.plan_deactivation(&user, now, switches);
        if user.status == UserStatus::Active {
            self.activated.insert(user.id.clone());
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
            self.agenda.retain(|(_, task)| match task {
                Task::Deactivate(id) | Task::Remind(id) => *id != user.id,
                Task::Bulk(_) => true,
            });
        }
    }

    /// Who has this mail; somebody who is not deleted if there is one.
    pub(super) fn holder_of_mail(
        &self,
        mail: &str,
        switches: &Learning360Switches,
    ) -> Option<&User> {
        let holders = self.by_mail.get(&mail.to_lowercase())?.iter();
        holders
            .filter_map(|id| self.users.get(id))
            .filter(|it| switches.mail_ignores_case || it.mail.as_deref() == Some(mail))
            .min_by_key(|it| it.status)
    }

    /// Who has this username; somebody who is not deleted if there is one.
    pub(super) fn holder_of_username(&self, name: &str) -> Option<&User> {
        let holders = self.by_username.get(name)?.iter();
        holders
            .filter_map(|id| self.users.get(id))
            .min_by_key(|it| it.status)
    }

    /// The soft delete: memberships go, and with the switch the place as others' manager.
    pub(super) fn delete(&mut self, id: &str, now: Timestamp, switches: &Learning360Switches) {
        let Some(mut user) = self.users.get(id).cloned() else {
            return;
        };
        user.status = UserStatus::Deleted;
        user.deleted_at.push(now);
        user.memberships.clear();
        user.primary_group_id = None;
        user.to_be_deactivated_at = None;
        self.provenance.forget(id);
        self.store(user, now, switches);
        if switches.deletion_drops_reports {
            self.users.values_mut().for_each(|it| {
                it.managers.remove(id);
            });
        }
    }

    pub(super) fn send_mail(&mut self, user: &User, kind: &str, now: Timestamp) {
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

    /// Puts an event about a user on its way.
    pub(super) fn emit_user(
        &mut self,
        kind: &'static str,
        user: &User,
        now: Timestamp,
        switches: &Learning360Switches,
    ) {
        let data = event_data(kind, user, now);
        self.outbox
            .emit(kind, &user.id, &data, now, &switches.events);
    }

    /// The types of the events that a change of an account causes.
    fn events_of(
        &self,
        old: Option<&User>,
        new: &User,
        switches: &Learning360Switches,
    ) -> Vec<&'static str> {
        use UserStatus::{Active, Deleted, Invited};

        let restored = match switches.events.restore {
            RestoreEvents::Both => vec!["user.reactivated", "user.invited"],
            RestoreEvents::Reactivated => vec!["user.reactivated"],
            RestoreEvents::Invited => vec!["user.invited"],
        };
        match (old.map(|user| user.status), new.status) {
            (None, Invited) => vec!["user.invited"],
            (None, Active) => vec!["user.created"],
            (None, Deleted) => Vec::new(),
            (Some(Deleted), Invited) => restored,
            (Some(Deleted), Active) => vec!["user.reactivated"],
            (Some(Invited | Active), Deleted) => vec!["user.deleted"],
            (Some(Invited), Active) if !self.activated.contains(&new.id) => vec!["user.activated"],
            _ if old.is_some_and(|old| fields(old) != fields(new)) => vec!["user.updated"],
            _ => Vec::new(),
        }
    }
}

/// `data` of a user event: what is unset is absent.
fn event_data(kind: &str, user: &User, now: Timestamp) -> Value {
    let mut data = fields(user);
    if kind != "user.updated" {
        data.retain(|name, _| NAMES.contains(&name.as_str()));
    }
    let time = match kind {
        "user.invited" => "invitedAt",
        "user.created" => "createdAt",
        "user.activated" => "firstActivatedAt",
        "user.reactivated" => "reactivatedAt",
        "user.deleted" => "deletedAt",
        _ => "updatedAt",
    };
    data.insert(time.to_owned(), json!(clock::millis(now)));
    data.insert("userId".to_owned(), json!(user.id));
    Value::Object(data)
}

/// The fields whose change is an event.
fn fields(user: &User) -> Map<String, Value> {
    let lang = Some(user.lang.clone());
    let date = user.to_be_deactivated_at.map(clock::millis);
    let fields = [
        ("mail", &user.mail),
        ("username", &user.username),
        ("firstName", &user.first_name),
        ("lastName", &user.last_name),
        ("lang", &lang),
        ("custom", &user.custom),
        ("job", &user.job),
        ("organization", &user.organization),
        ("phone", &user.phone),
        ("toBeDeactivatedAt", &date),
        ("primaryGroupId", &user.primary_group_id),
    ];
    let set = |(name, value): (&str, &Option<String>)| {
        let value = value.as_ref()?;
        Some((name.to_owned(), json!(value)))
    };
    fields.into_iter().filter_map(set).collect()
}

/// Fields in every event.
const NAMES: [&str; 4] = ["firstName", "lastName", "mail", "username"];
