//! The body is bytes: a text may have been decoded and encoded again.

use hibob_client::webhook::{Secret, Verifier};
use http::HeaderMap;
use jiff::Timestamp;

fn main() {
    let verifier = Verifier::new([Secret::new("label", "secret")]).unwrap();
    let _opened = verifier.open(&HeaderMap::new(), "{}", Timestamp::UNIX_EPOCH);
}
