//! What a call costs beside the same request with reqwest alone, over loopback.
//!
//! Beside it stand reqwest from bytes to bytes, and reqwest with serde and a typed struct, which is
//! the same work but for limits, retries and checks. Before divan's tables it prints the ratios:
//! medians over rounds of short blocks of calls, in rotating order. The server runs in the same
//! thread, so that nothing hangs on which core wakes up.
#![allow(clippy::print_stdout)] // That is what a bench is for.
#![allow(clippy::disallowed_methods)] // A bench reads the clock.
#![allow(clippy::unwrap_used)]
#![allow(missing_docs)]

use std::time::{Duration, Instant};

use bytes::Bytes;
use divan::{Bencher, black_box};
use hibob_client::{Client, Employee, EmployeeId, FieldId, Quota};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const BODY: &str = r#"{"/root/id":{"value":"3332883894235038486"},
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
    let url = serve(&runtime);
    let (bare, ours) = (Bare::new(&url), ours(&url));
    let fields = FIELDS.map(|id| FieldId::parse(id).unwrap());
    let runs: [&dyn Fn() -> f64; 3] = [
        &|| timed(&runtime, async || drop(black_box(bare.call().await))),
        &|| timed(&runtime, async || drop(black_box(bare.person().await))),
        &|| {
            timed(&runtime, async || {
                drop(black_box(call(&ours, &fields).await));
            })
        },
    ];
    let mut rounds = Vec::new();
    for block in 0..BLOCKS {
        let mut times = [0.0; 3];
        for turn in 0..runs.len() {
            let index = (block + turn) % runs.len();
            times[index] = runs[index]();
        }
        rounds.push(times);
    }
    println!("one read of one person, medians of {BLOCKS} rounds of {CALLS} calls each");
    let names = [
        "reqwest, bytes to bytes ",
        "reqwest and serde, typed",
        "this client             ",
    ];
    for (index, name) in names.iter().enumerate() {
        let time = median(rounds.iter().map(|times| times[index])) * 1e6;
        println!("{name}{time:>7.1} us");
    }
    for (index, beside) in ["the bytes", "the same work"].iter().enumerate() {
        let over = (median(rounds.iter().map(|times| times[2] / times[index])) - 1.0) * 100.0;
        println!("this client beside {beside:<14}{over:>+6.1} %");
    }
    divan::main();
}

#[divan::bench]
fn reqwest_alone(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let bare = Bare::new(&serve(&runtime));
    bencher.bench_local(|| runtime.block_on(bare.call()));
}

#[divan::bench]
fn this_client(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let ours = ours(&serve(&runtime));
    let fields = FIELDS.map(|id| FieldId::parse(id).unwrap());
    bencher.bench_local(|| runtime.block_on(call(&ours, &fields)));
}

struct Bare {
    http: reqwest::Client,
    url: String,
}

impl Bare {
    fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()
                .unwrap(),
            url: format!("{url}/people/{ID}"),
        }
    }

    /// Sends bytes that are there already, and reads bytes.
    async fn call(&self) -> Bytes {
        self.send(REQUEST.into()).await
    }

    /// Does what a program has to do without this crate.
    async fn person(&self) -> Person {
        let fields = [
            "root.id",
            "root.email",
            "work.title",
            "internal.status",
            "internal.lifecycleStatus",
        ];
        let body = serde_json::to_vec(&Body { fields: &fields }).unwrap();
        serde_json::from_slice(&self.send(body.into()).await).unwrap()
    }

    async fn send(&self, body: Bytes) -> Bytes {
        let answer = self
            .http
            .post(&self.url)
            .header("authorization", "Basic U0VSVklDRS0xOnRva2Vu")
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        answer.bytes().await.unwrap()
    }
}

#[derive(Serialize)]
struct Body<'a> {
    fields: &'a [&'a str],
}

#[derive(Deserialize)]
#[allow(dead_code)] // Decoding is what counts.
struct Person {
    id: String,
    email: Option<String>,
    work: Option<Work>,
    internal: Option<Internal>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Work {
    title: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Internal {
    status: Option<String>,
    lifecycle_status: Option<String>,
}

async fn call(client: &Client, fields: &[FieldId]) -> Employee {
    let id = EmployeeId::try_from(ID).unwrap();
    let read = client.people().get(id).fields(fields);
    read.send().await.unwrap()
}

fn ours(url: &str) -> Client {
    Client::builder()
        .service_user("SERVICE-1", "token")
        .base_url(url.parse().unwrap())
        .quota(Quota::unlimited())
        .build()
        .unwrap()
}

/// The cheapest server there is: the same answer to every request; its base URL.
fn serve(runtime: &Runtime) -> String {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
    let answer = format!("{head} {}\r\n\r\n{BODY}", BODY.len());
    runtime.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                // The requests are small, and each comes with its body at once.
                while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                    if buffer[..count].ends_with(b"}") {
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                }
            });
        }
    });
    url
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Seconds a call.
fn timed(runtime: &Runtime, call: impl AsyncFn()) -> f64 {
    let start = Instant::now();
    runtime.block_on(async {
        for _ in 0..CALLS {
            call().await;
        }
    });
    start.elapsed().as_secs_f64() / f64::from(CALLS)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
