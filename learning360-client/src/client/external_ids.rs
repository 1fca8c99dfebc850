use core::marker::PhantomData;
use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::call::Call;
use super::error::Error;
use super::exchange::Exchange;
use super::filter::TextFilter;
use super::pager::Pager;
use crate::ids::{MappingId, UserId};
use crate::mapping::{Mapping, MappingTarget, NewMapping};

/// The calls about external-ID mappings. Source: 360Learning's API v2 reference, *External IDs*.
///
/// Listing needs the scope `externalIds:read`, everything else `externalIds:write`. All calls count
/// against the company's quotas of 50 reads and 10 writes per second.
#[derive(Clone, Debug)]
pub struct ExternalIds {
    exchange: Arc<Exchange>,
}

impl ExternalIds {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Lists mappings of users. Scope `externalIds:read`; pages of 5,000.
    pub fn list(&self) -> ListExternalIds {
        self.list_of()
    }

    /// Lists mappings of objects of one kind, such as groups. Scope `externalIds:read`; pages of
    /// 5,000.
    ///
    /// ```no_run
    /// # async fn make(client: learning360_client::Client) -> Result<(), learning360_client::Error> {
    /// use learning360_client::GroupId;
    ///
    /// let groups = client.external_ids().list_of::<GroupId>().platform("ours").all().await?;
    /// # drop(groups);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_of<T: MappingTarget>(&self) -> ListExternalIds<T> {
        let call = self.call(Method::GET, MAPPINGS, &[]);
        ListExternalIds {
            exchange: self.exchange.clone(),
            // The filter is called `type`, the property `targetType`.
            call: call.with_query("type[eq]", T::target_type().as_str()),
            target: PhantomData,
        }
    }

    /// Creates a mapping. Scope `externalIds:write`.
    ///
    /// # Errors
    /// [`MappingAlreadyExists`](crate::ErrorCode::MappingAlreadyExists) if the object has one on the
    /// platform; [`ValueAlreadyUsed`](crate::ErrorCode::ValueAlreadyUsed) if the value leads to
    /// another object; [`ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName);
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) with a 404 if there is no such
    /// object.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn create<T: MappingTarget>(
        &self,
        mapping: &NewMapping<T>,
    ) -> Result<Mapping<T>, Error> {
        self.mapping(self.call(Method::POST, MAPPINGS, &[]).with_json(mapping)?)
            .await
    }

    /// Replaces a mapping as a whole. Scope `externalIds:write`.
    ///
    /// # Errors
    /// [`TargetAlreadyMapped`](crate::ErrorCode::TargetAlreadyMapped),
    /// [`ValueAlreadyUsed`](crate::ErrorCode::ValueAlreadyUsed) and
    /// [`ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName); with a 404
    /// [`MappingIdNotFound`](crate::ErrorCode::MappingIdNotFound) and
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound).
    pub async fn replace<T: MappingTarget>(
        &self,
        id: &MappingId,
        mapping: &NewMapping<T>,
    ) -> Result<Mapping<T>, Error> {
        let call = self.call(Method::PUT, MAPPING, &[id.as_str()]);
        self.mapping(call.with_json(mapping)?).await
    }

    /// Deletes a mapping; the object stays. Scope `externalIds:write`.
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

    async fn mapping<T: MappingTarget>(&self, call: Call) -> Result<Mapping<T>, Error> {
        self.exchange.execute(&call).await?.json()
    }
}

/// A list of mappings of objects of one kind, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListExternalIds<T = UserId> {
    exchange: Arc<Exchange>,
    call: Call,
    target: PhantomData<fn() -> T>,
}

impl<T: MappingTarget> ListExternalIds<T> {
    /// Only those of platforms whose name is so.
    pub fn platform(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("platform", &filter.into());
        self
    }

    /// Only those whose value is so.
    pub fn value(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("value", &filter.into());
        self
    }

    /// Only those of objects whose id is so; an id alone means this object.
    pub fn target(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("targetId", &filter.into());
        self
    }

    /// Goes through the pages, of 5,000 mappings each.
    pub fn pages(self) -> Pager<Mapping<T>> {
        Pager::new(self.exchange, self.call, |value| {
            Mapping::deserialize(value).ok()
        })
    }

    /// All mappings of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<Mapping<T>>, Error> {
        self.pages().all(|mapping| mapping.id().clone()).await
    }
}

impl<T: MappingTarget> From<&T> for TextFilter {
    fn from(id: &T) -> Self {
        Self::is(id.as_ref())
    }
}

const MAPPINGS: &str = "/api/v2/external-ids";

const MAPPING: &str = "/api/v2/external-ids/{mappingId}";
