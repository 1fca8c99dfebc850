//! The chaos run: the lives of a hundred people, while hosts are killed with SIGKILL and both
//! stand-ins misbehave; and at the end nothing is lost, done twice or done to the wrong person.
//!
//! Everything that happens is drawn from a seed: what people do, what goes wrong, and after how
//! many calls or moments a host dies. `CHAOS_KILLS` and `CHAOS_SEED` choose another run:
//!
//! ```sh
//! CHAOS_KILLS=200 CHAOS_SEED=1 bash .ci/with-postgres \
//!   cargo test --release -p provisioner --test chaos -- --include-ignored --nocapture
//! ```
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::missing_panics_doc,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "tests have no users"
)]

mod balancer;
mod company;
#[allow(dead_code, reason = "the host's own tests use more of it")]
#[path = "../../examples/provisioner/tests/it/support/home.rs"]
mod home;
mod hosts;
mod life;
mod run;
mod time;
mod verdict;
mod weather;

use home::Home;
use run::Run;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice_on_sqlite() {
    Run::start(Home::sqlite(), 1, seed())
        .await
        .go(kills())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn nothing_is_lost_or_done_twice_by_two_instances_on_postgres() {
    Run::start(Home::postgres(), 2, seed())
        .await
        .go(kills())
        .await;
}

fn kills() -> u32 {
    number("CHAOS_KILLS").unwrap_or(20)
}

fn seed() -> u64 {
    number("CHAOS_SEED").unwrap_or(1)
}

#[expect(clippy::disallowed_methods, reason = "which run is wanted")]
fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number")),
    )
}
