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
    /// The webhook subscription does not exist, or is inactive.
    ActiveSubscriptionNotFound = "activeSubscriptionNotFound": Gone,
    /// The company has no `analyst` role.
    AnalystUnavailable = "analystUnavailable": FixSettings,
    /// An authorized value is not of the custom field's type.
    AuthorizedValuesTypeMismatch = "authorizedValuesTypeMismatch": FixData,
    /// 360Learning has switched its bulk calls off for a while. Nothing was begun.
    BulkApiDisabled = "bulkAPIDisabled": Retry,
    /// The bulk operation does not exist.
    BulkOperationNotFound = "bulkOperationNotFound": Gone,
    /// The bulk operation has not been run yet, so that there are no results.
    BulkOperationNotRun = "bulkOperationNotRun": Retry,
    /// Three bulk operations of the company are running already: wait for one of them to end. It
    /// comes with a 429, but says nothing about the number of calls.
    BulkOperationsConcurrencyLimitReached = "bulkOperationsConcurrencyLimitReached": Retry,
    /// The user has this certificate already.
    CertificateAlreadyImported = "CertificateAlreadyImported": Conflict,
    /// The certificate does not exist.
    CertificateNotFound = "certificateNotFound": Gone,
    /// The certificate outline does not exist.
    CertificateOutlineNotFound = "certificateOutlineNotFound": FixSettings,
    /// The company has as many custom fields of the kind as it may have.
    CustomFieldLimitReached = "customFieldLimitReached": FixSettings,
    /// The custom field does not exist.
    CustomFieldNotFound = "customFieldNotFound": FixSettings,
    /// The company has no custom fields of this kind.
    CustomFieldsTargetTypeNotEnabled = "customFieldsTargetTypeNotEnabled": FixSettings,
    /// A value in use is not among the authorized values.
    CustomFieldValuesConflict = "customFieldValuesConflict": Conflict,
    /// The user has this custom link already.
    CustomLinkAlreadyUsed = "customLinkAlreadyUsed": Conflict,
    /// The company's custom link does not exist.
    CustomLinkNotFound = "customLinkNotFound": FixSettings,
    /// The user has no such custom link.
    CustomUserLinkNotFound = "customUserLinkNotFound": Gone,
    /// The date of deactivation is not in the future.
    DeactivationDateInvalid = "deactivationDateInvalid": FixData,
    /// The date of delivery of the certificate is in the future.
    DeliveryDateInFuture = "deliveryDateInFuture": FixData,
    /// The certificate expires before it is delivered.
    ExpiryDateBeforeDeliveryDate = "expiryDateBeforeDeliveryDate": FixData,
    /// The company has not the solution that own branding belongs to.
    ExtendedTrainingSolutionNotEnabled = "extendedTrainingSolutionNotEnabled": FixSettings,
    /// The group is the platform's root and cannot be deleted.
    GroupIsRoot = "groupIsRoot": Protected,
    /// The group does not exist. It comes as a 404 even on creating a user.
    GroupNotFound = "groupNotFound": FixSettings,
    /// The group, or one below it, has active integrations or LTI connectors.
    HasActiveIntegrationsOrLtiConnectors = "hasActiveIntegrationsOrLtiConnectors": Conflict,
    /// The bulk operation has more items than it may have.
    InputTooLong = "inputTooLong": FixData,
    /// The client id and its secret do not belong together, or are no longer valid.
    InvalidClient = "invalid_client": FixSettings,
    /// The file cannot be used.
    InvalidFile = "invalidFile": FixData,
    /// An item of the bulk operation is malformed.
    InvalidInput = "invalidInput": FixData,
    /// The name of the custom field is empty.
    InvalidName = "invalidName": FixData,
    /// The body is malformed: a property is missing, unknown or of the wrong type.
    InvalidRequest = "invalid_request": FixData,
    /// The time frame ends before it begins, or is longer than three days.
    InvalidRetryTimeframe = "invalidRetryTimeframe": FixData,
    /// The credential lacks the scope that the call needs. After granting it, a new token is due.
    InvalidScope = "invalid_scope": FixSettings,
    /// The token is missing, wrong, expired or revoked. The client renews it once by itself.
    InvalidToken = "invalid_token": Retry,
    /// The date of deactivation cannot be changed, because the user is deactivated.
    InvalidUpdateOnDeletedUser = "invalidUpdateOnDeletedUser": Gone,
    /// The job does not exist.
    JobExternalIdNotFound = "jobExternalIdNotFound": FixSettings,
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
    /// The manager is deactivated.
    ManagerDeleted = "managerDeleted": Gone,
    /// The manager is not a manager of this user.
    ManagerNotAssignedToUser = "managerNotAssignedToUser": Gone,
    /// The manager does not exist.
    ManagerNotFound = "managerNotFound": Gone,
    /// The user has a mapping on the platform already.
    MappingAlreadyExists = "mappingAlreadyExists": Conflict,
    /// The mapping does not exist.
    MappingIdNotFound = "mappingIdNotFound": Gone,
    /// The company has as many groups as it may have.
    MaxGroupsLimitReached = "maxGroupsLimitReached": FixSettings,
    /// The profile image does not exist, or is no image.
    MediaNotFound = "mediaNotFound": FixData,
    /// Two values were sent for one custom field.
    MultipleValuesForSingleCustomField = "multipleValuesForSingleCustomField": FixData,
    /// Another custom field has the name.
    NameAlreadyTaken = "nameAlreadyTaken": Conflict,
    /// A public group cannot have a URL of its own.
    NoCustomUrlOnPublicGroup = "noCustomUrlOnPublicGroup": FixData,
    /// No file was sent.
    NoFilesProvided = "noFilesProvided": FixData,
    /// A public group cannot have an imprint.
    NoImprintOnPublicGroup = "noImprintOnPublicGroup": FixData,
    /// A public group cannot have a moderation charter.
    NoModerationCharterOnPublicGroup = "noModerationCharterOnPublicGroup": FixData,
    /// The token was asked for in the name of a user who does not exist or is deactivated.
    NonExistingUser = "non_existing_user": FixSettings,
    /// A public group cannot have a privacy policy.
    NoPrivacyPolicyOnPublicGroup = "noPrivacyPolicyOnPublicGroup": FixData,
    /// A public group cannot have a subdomain.
    NoSubdomainOnPublicGroup = "noSubdomainOnPublicGroup": FixData,
    /// A public group cannot have terms of use.
    NoTermsOfUseOnPublicGroup = "noTermsOfUseOnPublicGroup": FixData,
    /// The user is not a member of the primary group.
    NotMemberOfPrimaryGroup = "notMemberOfPrimaryGroup": FixSettings,
    /// The owner of the platform cannot have a date of deactivation.
    OwnerDeactivationNotAllowed = "ownerDeactivationNotAllowed": Protected,
    /// The new parent is the group itself or one below it, despite the name of the code.
    ParentGroupNotDescendantOrSelf = "parentGroupNotDescendantOrSelf": FixData,
    /// The parent group does not exist.
    ParentGroupNotFound = "parentGroupNotFound": FixSettings,
    /// The password does not meet the company's rules.
    PasswordInvalid = "passwordInvalid": FixData,
    /// The company does not allow this privacy level of certificates.
    PrivacyLevelNotAllowedByCompanySettings = "privacyLevelNotAllowedByCompanySettings": FixSettings,
    /// The platform name is reserved for a connector of 360Learning.
    ReservedPlatformName = "reservedPlatformName": FixSettings,
    /// The object to be mapped does not exist.
    ResourceNotFound = "resourceNotFound": Gone,
    /// The platform's root cannot be public.
    RootGroupNotPublic = "rootGroupNotPublic": FixData,
    /// The company has not the solution for skills.
    SkillSolutionNotEnabled = "skillSolutionNotEnabled": FixSettings,
    /// The subdomain is taken.
    SubdomainUnavailable = "subdomainUnavailable": Conflict,
    /// There is a webhook subscription for the event type and the URL already.
    SubscriptionAlreadyExists = "subscriptionAlreadyExists": Conflict,
    /// The webhook subscription does not exist.
    SubscriptionNotFound = "subscriptionNotFound": Gone,
    /// There are as many webhook subscriptions for the event type as there may be.
    SubscriptionsLimitReached = "subscriptionsLimitReached": FixSettings,
    /// The user has another mapping on the platform.
    TargetAlreadyMapped = "targetAlreadyMapped": Conflict,
    /// Too many certificates in one call.
    TooManyCertificatesToUpdate = "tooManyCertificatesToUpdate": FixData,
    /// Too many jobs for one user; the bulk call names 100 as the limit.
    TooManyJobs = "tooManyJobs": FixData,
    /// Too many calls in a short time, counted over the whole company.
    TooManyRequests = "tooManyRequests": Retry,
    /// The value is not among the custom field's authorized values.
    UnauthorizedValue = "unauthorizedValue": FixSettings,
    /// The certificate outline sets the time of expiry; the certificate may not.
    UnexpectedExpiryDate = "unexpectedExpiryDate": FixData,
    /// Another grant type than `client_credentials` was asked for.
    UnsupportedGrantType = "unsupported_grant_type": FixSettings,
    /// 360Learning cannot reach the URL of the webhook subscription.
    UrlUnreachable = "urlUnreachable": FixSettings,
    /// The user is deactivated, and must be created again first.
    UserDeleted = "userDeleted": Gone,
    /// The user owns the platform and cannot be deactivated.
    UserIsCompanyOwner = "userIsCompanyOwner": Protected,
    /// Another user has the username, possibly on another platform.
    UsernameAlreadyUsed = "usernameAlreadyUsed": Conflict,
    /// The company does not allow usernames.
    UsernameNotAllowed = "usernameNotAllowed": FixSettings,
    /// The user is not deactivated.
    UserNotDeleted = "userNotDeleted": Conflict,
    /// The user does not exist.
    UserNotFound = "userNotFound": Gone,
    /// The user has not this role in this group.
    UserNotFoundInGroup = "userNotFoundInGroup": Gone,
    /// The edit would leave the user with neither a mail nor a username.
    UserShouldHaveAtLeastOneValidIdentifier = "userShouldHaveAtLeastOneValidIdentifier": FixData,
    /// One of the users does not exist.
    UsersNotFound = "usersNotFound": Gone,
    /// The value is mapped to another object.
    ValueAlreadyUsed = "valueAlreadyUsed": Conflict,
    /// The value is not of the custom field's type.
    WrongTypeValue = "wrongTypeValue": FixData,
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
        assert_eq!(ErrorCode::KNOWN.len(), 90);
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
