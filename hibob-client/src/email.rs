//! E-mail addresses.

use core::fmt;

use serde::ser::{Serialize, Serializer};

use crate::ids::{IdKind, InvalidId};

/// A work e-mail address (`root.email`), as HiBob takes it for a key: 3 to 254 characters with one
/// `@` inside, without blanks and control characters. It is not checked any further.
///
/// It is a personal value: neither `Debug` nor an error shows it, and there is no `Display`.
/// Comparing goes without regard to ASCII case.
///
/// ```
/// use hibob_client::EmailAddress;
///
/// let address = EmailAddress::parse("Ada@example.com")?;
/// assert_eq!(address, EmailAddress::parse("ada@EXAMPLE.com")?);
/// assert_eq!(format!("{address:?}"), "EmailAddress(..)");
/// assert!(EmailAddress::parse("ada").is_err());
/// # Ok::<(), hibob_client::InvalidId>(())
/// ```
#[derive(Clone)]
pub struct EmailAddress(Box<str>);

impl EmailAddress {
    /// Reads an address; blanks around it are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let text = text.trim();
        let mut parts = text.split('@');
        let has_parts = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
        let is_address = text.len() <= 254
            && has_parts(parts.next())
            && has_parts(parts.next())
            && parts.next().is_none()
            && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        is_address
            .then(|| Self(text.into()))
            .ok_or(InvalidId::not_an_address(IdKind::Email))
    }

    /// The address. It is a personal value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this text is the same address.
    #[cfg(feature = "http")]
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text.trim())
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for EmailAddress {}

impl TryFrom<&str> for EmailAddress {
    type Error = InvalidId;

    fn try_from(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl From<&EmailAddress> for EmailAddress {
    fn from(address: &EmailAddress) -> Self {
        address.clone()
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_two_parts() {
        for good in ["a@b", " ada@example.com ", "é@é", "a+b.c@d", "o'neil@x"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@b", "a".repeat(253));
        for bad in [
            "", "@", "a@", "@b", "a@b@c", "a b@c", "a\u{0}@b", "canary", &long,
        ] {
            let error = EmailAddress::parse(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
