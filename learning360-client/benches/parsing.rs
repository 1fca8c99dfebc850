//! What it costs to check and read a webhook, and to read a `Link` header.

use divan::Bencher;
use jiff::Timestamp;
use learning360_client::webhook::{Secret, Verifier, signed_headers};

fn main() {
    divan::main();
}

const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3Q=";

const BODY: &[u8] = br#"{"type":"user.deleted","timestamp":1763370163000,"data":{"userId":"507f1f77bcf86cd799439011","deletedAt":"2025-11-17T09:02:43.000Z","mail":"ada@example.com","firstName":"Ada","lastName":"Example"}}"#;

#[divan::bench]
fn verify_a_webhook(bencher: Bencher<'_, '_>) {
    let verifier = Verifier::new([Secret::new("bench", SECRET)]).expect("a secret");
    let now = Timestamp::UNIX_EPOCH;
    let headers = signed_headers(SECRET, "msg_35bE2UOtsaBIqUl7VW4mLuR9q2B", now, BODY);
    bencher.bench(|| verifier.verify(&headers, BODY, now).is_ok());
}

#[divan::bench]
fn verify_and_read_a_webhook(bencher: Bencher<'_, '_>) {
    let verifier = Verifier::new([Secret::new("bench", SECRET)]).expect("a secret");
    let now = Timestamp::UNIX_EPOCH;
    let headers = signed_headers(SECRET, "msg_35bE2UOtsaBIqUl7VW4mLuR9q2B", now, BODY);
    bencher.bench(|| verifier.open(&headers, BODY, now));
}

#[cfg(feature = "http")]
#[divan::bench]
fn read_a_link(bencher: Bencher<'_, '_>) {
    const LINK: &[u8] = b"<https://app.360learning.com/api/v2/users?next=abcdef>; rel=\"next\"";
    bencher.bench(|| learning360_client::fuzzing::next_page(divan::black_box(LINK)));
}
