//! What a company of 10,000 people and users costs: `cargo bench -p sandbox --bench figures`.
//!
//! Measures the program itself, from outside: the time from its start until it serves, reads of
//! everybody, agreement, and the memory of the process at its highest. `-- --people 50000` takes
//! another size.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program of one page"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use sandbox::{Control, Seed};
use serde_json::{Value, json};
use tokio::time::Instant;

#[tokio::main]
async fn main() {
    let people = people();
    let seed = Seed::generate(people, 7)
        .provisioned(people as usize)
        .unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(&mut file, &seed).unwrap();
    file.flush().unwrap();

    let begun = Instant::now();
    let (mut process, bob, learning360) = serve(file.path());
    say("start", begun.elapsed(), "", &process);

    let http = Client::new();
    let search = |fields: Option<Value>| {
        let mut body = json!({ "showInactive": true });
        if let Some(fields) = fields {
            body["fields"] = fields;
        }
        http.post(format!("{bob}/people/search"))
            .basic_auth(Seed::SERVICE_USER_ID, Some(Seed::SERVICE_USER_TOKEN))
            .json(&body)
    };
    for (what, fields) in [
        ("a search of all, 13 fields", Some(json!(FIELDS))),
        ("a search of all, all default fields", None),
    ] {
        let begun = Instant::now();
        let body = search(fields).send().await.unwrap().bytes().await.unwrap();
        let took = begun.elapsed();
        let size = format!("{} MiB of JSON", body.len() >> 20);
        say(what, took, &size, &process);
        let found: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            found["employees"].as_array().unwrap().len(),
            people as usize
        );
    }

    let begun = Instant::now();
    let users = users(&http, &learning360).await;
    say(
        "all pages of users",
        begun.elapsed(),
        &format!("{users} users"),
        &process,
    );

    let control = Control::new(bob.trim_end_matches("/v1"), &learning360);
    let begun = Instant::now();
    let agreement = control.agree(Seed::POLICY).await.unwrap();
    say(
        "agreement",
        begun.elapsed(),
        &agreement.to_string(),
        &process,
    );
    let begun = Instant::now();
    let state = control.state().await.unwrap();
    let size = format!("{} people", state.employees.len());
    say("state of both sides", begun.elapsed(), &size, &process);
    let begun = Instant::now();
    let report = control.advance(90 * 24 * 3600).await.unwrap();
    let switches = format!("{} lifecycle rows took effect", report.lifecycle_switches);
    say("90 days pass", begun.elapsed(), &switches, &process);
    process.kill().unwrap();
    process.wait().unwrap();
}

fn people() -> u32 {
    let mut arguments = std::env::args().skip_while(|it| it != "--people").skip(1);
    arguments.next().map_or(10_000, |it| it.parse().unwrap())
}

/// Starts the program; Bob's base URL and 360Learning's origin.
fn serve(seed: &std::path::Path) -> (Child, String, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args([
            "serve",
            "--bob-port",
            "0",
            "--learning360-port",
            "0",
            "--seed",
        ])
        .arg(seed)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut value = |name: &str| {
        let line = lines.next().unwrap().unwrap();
        line.strip_prefix(name)
            .unwrap()
            .trim_start_matches('=')
            .to_owned()
    };
    let bob = value("HIBOB_BASE_URL");
    let learning360 = value("LEARNING360_BASE_URL");
    (process, bob, learning360)
}

/// Follows all pages, and counts what is on them.
async fn users(http: &Client, origin: &str) -> usize {
    let body = json!({ "grant_type": "client_credentials",
        "client_id": Seed::CLIENT_ID, "client_secret": Seed::CLIENT_SECRET });
    let token = http
        .post(format!("{origin}/api/v2/oauth2/token"))
        .json(&body);
    let token: Value = token.send().await.unwrap().json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();
    let mut next = Some(format!("{origin}/api/v2/users"));
    let mut count = 0;
    while let Some(url) = next {
        let page = http
            .get(url)
            .bearer_auth(token)
            .header("360-api-version", "v2.0");
        let page = page.send().await.unwrap();
        let link = page
            .headers()
            .get("link")
            .map(|it| it.to_str().unwrap().to_owned());
        let link = link.filter(|it| it.contains("rel=\"next\""));
        next = link.map(|it| {
            let url = it.split(['<', '>']).nth(1).unwrap();
            if url.starts_with('/') {
                format!("{origin}{url}")
            } else {
                url.to_owned()
            }
        });
        count += page
            .json::<Value>()
            .await
            .unwrap()
            .as_array()
            .unwrap()
            .len();
    }
    count
}

/// What took how long, and the most memory that the process has had so far.
fn say(what: &str, took: Duration, more: &str, process: &Child) {
    let seconds = took.as_secs_f64();
    let memory = memory(process).map_or("?".to_owned(), |it| it.to_string());
    println!("{what:<36} {seconds:>7.3} s {memory:>5} MiB   {more}");
}

/// In MiB; where the system tells.
fn memory(process: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes >> 10)
}

/// What a policy usually reads.
const FIELDS: [&str; 13] = [
    "root.id",
    "root.email",
    "root.firstName",
    "root.surname",
    "work.startDate",
    "work.title",
    "work.department",
    "work.siteId",
    "work.manager",
    "work.workPhone",
    "internal.status",
    "internal.lifecycleStatus",
    "internal.terminationDate",
];
