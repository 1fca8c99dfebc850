//! What a call costs on loopback, beside the same call with bare reqwest.
#![allow(clippy::print_stdout, reason = "a bench prints what it measures")]

mod support;

use core::time::Duration;

use divan::Bencher;
use learning360_client::{Client, User, UserId};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::support::{client, stand_in, user};

fn main() {
    divan::main();
    print_the_ratio();
}

/// One call of the client: token, quota, deadline, attempts, trace, decoding.
#[divan::bench]
fn client_get_user(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| bench.client_calls(1));
}

/// The same request and the same decoding with nothing in between.
#[divan::bench]
fn bare_reqwest_get_user(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| bench.bare_calls(1));
}

struct Bench {
    runtime: Runtime,
    client: Client,
    id: UserId,
    bare: reqwest::Client,
    url: String,
}

impl Bench {
    fn new() -> Self {
        let origin = stand_in(user(1), String::new(), 1);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let id = UserId::try_from("507f1f77bcf86cd799439011").expect("an id");
        let bench = Self {
            runtime,
            client: client(&origin),
            url: format!("{origin}/api/v2/users/{id}"),
            id,
            bare: reqwest::Client::builder()
                .gzip(true)
                .build()
                .expect("a client"),
        };
        // Connections and the token.
        bench.client_calls(10);
        bench.bare_calls(10);
        bench
    }

    fn client_calls(&self, calls: usize) -> Duration {
        self.runtime.block_on(async {
            let users = self.client.users();
            let start = Instant::now();
            for _ in 0..calls {
                divan::black_box(users.get(&self.id).await.expect("a user"));
            }
            start.elapsed()
        })
    }

    fn bare_calls(&self, calls: usize) -> Duration {
        self.runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..calls {
                let request = self.bare.get(&self.url).bearer_auth("t");
                let request = request.header("360-api-version", "v2.0");
                let answer = request.send().await.expect("an answer");
                let body = answer.bytes().await.expect("a body");
                let user: User = serde_json::from_slice(&body).expect("a user");
                divan::black_box(user);
            }
            start.elapsed()
        })
    }
}

/// Takes turns, so that what else the machine does falls on both; of each round's ratio the median.
fn print_the_ratio() {
    const ROUNDS: usize = 61;
    const CALLS: usize = 300;
    let bench = Bench::new();
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let bare = bench.bare_calls(CALLS);
            bench.client_calls(CALLS).as_secs_f64() / bare.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ROUNDS / 2];
    println!(
        "overhead of a call over bare reqwest: {:.1} % (at most 10 %)",
        (median - 1.0) * 100.0
    );
}
