//! What 360Learning does, as small and strict as the tests need it.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use learning360_client::{ErrorCode, GroupId, Role, UserField, UserId};
use provisioning_core::{
    Action, Change, CustomValues, Effect, GroupTree, MailKey, Membership, Outcome, Step, UserRef,
    Values,
};
use serde_json::{Map, Value, json};

use super::{Systems, holds, mapping_of};

impl Systems {
    pub(super) fn apply(&mut self, step: &Step, created: Option<&UserId>) -> Outcome {
        let user = match &step.user {
            UserRef::Known(user) => Some(user.to_string()),
            UserRef::Created => created.map(ToString::to_string),
        };
        let outcome = match &step.action {
            Action::Create { values, group, .. } => self.create(values, group),
            Action::Restore { mail, group } => self.post(Some(mail), Map::new(), group),
            Action::Link { employee } => {
                let user = user.clone().expect("a link has a user");
                self.map(employee, user, ErrorCode::MappingAlreadyExists, false)
            }
            Action::Relink { mapping, employee } => {
                let user = user.clone().expect("a link has a user");
                self.links
                    .retain(|employee, _| mapping_of(employee) != *mapping);
                self.map(employee, user, ErrorCode::TargetAlreadyMapped, true)
            }
            Action::Edit { changes } => {
                let user = self
                    .users
                    .get_mut(&user.clone().expect("known"))
                    .expect("exists");
                for (field, change) in changes.iter() {
                    match change {
                        Change::Set(text) => user.insert(field.as_str().to_owned(), json!(text)),
                        Change::Clear => user.remove(field.as_str()),
                    };
                }
                Outcome::Done(Effect::Plain)
            }
            Action::Schedule { at } => {
                let user = self
                    .users
                    .get_mut(&user.clone().expect("known"))
                    .expect("exists");
                if user["status"] == "deleted" {
                    return refused("invalidUpdateOnDeletedUser");
                }
                match at {
                    Some(at) => user.insert("toBeDeactivatedAt".to_owned(), json!(at.to_string())),
                    None => user.remove("toBeDeactivatedAt"),
                };
                Outcome::Done(Effect::Plain)
            }
            Action::SetCustomValues { before, after } => {
                self.set_custom_values(user.as_deref().expect("known"), before, after)
            }
            Action::AddMembership { membership } => {
                self.join(user.as_deref().expect("known"), membership)
            }
            Action::RemoveMembership { membership } => {
                self.leave(user.as_deref().expect("known"), membership)
            }
            Action::AddManager { manager } => self.manage(user.as_deref().expect("known"), manager),
            Action::RemoveManager { manager } => {
                let managers = self
                    .managers
                    .entry(user.clone().expect("known"))
                    .or_default();
                if managers.remove(manager) {
                    Outcome::Done(Effect::Plain)
                } else {
                    refused("managerNotAssignedToUser")
                }
            }
            Action::AddReport { report } => {
                let manager = UserId::try_from(user.as_deref().expect("known")).expect("an id");
                self.manage(report.as_str(), &manager)
            }
            Action::Activate => {
                if self.users[user.as_deref().expect("known")]["status"] == "deleted" {
                    return refused("userDeleted");
                }
                self.set_status(user.as_deref(), "active")
            }
            Action::Deactivate => self.deactivate(user.as_deref().expect("known")),
            _ => unreachable!("the model knows all actions"),
        };
        let user = match &outcome {
            Outcome::Done(Effect::Created(user) | Effect::Restored(user)) => user.to_string(),
            _ => user.unwrap_or_default(),
        };
        if matches!(outcome, Outcome::Done(_)) {
            self.effects
                .push(format!("{} {user}", step.action.kind().as_str()));
        }
        outcome
    }

    /// The primary group has to be the one that the account is made with.
    fn create(&mut self, values: &Values, group: &GroupId) -> Outcome {
        let primary = values.get(UserField::PrimaryGroup);
        if primary.is_some_and(|primary| primary != group.as_str()) {
            return refused("notMemberOfPrimaryGroup");
        }
        let mail = values.get(UserField::Mail).and_then(MailKey::parse);
        let texts = values
            .iter()
            .map(|(field, text)| (field.as_str().to_owned(), json!(text)));
        self.post(mail.as_ref(), texts.collect(), group)
    }

    /// Only authorised values of fields that exist, and only if nobody changed any meanwhile.
    fn set_custom_values(
        &mut self,
        user: &str,
        before: &CustomValues,
        after: &CustomValues,
    ) -> Outcome {
        for field in before.differing(after) {
            let mut known = self.custom_fields.iter();
            let Some(known) = known.find(|known| known.id == *field) else {
                return refused("customFieldNotFound");
            };
            if after.get(field).is_some_and(|value| !known.allows(value)) {
                return refused("unauthorizedValue");
            }
        }
        let known = self.custom_values.entry(user.to_owned()).or_default();
        let now: CustomValues = known.clone().into_iter().collect();
        if now == *before {
            let values = after.iter();
            *known = values
                .map(|(field, value)| (field.clone(), value.to_owned()))
                .collect();
            Outcome::Done(Effect::Plain)
        } else {
            Outcome::Stale
        }
    }

    /// A deactivation takes roles, custom values and reports.
    fn deactivate(&mut self, user: &str) -> Outcome {
        self.roles.remove(user);
        self.custom_values.remove(user);
        for managers in self.managers.values_mut() {
            managers.retain(|manager| manager.as_str() != user);
        }
        let now = json!(self.now.to_string());
        let known = self.users.get_mut(user).expect("exists");
        let deleted = known.entry("deletedAt").or_insert_with(|| json!([]));
        deleted.as_array_mut().expect("an array").push(now);
        known.remove("toBeDeactivatedAt");
        self.set_status(Some(user), "deleted")
    }

    /// A learner of a public group is one of its ancestors up to the first private one as well.
    fn join(&mut self, user: &str, membership: &Membership) -> Outcome {
        if self.users[user]["status"] == "deleted" {
            return refused("userDeleted");
        }
        let tree: GroupTree = self.groups.iter().cloned().collect();
        if !self.groups.is_empty() && tree.get(&membership.group).is_none() {
            return refused("groupNotFound");
        }
        let roles = self.roles.entry(user.to_owned()).or_default();
        roles.insert(membership.clone());
        if membership.role == Role::Learner {
            let implied = tree.implied(&membership.group);
            roles.extend(implied.into_iter().cloned().map(Membership::learner));
        }
        Outcome::Done(Effect::Plain)
    }

    /// Leaving a group leaves the public groups below it as well.
    fn leave(&mut self, user: &str, membership: &Membership) -> Outcome {
        let tree: GroupTree = self.groups.iter().cloned().collect();
        let roles = self.roles.entry(user.to_owned()).or_default();
        if !roles.remove(membership) {
            return refused("userNotFoundInGroup");
        }
        roles.retain(|role| {
            role.role != Role::Learner || !tree.implied(&role.group).contains(&&membership.group)
        });
        Outcome::Done(Effect::Plain)
    }

    fn manage(&mut self, user: &str, manager: &UserId) -> Outcome {
        let deleted = |id: &str| {
            self.users
                .get(id)
                .is_none_or(|user| user["status"] == "deleted")
        };
        if deleted(user) {
            return refused("userDeleted");
        }
        if deleted(manager.as_str()) {
            return refused("managerDeleted");
        }
        self.managers
            .entry(user.to_owned())
            .or_default()
            .insert(manager.clone());
        Outcome::Done(Effect::Plain)
    }

    fn post(
        &mut self,
        mail: Option<&MailKey>,
        texts: Map<String, Value>,
        group: &GroupId,
    ) -> Outcome {
        let now = json!(self.now.to_string());
        let learner = BTreeSet::from([Membership::learner(group.clone())]);
        let holds = |user: &&mut Map<String, Value>| mail.is_some_and(|mail| holds(user, mail));
        let holder = self.users.values_mut().find(holds);
        if let Some(user) = holder {
            if user["status"] != "deleted" {
                return Outcome::Refused {
                    status: 400,
                    code: Some(ErrorCode::MailAlreadyUsed),
                };
            }
            user.insert("status".to_owned(), json!("invited"));
            user.insert("reactivatedAt".to_owned(), json!([now]));
            user.extend(texts);
            let id = user["_id"].as_str().expect("an id").to_owned();
            self.roles.insert(id.clone(), learner);
            return Outcome::Done(Effect::Restored(
                UserId::try_from(id.as_str()).expect("an id"),
            ));
        }
        self.next_id += 1;
        let id = format!("{:024x}", self.next_id);
        let mut user = texts;
        user.insert("_id".to_owned(), json!(id));
        user.insert("status".to_owned(), json!("invited"));
        if let Some(mail) = mail {
            user.insert("mail".to_owned(), json!(mail.as_str()));
        }
        self.roles.insert(id.clone(), learner);
        self.users.insert(id.clone(), user);
        Outcome::Done(Effect::Created(
            UserId::try_from(id.as_str()).expect("an id"),
        ))
    }

    /// One mapping per user, and one user per employee.
    fn map(
        &mut self,
        employee: &EmployeeId,
        user: String,
        taken: ErrorCode,
        replaces: bool,
    ) -> Outcome {
        let refused = |code| Outcome::Refused {
            status: 400,
            code: Some(code),
        };
        if self.links.values().any(|mapped| *mapped == user) {
            return refused(taken);
        }
        if !replaces && self.links.contains_key(employee.as_str()) {
            return refused(ErrorCode::ValueAlreadyUsed);
        }
        self.links.insert(employee.to_string(), user);
        Outcome::Done(Effect::Plain)
    }

    fn set_status(&mut self, user: Option<&str>, status: &str) -> Outcome {
        let user = self.users.get_mut(user.expect("known")).expect("exists");
        user.insert("status".to_owned(), json!(status));
        Outcome::Done(Effect::Plain)
    }
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::from(code)),
    }
}
