//! How many calls a first full synchronization takes, and how long within the vendors' quotas: the
//! figures of `docs/capacity.md`.
//!
//! The sandbox's clock goes on as the calls use the quotas up, and by a second for every tenth of a
//! real one in which nothing was called, because then the host waits for the clock.
//!
//! ```sh
//! cargo bench -p provisioner --bench capacity -- 1000 10000
//! ```
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program of one page"
)]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use sandbox::{Control, Sandbox, Seed};
use tokio::process::Command;
use tokio::time::{Instant, interval};

#[tokio::main]
async fn main() {
    println!(
        "{:>7} {:>9} {:>7} {:>8} {:>8} {:>6} {:>9} {:>9} {:>9}",
        "people", "searches", "reads", "writes", "a person", "bulk", "at least", "took", "here"
    );
    for people in sizes() {
        let began = Instant::now();
        let sandbox = Sandbox::start(Seed::generate(people, 1)).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        // Nobody is there to approve that many invitations.
        let policy = format!("{}\n[guards]\ninvitations = {people}\n", Seed::POLICY);
        std::fs::write(home.path().join("policy.toml"), policy).unwrap();
        let from = sandbox.control().now().await.unwrap();
        synchronize(&sandbox, home.path()).await;
        let took = sandbox.control().now().await.unwrap().duration_since(from);
        let calls = Calls::of(&sandbox.control()).await;
        let state = sandbox.control().state().await.unwrap();
        assert!(state.mappings.len() > usize::try_from(people / 2).unwrap());
        println!(
            "{people:>7} {:>9} {:>7} {:>8} {:>8} {:>6} {:>9} {:>9} {:>7.0} s",
            calls.searches,
            calls.reads,
            calls.writes,
            calls.writes / u64::from(people),
            calls.bulk,
            clock(calls.seconds()),
            clock(took.as_secs().unsigned_abs()),
            began.elapsed().as_secs_f64()
        );
    }
}

/// What the vendors' quotas count.
#[derive(Debug, Default, PartialEq)]
struct Calls {
    /// People searches of Bob: 50 a minute.
    searches: u64,
    /// 360Learning: 50 a second.
    reads: u64,
    /// 360Learning: 10 a second.
    writes: u64,
    /// Bulk operations among the writes.
    bulk: u64,
}

impl Calls {
    async fn of(control: &Control) -> Self {
        let mut calls = Self::default();
        // No request is that new: the counts come alone.
        let log = control.log_after(u64::MAX).await.unwrap();
        for (name, count) in log.counts {
            match name.split(' ').collect::<Vec<_>>()[..] {
                ["bob", "POST", route] if route.ends_with("/people/search") => {
                    calls.searches += count;
                }
                ["bob", ..] => {}
                [_, _, route] if route.ends_with("/oauth2/token") => {}
                [_, "GET", _] => calls.reads += count,
                [_, _, route] => {
                    calls.writes += count;
                    calls.bulk += if route.contains("/bulk/") { count } else { 0 };
                }
                _ => panic!("a name of another form: {name}"),
            }
        }
        calls
    }

    /// How long they take at nine tenths of the quotas, which is what the clients use.
    fn seconds(&self) -> u64 {
        let searches = self.searches.div_ceil(45) * 60;
        searches
            .max(self.reads.div_ceil(45))
            .max(self.writes.div_ceil(9))
    }
}

async fn synchronize(sandbox: &Sandbox, home: &Path) {
    let command = Command::new(env!("CARGO_BIN_EXE_provisioner"))
        .args(["sync", "--deep", "--yes", "--json", "--sandbox"])
        .current_dir(home)
        .env_clear()
        .envs([
            ("HIBOB_BASE_URL", sandbox.bob_base_url().as_str()),
            ("HIBOB_SERVICE_USER_ID", Seed::SERVICE_USER_ID),
            ("HIBOB_SERVICE_USER_TOKEN", Seed::SERVICE_USER_TOKEN),
            ("HIBOB_UPSERT_SECRETS", "none"),
            ("HIBOB_DEACTIVATION_SECRETS", "none"),
            (
                "LEARNING360_BASE_URL",
                sandbox.learning360_base_url().as_str(),
            ),
            ("LEARNING360_CLIENT_ID", Seed::CLIENT_ID),
            ("LEARNING360_CLIENT_SECRET", Seed::CLIENT_SECRET),
            ("DATABASE_URL", "sqlite://provisioner.db"),
        ])
        .stdin(Stdio::null())
        .output();
    let control = sandbox.control();
    let time = async {
        let mut tick = interval(Duration::from_millis(100));
        let mut before = Calls::default();
        loop {
            tick.tick().await;
            let calls = Calls::of(&control).await;
            let spent = calls.seconds() - before.seconds();
            let pause = u64::from(calls == before);
            let seconds = u32::try_from(spent + pause).unwrap();
            control.advance(seconds).await.unwrap();
            before = calls;
        }
    };
    let output = tokio::select! {
        output = command => output.unwrap(),
        () = time => unreachable!("time does not end"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{said}");
}

fn clock(seconds: u64) -> String {
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The numbers among the arguments; cargo adds some of its own.
fn sizes() -> Vec<u32> {
    let sizes: Vec<_> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    if sizes.is_empty() { vec![1000] } else { sizes }
}
