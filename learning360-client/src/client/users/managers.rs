use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::Users;
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::pager::Pager;
use crate::ids::UserId;

/// Managers and subordinates. A user may have several managers; 360Learning documents no most.
///
/// There is no call that replaces them: compare what is with what should be, add, then remove.
impl Users {
    /// Lists a user's managers. Scope `users:read`; pages of 1,000.
    ///
    /// # Errors
    /// `userNotFound` with a 404.
    pub fn managers(&self, user: &UserId) -> ListUserIds {
        self.user_ids(MANAGERS, user)
    }

    /// Lists the users whose manager a user is. Scope `users:read`; pages of 1,000.
    ///
    /// # Errors
    /// `userNotFound` with a 404.
    pub fn subordinates(&self, user: &UserId) -> ListUserIds {
        self.user_ids(SUBORDINATES, user)
    }

    /// Adds a manager to a user, beside those there are. Scope `users:write`.
    ///
    /// The manager may be invited, but not deactivated. 360Learning documents no error for a
    /// manager whom the user has already, for a user who manages themself, or for a circle.
    ///
    /// # Errors
    /// `userDeleted` and `managerDeleted` if one of the two is deactivated; `userNotFound` and
    /// `managerNotFound` with a 404.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn add_manager(&self, user: &UserId, manager: &UserId) -> Result<(), Error> {
        let ids = [user.as_str(), manager.as_str()];
        self.done(self.call(Method::POST, MANAGER, &ids)).await
    }

    /// Removes a manager from a user. Scope `users:write`. The manager may be deactivated.
    ///
    /// # Errors
    /// `userDeleted` if the user is deactivated; `managerNotAssignedToUser` if the user does not
    /// have this manager, unless an earlier attempt of this very call may have removed them;
    /// `userNotFound` and `managerNotFound` with a 404.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn remove_manager(&self, user: &UserId, manager: &UserId) -> Result<(), Error> {
        let ids = [user.as_str(), manager.as_str()];
        let call = self.call(Method::DELETE, MANAGER, &ids);
        self.gone(call, "managerNotAssignedToUser").await
    }

    fn user_ids(&self, template: &'static str, user: &UserId) -> ListUserIds {
        ListUserIds {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, template, &[user.as_str()]),
        }
    }
}

/// A list of ids of users.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListUserIds {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListUserIds {
    /// Goes through the pages, of 1,000 ids each.
    pub fn pages(self) -> Pager<UserId> {
        Pager::new(self.exchange, self.call, |value| {
            UserId::deserialize(value).ok()
        })
    }

    /// All ids of all pages, each once.
    ///
    /// What is no id is left out with a warning in the trace; to know how many there were, go
    /// through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<UserId>, Error> {
        self.pages().all(UserId::clone).await
    }
}

const MANAGERS: &str = "/api/v2/users/{userId}/managers";

const MANAGER: &str = "/api/v2/users/{userId}/managers/{managerId}";

const SUBORDINATES: &str = "/api/v2/users/{userId}/subordinates";
