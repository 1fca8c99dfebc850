use core::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::ids::GroupId;
use crate::value::{InvalidValue, instant, not_blank};

/// The fields of a user that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UserField {
    /// The mail address, unique within the platform.
    Mail,
    /// The login name, unique among all platforms. Refused unless the company allows usernames.
    Username,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The role title.
    Job,
    /// The organization.
    Organization,
    /// The phone number; no format.
    Phone,
    /// The profile's *Additional information*; unrelated to custom fields.
    Custom,
    /// The language, one of [`LANGUAGES`]. It cannot be cleared.
    Lang,
    /// When the user is to be deactivated; must be in the future when it is written.
    ToBeDeactivatedAt,
    /// The primary group, of which the user must be a member.
    PrimaryGroup,
}

/// The languages that [`UserField::Lang`] takes.
///
/// Most are bare two-letter codes; eight carry a region. Norwegian is `no`, Chinese is only `zh`,
/// and there is no `pt_BR` and no `en_GB`.
pub const LANGUAGES: [&str; 38] = [
    "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hr", "ht_HT", "hu", "id", "it", "ja",
    "kar_MM", "ko", "lt", "mh_MH", "nl", "nl_BE", "no", "pl", "pt", "ro", "ru", "rw_RW", "sk",
    "sl", "so_SO", "sv", "sw_KE", "th", "ti_ET", "tr", "uk", "zh", "vi",
];

impl UserField {
    /// All fields, in the order of the definition.
    pub const ALL: [Self; 11] = [
        Self::Mail,
        Self::Username,
        Self::FirstName,
        Self::LastName,
        Self::Job,
        Self::Organization,
        Self::Phone,
        Self::Custom,
        Self::Lang,
        Self::ToBeDeactivatedAt,
        Self::PrimaryGroup,
    ];

    /// The name in bodies, such as `firstName`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Username => "username",
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Job => "job",
            Self::Organization => "organization",
            Self::Phone => "phone",
            Self::Custom => "custom",
            Self::Lang => "lang",
            Self::ToBeDeactivatedAt => "toBeDeactivatedAt",
            Self::PrimaryGroup => "primaryGroupId",
        }
    }

    /// The value as it is sent, or why it cannot be sent.
    pub(crate) fn sendable(self, value: String) -> Result<String, InvalidValue> {
        let value = not_blank(self.as_str(), value)?;
        match self {
            Self::ToBeDeactivatedAt => value
                .trim()
                .parse()
                .map(instant)
                .map_err(|_| InvalidValue::NotAnInstant(self.as_str())),
            Self::PrimaryGroup => GroupId::try_from(value.trim())
                .map(|id| id.to_string())
                .map_err(|_| InvalidValue::NotAnId(self.as_str())),
            _ => Ok(value),
        }
    }
}

impl fmt::Display for UserField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for UserField {
    type Err = UnknownUserField;

    fn from_str(text: &str) -> Result<Self, UnknownUserField> {
        let same = |field: &Self| field.as_str() == text;
        Self::ALL.into_iter().find(same).ok_or(UnknownUserField)
    }
}

impl Serialize for UserField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for UserField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A name that is none of the fields of a user that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a field of a user")]
pub struct UnknownUserField;

/// The fields of a user that can be emptied: all of [`UserField`] but the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClearableField(UserField);

impl ClearableField {
    /// [`UserField::Mail`]. A user needs a mail or a username.
    pub const MAIL: Self = Self(UserField::Mail);
    /// [`UserField::Username`]. A user needs a mail or a username.
    pub const USERNAME: Self = Self(UserField::Username);
    /// [`UserField::FirstName`].
    pub const FIRST_NAME: Self = Self(UserField::FirstName);
    /// [`UserField::LastName`].
    pub const LAST_NAME: Self = Self(UserField::LastName);
    /// [`UserField::Job`].
    pub const JOB: Self = Self(UserField::Job);
    /// [`UserField::Organization`].
    pub const ORGANIZATION: Self = Self(UserField::Organization);
    /// [`UserField::Phone`].
    pub const PHONE: Self = Self(UserField::Phone);
    /// [`UserField::Custom`].
    pub const CUSTOM: Self = Self(UserField::Custom);
    /// [`UserField::ToBeDeactivatedAt`].
    pub const TO_BE_DEACTIVATED_AT: Self = Self(UserField::ToBeDeactivatedAt);
    /// [`UserField::PrimaryGroup`].
    pub const PRIMARY_GROUP: Self = Self(UserField::PrimaryGroup);

    /// The field.
    pub const fn field(self) -> UserField {
        self.0
    }
}

impl TryFrom<UserField> for ClearableField {
    type Error = NotClearable;

    fn try_from(field: UserField) -> Result<Self, NotClearable> {
        match field {
            UserField::Lang => Err(NotClearable),
            _ => Ok(Self(field)),
        }
    }
}

/// The language of a user cannot be emptied, only changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the language of a user cannot be cleared")]
pub struct NotClearable;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for field in UserField::ALL {
            assert_eq!(field.as_str().parse(), Ok(field));
            let json = serde_json::to_string(&field).unwrap();
            assert_eq!(serde_json::from_str::<UserField>(&json).unwrap(), field);
        }
        assert_eq!("Mail".parse::<UserField>(), Err(UnknownUserField));
    }

    #[test]
    fn all_but_the_language_can_be_cleared() {
        for field in UserField::ALL {
            let clearable = ClearableField::try_from(field);
            assert_eq!(clearable.is_err(), field == UserField::Lang, "{field}");
            assert!(clearable.is_err() || clearable.unwrap().field() == field);
        }
    }

    #[test]
    fn values_are_checked_before_they_are_sent() {
        let send = |field: UserField, value: &str| field.sendable(value.to_owned());
        assert_eq!(send(UserField::Job, " x"), Ok(" x".to_owned()));
        assert_eq!(send(UserField::Job, " "), Err(InvalidValue::Empty("job")));
        assert_eq!(
            send(UserField::ToBeDeactivatedAt, "2026-09-10T23:00:00Z"),
            Ok("2026-09-10T23:00:00.000Z".to_owned())
        );
        assert_eq!(
            send(UserField::ToBeDeactivatedAt, "tomorrow"),
            Err(InvalidValue::NotAnInstant("toBeDeactivatedAt"))
        );
        assert_eq!(
            send(UserField::PrimaryGroup, "sales"),
            Err(InvalidValue::NotAnId("primaryGroupId"))
        );
    }
}
