use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::Users;
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::pager::Pager;
use crate::custom_link::{NewUserCustomLink, UserCustomLink};
use crate::ids::{UserCustomLinkId, UserId};

/// Custom links of a user. What 360Learning answers to a successful creation or replacement is not
/// documented: list the links to learn their ids.
impl Users {
    /// Lists a user's custom links. Scope `users:read`; pages of 1,000.
    ///
    /// # Errors
    /// `userNotFound` with a 404.
    pub fn custom_links(&self, user: &UserId) -> ListUserCustomLinks {
        ListUserCustomLinks {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, LINKS, &[user.as_str()]),
        }
    }

    /// Gives a user a custom link. Scope `users:write`.
    ///
    /// # Errors
    /// `userNotFound` and `customLinkNotFound` with a 404; `customLinkAlreadyUsed` with a 409 if
    /// the user has one in this place.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn create_custom_link(
        &self,
        user: &UserId,
        link: &NewUserCustomLink,
    ) -> Result<(), Error> {
        let call = self.call(Method::POST, LINKS, &[user.as_str()]);
        self.done(call.with_json(link)?).await
    }

    /// Replaces a user's custom link as a whole. Scope `users:write`.
    ///
    /// # Errors
    /// `userNotFound`, `customUserLinkNotFound` and `customLinkNotFound` with a 404;
    /// `customLinkAlreadyUsed` with a 409.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn replace_custom_link(
        &self,
        user: &UserId,
        id: &UserCustomLinkId,
        link: &NewUserCustomLink,
    ) -> Result<(), Error> {
        let call = self.call(Method::PUT, LINK, &[user.as_str(), id.as_str()]);
        self.done(call.with_json(link)?).await
    }

    /// Deletes a user's custom link. Scope `users:write`.
    ///
    /// # Errors
    /// `userNotFound` with a 404; `customUserLinkNotFound` with a 404, unless an earlier attempt
    /// of this very call may have deleted it.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn delete_custom_link(
        &self,
        user: &UserId,
        id: &UserCustomLinkId,
    ) -> Result<(), Error> {
        let call = self.call(Method::DELETE, LINK, &[user.as_str(), id.as_str()]);
        self.gone(call, "customUserLinkNotFound").await
    }
}

/// A list of a user's custom links.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListUserCustomLinks {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListUserCustomLinks {
    /// Goes through the pages, of 1,000 links each.
    pub fn pages(self) -> Pager<UserCustomLink> {
        Pager::new(self.exchange, self.call, |value| {
            UserCustomLink::deserialize(value).ok()
        })
    }

    /// All links of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<UserCustomLink>, Error> {
        self.pages().all(|link| link.id().clone()).await
    }
}

const LINKS: &str = "/api/v2/users/{userId}/custom-links";

const LINK: &str = "/api/v2/users/{userId}/custom-links/{customUserLinkId}";
