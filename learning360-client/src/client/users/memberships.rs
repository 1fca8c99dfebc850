use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::Users;
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::pager::Pager;
use crate::ids::UserId;
use crate::role::Membership;

impl Users {
    /// Lists a user's memberships: one for each role in each group. Scope `users:read`; pages of
    /// 1,000.
    ///
    /// A learner of a public group is in the groups above it, too, up to the first private one:
    /// there may be more memberships than were ever given.
    ///
    /// # Errors
    /// `userNotFound` with a 404.
    pub fn memberships(&self, user: &UserId) -> ListMemberships {
        ListMemberships {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, ROLES, &[user.as_str()]),
        }
    }
}

/// A list of memberships.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListMemberships {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListMemberships {
    /// Goes through the pages, of 1,000 memberships each, sorted by group. The memberships of one
    /// group may stand on two pages.
    pub fn pages(self) -> Pager<Membership> {
        Pager::new(self.exchange, self.call, |value| {
            Membership::deserialize(value).ok()
        })
    }

    /// All memberships of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<Membership>, Error> {
        self.pages().all(Membership::clone).await
    }
}

const ROLES: &str = "/api/v2/users/{userId}/roles";
