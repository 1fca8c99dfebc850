//! The signature: base64 of HMAC-SHA256 over id, timestamp and raw body.

use core::fmt;
use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use jiff::Timestamp;
use sha2::Sha256;

use super::event::Delivery;
use super::secret::{EmptySecret, Secret};

/// The header that carries the id of an event, the same with every attempt.
pub const ID_HEADER: &str = "webhook-id";

/// The header that carries the time of the attempt, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";

/// The header that carries one or more signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// Checks signatures against one or more secrets, and how old they are.
///
/// Several secrets serve several subscriptions on one address. While one is being replaced, no
/// second secret is needed: for 24 hours 360Learning signs with both.
#[derive(Clone)]
pub struct Verifier {
    secrets: Vec<Secret>,
    tolerance: Duration,
}

impl Verifier {
    /// A verifier that accepts any of these secrets, and signatures of up to five minutes' age.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Result<Self, EmptySecret> {
        let secrets: Vec<_> = secrets.into_iter().collect();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.keys.is_empty()) {
            return Err(EmptySecret);
        }
        Ok(Self {
            secrets,
            tolerance: TOLERANCE,
        })
    }

    /// Sets how far the time of an attempt may lie in the past or in the future.
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Checks the signature of a body.
    ///
    /// Each of the headers must be there once. All secrets and all signatures are tried, each in
    /// constant time, so that the time taken tells nothing.
    pub fn verify<'v, 'b>(
        &'v self,
        headers: &HeaderMap,
        body: &'b [u8],
        now: Timestamp,
    ) -> Result<Verified<'v, 'b>, VerifyError> {
        let id = text(headers, ID_HEADER)?;
        // A dot in the id would let a part of it pass as the time.
        if !(1..=LONGEST_ID).contains(&id.len()) || id.contains('.') {
            return Err(VerifyError::Malformed);
        }
        let seconds = text(headers, TIMESTAMP_HEADER)?;
        let sent_at = sent_at(seconds)?;
        let signatures = signatures(text(headers, SIGNATURE_HEADER)?)?;
        let mut matched = None;
        for secret in &self.secrets {
            for key in &secret.keys {
                let mac = signed(key, id, seconds, body);
                for signature in &signatures {
                    if mac.clone().verify_slice(signature).is_ok() && matched.is_none() {
                        matched = Some(secret.label());
                    }
                }
            }
        }
        let secret = matched.ok_or(VerifyError::Mismatch)?;
        if sent_at.duration_since(now).unsigned_abs() > self.tolerance {
            return Err(VerifyError::Expired);
        }
        Ok(Verified {
            secret,
            id: id.into(),
            sent_at,
            body,
        })
    }

    /// Checks the signature of a body, and only then parses it.
    pub fn open(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Opened, VerifyError> {
        self.verify(headers, body, now).map(Verified::open)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.secrets.iter().map(Secret::label).collect();
        f.debug_struct("Verifier")
            .field("labels", &labels)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// A body whose signature was right.
#[derive(Clone)]
pub struct Verified<'v, 'b> {
    secret: &'v str,
    id: Box<str>,
    sent_at: Timestamp,
    body: &'b [u8],
}

impl<'b> Verified<'_, 'b> {
    /// The label of the secret that matched.
    pub fn secret(&self) -> &str {
        self.secret
    }

    /// The id of the event, the same with every attempt.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When this attempt was made.
    pub fn sent_at(&self) -> Timestamp {
        self.sent_at
    }

    /// The body.
    pub fn body(&self) -> &'b [u8] {
        self.body
    }

    /// Parses the body.
    pub fn open(self) -> Opened {
        Opened {
            delivery: Delivery::parse(self.id, self.sent_at, self.body),
            secret: self.secret.into(),
        }
    }
}

impl fmt::Debug for Verified<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("secret", &self.secret)
            .field("id", &self.id)
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

/// A delivery whose signature was right.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Opened {
    /// What was delivered.
    pub delivery: Delivery,
    /// The label of the secret that matched.
    pub secret: Box<str>,
}

/// Why a delivery must not be trusted. Answer 401, and parse nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// One of the three headers is missing.
    #[error("the delivery is not signed")]
    Missing,
    /// One of the three headers is there twice, or is not as the scheme has it.
    #[error("the signature is malformed")]
    Malformed,
    /// No signature fits any of the secrets. Verify the raw bytes of the body: a body that was
    /// decoded and encoded again no longer fits.
    #[error("the signature fits none of the secrets")]
    Mismatch,
    /// The signature is right, but of another time: a replay, or a clock is wrong.
    #[error("the signature is of another time")]
    Expired,
}

/// Signs a body as 360Learning does, with a secret with or without its prefix.
///
/// # Panics
///
/// If the secret is empty.
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub fn sign(secret: &str, id: &str, at: Timestamp, body: &[u8]) -> String {
    let secret = Secret::new("signing", secret);
    let key = secret.keys.first().expect("a secret that is not empty");
    let mac = signed(key, id, &at.as_second().to_string(), body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The headers with which 360Learning would deliver this body.
///
/// # Panics
///
/// If the secret is empty, or the id cannot stand in a header.
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub fn signed_headers(secret: &str, id: &str, at: Timestamp, body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (ID_HEADER, id.to_owned()),
        (TIMESTAMP_HEADER, at.as_second().to_string()),
        (SIGNATURE_HEADER, sign(secret, id, at, body)),
    ] {
        let value = value.try_into().expect("an id that can stand in a header");
        headers.insert(name, value);
    }
    headers
}

fn signed(key: &Hmac<Sha256>, id: &str, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// The one value of a header.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, VerifyError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(VerifyError::Missing)?;
    if values.next().is_some() {
        return Err(VerifyError::Malformed);
    }
    value.to_str().map_err(|_| VerifyError::Malformed)
}

/// Digits and nothing else, so that one instant has one form.
fn sent_at(seconds: &str) -> Result<Timestamp, VerifyError> {
    if seconds.is_empty() || !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(VerifyError::Malformed);
    }
    let seconds = seconds.parse().map_err(|_| VerifyError::Malformed)?;
    Timestamp::from_second(seconds).map_err(|_| VerifyError::Malformed)
}

/// The signatures of the version `v1`; others are passed over.
fn signatures(header: &str) -> Result<Vec<[u8; 32]>, VerifyError> {
    let mut found = Vec::new();
    for signature in header.split(' ').take(MOST_SIGNATURES) {
        let decoded = signature.strip_prefix("v1,").and_then(decode);
        found.extend(decoded);
    }
    if found.is_empty() {
        return Err(VerifyError::Malformed);
    }
    Ok(found)
}

fn decode(signature: &str) -> Option<[u8; 32]> {
    /// What 44 characters may decode to before the padding is looked at.
    const BUFFER: usize = 33;

    let mut decoded = [0; BUFFER];
    if signature.len() != 44 {
        return None;
    }
    match STANDARD.decode_slice(signature, &mut decoded) {
        Ok(32) => decoded.first_chunk().copied(),
        _ => None,
    }
}

const TOLERANCE: Duration = Duration::from_secs(5 * 60);

const LONGEST_ID: usize = 256;

/// Two come while a secret is replaced.
const MOST_SIGNATURES: usize = 16;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3Q=";
    const ID: &str = "msg_35bE2UOtsaBIqUl7VW4mLuR9q2B";
    const SECONDS: i64 = 1_763_370_163;
    const BODY: &[u8] = br#"{"type":"user.deleted","timestamp":1763370163000,"data":{"userId":"507f1f77bcf86cd799439011","deletedAt":"2025-11-17T09:02:43.000Z"}}"#;
    /// Made with another implementation: with the secret above, with the text `password123`, and
    /// with the bytes that text decodes to.
    const SIGNATURE: &str = "v1,gAD3GQOY7ttc/lDUHkJPPmxatnRJeuJ71oG9TMSFh4Y=";
    const OF_TEXT: &str = "v1,cWbbi5a8VWipYZSW2Q9X1xGEczdtAPofJz6+g/gsybA=";
    const OF_BYTES: &str = "v1,3LOfRRaSUZTeKFu+yhEAlIlQeHCy0ZWuVXc7cJ8Yh3k=";

    fn headers(signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ID_HEADER, HeaderValue::from_static(ID));
        headers.insert(TIMESTAMP_HEADER, SECONDS.into());
        headers.insert(SIGNATURE_HEADER, signature.parse().unwrap());
        headers
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(SECONDS + seconds).unwrap()
    }

    fn check(
        secret: &str,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Option<VerifyError> {
        let verifier = Verifier::new([Secret::new("a", secret)]).unwrap();
        verifier.verify(headers, body, now).err()
    }

    #[test]
    fn known_signatures_verify() {
        for (secret, signature) in [
            (SECRET, SIGNATURE),
            (SECRET.strip_prefix("whsec_").unwrap(), SIGNATURE),
            ("password123", OF_TEXT),
            ("password123", OF_BYTES),
        ] {
            assert_eq!(
                check(secret, &headers(signature), BODY, at(0)),
                None,
                "{secret}"
            );
        }
        assert_eq!(
            check("another", &headers(SIGNATURE), BODY, at(0)),
            Some(VerifyError::Mismatch)
        );
    }

    #[test]
    fn one_right_signature_of_several_is_enough() {
        let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for (signatures, outcome) in [
            (format!("{wrong} {SIGNATURE}"), None),
            (format!("v1a,xyz {SIGNATURE} v2,{}", &SIGNATURE[3..]), None),
            (format!("nonsense {SIGNATURE}"), None),
            (wrong.to_owned(), Some(VerifyError::Mismatch)),
            (
                format!("v2,{}", &SIGNATURE[3..]),
                Some(VerifyError::Malformed),
            ),
            (SIGNATURE[3..].to_owned(), Some(VerifyError::Malformed)),
            (SIGNATURE.replace('=', ""), Some(VerifyError::Malformed)),
            (
                format!("v1,{}", "=".repeat(44)),
                Some(VerifyError::Malformed),
            ),
            (SIGNATURE.replace('/', "_"), Some(VerifyError::Malformed)),
            (String::new(), Some(VerifyError::Malformed)),
        ] {
            assert_eq!(
                check(SECRET, &headers(&signatures), BODY, at(0)),
                outcome,
                "{signatures}"
            );
        }
        // Not without end.
        let many = format!("{wrong} ").repeat(16) + SIGNATURE;
        assert_eq!(
            check(SECRET, &headers(&many), BODY, at(0)),
            Some(VerifyError::Mismatch)
        );
    }

    #[test]
    fn every_part_is_signed() {
        let good = headers(SIGNATURE);
        let mut changed = good.clone();
        changed.insert(ID_HEADER, HeaderValue::from_static("msg_other"));
        assert_eq!(
            check(SECRET, &changed, BODY, at(0)),
            Some(VerifyError::Mismatch)
        );
        let mut changed = good.clone();
        changed.insert(TIMESTAMP_HEADER, (SECONDS + 1).into());
        assert_eq!(
            check(SECRET, &changed, BODY, at(0)),
            Some(VerifyError::Mismatch)
        );
        for position in 0..BODY.len() {
            let mut body = BODY.to_vec();
            body[position] ^= 1;
            assert_eq!(
                check(SECRET, &good, &body, at(0)),
                Some(VerifyError::Mismatch)
            );
        }
    }

    #[test]
    fn five_minutes_are_tolerated_in_both_directions() {
        for (seconds, outcome) in [
            (300, None),
            (-300, None),
            (301, Some(VerifyError::Expired)),
            (-301, Some(VerifyError::Expired)),
        ] {
            let found = check(SECRET, &headers(SIGNATURE), BODY, at(seconds));
            assert_eq!(found, outcome, "{seconds}");
        }
        let verifier = Verifier::new([Secret::new("a", SECRET)]).unwrap();
        let verifier = verifier.with_tolerance(Duration::from_secs(3600));
        assert!(verifier.verify(&headers(SIGNATURE), BODY, at(3600)).is_ok());
    }

    #[test]
    fn every_header_must_be_there_once() {
        for name in [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER] {
            let mut headers = headers(SIGNATURE);
            let value = headers.remove(name).unwrap();
            assert_eq!(
                check(SECRET, &headers, BODY, at(0)),
                Some(VerifyError::Missing)
            );
            headers.append(name, value.clone());
            headers.append(name, value);
            assert_eq!(
                check(SECRET, &headers, BODY, at(0)),
                Some(VerifyError::Malformed)
            );
        }
        for (name, value) in [
            (TIMESTAMP_HEADER, ""),
            (TIMESTAMP_HEADER, "+1763370163"),
            (TIMESTAMP_HEADER, "1763370163.0"),
            (TIMESTAMP_HEADER, "-1"),
            (TIMESTAMP_HEADER, "99999999999999999999"),
            (TIMESTAMP_HEADER, "999999999999999999"),
            (ID_HEADER, ""),
            (ID_HEADER, "msg.1763370163"),
        ] {
            let mut headers = headers(SIGNATURE);
            headers.insert(name, HeaderValue::from_static(value));
            let found = check(SECRET, &headers, BODY, at(0));
            assert_eq!(found, Some(VerifyError::Malformed), "{name}: {value}");
        }
    }

    #[test]
    fn the_secret_that_fits_is_named() {
        let secrets = ["another", SECRET, "third"];
        let secrets = secrets.map(|secret| Secret::new(secret.get(..3).unwrap(), secret));
        let verifier = Verifier::new(secrets).unwrap();
        let opened = verifier.open(&headers(SIGNATURE), BODY, at(0)).unwrap();
        assert_eq!(&*opened.secret, "whs");
        let Delivery::Event(event) = opened.delivery else {
            panic!("no event");
        };
        assert_eq!((event.id(), event.sent_at()), (ID, at(0)));
        assert_eq!(event.kind().as_str(), "user.deleted");
    }

    #[test]
    fn empty_secrets_are_refused() {
        assert_eq!(Verifier::new([]).err(), Some(EmptySecret));
        for empty in ["", " ", "whsec_"] {
            let secrets = [Secret::new("a", SECRET), Secret::new("b", empty)];
            assert_eq!(Verifier::new(secrets).err(), Some(EmptySecret), "{empty:?}");
        }
    }

    #[cfg(feature = "test-util")]
    #[test]
    fn signing_makes_the_known_signature() {
        assert_eq!(sign(SECRET, ID, at(0), BODY), SIGNATURE);
        assert_eq!(signed_headers(SECRET, ID, at(0), BODY), headers(SIGNATURE));
    }
}
