use core::fmt;
use core::hash::Hash;
use std::sync::Arc;

use http::Method;
use serde::de::DeserializeOwned;

use super::Groups;
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::pager::Pager;
use crate::ids::{CourseId, GroupId, PathId, PathSessionId};

/// # Contents
/// All four lists need the scope `groups:read`, have pages of 10,000 ids, and fail with
/// [`GroupNotFound`](crate::ErrorCode::GroupNotFound) and a 404.
impl Groups {
    /// Lists the courses that a group's catalog shares.
    pub fn catalog_courses(&self, group: &GroupId) -> ListContentIds<CourseId> {
        self.contents(CATALOG, group, "course")
    }

    /// Lists the sessions of paths that a group's catalog shares.
    pub fn catalog_path_sessions(&self, group: &GroupId) -> ListContentIds<PathSessionId> {
        self.contents(CATALOG, group, "path-session")
    }

    /// Lists the courses that a group's library shares.
    pub fn library_courses(&self, group: &GroupId) -> ListContentIds<CourseId> {
        self.contents(LIBRARY, group, "course")
    }

    /// Lists the paths that a group's library shares.
    pub fn library_paths(&self, group: &GroupId) -> ListContentIds<PathId> {
        self.contents(LIBRARY, group, "path")
    }

    fn contents<T: DeserializeOwned>(
        &self,
        template: &'static str,
        group: &GroupId,
        kind: &str,
    ) -> ListContentIds<T> {
        ListContentIds {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, template, &[group.as_str(), kind]),
            decode: |value| T::deserialize(value).ok(),
        }
    }
}

/// A list of ids of contents of one kind.
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListContentIds<T> {
    exchange: Arc<Exchange>,
    call: Call,
    decode: fn(serde_json::Value) -> Option<T>,
}

impl<T: Clone + Eq + Hash> ListContentIds<T> {
    /// Goes through the pages, of 10,000 ids each.
    pub fn pages(self) -> Pager<T> {
        Pager::new(self.exchange, self.call, self.decode)
    }

    /// All ids of all pages, each once.
    ///
    /// What is no id is left out with a warning in the trace; to know how many there were, go
    /// through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<T>, Error> {
        self.pages().all(T::clone).await
    }
}

impl<T> fmt::Debug for ListContentIds<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListContentIds")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

const CATALOG: &str = "/api/v2/groups/{groupId}/catalog/{contentType}-ids";

const LIBRARY: &str = "/api/v2/groups/{groupId}/library/{contentType}-ids";
