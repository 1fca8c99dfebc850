//! The secrets that deliveries are signed with.

use core::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

/// A subscription's signing secret with a label, which may be logged.
///
/// The scheme of the signature has secrets of base64 behind `whsec_`, while 360Learning's
/// documents show a plain word. So a secret may have the prefix or not, and signatures are
/// accepted that were made with the bytes it decodes to, or with its text.
///
/// It is turned into signing keys at once and not kept. `Debug` shows the label only.
#[derive(Clone)]
pub struct Secret {
    label: Box<str>,
    pub(super) keys: Vec<Hmac<Sha256>>,
}

impl Secret {
    /// A secret, and a label to tell it from others. Blanks around it are cut off.
    pub fn new(label: impl Into<Box<str>>, secret: impl AsRef<str>) -> Self {
        Self {
            label: label.into(),
            keys: keys(secret.as_ref().trim()),
        }
    }

    /// The label.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

/// There is no secret, or an empty one, with which anybody could sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook's secret must not be empty, and there must be at least one")]
pub struct EmptySecret;

/// The keys that a secret may stand for, the likeliest first; none for an empty one.
fn keys(secret: &str) -> Vec<Hmac<Sha256>> {
    let rest = secret.strip_prefix(PREFIX).unwrap_or(secret);
    if rest.is_empty() {
        return Vec::new();
    }
    let decoded = BASE64.decode(rest).ok().filter(|key| !key.is_empty());
    decoded
        .iter()
        .map(Vec::as_slice)
        .chain([secret.as_bytes()])
        .map(keyed)
        .collect()
}

pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length: long ones are hashed first (RFC 2104).
    Hmac::new_from_slice(key).expect("HMAC accepts keys of any length")
}

const PREFIX: &str = "whsec_";

/// With or without padding, and with loose bits at the end, as the libraries of other languages
/// decode it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_for_its_bytes_and_its_text() {
        for (secret, keys) in [
            ("whsec_dGhlIHNlY3JldA==", 2),
            ("whsec_dGhlIHNlY3JldA", 2),
            (" dGhlIHNlY3JldA==\n", 2),
            ("password123", 2),
            ("pass word", 1),
            ("whsec_pass_word", 1),
            ("whsec_", 0),
            ("", 0),
            (" ", 0),
        ] {
            assert_eq!(Secret::new("a", secret).keys.len(), keys, "{secret:?}");
        }
    }

    #[test]
    fn debug_shows_the_label_only() {
        let secret = format!("{:#?}", Secret::new("label", "canary"));
        assert!(
            secret.contains("label") && !secret.contains("canary"),
            "{secret}"
        );
    }
}
