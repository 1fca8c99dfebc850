//! Users: as they are read, as they are created, and how they are changed.

mod builder;
mod edit;
mod field;
mod new;
mod status;

use core::fmt;

use jiff::Timestamp;
use serde::de::{self, Deserialize, Deserializer};
use serde_json::{Map, Value};

pub use self::builder::UserBuilder;
pub use self::edit::{Edit, UserEdit};
pub use self::field::{ClearableField, LANGUAGES, NotClearable, UnknownUserField, UserField};
pub use self::new::{Invitation, NewUser};
pub use self::status::UserStatus;
use crate::ids::{GroupId, MediaId, UserId};
use crate::value::instant;

/// A user, as 360Learning shows one.
///
/// Only the id and the status are certain. A field that is absent is unset: 360Learning has no
/// hidden fields. A value of the wrong kind, or a date that cannot be read, counts as absent.
/// Fields that this crate does not know are ignored. Personal data: `Debug` shows the id, the
/// status and the names of the fields that are set.
///
/// ```
/// use learning360_client::{User, UserField, UserStatus};
///
/// let user = User::from_json(serde_json::json!({
///     "_id": "507f1f77bcf86cd799439011", "status": "invited", "lang": "en",
///     "mail": "ada@example.com", "firstName": "Ada",
/// }))?;
/// assert_eq!(*user.status(), UserStatus::Invited);
/// assert_eq!(user.text(UserField::FirstName), Some("Ada"));
/// # Ok::<(), learning360_client::InvalidUser>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    id: UserId,
    status: UserStatus,
    texts: Texts,
    primary_group_id: Option<GroupId>,
    to_be_deactivated_at: Option<Timestamp>,
    deleted_at: Vec<Timestamp>,
    reactivated_at: Vec<Timestamp>,
    last_login_date: Option<Timestamp>,
    profile_image: Option<MediaId>,
}

/// The values of fields, by field.
pub(crate) type Texts = std::collections::BTreeMap<UserField, Box<str>>;

impl User {
    /// Starts a user from its id and status, for tests and simulators.
    pub fn builder(id: UserId, status: UserStatus) -> UserBuilder {
        UserBuilder::new(id, status)
    }

    /// Reads a user from the JSON object that 360Learning sends.
    pub fn from_json(value: Value) -> Result<Self, InvalidUser> {
        let Value::Object(mut object) = value else {
            return Err(InvalidUser::NotAnObject);
        };
        let id = object.get("_id").and_then(Value::as_str);
        let id = id
            .and_then(|id| UserId::try_from(id).ok())
            .ok_or(InvalidUser::NoUsableId)?;
        let status = object.get("status").and_then(Value::as_str);
        let status = status.map(UserStatus::from).ok_or(InvalidUser::NoStatus)?;
        let mut user = UserBuilder::new(id, status);
        for field in UserField::ALL {
            if let Some(Value::String(text)) = object.remove(field.as_str()) {
                user = user.set(field, text);
            }
        }
        for at in instants(&object, "deletedAt") {
            user = user.deleted_at(at);
        }
        for at in instants(&object, "reactivatedAt") {
            user = user.reactivated_at(at);
        }
        if let Some(at) = object.get("lastLoginDate").and_then(read_instant) {
            user = user.last_login_date(at);
        }
        let image = object.get("profileImageId").and_then(Value::as_str);
        if let Some(image) = image.and_then(|id| MediaId::try_from(id).ok()) {
            user = user.profile_image(image);
        }
        Ok(user.build())
    }

    /// The id, which never changes.
    pub fn id(&self) -> &UserId {
        &self.id
    }

    /// Where the user stands.
    pub fn status(&self) -> &UserStatus {
        &self.status
    }

    /// The value of a field, as 360Learning writes it; none if the field is unset.
    pub fn text(&self, field: UserField) -> Option<&str> {
        self.texts.get(&field).map(AsRef::as_ref)
    }

    /// The mail address.
    pub fn mail(&self) -> Option<&str> {
        self.text(UserField::Mail)
    }

    /// The login name.
    pub fn username(&self) -> Option<&str> {
        self.text(UserField::Username)
    }

    /// The first name.
    pub fn first_name(&self) -> Option<&str> {
        self.text(UserField::FirstName)
    }

    /// The last name.
    pub fn last_name(&self) -> Option<&str> {
        self.text(UserField::LastName)
    }

    /// The role title.
    pub fn job(&self) -> Option<&str> {
        self.text(UserField::Job)
    }

    /// The organization.
    pub fn organization(&self) -> Option<&str> {
        self.text(UserField::Organization)
    }

    /// The phone number.
    pub fn phone(&self) -> Option<&str> {
        self.text(UserField::Phone)
    }

    /// The profile's *Additional information*.
    pub fn custom(&self) -> Option<&str> {
        self.text(UserField::Custom)
    }

    /// The language, such as `fr` or `nl_BE`.
    pub fn lang(&self) -> Option<&str> {
        self.text(UserField::Lang)
    }

    /// The primary group.
    pub fn primary_group_id(&self) -> Option<&GroupId> {
        self.primary_group_id.as_ref()
    }

    /// When the user is to be deactivated: at the start of that day.
    pub fn to_be_deactivated_at(&self) -> Option<Timestamp> {
        self.to_be_deactivated_at
    }

    /// Every deactivation so far, in the order in which 360Learning lists them.
    pub fn deleted_at(&self) -> &[Timestamp] {
        &self.deleted_at
    }

    /// Every reactivation so far, in the order in which 360Learning lists them.
    pub fn reactivated_at(&self) -> &[Timestamp] {
        &self.reactivated_at
    }

    /// The last login; none before the first.
    pub fn last_login_date(&self) -> Option<Timestamp> {
        self.last_login_date
    }

    /// The profile image.
    pub fn profile_image(&self) -> Option<&MediaId> {
        self.profile_image.as_ref()
    }
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("fields", &self.texts.keys())
            .finish_non_exhaustive()
    }
}

/// A record that cannot be used as a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUser {
    /// The record is not a JSON object.
    #[error("the record is not an object")]
    NotAnObject,
    /// The record has no id, or none of 24 hexadecimal digits.
    #[error("the record has no usable id")]
    NoUsableId,
    /// The record has no status.
    #[error("the record has no status")]
    NoStatus,
}

fn instants(object: &Map<String, Value>, key: &str) -> Vec<Timestamp> {
    match object.get(key) {
        Some(Value::Array(items)) => items.iter().filter_map(read_instant).collect(),
        // Documented as a list; one instant alone would mean the same.
        Some(single) => read_instant(single).into_iter().collect(),
        None => Vec::new(),
    }
}

fn read_instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    fn full() -> Value {
        json!({
            "_id": ID, "status": "active", "lang": "fr", "mail": "canary@example.com",
            "username": "canary", "firstName": "canary", "lastName": "canary", "job": "canary",
            "organization": "canary", "phone": "canary", "custom": "canary",
            "primaryGroupId": "507f1f77bcf86cd799439012",
            "toBeDeactivatedAt": "2026-09-10T23:00:00.000Z",
            "deletedAt": ["2024-01-01T00:00:00.000Z", "nonsense", "2025-01-01T00:00:00.000Z"],
            "reactivatedAt": ["2024-02-01T00:00:00.000Z"],
            "lastLoginDate": "2026-01-01T08:00:00.000Z",
            "profileImageId": "507f1f77bcf86cd799439013", "surprise": [[[{}]]],
        })
    }

    #[test]
    fn an_id_and_a_status_are_enough() {
        let user = User::from_json(json!({"_id": ID, "status": "asleep"})).unwrap();
        assert_eq!(*user.status(), UserStatus::Other("asleep".into()));
        assert!(
            UserField::ALL
                .into_iter()
                .all(|field| user.text(field).is_none())
        );
        for (bad, error) in [
            (json!([]), InvalidUser::NotAnObject),
            (json!({"status": "active"}), InvalidUser::NoUsableId),
            (
                json!({"_id": 5, "status": "active"}),
                InvalidUser::NoUsableId,
            ),
            (
                json!({"_id": "x", "status": "active"}),
                InvalidUser::NoUsableId,
            ),
            (json!({"_id": ID}), InvalidUser::NoStatus),
            (json!({"_id": ID, "status": null}), InvalidUser::NoStatus),
        ] {
            assert_eq!(User::from_json(bad), Err(error));
        }
    }

    #[test]
    fn every_field_has_its_accessor() {
        let user = User::from_json(full()).unwrap();
        assert_eq!(user.mail(), Some("canary@example.com"));
        for text in [
            user.username(),
            user.first_name(),
            user.last_name(),
            user.job(),
            user.organization(),
            user.phone(),
            user.custom(),
        ] {
            assert_eq!(text, Some("canary"));
        }
        assert_eq!(user.lang(), Some("fr"));
        assert_eq!(
            user.primary_group_id().unwrap().as_str(),
            "507f1f77bcf86cd799439012"
        );
        assert_eq!(
            user.text(UserField::PrimaryGroup),
            Some("507f1f77bcf86cd799439012")
        );
        assert_eq!(
            user.to_be_deactivated_at(),
            "2026-09-10T23:00:00Z".parse().ok()
        );
        assert_eq!(
            user.text(UserField::ToBeDeactivatedAt),
            Some("2026-09-10T23:00:00.000Z")
        );
        assert_eq!(user.deleted_at().len(), 2);
        assert_eq!(user.reactivated_at().len(), 1);
        assert!(user.last_login_date().is_some());
        assert_eq!(
            user.profile_image().unwrap().as_str(),
            "507f1f77bcf86cd799439013"
        );
    }

    #[test]
    fn values_of_the_wrong_kind_count_as_absent() {
        for odd in [json!(null), json!(5), json!({}), json!([1]), json!("")] {
            let mut value = json!({"_id": ID, "status": "active"});
            for field in UserField::ALL {
                value[field.as_str()] = odd.clone();
            }
            for key in [
                "deletedAt",
                "reactivatedAt",
                "lastLoginDate",
                "profileImageId",
            ] {
                value[key] = odd.clone();
            }
            let user = User::from_json(value).unwrap();
            assert_eq!(
                user,
                User::builder(user.id.clone(), UserStatus::Active).build()
            );
        }
    }

    #[test]
    fn debug_shows_names_only() {
        let text = format!("{:#?}", User::from_json(full()).unwrap());
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains(ID) && text.contains("FirstName"), "{text}");
    }
}
