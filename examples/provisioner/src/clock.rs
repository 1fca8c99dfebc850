//! What time it is: by the machine, or by the sandbox.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use jiff::{Timestamp, Unit};
use serde::Deserialize;
use tokio::time::sleep;
use url::Url;

/// The clock of a host. Nothing else in this package knows the time.
///
/// Its times are whole microseconds, as the Store keeps them.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Sandbox(Arc<Virtual>),
}

/// The virtual clock of a sandbox.
#[derive(Debug)]
struct Virtual {
    http: reqwest::Client,
    url: Url,
    last: Mutex<Timestamp>,
}

#[derive(Deserialize)]
struct Reading {
    now: Timestamp,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The virtual clock of the sandbox that serves at this address (any path of it will do).
    ///
    /// # Errors
    /// If no sandbox answers there.
    pub async fn sandbox(address: &Url) -> anyhow::Result<Self> {
        let url = address
            .join("/_sandbox/clock")
            .context("the sandbox's address is no base")?;
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let last = read(&http, &url)
            .await
            .context("no sandbox answers at HIBOB_BASE_URL")?;
        let last = Mutex::new(last);
        Ok(Self(Source::Sandbox(Arc::new(Virtual { http, url, last }))))
    }

    /// Whether its seconds are those of a sandbox.
    pub fn is_virtual(&self) -> bool {
        matches!(self.0, Source::Sandbox(_))
    }

    /// The time now.
    ///
    /// While the sandbox does not answer its clock stands still.
    pub async fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => whole(machine()),
            Source::Sandbox(sandbox) => sandbox.now().await,
        }
    }

    /// Waits until it is this late. Without a time, waits for ever.
    pub async fn sleep_until(&self, at: Option<Timestamp>) {
        let Some(at) = at else {
            return std::future::pending().await;
        };
        loop {
            let now = self.now().await;
            if now >= at {
                return;
            }
            sleep(self.nap(now, at)).await;
        }
    }

    /// How long to sleep before looking at the clock again: clocks are set, and virtual ones jump.
    fn nap(&self, now: Timestamp, at: Timestamp) -> Duration {
        match self.0 {
            Source::System => {
                let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
                left.min(LONGEST_NAP)
            }
            Source::Sandbox(_) => VIRTUAL_NAP,
        }
    }
}

impl Virtual {
    async fn now(&self) -> Timestamp {
        match read(&self.http, &self.url).await {
            Ok(now) => {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = now;
                now
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox's clock does not answer");
                *self.last.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    }
}

async fn read(http: &reqwest::Client, url: &Url) -> Result<Timestamp, reqwest::Error> {
    let answer = http.get(url.clone()).send().await?.error_for_status()?;
    Ok(whole(answer.json::<Reading>().await?.now))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn machine() -> Timestamp {
    Timestamp::now()
}

fn whole(at: Timestamp) -> Timestamp {
    let rounding = jiff::TimestampRound::new().smallest(Unit::Microsecond);
    at.round(rounding.mode(jiff::RoundMode::Trunc))
        .unwrap_or(at)
}

/// How long a sandbox may take to say what time it is. Long, for a clock that is given up stands
/// still, and what is due by it waits: a machine under load must not change what happens when.
const PATIENCE: Duration = Duration::from_secs(60);

const LONGEST_NAP: Duration = Duration::from_secs(60);

const VIRTUAL_NAP: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_microseconds() {
        let at: Timestamp = "2026-03-02T09:00:00.123456789Z".parse().unwrap();
        assert_eq!(whole(at).to_string(), "2026-03-02T09:00:00.123456Z");
    }

    #[tokio::test]
    async fn a_time_that_has_passed_is_not_waited_for() {
        let clock = Clock::system();
        clock.sleep_until(Some(Timestamp::UNIX_EPOCH)).await;
    }

    #[test]
    fn naps_are_short_so_that_a_clock_may_be_set() {
        let clock = Clock::system();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(clock.nap(now, Timestamp::MAX), LONGEST_NAP);
        let soon = now + jiff::SignedDuration::from_secs(3);
        assert_eq!(clock.nap(now, soon), Duration::from_secs(3));
    }
}
