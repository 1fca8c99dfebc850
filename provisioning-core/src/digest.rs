//! Short digests: of plans and policies, and keyed ones of values that must not be stored.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// The first sixteen bytes of a SHA-256 digest or HMAC; shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

/// A secret key for digests of values, so that they cannot be guessed from the stored state.
///
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestKey(Box<[u8]>);

impl Digest {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::first(&Sha256::digest(bytes))
    }

    /// The digest of a value under a key. The name of its field is part of it, so that equal
    /// values of different fields have different digests.
    pub(crate) fn keyed(key: &DigestKey, field: &str, value: &str) -> Option<Self> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).ok()?;
        mac.update(field.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        Some(Self::first(&mac.finalize().into_bytes()))
    }

    fn first(bytes: &[u8]) -> Self {
        let mut first = [0; 16];
        first
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        Self(first)
    }

    fn parse(text: &str) -> Option<Self> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let digits = digits.filter(|digits| digits.len() == 32)?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        }
        Some(Self(bytes))
    }
}

impl DigestKey {
    /// A key of these bytes; use at least sixteen random ones and keep them for good.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey([secret])")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("32 hexadecimal digits are wanted"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_survive_their_text() {
        let digest = Digest::of(b"Ada");
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        for bad in ["", "00", "0123456789abcdef0123456789abcdeg", "é"] {
            assert_eq!(Digest::parse(bad), None);
        }
    }

    #[test]
    fn keys_and_fields_tell_equal_values_apart() {
        let (one, two) = (DigestKey::new(*b"one"), DigestKey::new(*b"two"));
        let digest = |key, field| Digest::keyed(key, field, "Ada").expect("any key works");
        assert_eq!(digest(&one, "job"), digest(&one, "job"));
        assert_ne!(digest(&one, "job"), digest(&two, "job"));
        assert_ne!(digest(&one, "job"), digest(&one, "phone"));
    }
}
