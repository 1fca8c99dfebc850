//! What a call costs beside the same request with reqwest alone, over loopback.
//!
//! Both send the same headers and body and read the whole answer; this client also writes the
//! request, checks limits, and checks and decodes the answer. Before divan's tables it prints the
//! ratio: the median over pairs of short blocks of calls, one of each, in alternating order.
#![allow(clippy::print_stdout)] // That is what a bench is for.
#![allow(clippy::disallowed_methods)] // A bench reads the clock.
#![allow(clippy::unwrap_used)]
#![allow(missing_docs)]

#[path = "support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use bytes::Bytes;
use divan::{Bencher, black_box};
use hibob_client::{Client, Employee, EmployeeId, FieldId, Quota};
use tokio::runtime::Runtime;

const BODY: &[u8] = br#"{"/root/id":{"value":"3332883894235038486"},
"/root/email":{"value":"ada@example.com"},"/work/title":{"value":"253891"},
"/internal/status":{"value":"Active"},"/internal/lifecycleStatus":{"value":"employed"},
"id":"3332883894235038486","email":"ada@example.com","work":{"title":"253891"},
"internal":{"status":"Active","lifecycleStatus":"employed"}}"#;

const ID: &str = "3332883894235038486";

const FIELDS: [&str; 4] = [
    "root.email",
    "work.title",
    "internal.status",
    "internal.lifecycleStatus",
];

const REQUEST: &str = r#"{"fields":["root.id","root.email","work.title","internal.status",
"internal.lifecycleStatus"]}"#;

const BLOCKS: usize = 400;

const CALLS: u32 = 50;

fn main() {
    let runtime = runtime();
    let (bare, ours) = (Bare::new(), ours());
    let fields = FIELDS.map(|id| FieldId::parse(id).unwrap());
    let time_bare = || {
        timed(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(bare.call().await);
                }
            });
        })
    };
    let time_ours = || {
        timed(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(call(&ours, &fields).await);
                }
            });
        })
    };
    let mut pairs = Vec::new();
    for block in 0..BLOCKS {
        if block % 2 == 0 {
            let bare = time_bare();
            pairs.push((bare, time_ours()));
        } else {
            let ours = time_ours();
            pairs.push((time_bare(), ours));
        }
    }
    let ratio = |(bare, ours): &(f64, f64)| ours / bare;
    let over = (median(pairs.iter().map(ratio)) - 1.0) * 100.0;
    let bare = median(pairs.iter().map(|(bare, _)| *bare)) * 1e6;
    let ours = median(pairs.iter().map(|(_, ours)| *ours)) * 1e6;
    println!("one read of one person, medians of {BLOCKS} blocks of {CALLS} calls");
    println!("reqwest alone  {bare:>7.1} us");
    println!("this client    {ours:>7.1} us  {over:+.1} % (median of the ratios)");
    divan::main();
}

#[divan::bench]
fn reqwest_alone(bencher: Bencher<'_, '_>) {
    let (runtime, bare) = (runtime(), Bare::new());
    bencher.bench_local(|| runtime.block_on(bare.call()));
}

#[divan::bench]
fn this_client(bencher: Bencher<'_, '_>) {
    let (runtime, ours) = (runtime(), ours());
    let fields = FIELDS.map(|id| FieldId::parse(id).unwrap());
    bencher.bench_local(|| runtime.block_on(call(&ours, &fields)));
}

struct Bare {
    http: reqwest::Client,
    url: String,
}

impl Bare {
    fn new() -> Self {
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()
                .unwrap(),
            url: format!("{}/people/{ID}", server::start(BODY)),
        }
    }

    async fn call(&self) -> Bytes {
        let answer = self
            .http
            .post(&self.url)
            .header("authorization", "Basic U0VSVklDRS0xOnRva2Vu")
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(REQUEST)
            .send()
            .await
            .unwrap();
        answer.bytes().await.unwrap()
    }
}

async fn call(client: &Client, fields: &[FieldId]) -> Employee {
    let id = EmployeeId::try_from(ID).unwrap();
    let read = client.people().get(id).fields(fields);
    read.send().await.unwrap()
}

fn ours() -> Client {
    Client::builder()
        .service_user("SERVICE-1", "token")
        .base_url(server::start(BODY).parse().unwrap())
        .quota(Quota::unlimited())
        .build()
        .unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Seconds a call.
fn timed(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64() / f64::from(CALLS)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
