//! The signature's header.

use hibob_client::webhook::{SIGNATURE_HEADER, Secret, Verifier, VerifyError, sign};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

/// The first byte is the length of the body, the rest is the body and then the header. Only the one
/// right signature verifies, and what is malformed is what does not have its form. A right
/// signature in which the first bytes say which bit to turn does not verify.
pub fn run(data: &[u8]) {
    let [length, rest @ ..] = data else { return };
    let (body, header) = rest.split_at(rest.len().min(usize::from(*length)));
    let verifier = Verifier::new([Secret::new("a", "other"), Secret::new("b", SECRET)])
        .expect("the secrets are not empty");
    let right = sign(SECRET, body);
    let verify = |signature: &[u8]| {
        verifier
            .verify(body, Some(signature), Timestamp::UNIX_EPOCH)
            .map(|verified| verified.secret().to_owned())
    };
    assert_eq!(verify(right.as_bytes()).as_deref(), Ok("b"));

    let found = verify(header);
    let expected = if header == right.as_bytes() {
        Ok("b".to_owned())
    } else if header == sign("other", body).as_bytes() {
        Ok("a".to_owned())
    } else if has_the_form(header) {
        Err(VerifyError::Mismatch)
    } else {
        Err(VerifyError::Malformed)
    };
    assert_eq!(found, expected);

    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(header) {
        headers.insert(SIGNATURE_HEADER, value);
        let opened = verifier.open(&headers, body, Timestamp::UNIX_EPOCH);
        assert_eq!(opened.map(|opened| opened.secret.into()), expected);
    }

    if let [place, bit, ..] = rest {
        let mut turned = right.into_bytes();
        let place = usize::from(*place) % turned.len();
        turned[place] ^= 1 << (bit % 8);
        assert!(verify(&turned).is_err(), "bit {} of byte {place}", bit % 8);
    }
}

/// Standard base64 of 64 bytes: 86 characters of which the last has 4 bits to spare, and padding.
fn has_the_form(header: &[u8]) -> bool {
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    header.len() == 88
        && header.ends_with(b"==")
        && header[..86].iter().all(alphabet)
        && b"AQgw".contains(&header[85])
}

const SECRET: &str = "bob-test-secret";
