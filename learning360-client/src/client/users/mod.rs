//! The calls about users, a file for each purpose; the accounts themselves are here.

mod certificates;
mod custom_links;
mod custom_values;
mod list;
mod managers;
mod media;
mod memberships;
mod password;
mod pseudonymize;

use std::sync::Arc;

use http::{Method, StatusCode};

pub use self::certificates::{CertificatePrivacy, ListCertificates, NewCertificate};
pub use self::custom_links::ListUserCustomLinks;
pub use self::list::{ListUsers, StatusFilter};
pub use self::managers::ListUserIds;
pub use self::memberships::ListMemberships;
pub use self::password::{NewPassword, NextLogin};
pub use self::pseudonymize::PseudonymizedExternalIds;
use super::call::Call;
use super::error::{Error, ErrorKind};
use super::exchange::Exchange;
use crate::ids::UserId;
use crate::user::{Invitation, NewUser, User, UserEdit};

/// The calls about users. Source: 360Learning's API v2 reference, *Users*.
///
/// Reading needs the scope `users:read`, everything else `users:write`. All calls may fail with
/// `invalid_token` (401), `invalid_scope` (403) and `tooManyRequests` (429), beside what each says.
#[derive(Clone, Debug)]
pub struct Users {
    exchange: Arc<Exchange>,
}

impl Users {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Gets a user. Deactivated users are found, too. Scope `users:read`.
    ///
    /// # Errors
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404.
    pub async fn get(&self, id: &UserId) -> Result<User, Error> {
        self.user(self.call(Method::GET, USER, &[id.as_str()]))
            .await
    }

    /// Creates a user, or restores the deactivated user who has the same mail or username.
    ///
    /// The account is invited in both cases. A restored one has lost its groups and, at least in
    /// part, its custom values. Scope `users:write`.
    ///
    /// # Errors
    /// [`MailAlreadyUsed`](crate::ErrorCode::MailAlreadyUsed),
    /// [`UsernameAlreadyUsed`](crate::ErrorCode::UsernameAlreadyUsed) and
    /// [`LoginIdentifierMultipleUsersFound`](crate::ErrorCode::LoginIdentifierMultipleUsersFound)
    /// if somebody else has them; [`GroupNotFound`](crate::ErrorCode::GroupNotFound) with a 404.
    /// About single values `mailInvalid`, `mailAndUsernameUndefined`, `mailUsedTooManyTimes` and
    /// `deactivationDateInvalid`; about settings `analystUnavailable`, `notMemberOfPrimaryGroup`
    /// and `usernameNotAllowed`.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429). If
    /// [`Error::sent`] is not [`Sent::No`](crate::Sent::No) and there is no code, look for the
    /// user by mail before creating it again.
    pub async fn create(&self, user: &NewUser, invitation: Invitation) -> Result<Created, Error> {
        let send = match invitation {
            Invitation::Send => "true",
            Invitation::Suppress => "false",
        };
        let call = self.call(Method::POST, USERS, &[]);
        let call = call
            .with_query("sendInvitationEmail", send)
            .with_json(user)?;
        let answer = self.exchange.execute(&call).await?;
        match answer.status {
            StatusCode::CREATED => answer.json().map(Created::New),
            StatusCode::OK => answer.json().map(Created::Restored),
            _ => Err(answer.error(ErrorKind::Decode, "neither created nor restored")),
        }
    }

    /// Changes a user; what the edit keeps stays as it is. Scope `users:write`.
    ///
    /// A deactivated user can be changed, too, as far as is known, but for the date of
    /// deactivation.
    ///
    /// # Errors
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404;
    /// [`MailAlreadyUsed`](crate::ErrorCode::MailAlreadyUsed) and
    /// [`UsernameAlreadyUsed`](crate::ErrorCode::UsernameAlreadyUsed);
    /// [`OwnerDeactivationNotAllowed`](crate::ErrorCode::OwnerDeactivationNotAllowed) and
    /// [`InvalidUpdateOnDeletedUser`](crate::ErrorCode::InvalidUpdateOnDeletedUser) about the date
    /// of deactivation. About single values `mailInvalid`, `deactivationDateInvalid`,
    /// `mediaNotFound` and `userShouldHaveAtLeastOneValidIdentifier`; about settings
    /// `notMemberOfPrimaryGroup` and `usernameNotAllowed`.
    ///
    /// # Retries
    /// Repeated like a read, because the values are absolute. After a lost answer the repetition
    /// may find the mail taken by the user itself.
    pub async fn edit(&self, id: &UserId, edit: &UserEdit) -> Result<User, Error> {
        self.user(
            self.call(Method::PATCH, USER, &[id.as_str()])
                .with_json(edit)?,
        )
        .await
    }

    /// Activates an invited user, who may then log in and counts in the licence. Scope
    /// `users:write`. What is answered for an active user is not documented.
    ///
    /// # Errors
    /// [`UserDeleted`](crate::ErrorCode::UserDeleted) if the user is deactivated;
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn activate(&self, id: &UserId) -> Result<User, Error> {
        self.user(self.call(Method::PUT, ACTIVATE, &[id.as_str()]))
            .await
    }

    /// Deactivates a user. 360Learning says *delete*, keeps the account with its statistics and
    /// external IDs, and restores it if it is created again. Scope `users:write`.
    ///
    /// # Errors
    /// [`UserIsCompanyOwner`](crate::ErrorCode::UserIsCompanyOwner);
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404. What happens to a user who is
    /// deactivated already is not documented.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn delete(&self, id: &UserId) -> Result<(), Error> {
        self.done(self.call(Method::DELETE, USER, &[id.as_str()]))
            .await
    }

    fn call(&self, method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call::new(&self.exchange.base, method, template, ids)
    }

    async fn user(&self, call: Call) -> Result<User, Error> {
        self.exchange.execute(&call).await?.json()
    }

    /// Makes a call that removes something. If the code says that it was not there, an earlier
    /// attempt of this very call may have removed it.
    async fn gone(&self, call: Call, code: &str) -> Result<(), Error> {
        match self.done(call).await {
            Err(error) if error.repeats() && error.code().is_some_and(|it| it.as_str() == code) => {
                Ok(())
            }
            other => other,
        }
    }

    async fn done(&self, call: Call) -> Result<(), Error> {
        self.exchange.execute(&call).await.map(drop)
    }
}

/// What creating a user did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a caller must tell the two apart")]
pub enum Created {
    /// There is a new account (201).
    New(User),
    /// A deactivated account with the same mail or username was restored (200).
    Restored(User),
}

impl Created {
    /// The account.
    pub fn user(&self) -> &User {
        match self {
            Self::New(user) | Self::Restored(user) => user,
        }
    }
}

const USERS: &str = "/api/v2/users";

const USER: &str = "/api/v2/users/{userId}";

const ACTIVATE: &str = "/api/v2/users/{userId}/activate";
