//! Helpers for tests of programs that use this crate.

use core::borrow::Borrow;

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use serde_json::Value;

use crate::webhook::{Delivery, Opened, SIGNATURE_HEADER, Secret, Verifier, sign};

/// The delivery that this JSON makes, signed and opened with a throw-away secret.
///
/// ```
/// use hibob_client::testing;
/// use hibob_client::webhook::{Delivery, EventKind};
/// use serde_json::json;
///
/// let delivery = testing::event(json!({
///     "type": "employee.created", "version": "v2", "data": { "employeeId": "33" },
/// }));
/// let Delivery::Event(event) = delivery else { panic!("not an event") };
/// assert_eq!(event.kind(), &EventKind::EmployeeCreated);
/// ```
pub fn event(body: impl Borrow<Value>) -> Delivery {
    deliver(body.borrow().to_string().as_bytes()).delivery
}

/// What a verifier makes of these bytes, signed with a throw-away secret labelled `test`.
///
/// # Panics
///
/// Never: the secret is not empty and the signature is made right here.
pub fn deliver(body: &[u8]) -> Opened {
    const KEY: &str = "throw-away";
    Verifier::new([Secret::new("test", KEY)])
        .expect("the secret is not empty")
        .open(&signed_headers(KEY, body), body, Timestamp::UNIX_EPOCH)
        .expect("the signature was made with the same secret")
}

/// The headers with which HiBob would deliver this body.
///
/// # Panics
///
/// Never: base64 is valid in a header.
pub fn signed_headers(secret: &str, body: &[u8]) -> HeaderMap {
    let signature = HeaderValue::try_from(sign(secret, body)).expect("base64 is valid in a header");
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE_HEADER, signature);
    headers
}
