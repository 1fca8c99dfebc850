//! 360Learning's webhooks: three lines of headers, then the body.

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use learning360_client::webhook::{
    Delivery, EventData, ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER, Verifier,
    VerifyError, signed_headers,
};

const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3Q=";

/// Nothing that was not signed here is accepted; what was is, is read, and survives no change.
pub fn run(data: &[u8]) {
    let verifier = Verifier::new([Secret::new("fuzz", SECRET)]).expect("a secret");
    let now = Timestamp::UNIX_EPOCH;
    let mut parts = data.splitn(4, |byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER] {
        if let Ok(value) = HeaderValue::from_bytes(parts.next().unwrap_or_default()) {
            headers.insert(name, value);
        }
    }
    let body = parts.next().unwrap_or_default();
    let forged = verifier.open(&headers, body, now);
    assert!(
        !matches!(forged, Ok(_) | Err(VerifyError::Expired)),
        "a forged signature was accepted"
    );

    let good = signed_headers(SECRET, "msg_1", now, body);
    let opened = verifier.open(&good, body, now).expect("a right signature");
    if let Delivery::Event(event) = &opened.delivery {
        assert_eq!((event.id(), event.sent_at()), ("msg_1", now));
        if let EventData::User(user) = event.data() {
            assert_eq!(user.user().as_str().len(), 24);
        }
    }
    assert_eq!(
        verifier.open(&good, body, now),
        Ok(opened),
        "two readings differ"
    );
    let longer = [body, b"x"].concat();
    assert_eq!(
        verifier.open(&good, &longer, now),
        Err(VerifyError::Mismatch)
    );
}
