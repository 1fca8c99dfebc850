//! The calls about webhook subscriptions.

mod events;

use std::sync::Arc;

use http::Method;
use serde::Deserialize;

pub use self::events::ListSentEvents;
use super::call::Call;
use super::error::Error;
use super::exchange::Exchange;
use super::filter::TextFilter;
use super::pager::Pager;
use crate::ids::SubscriptionId;
use crate::webhook::{
    EventType, NewSubscription, SigningSecret, Subscription, SubscriptionEdit, TimeFrame,
};

/// The calls about webhook subscriptions, each for one type of events and one address.
///
/// Reading needs the scope `webhooks:read`, writing `webhooks:write`; secrets have their own,
/// `webhookSecrets:read` and `webhookSecrets:write`. What is received is checked and read with
/// [`webhook::Verifier`](crate::webhook::Verifier). Source: 360Learning's webhook API reference,
/// *Subscriptions*.
#[derive(Clone, Debug)]
pub struct WebhookSubscriptions {
    exchange: Arc<Exchange>,
}

impl WebhookSubscriptions {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Lists subscriptions. Scope `webhooks:read`; pages of 2,000.
    pub fn list(&self) -> ListSubscriptions {
        ListSubscriptions {
            exchange: self.exchange.clone(),
            call: Call::new(&self.exchange.base, Method::GET, SUBSCRIPTIONS, &[]),
        }
    }

    /// Gets a subscription. Scope `webhooks:read`.
    ///
    /// # Errors
    /// [`SubscriptionNotFound`](crate::ErrorCode::SubscriptionNotFound) with a 404.
    pub async fn get(&self, id: &SubscriptionId) -> Result<Subscription, Error> {
        self.read(self.call(Method::GET, SUBSCRIPTION, id)).await
    }

    /// Makes a subscription, which is active at once. Scope `webhooks:write`.
    ///
    /// # Errors
    /// [`SubscriptionAlreadyExists`](crate::ErrorCode::SubscriptionAlreadyExists) for the same type
    /// and address; [`UrlUnreachable`](crate::ErrorCode::UrlUnreachable);
    /// [`SubscriptionsLimitReached`](crate::ErrorCode::SubscriptionsLimitReached).
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429). If nobody
    /// knows, the list tells.
    pub async fn create(&self, subscription: &NewSubscription) -> Result<Subscription, Error> {
        let call = Call::new(&self.exchange.base, Method::POST, SUBSCRIPTIONS, &[]);
        self.read(call.with_json(subscription)?).await
    }

    /// Changes a subscription, or switches it on or off. Scope `webhooks:write`.
    ///
    /// # Errors
    /// [`SubscriptionAlreadyExists`](crate::ErrorCode::SubscriptionAlreadyExists) and
    /// [`UrlUnreachable`](crate::ErrorCode::UrlUnreachable);
    /// [`SubscriptionNotFound`](crate::ErrorCode::SubscriptionNotFound) with a 404.
    pub async fn edit(
        &self,
        id: &SubscriptionId,
        edit: &SubscriptionEdit,
    ) -> Result<Subscription, Error> {
        let call = self.call(Method::PATCH, SUBSCRIPTION, id);
        self.read(call.with_json(edit)?).await
    }

    /// Deletes a subscription. Scope `webhooks:write`.
    ///
    /// # Errors
    /// [`SubscriptionNotFound`](crate::ErrorCode::SubscriptionNotFound) with a 404, unless an
    /// earlier attempt of this very call may have deleted it.
    pub async fn delete(&self, id: &SubscriptionId) -> Result<(), Error> {
        let call = self.call(Method::DELETE, SUBSCRIPTION, id);
        match self.exchange.execute(&call).await {
            Err(error) if error.is_not_found() && error.repeats() => Ok(()),
            other => other.map(drop),
        }
    }

    /// Gets the secret that a subscription's events are signed with. Scope `webhookSecrets:read`.
    ///
    /// # Errors
    /// [`SubscriptionNotFound`](crate::ErrorCode::SubscriptionNotFound) with a 404.
    pub async fn secret(&self, id: &SubscriptionId) -> Result<SigningSecret, Error> {
        self.read_secret(self.call(Method::GET, SECRET, id)).await
    }

    /// Replaces the secret and gives the new one. For 24 hours events are signed with both. Scope
    /// `webhookSecrets:write`.
    ///
    /// # Errors
    /// [`SubscriptionNotFound`](crate::ErrorCode::SubscriptionNotFound) with a 404.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429): a second
    /// rotation would end the old secret's time. If nobody knows, [`secret`](Self::secret) gives
    /// the one that counts.
    pub async fn rotate_secret(&self, id: &SubscriptionId) -> Result<SigningSecret, Error> {
        self.read_secret(self.call(Method::POST, ROTATE, id)).await
    }

    /// Sends the events of a time frame again whose delivery had failed. Scope `webhooks:write`.
    ///
    /// # Errors
    /// [`ActiveSubscriptionNotFound`](crate::ErrorCode::ActiveSubscriptionNotFound) with a 404 if
    /// the subscription is switched off;
    /// [`InvalidRetryTimeframe`](crate::ErrorCode::InvalidRetryTimeframe).
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429). Twice is
    /// harmless for a receiver that skips ids it has seen.
    pub async fn retry_failures(&self, id: &SubscriptionId, of: TimeFrame) -> Result<(), Error> {
        let call = self.call(Method::POST, RETRY_FAILURES, id).with_json(&of)?;
        self.exchange.execute(&call).await.map(drop)
    }

    /// Sends the events of a time frame again that had been delivered. Scope `webhooks:write`.
    ///
    /// # Errors
    /// As [`retry_failures`](Self::retry_failures).
    ///
    /// # Retries
    /// As [`retry_failures`](Self::retry_failures).
    pub async fn retry_successes(&self, id: &SubscriptionId, of: TimeFrame) -> Result<(), Error> {
        let call = self
            .call(Method::POST, RETRY_SUCCESSES, id)
            .with_json(&of)?;
        self.exchange.execute(&call).await.map(drop)
    }

    fn call(&self, method: Method, template: &'static str, id: &SubscriptionId) -> Call {
        Call::new(&self.exchange.base, method, template, &[id.as_str()])
    }

    async fn read(&self, call: Call) -> Result<Subscription, Error> {
        self.exchange.execute(&call).await?.json()
    }

    async fn read_secret(&self, call: Call) -> Result<SigningSecret, Error> {
        let answer = self.exchange.execute(&call).await?;
        // The body holds the secret: no error may keep it.
        answer.json().map_err(|error| error.with_body(&[]))
    }
}

/// A list of subscriptions, to be filtered.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListSubscriptions {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListSubscriptions {
    /// Only those whose type of events is so; a type alone means this one.
    pub fn event_type(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("eventType", &filter.into());
        self
    }

    /// Goes through the pages, of 2,000 subscriptions each.
    pub fn pages(self) -> Pager<Subscription> {
        Pager::new(self.exchange, self.call, |value| {
            Subscription::deserialize(value).ok()
        })
    }

    /// All subscriptions of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<Subscription>, Error> {
        self.pages()
            .all(|subscription| subscription.id().clone())
            .await
    }
}

impl From<&EventType> for TextFilter {
    fn from(event_type: &EventType) -> Self {
        Self::is(event_type.as_str())
    }
}

const SUBSCRIPTIONS: &str = "/api/v2/webhooks/subscriptions";

const SUBSCRIPTION: &str = "/api/v2/webhooks/subscriptions/{subscriptionId}";

const SECRET: &str = "/api/v2/webhooks/subscriptions/{subscriptionId}/secrets";

const ROTATE: &str = "/api/v2/webhooks/subscriptions/{subscriptionId}/secrets/rotate";

const RETRY_FAILURES: &str = "/api/v2/webhooks/subscriptions/{subscriptionId}/events/retry-failure";

const RETRY_SUCCESSES: &str =
    "/api/v2/webhooks/subscriptions/{subscriptionId}/events/retry-success";
