//! 360Learning's side of a seed.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Secret;

/// Status of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the vendor has exactly these three"
)]
pub enum UserStatus {
    /// May log in.
    Active,
    /// Has been invited and cannot log in yet.
    #[default]
    Invited,
    /// Soft deleted, which is 360Learning's word for deactivated.
    Deleted,
}

impl UserStatus {
    /// The wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Deleted => "deleted",
        }
    }
}

/// A direct membership of a user in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Membership {
    /// The group.
    pub group_id: String,
    /// `admin`, `analyst`, `coach`, `contributor`, `editor`, `learner` or `userAdmin`.
    pub role: String,
}

impl Membership {
    /// A role in a group.
    pub fn new(group_id: impl Into<String>, role: impl Into<String>) -> Self {
        Self {
            group_id: group_id.into(),
            role: role.into(),
        }
    }
}

/// A custom field of 360Learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomField {
    /// `ObjectId`; empty = the stand-in gives the next one.
    #[serde(default)]
    pub id: String,
    /// Name, unique.
    pub name: String,
    /// What has values of it.
    #[serde(default)]
    pub target_type: CustomFieldTarget,
    /// What its values are.
    #[serde(default)]
    pub kind: CustomFieldType,
    /// The values that it may have; absent = any.
    #[serde(default)]
    pub authorized_values: Option<Vec<String>>,
}

impl CustomField {
    /// A text field of users that takes any value.
    pub fn text(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            target_type: CustomFieldTarget::Users,
            kind: CustomFieldType::String,
            authorized_values: None,
        }
    }

    /// A date field of users that takes any date.
    pub fn date(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind: CustomFieldType::Date,
            ..Self::text(id, name)
        }
    }

    /// Allows these values only.
    pub fn allow<S: Into<String>>(mut self, values: impl IntoIterator<Item = S>) -> Self {
        self.authorized_values = Some(values.into_iter().map(Into::into).collect());
        self
    }
}

/// What a custom field belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the vendor has exactly these two")]
pub enum CustomFieldTarget {
    /// Users.
    #[default]
    Users,
    /// Courses and path sessions.
    Contents,
}

impl CustomFieldTarget {
    /// The wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Contents => "contents",
        }
    }
}

/// What the values of a custom field are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the vendor has exactly these two")]
pub enum CustomFieldType {
    /// Texts.
    #[default]
    String,
    /// Days, as `YYYY-MM-DD`.
    Date,
}

impl CustomFieldType {
    /// The wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Date => "date",
        }
    }
}

/// A value of a custom field. `Debug` shows the field only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomValue {
    /// The custom field.
    pub custom_field_id: String,
    /// `string` or `date`.
    pub kind: String,
    /// The value.
    pub value: String,
}

impl CustomValue {
    /// A text.
    pub fn text(field: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            custom_field_id: field.into(),
            kind: CustomFieldType::String.as_str().to_owned(),
            value: value.into(),
        }
    }

    /// A day, as `YYYY-MM-DD`.
    pub fn date(field: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            kind: CustomFieldType::Date.as_str().to_owned(),
            ..Self::text(field, value)
        }
    }
}

impl fmt::Debug for CustomValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomValue")
            .field("custom_field_id", &self.custom_field_id)
            .finish_non_exhaustive()
    }
}

/// An account in 360Learning. `Debug` shows id and status only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct User {
    /// `ObjectId`; empty = the stand-in gives the next one.
    pub id: String,
    /// Status.
    pub status: UserStatus,
    /// Language; empty = `en`.
    pub lang: String,
    /// Mail address, unique without regard to case.
    pub mail: Option<String>,
    /// Login name.
    pub username: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Role title.
    pub job: Option<String>,
    /// Organization.
    pub organization: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// "Additional information" of the profile.
    pub custom: Option<String>,
    /// Primary group, one of the memberships.
    pub primary_group_id: Option<String>,
    /// Announced deactivation.
    pub to_be_deactivated_at: Option<Timestamp>,
    /// One entry per deletion.
    pub deleted_at: Vec<Timestamp>,
    /// One entry per restore.
    pub reactivated_at: Vec<Timestamp>,
    /// Last login.
    pub last_login_date: Option<Timestamp>,
    /// True for the platform owner, of whom there is one.
    pub owner: bool,
    /// Direct memberships.
    pub memberships: BTreeSet<Membership>,
    /// Ids of the managers.
    pub managers: BTreeSet<String>,
    /// Values of custom fields.
    pub custom_values: Vec<CustomValue>,
    /// Jobs of the skills solution.
    pub jobs: BTreeSet<String>,
}

impl User {
    /// An invited account with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Sets the status. A deleted account without `deleted_at` gets the seed's time there.
    pub fn status(mut self, status: UserStatus) -> Self {
        self.status = status;
        self
    }

    /// Sets the mail address.
    pub fn mail(mut self, mail: impl Into<String>) -> Self {
        self.mail = Some(mail.into());
        self
    }

    /// Sets the login name.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// Sets first and last name.
    pub fn names(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.first_name = Some(first.into());
        self.last_name = Some(last.into());
        self
    }

    /// Sets the role title.
    pub fn job(mut self, job: impl Into<String>) -> Self {
        self.job = Some(job.into());
        self
    }

    /// Adds a membership.
    pub fn member_of(mut self, group: impl Into<String>, role: impl Into<String>) -> Self {
        self.memberships.insert(Membership::new(group, role));
        self
    }

    /// Makes it the platform owner.
    pub fn owner(mut self) -> Self {
        self.owner = true;
        self
    }

    /// Adds a past deletion.
    pub fn deleted_at(mut self, at: Timestamp) -> Self {
        self.deleted_at.push(at);
        self
    }

    /// Adds a past restore.
    pub fn reactivated_at(mut self, at: Timestamp) -> Self {
        self.reactivated_at.push(at);
        self
    }

    /// Adds a value of a custom field.
    pub fn custom_value(mut self, value: CustomValue) -> Self {
        self.custom_values.push(value);
        self
    }

    /// Sets the primary group.
    pub fn primary_group(mut self, group: impl Into<String>) -> Self {
        self.primary_group_id = Some(group.into());
        self
    }

    /// Announces the deactivation.
    pub fn to_be_deactivated_at(mut self, at: Timestamp) -> Self {
        self.to_be_deactivated_at = Some(at);
        self
    }

    /// Adds a manager.
    pub fn manager(mut self, user: impl Into<String>) -> Self {
        self.managers.insert(user.into());
        self
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A group in 360Learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Group {
    /// `ObjectId`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Learners of a public group are learners of its ancestors up to the first private one.
    #[serde(default)]
    pub public: bool,
    /// Absent on the root only.
    #[serde(default)]
    pub parent_id: Option<String>,
    /// Text for integrations, not shown to learners.
    #[serde(default)]
    pub custom: Option<String>,
}

impl Group {
    /// The platform group.
    pub fn root(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            // The vendor refuses a public root.
            public: false,
            parent_id: None,
            custom: None,
        }
    }

    /// A private group below `parent`.
    pub fn private(
        id: impl Into<String>,
        name: impl Into<String>,
        parent: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            public: false,
            parent_id: Some(parent.into()),
            custom: None,
        }
    }

    /// A public group below `parent`.
    pub fn public(
        id: impl Into<String>,
        name: impl Into<String>,
        parent: impl Into<String>,
    ) -> Self {
        Self {
            public: true,
            ..Self::private(id, name, parent)
        }
    }
}

/// An API credential of 360Learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Credential {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret,
    /// Scopes of new tokens; absent = all.
    #[serde(default)]
    pub scopes: Option<BTreeSet<String>>,
}

impl Credential {
    /// A credential with every scope.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: Secret::from(client_secret.into()),
            scopes: None,
        }
    }

    /// Grants only these scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }
}

/// An External-ID mapping of 360Learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Mapping {
    /// `ObjectId`; empty = the stand-in gives the next one.
    #[serde(default)]
    pub id: String,
    /// Name of the other platform.
    pub platform: String,
    /// Id of the mapped resource.
    pub target_id: String,
    /// Type of the mapped resource, such as `user`.
    pub target_type: String,
    /// The other platform's id.
    pub value: String,
}

impl Mapping {
    /// Maps a user.
    pub fn user(
        platform: impl Into<String>,
        target: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self {
            id: String::new(),
            platform: platform.into(),
            target_id: target.into(),
            target_type: "user".into(),
            value: value.into(),
        }
    }
}
