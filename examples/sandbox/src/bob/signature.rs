//! Bob's signature: standard base64 of HMAC-SHA512 over the raw body, the secret used as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

use crate::seed::Secret;

/// The header that carries it.
pub(crate) const HEADER: &str = "Bob-Signature";

/// Signs with one secret, of which the key is worked out once.
#[derive(Clone, Debug)]
pub(crate) struct Signer(Option<Hmac<Sha512>>);

impl Signer {
    pub(crate) fn new(secret: &Secret) -> Self {
        // HMAC takes a key of any length.
        Self(Hmac::new_from_slice(secret.expose().as_bytes()).ok())
    }

    /// The header's value for this body.
    pub(crate) fn sign(&self, body: &[u8]) -> String {
        let Some(mut mac) = self.0.clone() else {
            return String::new();
        };
        mac.update(body);
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_agree_with_the_reference_vectors() {
        let signer = Signer::new(&Secret::from("bob-test-secret"));
        let vectors = [
            (
                "Ping test",
                "draSc9unVHM3fG59Q04p2muGgMVF8PJN9TzIb1l1Fer/jBw++vFp6wb6gu09yhInZbNoGgqTUiLDjVW3bPMrZA==",
            ),
            (
                "{\"text\":\"Ping test\"}",
                "iMk3yY2rqRBcUWjBunCnuIBjr3uy2pI2835nXq5+senS/yFW5KTIstPj6r0PS1FsnHrHQWigS/4gGPBg3fqaFw==",
            ),
        ];
        for (body, expected) in vectors {
            assert_eq!(signer.sign(body.as_bytes()), expected);
        }
    }
}
