//! Without the time, a secret with an expiry could not be judged.

use hibob_client::webhook::{Secret, Verifier};
use http::HeaderMap;

fn main() {
    let verifier = Verifier::new([Secret::new("label", "secret")]).unwrap();
    let _opened = verifier.open(&HeaderMap::new(), b"{}");
}
