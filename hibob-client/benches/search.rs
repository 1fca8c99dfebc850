//! The streamed search of 100 000 employees, beside `serde_json` into typed structs from memory.
//!
//! Before divan's tables it prints the ratio of the two, from rounds that alternate. The column
//! `max alloc` of the tables is the peak of the heap.
#![allow(clippy::print_stdout)] // That is what a bench is for.
#![allow(clippy::disallowed_methods)] // A bench reads the clock.
#![allow(clippy::unwrap_used)]
#![allow(missing_docs)]

#[path = "support/server.rs"]
mod server;

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use divan::{AllocProfiler, Bencher, black_box};
use hibob_client::{Client, FieldId, Quota};
use serde::Deserialize;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const PEOPLE: usize = 100_000;

const ROUNDS: usize = 5;

fn main() {
    let runtime = runtime();
    let client = client();
    let mut floors = Vec::new();
    let mut decoded = Vec::new();
    let mut streamed = Vec::new();
    let mut read = Vec::new();
    for _ in 0..ROUNDS {
        floors.push(timed(typed));
        decoded.push(timed(decode));
        streamed.push(timed(|| runtime.block_on(stream(&client, &[]))));
        read.push(timed(|| runtime.block_on(stream(&client, &fields()))));
    }
    let floor = median(floors);
    println!(
        "{PEOPLE} employees, {} MB, medians of {ROUNDS} rounds",
        BODY.len() / 1_000_000
    );
    println!("serde_json, typed, from memory        {floor:>9.1?}");
    for (name, times) in [
        ("split and decoded, from memory        ", decoded),
        ("streamed search, over loopback        ", streamed),
        ("the same, and seven fields read of each", read),
    ] {
        let time = median(times);
        let share = floor.as_secs_f64() / time.as_secs_f64() * 100.0;
        println!("{name}{time:>9.1?}  {share:>4.0} % of the speed");
    }
    divan::main();
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn serde_json_typed(bencher: Bencher<'_, '_>) {
    LazyLock::force(&BODY);
    bencher.bench_local(typed);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn split_and_decoded(bencher: Bencher<'_, '_>) {
    LazyLock::force(&BODY);
    bencher.bench_local(decode);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn streamed_search(bencher: Bencher<'_, '_>) {
    let (runtime, client) = (runtime(), client());
    bencher.bench_local(|| runtime.block_on(stream(&client, &[])));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn streamed_search_with_fields(bencher: Bencher<'_, '_>) {
    let (runtime, client, fields) = (runtime(), client(), fields());
    bencher.bench_local(|| runtime.block_on(stream(&client, &fields)));
}

/// What a program would write that needs these fields and nothing else.
#[derive(Deserialize)]
#[allow(dead_code)] // Decoding is what counts.
struct Answer {
    employees: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Person {
    id: String,
    first_name: Option<String>,
    surname: Option<String>,
    email: Option<String>,
    work: Option<Work>,
    internal: Option<Internal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Work {
    title: Option<String>,
    department: Option<String>,
    site_id: Option<u64>,
    start_date: Option<String>,
    manager: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Internal {
    status: Option<String>,
    lifecycle_status: Option<String>,
}

fn typed() {
    let answer: Answer = serde_json::from_slice(&BODY).unwrap();
    assert_eq!(black_box(answer).employees.len(), PEOPLE);
}

fn decode() {
    let found = hibob_client::decode_for_tests(black_box(&BODY), 64 * 1024);
    assert_eq!(found, PEOPLE);
}

async fn stream(client: &Client, fields: &[FieldId]) {
    let mut people = client.people().search().show_inactive(true).stream();
    let mut count = 0;
    while let Some(person) = people.next().await {
        let person = person.unwrap();
        for field in fields {
            black_box(person.text(field).value().unwrap());
        }
        black_box(person);
        count += 1;
    }
    assert_eq!(count, PEOPLE);
}

fn fields() -> Vec<FieldId> {
    let ids = [
        "root.firstName",
        "root.surname",
        "root.email",
        "work.title",
        "work.department",
        "work.siteId",
        "internal.lifecycleStatus",
    ];
    ids.map(|id| FieldId::parse(id).unwrap()).to_vec()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn client() -> Client {
    let url = server::start(&BODY);
    Client::builder()
        .service_user("SERVICE-1", "token")
        .base_url(url.parse().unwrap())
        .quota(Quota::unlimited())
        .build()
        .unwrap()
}

/// The answer in both of HiBob's forms, as it comes for requested fields.
static BODY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut body = String::from("{\"employees\":[");
    for n in 0..PEOPLE {
        let id = 3_332_883_894_235_038_486_u64 + n as u64;
        let comma = if n == 0 { "" } else { "," };
        let (title, site) = (253_000 + n % 200, 2_606_110 + n % 9);
        write!(
            body,
            "{comma}{{\"/root/id\":{{\"value\":\"{id}\"}},\"/root/firstName\":{{\"value\":\"Ada\"}},\
            \"/root/surname\":{{\"value\":\"Lovelace {n}\"}},\
            \"/root/email\":{{\"value\":\"ada.lovelace.{n}@example.com\"}},\
            \"/work/title\":{{\"value\":\"{title}\"}},\"/work/department\":{{\"value\":\"Engineering\"}},\
            \"/work/siteId\":{{\"value\":{site}}},\"/work/startDate\":{{\"value\":\"2024-04-01\"}},\
            \"/work/manager\":{{\"value\":\"3332883804594373380\"}},\
            \"/internal/status\":{{\"value\":\"Active\"}},\
            \"/internal/lifecycleStatus\":{{\"value\":\"employed\"}},\
            \"id\":\"{id}\",\"firstName\":\"Ada\",\"surname\":\"Lovelace {n}\",\
            \"email\":\"ada.lovelace.{n}@example.com\",\"work\":{{\"title\":\"{title}\",\
            \"department\":\"Engineering\",\"siteId\":{site},\"startDate\":\"2024-04-01\",\
            \"manager\":\"3332883804594373380\"}},\"internal\":{{\"status\":\"Active\",\
            \"lifecycleStatus\":\"employed\",\"terminationDate\":null}}}}"
        )
        .unwrap();
    }
    body.push_str("]}");
    body.into_bytes()
});

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
