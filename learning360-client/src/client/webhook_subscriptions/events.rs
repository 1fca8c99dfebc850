use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::WebhookSubscriptions;
use crate::client::call::Call;
use crate::client::error::Error;
use crate::client::exchange::Exchange;
use crate::client::filter::InstantFilter;
use crate::client::pager::Pager;
use crate::ids::SubscriptionId;
use crate::webhook::{DeliveryStatus, SentEvent};

impl WebhookSubscriptions {
    /// Lists the events of a subscription, of the last 90 days. Scope `webhooks:read`; pages of
    /// 250.
    ///
    /// # Errors
    /// [`SubscriptionNotFound`](crate::ErrorCode::SubscriptionNotFound) with a 404.
    pub fn events(&self, id: &SubscriptionId) -> ListSentEvents {
        ListSentEvents {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, EVENTS, id),
        }
    }
}

/// A list of a subscription's events, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListSentEvents {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListSentEvents {
    /// Only those made from, or before, an instant.
    pub fn created_at(mut self, filter: InstantFilter) -> Self {
        self.call = self.call.with_instant_filter("createdAt", filter);
        self
    }

    /// Only those whose delivery is so far.
    pub fn status(mut self, status: &DeliveryStatus) -> Self {
        self.call = self.call.with_query("status[eq]", status.as_str());
        self
    }

    /// Goes through the pages, of 250 events each.
    pub fn pages(self) -> Pager<SentEvent> {
        Pager::new(self.exchange, self.call, |value| {
            SentEvent::deserialize(value).ok()
        })
    }

    /// All events of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<SentEvent>, Error> {
        self.pages().all(|event| Box::<str>::from(event.id())).await
    }
}

const EVENTS: &str = "/api/v2/webhooks/subscriptions/{subscriptionId}/events";
