//! What a call costs beside the same request with reqwest alone, over loopback.
//!
//! Both send the same headers and body, read the whole answer and decode it into the same type.
//! Before divan's tables it prints the ratio, from blocks of calls that alternate.
#![allow(clippy::print_stdout)] // That is what a bench is for.
#![allow(clippy::disallowed_methods)] // A bench reads the clock.
#![allow(clippy::unwrap_used)]
#![allow(missing_docs)]

#[path = "support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use hibob_client::{Client, Employee, EmployeeId, FieldId, Quota};
use serde_json::json;
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

const BLOCKS: usize = 60;

const CALLS: u32 = 200;

fn main() {
    let runtime = runtime();
    let (bare, ours) = (Bare::new(), ours());
    let fields = FIELDS.map(|id| FieldId::parse(id).unwrap());
    let (mut bare_times, mut our_times) = (Vec::new(), Vec::new());
    for _ in 0..BLOCKS {
        bare_times.push(timed(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(bare.call().await);
                }
            });
        }));
        our_times.push(timed(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(call(&ours, &fields).await);
                }
            });
        }));
    }
    let (bare_time, our_time) = (median(bare_times), median(our_times));
    let over = (our_time.as_secs_f64() / bare_time.as_secs_f64() - 1.0) * 100.0;
    println!("one read of one person, medians of {BLOCKS} blocks of {CALLS} calls");
    println!("reqwest alone  {:>8.1?}", bare_time / CALLS);
    println!("this client    {:>8.1?}  {over:+.1} %", our_time / CALLS);
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

    async fn call(&self) -> Employee {
        let body = json!({"fields": [
            "root.id", "root.email", "work.title", "internal.status", "internal.lifecycleStatus",
        ]});
        let answer = self
            .http
            .post(&self.url)
            .header("authorization", "Basic U0VSVklDRS0xOnRva2Vu")
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&body).unwrap())
            .send()
            .await
            .unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
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

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
