use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::call::Call;
use super::error::Error;
use super::exchange::Exchange;
use super::pager::Pager;
use crate::ids::{MappingId, UserId};
use crate::mapping::{Mapping, NewMapping};

/// The calls about external-ID mappings of users. Source: 360Learning's API v2 reference,
/// *External IDs*.
///
/// Listing needs the scope `externalIds:read`, everything else `externalIds:write`.
#[derive(Clone, Debug)]
pub struct ExternalIds {
    exchange: Arc<Exchange>,
}

impl ExternalIds {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Lists mappings of users.
    pub fn list(&self) -> ListExternalIds {
        let call = self.call(Method::GET, MAPPINGS, &[]);
        ListExternalIds {
            exchange: self.exchange.clone(),
            // The filter is called `type`, the property `targetType`.
            call: call.with_query("type[eq]", "user"),
        }
    }

    /// Creates a mapping.
    ///
    /// # Errors
    /// [`MappingAlreadyExists`](crate::ErrorCode::MappingAlreadyExists) if the user has one on the
    /// platform; [`ValueAlreadyUsed`](crate::ErrorCode::ValueAlreadyUsed) if the value leads to
    /// another user; [`ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName);
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) with a 404 if there is no such
    /// user.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn create(&self, mapping: &NewMapping) -> Result<Mapping, Error> {
        self.mapping(self.call(Method::POST, MAPPINGS, &[]).with_json(mapping)?)
            .await
    }

    /// Replaces a mapping as a whole.
    ///
    /// # Errors
    /// [`TargetAlreadyMapped`](crate::ErrorCode::TargetAlreadyMapped),
    /// [`ValueAlreadyUsed`](crate::ErrorCode::ValueAlreadyUsed) and
    /// [`ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName); with a 404
    /// [`MappingIdNotFound`](crate::ErrorCode::MappingIdNotFound) and
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound).
    pub async fn replace(&self, id: &MappingId, mapping: &NewMapping) -> Result<Mapping, Error> {
        let call = self.call(Method::PUT, MAPPING, &[id.as_str()]);
        self.mapping(call.with_json(mapping)?).await
    }

    /// Deletes a mapping; the user stays.
    ///
    /// # Errors
    /// [`ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName);
    /// [`MappingIdNotFound`](crate::ErrorCode::MappingIdNotFound) with a 404, unless an earlier
    /// attempt of this very call may have deleted it.
    pub async fn delete(&self, id: &MappingId) -> Result<(), Error> {
        let call = self.call(Method::DELETE, MAPPING, &[id.as_str()]);
        match self.exchange.execute(&call).await {
            Err(error) if error.is_not_found() && error.repeats() => Ok(()),
            other => other.map(drop),
        }
    }

    fn call(&self, method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call::new(&self.exchange.base, method, template, ids)
    }

    async fn mapping(&self, call: Call) -> Result<Mapping, Error> {
        self.exchange.execute(&call).await?.json()
    }
}

/// A list of mappings of users, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListExternalIds {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListExternalIds {
    /// Only those of a platform.
    pub fn platform(mut self, platform: &str) -> Self {
        self.call = self.call.with_query("platform[eq]", platform);
        self
    }

    /// Only those with a value.
    pub fn value(mut self, value: &str) -> Self {
        self.call = self.call.with_query("value[eq]", value);
        self
    }

    /// Only those of a user.
    pub fn target(mut self, user: &UserId) -> Self {
        self.call = self.call.with_query("targetId[eq]", user.as_str());
        self
    }

    /// Goes through the pages, of 5,000 mappings each.
    pub fn pages(self) -> Pager<Mapping> {
        Pager::new(self.exchange, self.call, |value| {
            Mapping::deserialize(value).ok()
        })
    }

    /// All mappings of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<Mapping>, Error> {
        self.pages().all(|mapping| mapping.id().as_str()).await
    }
}

const MAPPINGS: &str = "/api/v2/external-ids";

const MAPPING: &str = "/api/v2/external-ids/{mappingId}";
