//! 360Learning's webhooks: verification of the signature, then parsing; and what a subscription
//! is.
//!
//! An [`Event`] can only come from a [`Verifier`], so that a forged one cannot be handled by
//! mistake. Hand over the raw bytes of the body: a body that was parsed and written again no
//! longer fits its signature.
//!
//! ```
//! use jiff::Timestamp;
//! use learning360_client::webhook::{Delivery, EventData, Secret, Verifier};
//!
//! /// What a receiver does with a request; the answer is the HTTP status.
//! fn receive(
//!     verifier: &Verifier,
//!     headers: &http::HeaderMap,
//!     body: &[u8],
//!     now: Timestamp,
//! ) -> u16 {
//!     match verifier.open(headers, body, now) {
//!         Ok(opened) => match opened.delivery {
//!             Delivery::Event(event) => {
//!                 // Skip an `event.id()` that was seen before, and read the user again through
//!                 // the API: events come late, twice and out of order.
//!                 if let EventData::User(user) = event.data() {
//!                     let _ = user.user();
//!                 }
//!                 200
//!             }
//!             // Another attempt would bring the same: take it, and count it.
//!             _ => 200,
//!         },
//!         Err(_) => 401,
//!     }
//! }
//!
//! let verifier = Verifier::new([Secret::new("users", "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3Q=")])?;
//! let now = Timestamp::UNIX_EPOCH;
//! assert_eq!(receive(&verifier, &http::HeaderMap::new(), b"{}", now), 401);
//! # Ok::<(), learning360_client::webhook::EmptySecret>(())
//! ```
//!
//! Events cannot be made in any other way:
//!
//! ```compile_fail
//! let event: learning360_client::webhook::Event = serde_json::from_str("{}").unwrap();
//! ```
//!
//! # What 360Learning promises
//!
//! An event comes seconds to minutes after its cause. It must be answered within 15 s; any 2xx
//! takes it. Otherwise it comes seven times more, over 27 hours, and is then kept for 90 days for
//! [a repetition on request](crate::Client). A subscription that fails for five days is switched
//! off. There are no events about memberships, managers, custom values and external IDs, and none
//! of them says who caused it.
//!
//! Source: 360Learning's developer guide, *Webhooks*, and its webhook API reference; the scheme of
//! the signature is that of Standard Webhooks.

mod data;
mod event;
mod event_type;
mod secret;
mod subscription;
mod verify;

pub use data::{BulkOperationEvent, EventData, GroupEvent, UserEvent};
pub use event::{Delivery, Event, Unparseable};
pub use event_type::EventType;
pub use secret::{EmptySecret, Secret};
pub use subscription::{
    DeliveryStatus, InvalidTimeFrame, NewSubscription, SentEvent, SigningSecret, Subscription,
    SubscriptionEdit, SubscriptionStatus, TimeFrame,
};
pub use verify::{
    ID_HEADER, Opened, SIGNATURE_HEADER, TIMESTAMP_HEADER, Verified, Verifier, VerifyError,
};
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub use verify::{sign, signed_headers};
