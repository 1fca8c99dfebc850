use core::fmt;

use jiff::Timestamp;

use super::{Texts, User, UserField, UserStatus, instant};
use crate::ids::{GroupId, MediaId, UserId};

/// Puts a user together, for tests and simulators.
///
/// ```
/// use learning360_client::{User, UserField, UserId, UserStatus};
///
/// let id = UserId::try_from("507f1f77bcf86cd799439011")?;
/// let user = User::builder(id, UserStatus::Active)
///     .set(UserField::Mail, "ada@example.com")
///     .deleted_at("2026-01-31T00:00:00Z".parse()?)
///     .build();
/// assert_eq!(user.mail(), Some("ada@example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UserBuilder(User);

impl UserBuilder {
    /// Starts with an id and a status.
    pub fn new(id: UserId, status: UserStatus) -> Self {
        Self(User {
            id,
            status,
            texts: Texts::new(),
            primary_group_id: None,
            to_be_deactivated_at: None,
            deleted_at: Vec::new(),
            reactivated_at: Vec::new(),
            last_login_date: None,
            profile_image: None,
        })
    }

    /// Sets a field. As in an answer of 360Learning, a value that cannot be read (an empty text,
    /// a wrong date, a wrong group id) leaves the field unset.
    pub fn set(mut self, field: UserField, value: impl Into<String>) -> Self {
        let value = value.into();
        match field {
            UserField::ToBeDeactivatedAt => match value.trim().parse() {
                Ok(at) => self.to_be_deactivated_at(at),
                Err(_) => self,
            },
            UserField::PrimaryGroup => match GroupId::try_from(value.trim()) {
                Ok(group) => self.primary_group(group),
                Err(_) => self,
            },
            _ if value.is_empty() => self,
            _ => {
                self.0.texts.insert(field, value.into_boxed_str());
                self
            }
        }
    }

    /// Sets the primary group.
    pub fn primary_group(mut self, group: GroupId) -> Self {
        self.0
            .texts
            .insert(UserField::PrimaryGroup, group.as_str().into());
        self.0.primary_group_id = Some(group);
        self
    }

    /// Sets when the user is to be deactivated.
    pub fn to_be_deactivated_at(mut self, at: Timestamp) -> Self {
        self.0
            .texts
            .insert(UserField::ToBeDeactivatedAt, instant(at).into_boxed_str());
        self.0.to_be_deactivated_at = Some(at);
        self
    }

    /// Adds a deactivation.
    pub fn deleted_at(mut self, at: Timestamp) -> Self {
        self.0.deleted_at.push(at);
        self
    }

    /// Adds a reactivation.
    pub fn reactivated_at(mut self, at: Timestamp) -> Self {
        self.0.reactivated_at.push(at);
        self
    }

    /// Sets the last login.
    pub fn last_login_date(mut self, at: Timestamp) -> Self {
        self.0.last_login_date = Some(at);
        self
    }

    /// Sets the profile image.
    pub fn profile_image(mut self, image: MediaId) -> Self {
        self.0.profile_image = Some(image);
        self
    }

    /// The user.
    pub fn build(self) -> User {
        self.0
    }
}

impl fmt::Debug for UserBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UserBuilder").field(&self.0).finish()
    }
}
