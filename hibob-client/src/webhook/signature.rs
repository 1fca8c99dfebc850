//! The signature on the wire: standard base64 of an HMAC-SHA512.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _};
use sha2::Sha512;

use super::verify::VerifyError;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "bob-signature";

/// Signs a body as HiBob does.
///
/// Source: HiBob's API documentation, *Working with webhooks*.
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub fn sign(secret: &str, body: &[u8]) -> String {
    use hmac::Mac as _;

    let mut mac = keyed(secret.as_bytes());
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The state of an HMAC that has taken in the key: done once, it saves a third of the work on
/// each delivery.
pub(super) fn keyed(key: &[u8]) -> Hmac<Sha512> {
    // HMAC takes keys of any length: long ones are hashed first (RFC 2104).
    Hmac::new_from_slice(key).expect("HMAC accepts keys of any length")
}

/// The 64 bytes that 88 characters of standard base64 stand for.
pub(super) fn decode(signature: &[u8]) -> Result<[u8; 64], VerifyError> {
    /// What 88 characters may decode to before the padding is looked at.
    const BUFFER: usize = 66;

    let mut decoded = [0; BUFFER];
    if signature.len() != 88 {
        return Err(VerifyError::Malformed);
    }
    match STANDARD.decode_slice(signature, &mut decoded) {
        Ok(64) => decoded.first_chunk().copied().ok_or(VerifyError::Malformed),
        _ => Err(VerifyError::Malformed),
    }
}
