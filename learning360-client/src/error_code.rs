//! The codes that 360Learning gives with its errors.

use core::fmt;

use crate::open_enum::open_enum;

/// What helps against an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The same call may succeed later.
    Retry,
    /// Another object has what was asked for: read again, and decide anew.
    Conflict,
    /// The data that was sent is wrong, and stays wrong however often it is sent.
    FixData,
    /// A setting is wrong: a credential, a scope, a group, a platform name, a company option.
    FixSettings,
    /// The object is protected. Nothing helps, and nothing needs to.
    Protected,
    /// The object does not exist, or is deactivated: read again, and decide anew.
    Gone,
    /// Not documented.
    Unknown,
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal: $class:ident,)+) => {
        /// A code that 360Learning gives with an error.
        ///
        /// Known are all codes that are documented for the calls of this crate. Source:
        /// 360Learning's API v2 reference.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $variant,)+
            /// A code this crate does not know, as it was sent.
            Other(Box<str>),
        }

        impl ErrorCode {
            /// All codes this crate knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The wire form, such as `mailAlreadyUsed`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// What helps against it.
            pub const fn class(&self) -> ErrorClass {
                match self {
                    $(Self::$variant => ErrorClass::$class,)+
                    Self::Other(_) => ErrorClass::Unknown,
                }
            }
        }

        open_enum!(ErrorCode: $($text => $variant),+);
    };
}

codes! {
    /// The company has no `analyst` role.
    AnalystUnavailable = "analystUnavailable": FixSettings,
    /// The date of deactivation is not in the future.
    DeactivationDateInvalid = "deactivationDateInvalid": FixData,
    /// The group of the membership does not exist. It comes as a 404 on creating a user.
    GroupNotFound = "groupNotFound": FixSettings,
    /// The client id and its secret do not belong together, or are no longer valid.
    InvalidClient = "invalid_client": FixSettings,
    /// The body is malformed: a property is missing, unknown or of the wrong type.
    InvalidRequest = "invalid_request": FixData,
    /// The credential lacks the scope that the call needs. After granting it, a new token is due.
    InvalidScope = "invalid_scope": FixSettings,
    /// The token is missing, wrong, expired or revoked. The client renews it once by itself.
    InvalidToken = "invalid_token": Retry,
    /// The date of deactivation cannot be changed, because the user is deactivated.
    InvalidUpdateOnDeletedUser = "invalidUpdateOnDeletedUser": Gone,
    /// The mail belongs to one user and the username to another.
    LoginIdentifierMultipleUsersFound = "loginIdentifierMultipleUsersFound": Conflict,
    /// Another user of the platform has the mail.
    MailAlreadyUsed = "mailAlreadyUsed": Conflict,
    /// Neither a mail nor a username was given.
    MailAndUsernameUndefined = "mailAndUsernameUndefined": FixData,
    /// The mail is not a mail address.
    MailInvalid = "mailInvalid": FixData,
    /// The mail is in use too often, probably counted over several platforms.
    MailUsedTooManyTimes = "mailUsedTooManyTimes": FixData,
    /// The user has a mapping on the platform already.
    MappingAlreadyExists = "mappingAlreadyExists": Conflict,
    /// The mapping does not exist.
    MappingIdNotFound = "mappingIdNotFound": Gone,
    /// The profile image does not exist, or is no image.
    MediaNotFound = "mediaNotFound": FixData,
    /// The token was asked for in the name of a user who does not exist or is deactivated.
    NonExistingUser = "non_existing_user": FixSettings,
    /// The user is not a member of the primary group.
    NotMemberOfPrimaryGroup = "notMemberOfPrimaryGroup": FixSettings,
    /// The owner of the platform cannot have a date of deactivation.
    OwnerDeactivationNotAllowed = "ownerDeactivationNotAllowed": Protected,
    /// The platform name is reserved for a connector of 360Learning.
    ReservedPlatformName = "reservedPlatformName": FixSettings,
    /// The object to be mapped does not exist.
    ResourceNotFound = "resourceNotFound": Gone,
    /// The user has another mapping on the platform.
    TargetAlreadyMapped = "targetAlreadyMapped": Conflict,
    /// Too many calls in a short time, counted over the whole company.
    TooManyRequests = "tooManyRequests": Retry,
    /// Another grant type than `client_credentials` was asked for.
    UnsupportedGrantType = "unsupported_grant_type": FixSettings,
    /// The user is deactivated, and must be created again first.
    UserDeleted = "userDeleted": Gone,
    /// The user owns the platform and cannot be deactivated.
    UserIsCompanyOwner = "userIsCompanyOwner": Protected,
    /// The user does not exist.
    UserNotFound = "userNotFound": Gone,
    /// The edit would leave the user with neither a mail nor a username.
    UserShouldHaveAtLeastOneValidIdentifier = "userShouldHaveAtLeastOneValidIdentifier": FixData,
    /// Another user has the username, possibly on another platform.
    UsernameAlreadyUsed = "usernameAlreadyUsed": Conflict,
    /// The company does not allow usernames.
    UsernameNotAllowed = "usernameNotAllowed": FixSettings,
    /// The value is mapped to another object.
    ValueAlreadyUsed = "valueAlreadyUsed": Conflict,
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Retry => "retry",
            Self::Conflict => "conflict",
            Self::FixData => "fix_data",
            Self::FixSettings => "fix_settings",
            Self::Protected => "protected",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_round_trip_and_have_a_class() {
        assert_eq!(ErrorCode::KNOWN.len(), 31);
        for code in ErrorCode::KNOWN {
            assert!(code.is_known());
            assert_eq!(ErrorCode::from(code.as_str()), *code);
            assert_ne!(code.class(), ErrorClass::Unknown);
        }
    }

    #[test]
    fn unknown_codes_survive() {
        let code: ErrorCode = serde_json::from_str("\"somethingNew\"").unwrap();
        assert_eq!(code, ErrorCode::Other("somethingNew".into()));
        assert_eq!(code.class(), ErrorClass::Unknown);
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"somethingNew\"");
    }
}
