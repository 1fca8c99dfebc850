use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::{
    ClearableField, Created, CustomFieldType, CustomValue, Error, GroupId, InvalidValue,
    Invitation, MappingId, NewMapping, NewUser, Sent, UserEdit, UserField, UserId, UserMembership,
};

use super::Lms;
use super::answers::plain_values;
use crate::absorb::{Effect, Outcome};
use crate::facts::{MailKey, Membership, Unavailable};
use crate::plan::{Change, Changes, CustomValues, Values};

impl Lms {
    pub(super) async fn create(
        &self,
        values: &Values,
        group: &GroupId,
        invitation: Invitation,
    ) -> Outcome {
        match new_user(values, group) {
            Ok(user) => made(self.client.users().create(&user, invitation).await),
            Err(_) => Outcome::Unsendable,
        }
    }

    /// 360Learning restores a deleted user when one is created with its mail.
    pub(super) async fn restore(&self, mail: &MailKey, group: &GroupId) -> Outcome {
        let mut values = Values::default();
        values.insert(UserField::Mail, mail.as_str().to_owned());
        self.create(&values, group, Invitation::Suppress).await
    }

    pub(super) async fn join(
        &self,
        employee: &EmployeeId,
        user: &UserId,
        old: Option<&MappingId>,
    ) -> Outcome {
        let new = NewMapping::new(&self.platform, user.clone(), employee.as_str());
        let external_ids = self.client.external_ids();
        match (new, old) {
            (Ok(new), None) => plain(external_ids.create(&new).await),
            (Ok(new), Some(old)) => plain(external_ids.replace(old, &new).await),
            (Err(_), _) => Outcome::Unsendable,
        }
    }

    pub(super) async fn edit(&self, user: &UserId, changes: &Changes) -> Outcome {
        match user_edit(changes) {
            Some(edit) => plain(self.client.users().edit(user, &edit).await),
            None => Outcome::Unsendable,
        }
    }

    pub(super) async fn schedule(&self, user: &UserId, at: Option<Timestamp>) -> Outcome {
        let edit = match at {
            Some(at) => UserEdit::new().to_be_deactivated_at(at),
            None => UserEdit::new().clear(ClearableField::TO_BE_DEACTIVATED_AT),
        };
        plain(self.client.users().edit(user, &edit).await)
    }

    /// The values are read right before they are written, because 360Learning replaces the whole
    /// set and cannot notice that somebody else wrote in between. One round trip remains.
    pub(super) async fn set_custom_values(
        &self,
        user: &UserId,
        before: &CustomValues,
        after: &CustomValues,
    ) -> Outcome {
        let users = self.client.users();
        let mut values = match users.custom_values(user).await {
            Ok(values) => values,
            Err(error) => return not_done(&error),
        };
        if plain_values(&values) != *before {
            return Outcome::Stale;
        }
        for field in before.differing(after) {
            let Some(text) = after.get(field) else {
                values.remove(field);
                continue;
            };
            let kind = match self.catalogs.kind(&self.client, field).await {
                Ok(kind) => kind,
                Err(outcome) => return outcome,
            };
            let value = match (kind, text.parse()) {
                (CustomFieldType::Date, Ok(day)) => Ok(CustomValue::date(field.clone(), day)),
                (CustomFieldType::Date, Err(_)) => return Outcome::Unsendable,
                _ => CustomValue::text(field.clone(), text),
            };
            match value {
                Ok(value) => values.set(value),
                Err(_) => return Outcome::Unsendable,
            }
        }
        plain(users.replace_custom_values(user, &values).await)
    }

    pub(super) async fn give_role(&self, user: &UserId, membership: &Membership) -> Outcome {
        match user_membership(user, membership) {
            Some(membership) => plain(self.client.groups().add_role(&membership).await),
            None => Outcome::Unsendable,
        }
    }

    pub(super) async fn take_role(&self, user: &UserId, membership: &Membership) -> Outcome {
        match user_membership(user, membership) {
            Some(membership) => plain(self.client.groups().remove_role(&membership).await),
            None => Outcome::Unsendable,
        }
    }
}

pub(super) fn user_membership(user: &UserId, membership: &Membership) -> Option<UserMembership> {
    let Membership { group, role } = membership.clone();
    UserMembership::new(user.clone(), group, role).ok()
}

/// A read before a write failed, so the write was surely not sent.
fn not_done(error: &Error) -> Outcome {
    match failed(error) {
        Outcome::Unanswered => Outcome::Unavailable(Unavailable::Broken),
        outcome => outcome,
    }
}

fn new_user(values: &Values, group: &GroupId) -> Result<NewUser, InvalidValue> {
    let user = NewUser::new(learning360_client::Membership::learner(group.clone()));
    values
        .iter()
        .try_fold(user, |user, (field, value)| user.set(field, value))
}

fn user_edit(changes: &Changes) -> Option<UserEdit> {
    changes
        .iter()
        .try_fold(UserEdit::new(), |edit, (field, change)| match change {
            Change::Set(value) => edit.set(field, value).ok(),
            Change::Clear => Some(edit.clear(ClearableField::try_from(field).ok()?)),
        })
}

fn made(created: Result<Created, Error>) -> Outcome {
    match created {
        Ok(Created::New(user)) => Outcome::Done(Effect::Created(user.id().clone())),
        Ok(Created::Restored(user)) => Outcome::Done(Effect::Restored(user.id().clone())),
        Err(error) => failed(&error),
    }
}

pub(super) fn plain<T>(done: Result<T, Error>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done(Effect::Plain),
        Err(error) => failed(&error),
    }
}

pub(super) fn failed(error: &Error) -> Outcome {
    match error.status() {
        Some(status) if status.as_u16() == 429 => {
            Outcome::Unavailable(crate::clients::asked_to_wait(error.retry_after()))
        }
        Some(status) if status.as_u16() == 401 => Outcome::Unavailable(Unavailable::Refused),
        // A refusal with a code is about this call: a scope that is missing, or this account.
        Some(status) if status.as_u16() == 403 && error.code().is_none() => {
            Outcome::Unavailable(Unavailable::Refused)
        }
        Some(status) if status.is_client_error() => Outcome::Refused {
            status: status.as_u16(),
            code: error.code().cloned(),
        },
        _ if error.sent() == Sent::No => Outcome::Unavailable(Unavailable::Broken),
        // A server error, or an answer that cannot be read, may follow an effect.
        _ => Outcome::Unanswered,
    }
}
