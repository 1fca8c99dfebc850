//! What it costs to verify and parse a delivery of 500 bytes, beside a bare HMAC-SHA512 of the
//! same bytes: the one that a receiver cannot do without, with its key taken in each time.
//!
//! `cargo bench -p hibob-client --all-features --bench webhook`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures time, and shows it"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use hibob_client::testing::signed_headers;
use hibob_client::webhook::{Delivery, Secret, Verifier};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use jiff::Timestamp;
use sha2::Sha512;

fn main() {
    divan::main();
    budget();
}

/// The bare HMAC, with the key taken in before.
#[divan::bench]
fn bare_hmac_keyed_before(bencher: Bencher<'_, '_>) {
    let key = keyed();
    bencher.bench(|| hmac(&key));
}

/// The bare HMAC.
#[divan::bench]
fn bare_hmac(bencher: Bencher<'_, '_>) {
    bencher.bench(|| hmac(&keyed()));
}

/// The signature alone.
#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let (verifier, headers) = receiver();
    let signature = headers.values().next().map(http::HeaderValue::as_bytes);
    bencher.bench(|| {
        verifier
            .verify(black_box(BODY), signature, Timestamp::UNIX_EPOCH)
            .is_ok()
    });
}

/// From headers and body to an event.
#[divan::bench]
fn verify_and_parse(bencher: Bencher<'_, '_>) {
    let (verifier, headers) = receiver();
    bencher.bench(|| open(&verifier, &headers));
}

/// Measures both sides in turns, so that a busy machine slows both, and takes the best of each.
fn budget() {
    const ROUNDS: u32 = 400;
    const CALLS: u32 = 50;

    let (key, (verifier, headers)) = (keyed(), receiver());
    let (mut bare, mut before, mut whole) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        bare = bare.min(time(CALLS, || hmac(&keyed())));
        before = before.min(time(CALLS, || hmac(&key)));
        whole = whole.min(time(CALLS, || open(&verifier, &headers)));
    }
    let ratio = whole.as_secs_f64() / bare.as_secs_f64();
    println!(
        "{} bytes: bare HMAC {:?} ({:?} if keyed before), verify and parse {:?}: {ratio:.2} x \
         (at most {MOST} x)",
        BODY.len(),
        bare / CALLS,
        before / CALLS,
        whole / CALLS,
    );
    let allocations = allocation_counter::measure(|| drop(open(&verifier, &headers))).count_total;
    println!("{allocations} allocations (at most {MOST_ALLOCATIONS})");
    assert!(ratio <= MOST, "{ratio:.2} x the bare HMAC");
    assert!(allocations <= MOST_ALLOCATIONS, "{allocations} allocations");
}

fn time<T>(calls: u32, call: impl Fn() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed()
}

fn keyed() -> Hmac<Sha512> {
    Hmac::new_from_slice(black_box(SECRET.as_bytes())).unwrap()
}

fn hmac(keyed: &Hmac<Sha512>) -> [u8; 64] {
    let mut mac = keyed.clone();
    mac.update(black_box(BODY));
    mac.finalize().into_bytes().into()
}

fn receiver() -> (Verifier, HeaderMap) {
    let verifier = Verifier::new([Secret::new("upsert-1", SECRET)]).unwrap();
    (verifier, signed_headers(SECRET, BODY))
}

fn open(verifier: &Verifier, headers: &HeaderMap) -> Delivery {
    let opened = verifier.open(headers, black_box(BODY), Timestamp::UNIX_EPOCH);
    opened.unwrap().delivery
}

const MOST: f64 = 1.9;
const MOST_ALLOCATIONS: u64 = 4;
const SECRET: &str = "a secret of usual length, 40 characters.";
const BODY: &[u8] = br#"{"companyId":636192,"type":"employee.updated","triggeredBy":"3498867108266115473","triggeredAt":"2024-12-30T12:56:18.955603","version":"v2","data":{"employeeId":"3332883894235038486","fieldUpdates":[{"id":"root.surname"},{"id":"root.displayName"},{"id":"work.title"},{"id":"work.department"},{"id":"work.siteId"},{"id":"work.reportsTo"},{"id":"work.startDate"},{"id":"internal.terminationDate"},{"id":"internal.lifecycleStatus"},{"id":"personal.pronouns"},{"id":"about.hobbies"},{"id":"home.city"}]}}"#;
