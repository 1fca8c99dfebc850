use std::sync::Arc;

use http::{Method, StatusCode};

use super::call::Call;
use super::error::{Error, ErrorKind};
use super::exchange::Exchange;
use super::pager::Pager;
use crate::ids::UserId;
use crate::user::{Invitation, NewUser, User, UserEdit, UserStatus};

/// The calls about users. Source: 360Learning's API v2 reference, *Users*.
///
/// Reading needs the scope `users:read`, everything else `users:write`.
#[derive(Clone, Debug)]
pub struct Users {
    exchange: Arc<Exchange>,
}

impl Users {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Gets a user. Deactivated users are found, too.
    ///
    /// # Errors
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404.
    pub async fn get(&self, id: &UserId) -> Result<User, Error> {
        self.user(self.call(Method::GET, USER, &[id.as_str()]))
            .await
    }

    /// Lists users.
    ///
    /// Whether a list without a filter of the status holds deactivated users is not documented:
    /// always say which you want.
    pub fn list(&self) -> ListUsers {
        ListUsers {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, USERS, &[]),
        }
    }

    /// Creates a user, or restores the deactivated user who has the same mail or username.
    ///
    /// The account is invited in both cases. A restored one has lost its groups and, at least in
    /// part, its custom values.
    ///
    /// # Errors
    /// [`MailAlreadyUsed`](crate::ErrorCode::MailAlreadyUsed),
    /// [`UsernameAlreadyUsed`](crate::ErrorCode::UsernameAlreadyUsed) and
    /// [`LoginIdentifierMultipleUsersFound`](crate::ErrorCode::LoginIdentifierMultipleUsersFound)
    /// if somebody else has them; [`GroupNotFound`](crate::ErrorCode::GroupNotFound) with a 404;
    /// codes of the class [`FixData`](crate::ErrorClass::FixData) about single values.
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

    /// Changes a user; what the edit keeps stays as it is.
    ///
    /// # Errors
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404;
    /// [`MailAlreadyUsed`](crate::ErrorCode::MailAlreadyUsed) and
    /// [`UsernameAlreadyUsed`](crate::ErrorCode::UsernameAlreadyUsed);
    /// [`OwnerDeactivationNotAllowed`](crate::ErrorCode::OwnerDeactivationNotAllowed);
    /// codes of the class [`FixData`](crate::ErrorClass::FixData) about single values.
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

    /// Activates an invited user, who may then log in and counts in the licence.
    ///
    /// # Errors
    /// [`UserDeleted`](crate::ErrorCode::UserDeleted) if the user is deactivated;
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404.
    pub async fn activate(&self, id: &UserId) -> Result<User, Error> {
        self.user(self.call(Method::PUT, ACTIVATE, &[id.as_str()]))
            .await
    }

    /// Deactivates a user. 360Learning says *delete*, keeps the account with its statistics and
    /// external IDs, and restores it if it is created again.
    ///
    /// # Errors
    /// [`UserIsCompanyOwner`](crate::ErrorCode::UserIsCompanyOwner);
    /// [`UserNotFound`](crate::ErrorCode::UserNotFound) with a 404. What happens to a user who is
    /// deactivated already is not documented.
    pub async fn delete(&self, id: &UserId) -> Result<(), Error> {
        let call = self.call(Method::DELETE, USER, &[id.as_str()]);
        self.exchange.execute(&call).await.map(drop)
    }

    fn call(&self, method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call::new(&self.exchange.base, method, template, ids)
    }

    async fn user(&self, call: Call) -> Result<User, Error> {
        self.exchange.execute(&call).await?.json()
    }
}

/// A list of users, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListUsers {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListUsers {
    /// Only those with this mail. Whether 360Learning minds the case is not documented.
    pub fn mail(mut self, mail: &str) -> Self {
        self.call = self.call.with_query("mail[eq]", mail);
        self
    }

    /// Only those with this username.
    pub fn username(mut self, username: &str) -> Self {
        self.call = self.call.with_query("username[eq]", username);
        self
    }

    /// Only those with, or without, a status.
    pub fn status(mut self, filter: StatusFilter) -> Self {
        let (name, status) = match filter {
            StatusFilter::Is(status) => ("status[eq]", status),
            StatusFilter::IsNot(status) => ("status[ne]", status),
        };
        self.call = self.call.with_query(name, status.as_str());
        self
    }

    /// Goes through the pages, of 500 users each.
    pub fn pages(self) -> Pager<User> {
        Pager::new(self.exchange, self.call, |value| {
            User::from_json(value).ok()
        })
    }

    /// All users of all pages, each once.
    ///
    /// A record without id or status is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<User>, Error> {
        self.pages().all(|user| user.id().as_str()).await
    }
}

/// A condition on the status of users.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "360Learning has these two operators"
)]
pub enum StatusFilter {
    /// The status is this one.
    Is(UserStatus),
    /// The status is any but this one.
    IsNot(UserStatus),
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
