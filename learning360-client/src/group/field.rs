use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::value::{InvalidValue, not_blank};

/// Whether a group is open to the learners of the groups below it.
///
/// Who learns in a public group learns in every group above it, too, up to and including the first
/// private one.
// Exhaustive on purpose: it is a yes or a no with a name.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// A private group.
    Private,
    /// A public group. It can have neither an address of its own nor policies.
    Public,
}

impl Visibility {
    pub(crate) const fn of(public: bool) -> Self {
        if public { Self::Public } else { Self::Private }
    }
}

impl Serialize for Visibility {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self == Self::Public)
    }
}

macro_rules! group_fields {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order of the definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in bodies.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

group_fields! {
    /// The texts that a group may have beside its name.
    GroupText {
        /// Information of your own, up to you; learners do not see it.
        Custom = "custom",
        /// The subdomain: 3 to 255 lower-case letters, digits and hyphens. Private groups only.
        Subdomain = "subdomain",
        /// A host name of your own that leads to 360Learning. Private groups only.
        Url = "url",
    }
}

group_fields! {
    /// The images that a group may have.
    GroupImage {
        /// The banner, at least 980 by 370 pixels.
        Banner = "bannerImageId",
        /// The background, at least 760 by 880 pixels.
        Background = "backgroundImageId",
        /// The icon of the browser's tab, between 16 and 500 pixels each way.
        Favicon = "faviconImageId",
        /// The logo.
        Logo = "logoImageId",
    }
}

group_fields! {
    /// The legal documents that a private group may have.
    GroupPolicy {
        /// The privacy policy.
        PrivacyPolicy = "privacyPolicy",
        /// The moderation charter.
        ModerationCharter = "moderationCharter",
        /// The terms of use.
        TermsOfUse = "termsOfUse",
        /// The imprint.
        Imprint = "imprint",
    }
}

impl GroupText {
    /// The value as it is sent, or why it cannot be sent.
    pub(crate) fn sendable(self, value: String) -> Result<Box<str>, InvalidValue> {
        let value = not_blank(self.as_str(), value)?;
        if self == Self::Subdomain && !is_subdomain(&value) {
            return Err(InvalidValue::Malformed(self.as_str()));
        }
        Ok(value.into_boxed_str())
    }
}

/// Where a legal document of a group lies, and whether users must consent to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    url: Box<str>,
    consent: Consent,
}

/// Whether users must say yes to a legal document at their first login.
// Exhaustive on purpose: it is a yes or a no with a name.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// They must. 360Learning ignores it for an imprint.
    Explicit,
    /// They need not.
    Implied,
}

impl Policy {
    /// A document at an address, which may not be empty or blank.
    pub fn new(url: impl Into<String>, consent: Consent) -> Result<Self, InvalidValue> {
        Ok(Self {
            url: not_blank("policy url", url.into())?.into_boxed_str(),
            consent,
        })
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether users must consent; if 360Learning does not say, they need not.
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// Reads a policy; none if there is no address.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let explicit = value.get("explicitConsent").and_then(Value::as_bool);
        let consent = match explicit {
            Some(true) => Consent::Explicit,
            _ => Consent::Implied,
        };
        Self::new(value.get("url")?.as_str()?, consent).ok()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            url: &'a str,
            explicit_consent: bool,
        }

        let wire = Wire {
            url: &self.url,
            explicit_consent: self.consent == Consent::Explicit,
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).ok_or_else(|| serde::de::Error::custom("a policy without address"))
    }
}

fn is_subdomain(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=255).contains(&text.len()) && text.bytes().all(is_part) && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn subdomains_have_a_form() {
        for (text, good) in [
            ("abc", true),
            ("1-a", true),
            ("ab", false),
            ("-ab", false),
            ("Abc", false),
            ("a.b", false),
            ("äbc", false),
        ] {
            let found = GroupText::Subdomain.sendable(text.to_owned());
            assert_eq!(found.is_ok(), good, "{text}");
        }
        let longest = "a".repeat(255);
        assert!(GroupText::Subdomain.sendable(longest.clone()).is_ok());
        let refused = GroupText::Subdomain.sendable(longest + "a").unwrap_err();
        assert_eq!(refused, InvalidValue::Malformed("subdomain"));
        let refused = GroupText::Custom.sendable(" ".to_owned()).unwrap_err();
        assert_eq!(refused, InvalidValue::Empty("custom"));
    }

    #[test]
    fn a_policy_without_consent_needs_none() {
        for (body, consent) in [
            (json!({"url": "https://example.com"}), Consent::Implied),
            (
                json!({"url": "https://example.com", "explicitConsent": false}),
                Consent::Implied,
            ),
            (
                json!({"url": "https://example.com", "explicitConsent": true, "more": 1}),
                Consent::Explicit,
            ),
        ] {
            let policy: Policy = serde_json::from_value(body).unwrap();
            assert_eq!(policy.consent(), consent);
            assert_eq!(policy.url(), "https://example.com");
        }
        for odd in [json!({}), json!(null), json!("x"), json!({"url": ""})] {
            assert!(serde_json::from_value::<Policy>(odd).is_err());
        }
        assert_eq!(
            serde_json::to_value(Policy::new("u", Consent::Explicit).unwrap()).unwrap(),
            json!({"url": "u", "explicitConsent": true})
        );
    }
}
