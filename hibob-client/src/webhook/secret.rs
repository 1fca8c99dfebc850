//! The secrets of webhooks.

use core::fmt;

use hmac::Hmac;
use jiff::Timestamp;
use sha2::Sha512;

use super::signature::keyed;

/// A webhook's secret with a label, which may be logged.
///
/// The secret is used as text: HiBob's is not to be decoded. It is turned into a signing key at
/// once and not kept. `Debug` shows the label and the expiry only.
///
/// HiBob shows the secret in the settings of the webhook, and makes a new one there on request.
/// Whether the old one stays good for a while is not documented: let a [`Verifier`] know both,
/// and give the old one an end.
///
/// ```
/// use hibob_client::webhook::{Secret, Verifier};
///
/// let verifier = Verifier::new([
///     Secret::new("upsert-2", "the new one"),
///     Secret::new("upsert-1", "the one before").valid_until("2026-05-04T00:00:00Z".parse()?),
/// ])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Verifier`]: super::Verifier
#[derive(Clone)]
pub struct Secret {
    label: Box<str>,
    /// `None` for an empty secret, with which anybody could sign.
    key: Option<Hmac<Sha512>>,
    end: Option<Timestamp>,
}

impl Secret {
    /// A secret, and a label to tell it from others.
    pub fn new(label: impl Into<Box<str>>, key: impl AsRef<[u8]>) -> Self {
        let key = key.as_ref();
        Self {
            label: label.into(),
            key: (!key.is_empty()).then(|| keyed(key)),
            end: None,
        }
    }

    /// Gives the secret an end: from this instant on it verifies nothing.
    pub fn valid_until(self, end: Timestamp) -> Self {
        Self {
            end: Some(end),
            ..self
        }
    }

    /// The label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The instant from which on it verifies nothing, if it has one.
    pub fn expiry(&self) -> Option<Timestamp> {
        self.end
    }

    pub(super) fn into_key(self) -> Option<Key> {
        Some(Key {
            mac: self.key?,
            label: self.label,
            end: self.end,
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("label", &self.label)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// There is no secret, or an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook's secret must not be empty, and there must be at least one")]
pub struct EmptySecret;

/// A secret that is not empty.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) label: Box<str>,
    pub(super) mac: Hmac<Sha512>,
    end: Option<Timestamp>,
}

impl Key {
    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        self.end.is_none_or(|end| now < end)
    }
}
