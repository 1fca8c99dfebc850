mod contents;
mod media;
mod members;

use std::sync::Arc;

use http::Method;

pub use self::contents::ListContentIds;
pub use self::media::GroupMedia;
pub use self::members::ListGroupMembers;
use super::call::Call;
use super::error::Error;
use super::exchange::Exchange;
use super::pager::Pager;
use crate::group::{Branding, BrandingEdit, Group, GroupEdit, NewGroup};
use crate::ids::GroupId;

/// The calls about groups. Source: 360Learning's API v2 reference, *Groups*.
///
/// Reading needs the scope `groups:read`, everything else `groups:write`. All calls count against
/// the company's quotas of 50 reads and 10 writes per second.
#[derive(Clone, Debug)]
pub struct Groups {
    exchange: Arc<Exchange>,
}

impl Groups {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Lists all groups. There are no filters. Scope `groups:read`; pages of 500.
    pub fn list(&self) -> ListGroups {
        ListGroups {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, GROUPS, &[]),
        }
    }

    /// Gets a group. Scope `groups:read`.
    ///
    /// # Errors
    /// [`GroupNotFound`](crate::ErrorCode::GroupNotFound) with a 404.
    pub async fn get(&self, id: &GroupId) -> Result<Group, Error> {
        self.group(self.call(Method::GET, GROUP, &[id.as_str()]))
            .await
    }

    /// Creates a group. Scope `groups:write`.
    ///
    /// # Errors
    /// [`ParentGroupNotFound`](crate::ErrorCode::ParentGroupNotFound) with a 404;
    /// [`MaxGroupsLimitReached`](crate::ErrorCode::MaxGroupsLimitReached);
    /// [`SubdomainUnavailable`](crate::ErrorCode::SubdomainUnavailable);
    /// [`MediaNotFound`](crate::ErrorCode::MediaNotFound); and on a public group one of
    /// `noSubdomainOnPublicGroup`, `noCustomUrlOnPublicGroup`, `noImprintOnPublicGroup`,
    /// `noModerationCharterOnPublicGroup`, `noPrivacyPolicyOnPublicGroup` and
    /// `noTermsOfUseOnPublicGroup`.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429): names of groups
    /// are not unique, so that a repetition would make a second group. After a lost answer
    /// ([`Error::sent`]), look for the group in the list.
    pub async fn create(&self, group: &NewGroup) -> Result<Group, Error> {
        self.group(self.call(Method::POST, GROUPS, &[]).with_json(group)?)
            .await
    }

    /// Changes a group; what the edit keeps stays as it is. Scope `groups:write`.
    ///
    /// # Errors
    /// [`GroupNotFound`](crate::ErrorCode::GroupNotFound) and
    /// [`ParentGroupNotFound`](crate::ErrorCode::ParentGroupNotFound) with a 404;
    /// [`ParentGroupNotDescendantOrSelf`](crate::ErrorCode::ParentGroupNotDescendantOrSelf) if the
    /// new parent is the group or one below it, despite the name;
    /// [`RootGroupNotPublic`](crate::ErrorCode::RootGroupNotPublic); and the codes of
    /// [`create`](Self::create) about single values.
    ///
    /// # Retries
    /// Repeated like a read, because the values are absolute.
    pub async fn edit(&self, id: &GroupId, edit: &GroupEdit) -> Result<Group, Error> {
        let call = self.call(Method::PATCH, GROUP, &[id.as_str()]);
        self.group(call.with_json(edit)?).await
    }

    /// Deletes a group. Whether it may have groups below it is not documented for this call; in
    /// bulk they are deleted, too. Scope `groups:write`.
    ///
    /// # Errors
    /// [`GroupIsRoot`](crate::ErrorCode::GroupIsRoot);
    /// [`HasActiveIntegrationsOrLtiConnectors`](crate::ErrorCode::HasActiveIntegrationsOrLtiConnectors);
    /// [`GroupNotFound`](crate::ErrorCode::GroupNotFound) with a 404, unless an earlier attempt of
    /// this very call may have deleted it.
    pub async fn delete(&self, id: &GroupId) -> Result<(), Error> {
        let call = self.call(Method::DELETE, GROUP, &[id.as_str()]);
        match self.exchange.execute(&call).await {
            Err(error) if error.is_not_found() && error.repeats() => Ok(()),
            other => other.map(drop),
        }
    }

    /// Changes the colors of a group and of all groups below it that have none of their own. Scope
    /// `groups:write`.
    ///
    /// # Errors
    /// [`ExtendedTrainingSolutionNotEnabled`](crate::ErrorCode::ExtendedTrainingSolutionNotEnabled)
    /// for any group but the root, without that package;
    /// [`GroupNotFound`](crate::ErrorCode::GroupNotFound) with a 404.
    ///
    /// # Retries
    /// Repeated like a read, because the values are absolute.
    pub async fn set_branding(&self, id: &GroupId, edit: &BrandingEdit) -> Result<Branding, Error> {
        let call = self.call(Method::PATCH, BRANDING, &[id.as_str()]);
        self.exchange.execute(&call.with_json(edit)?).await?.json()
    }

    fn call(&self, method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call::new(&self.exchange.base, method, template, ids)
    }

    async fn group(&self, call: Call) -> Result<Group, Error> {
        self.exchange.execute(&call).await?.json()
    }
}

/// A list of all groups.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListGroups {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListGroups {
    /// Goes through the pages, of 500 groups each.
    pub fn pages(self) -> Pager<Group> {
        Pager::new(self.exchange, self.call, |value| {
            Group::from_json(&value).ok()
        })
    }

    /// All groups of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<Group>, Error> {
        self.pages().all(|group| group.id().clone()).await
    }
}

const GROUPS: &str = "/api/v2/groups";

const GROUP: &str = "/api/v2/groups/{groupId}";

const BRANDING: &str = "/api/v2/groups/{groupId}/branding";
