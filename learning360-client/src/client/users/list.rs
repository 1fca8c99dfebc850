use std::sync::Arc;

use http::Method;

use super::{USERS, Users};
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::filter::TextFilter;
use crate::client::pager::Pager;
use crate::user::{User, UserStatus};

impl Users {
    /// Lists users. Scope `users:read`; pages of 500.
    ///
    /// Whether a list without a filter of the status holds deactivated users is not documented:
    /// always say which you want.
    pub fn list(&self) -> ListUsers {
        ListUsers {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, USERS, &[]),
        }
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
    /// Only those whose mail is so. Whether 360Learning minds the case is not documented.
    pub fn mail(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("mail", &filter.into());
        self
    }

    /// Only those whose username is so.
    pub fn username(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("username", &filter.into());
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
        self.pages().all(|user| user.id().clone()).await
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
