use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::Groups;
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::pager::Pager;
use crate::error_code::ErrorCode;
use crate::group::{GroupMember, UserMembership};
use crate::ids::GroupId;

impl Groups {
    /// Lists who is in a group: one element for each role of each user. Scope `groups:read`; pages
    /// of 1,000, sorted by user.
    ///
    /// # Errors
    /// [`GroupNotFound`](ErrorCode::GroupNotFound) with a 404.
    pub fn members(&self, group: &GroupId) -> ListGroupMembers {
        ListGroupMembers {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, ROLES, &[group.as_str()]),
        }
    }

    /// Gives a user a role in a group. Scope `groups:write`.
    ///
    /// A learner of a public group becomes a learner of the groups above it, too, up to the first
    /// private one. A role that the user has already is presumably no error; that is not documented.
    /// 360Learning may send mails about what the group brings along.
    ///
    /// # Errors
    /// [`UserDeleted`](ErrorCode::UserDeleted) if the user is deactivated;
    /// [`AnalystUnavailable`](ErrorCode::AnalystUnavailable);
    /// [`GroupNotFound`](ErrorCode::GroupNotFound) and
    /// [`UserNotFound`](ErrorCode::UserNotFound) with a 404.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn add_role(&self, membership: &UserMembership) -> Result<(), Error> {
        let call = self.role(Method::POST, membership);
        self.exchange.execute(&call).await.map(drop)
    }

    /// Takes a user's role in a group away. Scope `groups:write`.
    ///
    /// With the role of a learner goes that in all public groups below, down to the first private
    /// one. A user needs a role somewhere: add before you remove.
    ///
    /// # Errors
    /// [`AnalystUnavailable`](ErrorCode::AnalystUnavailable);
    /// [`GroupNotFound`](ErrorCode::GroupNotFound) with a 404, and
    /// [`UserNotFoundInGroup`](ErrorCode::UserNotFoundInGroup) unless an earlier attempt of this very
    /// call may have taken the role away.
    pub async fn remove_role(&self, membership: &UserMembership) -> Result<(), Error> {
        let call = self.role(Method::DELETE, membership);
        match self.exchange.execute(&call).await {
            Err(error)
                if error.code() == Some(&ErrorCode::UserNotFoundInGroup) && error.repeats() =>
            {
                Ok(())
            }
            other => other.map(drop),
        }
    }

    fn role(&self, method: Method, membership: &UserMembership) -> Call {
        // The constructor of a membership lets no role through that has no path.
        let role = membership.role().path_segment().unwrap_or_default();
        let (group, user) = (membership.group(), membership.user());
        self.call(method, ROLE, &[group.as_str(), role, user.as_str()])
    }
}

/// A list of who is in a group.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListGroupMembers {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListGroupMembers {
    /// Goes through the pages, of 1,000 members each. The roles of one user may stand on two pages.
    pub fn pages(self) -> Pager<GroupMember> {
        Pager::new(self.exchange, self.call, |value| {
            GroupMember::deserialize(value).ok()
        })
    }

    /// All members of all pages, each user and role once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<GroupMember>, Error> {
        self.pages().all(GroupMember::clone).await
    }
}

const ROLES: &str = "/api/v2/groups/{groupId}/roles";

const ROLE: &str = "/api/v2/groups/{groupId}/{role}/{userId}";
