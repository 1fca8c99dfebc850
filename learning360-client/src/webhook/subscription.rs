//! What 360Learning is told to send where.

use core::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::event_type::EventType;
use super::secret::Secret;
use crate::ids::SubscriptionId;
use crate::open_enum::open_enum;
use crate::value::{InvalidValue, instant, not_blank};

/// An order to send events of one type to one address. `Debug` does not show the address, which may
/// hold a secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Subscription {
    #[serde(rename = "_id")]
    id: SubscriptionId,
    #[serde(rename = "eventType")]
    event_type: EventType,
    status: SubscriptionStatus,
    #[serde(default)]
    name: Box<str>,
    #[serde(default)]
    url: Box<str>,
}

impl Subscription {
    /// The id.
    pub fn id(&self) -> &SubscriptionId {
        &self.id
    }

    /// The type of the events.
    pub fn event_type(&self) -> &EventType {
        &self.event_type
    }

    /// Whether events are sent.
    pub fn status(&self) -> &SubscriptionStatus {
        &self.status
    }

    /// The name that administrators see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the events are sent.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("status", &self.status)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Whether a subscription's events are sent.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriptionStatus {
    /// They are.
    Active,
    /// They are not: somebody said so, or every attempt had failed for five days.
    Inactive,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

impl SubscriptionStatus {
    /// The wire form, such as `active`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Other(text) => text,
        }
    }
}

open_enum!(SubscriptionStatus: "active" => Active, "inactive" => Inactive);

/// A subscription to be made. `Debug` does not show the address.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NewSubscription {
    #[serde(rename = "eventType")]
    event_type: EventType,
    name: String,
    url: String,
}

impl NewSubscription {
    /// Events of a type, a name for administrators, and the address, which 360Learning must be
    /// able to reach when the subscription is made.
    pub fn new(
        event_type: EventType,
        name: impl Into<String>,
        url: impl Into<String>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self {
            event_type,
            name: not_blank("name", name.into())?,
            url: not_blank("url", url.into())?,
        })
    }
}

impl fmt::Debug for NewSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSubscription")
            .field("event_type", &self.event_type)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A change of a subscription; what is not set stays as it is. `Debug` does not show the address.
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use = "an edit does nothing before it is sent"]
pub struct SubscriptionEdit {
    name: Option<String>,
    status: Option<SubscriptionStatus>,
    url: Option<String>,
}

impl SubscriptionEdit {
    /// An edit that changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Result<Self, InvalidValue> {
        self.name = Some(not_blank("name", name.into())?);
        Ok(self)
    }

    /// Switches the subscription on or off.
    pub fn status(mut self, status: SubscriptionStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the address.
    pub fn url(mut self, url: impl Into<String>) -> Result<Self, InvalidValue> {
        self.url = Some(not_blank("url", url.into())?);
        Ok(self)
    }
}

impl fmt::Debug for SubscriptionEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionEdit")
            .field("name", &self.name)
            .field("status", &self.status)
            .field("url", &self.url.is_some())
            .finish_non_exhaustive()
    }
}

impl Serialize for SubscriptionEdit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        if let Some(status) = &self.status {
            map.serialize_entry("status", status)?;
        }
        if let Some(url) = &self.url {
            map.serialize_entry("url", url)?;
        }
        map.end()
    }
}

/// An event that 360Learning has sent or is going to send. Kept for 90 days.
///
/// `Debug` does not show the payload, which may hold personal data.
#[derive(Clone, PartialEq, Deserialize)]
pub struct SentEvent {
    #[serde(rename = "_id")]
    id: Box<str>,
    #[serde(rename = "createdAt")]
    created_at: Timestamp,
    status: DeliveryStatus,
    #[serde(default)]
    payload: Value,
}

impl SentEvent {
    /// The id that the deliveries carry in their header.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When the event was made.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// How far the delivery is.
    pub fn status(&self) -> &DeliveryStatus {
        &self.status
    }

    /// The body of the delivery.
    pub fn payload(&self) -> &Value {
        &self.payload
    }
}

impl fmt::Debug for SentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentEvent")
            .field("id", &self.id)
            .field("created_at", &self.created_at)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// How far the delivery of an event is.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryStatus {
    /// It was taken.
    Delivered,
    /// All attempts have failed.
    Failed,
    /// It has not begun.
    Pending,
    /// There are attempts to come.
    Sending,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

impl DeliveryStatus {
    /// The wire form, such as `delivered`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Other(text) => text,
        }
    }
}

open_enum!(DeliveryStatus:
    "delivered" => Delivered, "failed" => Failed, "pending" => Pending, "sending" => Sending);

/// A stretch of time whose events are to be sent again: up to three days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeFrame {
    from: Timestamp,
    until: Timestamp,
}

impl TimeFrame {
    /// From one instant to a later one, at most three days away.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self, InvalidTimeFrame> {
        let length = until.duration_since(from);
        if length <= SignedDuration::ZERO || length > LONGEST {
            return Err(InvalidTimeFrame);
        }
        Ok(Self { from, until })
    }
}

impl Serialize for TimeFrame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("startDate", &instant(self.from))?;
        map.serialize_entry("endDate", &instant(self.until))?;
        map.end()
    }
}

/// A time frame that ends before it begins, or is longer than three days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time frame must end after it begins, and within three days")]
pub struct InvalidTimeFrame;

/// The secret of a subscription. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SigningSecret {
    secret: Box<str>,
}

impl SigningSecret {
    /// The secret, to be stored where secrets are stored.
    pub fn expose(&self) -> &str {
        &self.secret
    }

    /// The secret for a [`Verifier`](super::Verifier), with a label to tell it from others.
    pub fn labelled(&self, label: impl Into<Box<str>>) -> Secret {
        Secret::new(label, &self.secret)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningSecret").finish_non_exhaustive()
    }
}

const LONGEST: SignedDuration = SignedDuration::from_hours(3 * 24);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_frame_has_up_to_three_days() {
        let from = at("2026-01-01T00:00:00Z");
        for (until, good) in [
            ("2026-01-01T00:00:00Z", false),
            ("2025-12-31T00:00:00Z", false),
            ("2026-01-01T00:00:01Z", true),
            ("2026-01-04T00:00:00Z", true),
            ("2026-01-04T00:00:01Z", false),
        ] {
            assert_eq!(TimeFrame::new(from, at(until)).is_ok(), good, "{until}");
        }
        let frame = TimeFrame::new(from, at("2026-01-02T00:00:00Z")).unwrap();
        let sent = json!({
            "startDate": "2026-01-01T00:00:00.000Z", "endDate": "2026-01-02T00:00:00.000Z",
        });
        assert_eq!(serde_json::to_value(frame).unwrap(), sent);
    }

    #[test]
    fn an_edit_sends_what_is_set() {
        let edit = SubscriptionEdit::new();
        assert_eq!(serde_json::to_value(&edit).unwrap(), json!({}));
        let edit = edit.name("a").unwrap().url("https://b.c").unwrap();
        let edit = edit.status(SubscriptionStatus::Inactive);
        assert_eq!(
            serde_json::to_value(&edit).unwrap(),
            json!({"name": "a", "status": "inactive", "url": "https://b.c"})
        );
        assert!(SubscriptionEdit::new().name(" ").is_err());
        assert!(SubscriptionEdit::new().url("").is_err());
        assert!(NewSubscription::new(EventType::UserDeleted, "a", "").is_err());
    }

    #[test]
    fn what_is_new_breaks_nothing() {
        let subscription: Subscription = serde_json::from_value(json!({
            "_id": "507f1f77bcf86cd799439011", "eventType": "user.teleported",
            "status": "asleep", "more": [],
        }))
        .unwrap();
        assert!(!subscription.event_type().is_known() && !subscription.status().is_known());
        let event: SentEvent = serde_json::from_value(json!({
            "_id": "msg_1", "createdAt": "2026-01-01T00:00:00.000Z", "status": "lost",
        }))
        .unwrap();
        assert_eq!(
            (event.status().as_str(), event.payload()),
            ("lost", &Value::Null)
        );
    }
}
