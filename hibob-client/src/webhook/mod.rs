//! HiBob's webhooks: verification of the signature, then parsing.
//!
//! An [`Event`] can only come from a [`Verifier`], so that a forged one cannot be handled by
//! mistake. Hand over the raw bytes of the body: a body that was parsed and written again no
//! longer fits its signature.
//!
//! ```
//! use hibob_client::webhook::{Delivery, Secret, Verifier, VerifyError, is_ping};
//! use http::HeaderMap;
//! use jiff::Timestamp;
//!
//! /// What a receiver does with a request; the answer is the HTTP status.
//! fn receive(verifier: &Verifier, headers: &HeaderMap, body: &[u8], now: Timestamp) -> u16 {
//!     match verifier.open(headers, body, now) {
//!         Ok(opened) => match opened.delivery {
//!             Delivery::Ping => 200,
//!             Delivery::Event(event) => {
//!                 // Store `event.dedupe()`, then read the employee again through the API.
//!                 let _ = event.employee_id();
//!                 200
//!             }
//!             // Anything but 200 makes HiBob send it again for three days.
//!             Delivery::Unparseable(_) => 200,
//!         },
//!         // The first ping comes before the receiver can know the secret.
//!         Err(VerifyError::Missing) if is_ping(body) => 200,
//!         Err(_) => 401,
//!     }
//! }
//!
//! let verifier = Verifier::new([Secret::new("upsert-1", "from HiBob's webhook settings")])?;
//! let (unsigned, now) = (HeaderMap::new(), Timestamp::UNIX_EPOCH); // A host asks its clock.
//! assert_eq!(receive(&verifier, &unsigned, b"Ping test", now), 200);
//! assert_eq!(receive(&verifier, &unsigned, b"{}", now), 401);
//! # Ok::<(), hibob_client::webhook::EmptySecret>(())
//! ```
//!
//! Events cannot be made in any other way:
//!
//! ```compile_fail
//! let event: hibob_client::webhook::Event = serde_json::from_str("{}").unwrap();
//! ```
//!
//! ```compile_fail
//! use hibob_client::webhook::{Delivery, Opened};
//! let opened = Opened { delivery: Delivery::Ping, secret: "".into() };
//! ```
//!
//! Source: HiBob's API documentation, *Working with webhooks* and *Webhook events v2*.

mod changed;
mod detail;
mod envelope;
mod event;
mod kind;
mod ping;
mod raw;
mod secret;
mod signature;
mod verify;

pub use changed::ChangedFields;
pub use detail::{EventDetail, SignedDocument, TableEntry, TaskChange};
pub use envelope::BODY_LIMIT;
pub use event::{DedupeKey, Delivery, Event, TriggeredBy, Unparseable, UnparseableReason};
pub use kind::{EventKind, EventVersion, TimeOffChange};
pub use ping::is_ping;
pub use secret::{EmptySecret, Secret};
pub use signature::SIGNATURE_HEADER;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub use signature::sign;
pub use verify::{Opened, Verified, Verifier, VerifyError};
