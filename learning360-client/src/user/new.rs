use core::fmt;

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Texts, UserField, instant};
use crate::ids::GroupId;
use crate::role::Membership;
use crate::value::InvalidValue;

/// A user to be created: one membership, and a mail or a username.
///
/// The account comes into being *invited*, whatever is sent. Personal data: `Debug` shows the
/// names of the fields only.
///
/// ```
/// use learning360_client::{GroupId, Membership, NewUser, UserField};
///
/// let group = GroupId::try_from("507f1f77bcf86cd799439011")?;
/// let user = NewUser::new(Membership::learner(group))
///     .set(UserField::Mail, "ada@example.com")?
///     .set(UserField::FirstName, "Ada")?;
/// assert_eq!(user.get(UserField::FirstName), Some("Ada"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    membership: Membership,
    texts: Texts,
}

impl NewUser {
    /// Starts with the one membership that a new user has. More groups take calls of their own.
    pub fn new(membership: Membership) -> Self {
        Self {
            membership,
            texts: Texts::new(),
        }
    }

    /// Sets a field; empty and blank values are refused, because 360Learning refuses them.
    pub fn set(mut self, field: UserField, value: impl Into<String>) -> Result<Self, InvalidValue> {
        self.texts
            .insert(field, field.sendable(value.into())?.into_boxed_str());
        Ok(self)
    }

    /// Sets the primary group, which must be the group of the membership.
    pub fn primary_group(mut self, group: &GroupId) -> Self {
        self.texts
            .insert(UserField::PrimaryGroup, group.as_str().into());
        self
    }

    /// Sets when the user is to be deactivated, which must be in the future.
    pub fn to_be_deactivated_at(mut self, at: Timestamp) -> Self {
        self.texts
            .insert(UserField::ToBeDeactivatedAt, instant(at).into_boxed_str());
        self
    }

    /// The membership.
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// The value of a field, as it will be sent.
    pub fn get(&self, field: UserField) -> Option<&str> {
        self.texts.get(&field).map(AsRef::as_ref)
    }
}

impl Serialize for NewUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.texts.len() + 1))?;
        map.serialize_entry("membership", &self.membership)?;
        for (field, value) in &self.texts {
            map.serialize_entry(field, value)?;
        }
        map.end()
    }
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("membership", &self.membership)
            .field("fields", &self.texts.keys())
            .finish()
    }
}

/// Whether 360Learning sends its invitation mail when a user is created.
///
/// Suppressing it silences the invitation only; other mails, about groups and paths, still go out.
/// A user without a mail address gets none.
// Exhaustive on purpose: it is a yes or a no with a name.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invitation {
    /// The invitation mail is sent.
    Send,
    /// The invitation mail is not sent.
    Suppress,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new() -> NewUser {
        NewUser::new(Membership::learner(
            "507f1f77bcf86cd799439011".parse().unwrap(),
        ))
    }

    #[test]
    fn only_what_is_set_is_sent() {
        let membership = json!({"groupId": "507f1f77bcf86cd799439011", "role": "learner"});
        assert_eq!(
            serde_json::to_value(new()).unwrap(),
            json!({"membership": membership})
        );
        let user = new()
            .set(UserField::Mail, "ada@example.com")
            .unwrap()
            .to_be_deactivated_at("2026-09-10T23:00:00Z".parse().unwrap())
            .primary_group(&"507f1f77bcf86cd799439011".parse().unwrap());
        assert_eq!(
            serde_json::to_value(user).unwrap(),
            json!({
                "membership": membership, "mail": "ada@example.com",
                "toBeDeactivatedAt": "2026-09-10T23:00:00.000Z",
                "primaryGroupId": "507f1f77bcf86cd799439011",
            })
        );
    }

    #[test]
    fn empty_values_are_refused() {
        assert_eq!(
            new().set(UserField::Job, " ").unwrap_err(),
            InvalidValue::Empty("job")
        );
    }

    #[test]
    fn debug_shows_names_only() {
        let text = format!("{:?}", new().set(UserField::LastName, "canary").unwrap());
        assert!(
            !text.contains("canary") && text.contains("LastName"),
            "{text}"
        );
    }
}
