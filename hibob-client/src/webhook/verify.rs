//! Verification: base64 of HMAC-SHA512 over the raw body, keyed with the secret's bytes.

use core::fmt;

use hmac::Mac as _;
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;

use super::event::Delivery;
use super::secret::{EmptySecret, Key, Secret};
use super::signature::{SIGNATURE_HEADER, decode};

/// Checks signatures against one or more secrets.
///
/// Several secrets serve while one is being replaced, and when several webhooks share an address.
#[derive(Clone)]
pub struct Verifier {
    keys: Vec<Key>,
}

impl Verifier {
    /// A verifier that accepts any of these secrets.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Result<Self, EmptySecret> {
        secrets
            .into_iter()
            .map(Secret::into_key)
            .collect::<Option<Vec<_>>>()
            .filter(|keys| !keys.is_empty())
            .map(|keys| Self { keys })
            .ok_or(EmptySecret)
    }

    /// Checks the signature of a body.
    ///
    /// Only standard base64 of 64 bytes is accepted: 88 characters, no line break. All secrets
    /// are tried, each in constant time, so that the time taken tells nothing; the label of the
    /// first that fits is kept. `now` is for secrets that have an expiry.
    pub fn verify<'v, 'b>(
        &'v self,
        body: &'b [u8],
        signature: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Verified<'v, 'b>, VerifyError> {
        let signature = decode(signature.ok_or(VerifyError::Missing)?)?;
        let mut matched = None;
        for key in &self.keys {
            let mut mac = key.mac.clone();
            mac.update(body);
            let fits = mac.verify_slice(&signature).is_ok();
            if fits && key.is_valid_at(now) && matched.is_none() {
                matched = Some(&*key.label);
            }
        }
        matched
            .map(|secret| Verified { secret, body })
            .ok_or(VerifyError::Mismatch)
    }

    /// Finds the signature among the headers, checks it, and only then parses the body.
    ///
    /// More than one signature header is [`VerifyError::Malformed`].
    pub fn open(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Opened, VerifyError> {
        const NAME: HeaderName = HeaderName::from_static(SIGNATURE_HEADER);

        let mut signatures = headers.get_all(NAME).iter();
        let signature = signatures.next().map(http::HeaderValue::as_bytes);
        if signatures.next().is_some() {
            return Err(VerifyError::Malformed);
        }
        self.verify(body, signature, now).map(Verified::open)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.keys.iter().map(|key| &key.label).collect();
        f.debug_struct("Verifier")
            .field("labels", &labels)
            .finish_non_exhaustive()
    }
}

/// A body whose signature was right.
#[derive(Clone, Copy)]
pub struct Verified<'v, 'b> {
    secret: &'v str,
    body: &'b [u8],
}

impl<'b> Verified<'_, 'b> {
    /// The label of the secret that matched.
    pub fn secret(&self) -> &str {
        self.secret
    }

    /// The body.
    pub fn body(&self) -> &'b [u8] {
        self.body
    }

    /// Parses the body.
    pub fn open(self) -> Opened {
        Opened {
            delivery: Delivery::parse(self.body),
            secret: self.secret.into(),
        }
    }
}

impl fmt::Debug for Verified<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

/// A delivery whose signature was right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// What was delivered.
    pub delivery: Delivery,
    /// The label of the secret that matched.
    pub secret: Box<str>,
}

/// Why a delivery must not be trusted. Answer 401, and parse nothing.
// Exhaustive on purpose: there is no fourth way to fail.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VerifyError {
    /// There is no signature.
    #[error("the delivery is not signed")]
    Missing,
    /// The signature is not 88 characters of standard base64, or there is more than one.
    #[error("the signature is malformed")]
    Malformed,
    /// The signature fits none of the secrets that are still valid. Verify the raw bytes of the
    /// body: a body that was decoded and encoded again no longer fits.
    #[error("the signature fits none of the valid secrets")]
    Mismatch,
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use http::HeaderValue;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const SECRET: &str = "bob-test-secret";
    const CREATED: &[u8] = br#"{"companyId":637323,"type":"employee.created","triggeredBy":"3332883804594373380","triggeredAt":"2024-12-26T11:29:14.399997","version":"v2","data":{"employeeId":"3332883894235038486"}}"#;
    const CREATED_SIGNATURE: &str =
        "Y/5Tw2dIiw3vRSZWVthP9L70Mj1TM9hB0UZE4YqXW3kL6UgYe0l5KUu8PcP6F9ybW6bpE36QVOH4a8Zz1oGyBA==";

    fn verifier() -> Verifier {
        Verifier::new([Secret::new("upsert-1", SECRET)]).unwrap()
    }

    fn check(body: &[u8], signature: &str) -> Result<(), VerifyError> {
        verifier()
            .verify(body, Some(signature.as_bytes()), NOW)
            .map(drop)
    }

    #[test]
    fn known_signatures_verify() {
        for (body, signature) in [
            (CREATED, CREATED_SIGNATURE),
            (
                b"\"Ping test\"",
                "CHxtoHKwl22h7yN/QoEbCAUQS0gcm5rYs9BnORzdDFM464T+yC7TI02YCcV5QwSc5JA9HMmfBZq8PmOr2ZI++Q==",
            ),
            (
                b"Ping test",
                "draSc9unVHM3fG59Q04p2muGgMVF8PJN9TzIb1l1Fer/jBw++vFp6wb6gu09yhInZbNoGgqTUiLDjVW3bPMrZA==",
            ),
            (
                b"{\"text\":\"Ping test\"}",
                "iMk3yY2rqRBcUWjBunCnuIBjr3uy2pI2835nXq5+senS/yFW5KTIstPj6r0PS1FsnHrHQWigS/4gGPBg3fqaFw==",
            ),
        ] {
            assert_eq!(check(body, signature), Ok(()));
        }
    }

    #[cfg(feature = "test-util")]
    #[test]
    fn signing_makes_the_known_signature() {
        assert_eq!(
            super::super::signature::sign(SECRET, CREATED),
            CREATED_SIGNATURE
        );
    }

    #[test]
    fn another_body_or_secret_is_a_mismatch() {
        let respaced = String::from_utf8(CREATED.to_vec())
            .unwrap()
            .replace(',', ", ");
        assert_eq!(
            check(respaced.as_bytes(), CREATED_SIGNATURE),
            Err(VerifyError::Mismatch)
        );
        assert_eq!(check(b"", CREATED_SIGNATURE), Err(VerifyError::Mismatch));
        let other = Verifier::new([Secret::new("other", "bob-test-secret ")]).unwrap();
        let signature = Some(CREATED_SIGNATURE.as_bytes());
        assert_eq!(
            other.verify(CREATED, signature, NOW).map(drop),
            Err(VerifyError::Mismatch)
        );
    }

    #[test]
    fn only_the_documented_form_is_read() {
        let bytes = STANDARD.decode(CREATED_SIGNATURE).unwrap();
        let hex = format!("{bytes:02x?}");
        let unpadded = CREATED_SIGNATURE.trim_end_matches('=').to_owned();
        let malformed = [
            String::new(),
            hex,
            CREATED_SIGNATURE.replace('/', "_").replace('+', "-"),
            format!("{CREATED_SIGNATURE}\n"),
            format!(" {CREATED_SIGNATURE}"),
            format!("sha512={CREATED_SIGNATURE}"),
            format!("{unpadded}AA"),
            format!("{unpadded}A="),
            // The last character's unused bits must be zero.
            format!("{}B==", &CREATED_SIGNATURE[..85]),
            unpadded,
            "=".repeat(88),
            "\u{e9}".repeat(44),
        ];
        for signature in malformed {
            assert_eq!(
                check(CREATED, &signature),
                Err(VerifyError::Malformed),
                "{signature:?}"
            );
        }
        let unsigned = verifier().verify(CREATED, None, NOW).map(drop);
        assert_eq!(unsigned, Err(VerifyError::Missing));
    }

    #[test]
    fn any_of_several_secrets_matches_and_is_named() {
        for (position, labels) in [
            (0, ["match", "b", "c"]),
            (1, ["a", "match", "c"]),
            (2, ["a", "b", "match"]),
        ] {
            let secrets = labels.iter().enumerate().map(|(index, label)| {
                Secret::new(*label, if index == position { SECRET } else { "another" })
            });
            let verifier = Verifier::new(secrets).unwrap();
            let found = verifier
                .verify(CREATED, Some(CREATED_SIGNATURE.as_bytes()), NOW)
                .unwrap();
            assert_eq!(found.secret(), "match");
            assert_eq!(found.body(), CREATED);
        }
    }

    #[test]
    fn an_expired_secret_verifies_nothing() {
        let end: Timestamp = "2026-05-04T00:00:00Z".parse().unwrap();
        let old = Secret::new("old", SECRET).valid_until(end);
        assert_eq!(old.expiry(), Some(end));
        let nanosecond = jiff::SignedDuration::from_nanos(1);
        let opened_at = |verifier: &Verifier, now| {
            verifier
                .verify(CREATED, Some(CREATED_SIGNATURE.as_bytes()), now)
                .map(|found| found.secret().to_owned())
        };
        let verifier = Verifier::new([old.clone(), Secret::new("new", "another")]).unwrap();
        for (now, expected) in [
            (Timestamp::MIN, Ok("old".to_owned())),
            (end - nanosecond, Ok("old".to_owned())),
            (end, Err(VerifyError::Mismatch)),
            (end + nanosecond, Err(VerifyError::Mismatch)),
            (Timestamp::MAX, Err(VerifyError::Mismatch)),
        ] {
            assert_eq!(opened_at(&verifier, now), expected, "{now}");
        }
        let both = Verifier::new([old, Secret::new("same", SECRET)]).unwrap();
        assert_eq!(opened_at(&both, end - nanosecond).as_deref(), Ok("old"));
        assert_eq!(opened_at(&both, end).as_deref(), Ok("same"));
    }

    #[test]
    fn empty_secrets_are_refused() {
        assert_eq!(Verifier::new([]).map(drop), Err(EmptySecret));
        assert_eq!(
            Verifier::new([Secret::new("a", "")]).map(drop),
            Err(EmptySecret)
        );
        let mixed = [Secret::new("a", "secret"), Secret::new("b", "")];
        assert_eq!(Verifier::new(mixed).map(drop), Err(EmptySecret));
    }

    #[test]
    fn long_secrets_serve_too() {
        let secret = "s".repeat(1000);
        assert!(Verifier::new([Secret::new("long", secret)]).is_ok());
    }

    #[test]
    fn open_takes_exactly_one_signature_header() {
        let verifier = verifier();
        let mut headers = HeaderMap::new();
        assert_eq!(
            verifier.open(&headers, CREATED, NOW),
            Err(VerifyError::Missing)
        );
        headers.append("Bob-Signature", HeaderValue::from_static(CREATED_SIGNATURE));
        let opened = verifier.open(&headers, CREATED, NOW).unwrap();
        assert_eq!(&*opened.secret, "upsert-1");
        assert!(matches!(opened.delivery, Delivery::Event(_)));
        assert_eq!(
            verifier.open(&headers, b"{}", NOW),
            Err(VerifyError::Mismatch)
        );
        headers.append("Bob-Signature", HeaderValue::from_static(CREATED_SIGNATURE));
        assert_eq!(
            verifier.open(&headers, CREATED, NOW),
            Err(VerifyError::Malformed)
        );
    }

    #[test]
    fn debug_shows_labels_only() {
        let secret = Secret::new("label", "canary");
        let verifier = Verifier::new([secret.clone()]).unwrap();
        for text in [format!("{secret:#?}"), format!("{verifier:#?}")] {
            assert!(text.contains("label") && !text.contains("canary"), "{text}");
        }
    }
}
