//! Staying below HiBob's documented quotas.

use core::fmt;
use core::num::NonZeroU32;
use core::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::{Instant, sleep};

/// HiBob counts calls per kind and minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    /// People search: 50 a minute.
    Search,
    /// Reading one person: not documented; taken to be 50 a minute.
    Person,
    /// Fields and named lists: 50 a minute.
    Metadata,
}

/// What HiBob documents for each of the kinds.
const DOCUMENTED: f64 = 50.0;

/// One limiter per kind of call.
pub(super) struct Quotas {
    search: Limiter,
    person: Limiter,
    metadata: Limiter,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

impl Quotas {
    /// Quotas that use this share, between 0 and 1, of what is documented.
    pub(super) fn new(share: f64) -> Self {
        let clock = TokioClock(Instant::now());
        let limiter = || RateLimiter::direct_with_clock(quota(share), clock);
        Self {
            search: limiter(),
            person: limiter(),
            metadata: limiter(),
        }
    }

    /// Waits for a turn, or says how long that takes if it is past the deadline.
    pub(super) async fn take(&self, bucket: Bucket, deadline: Instant) -> Result<(), Duration> {
        let limiter = match bucket {
            Bucket::Search => &self.search,
            Bucket::Person => &self.person,
            Bucket::Metadata => &self.metadata,
        };
        while let Err(early) = limiter.check() {
            let wait = early.wait_time_from(limiter.clock().now());
            if Instant::now() + wait > deadline {
                return Err(wait);
            }
            sleep(wait).await;
        }
        Ok(())
    }
}

impl fmt::Debug for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quotas").finish_non_exhaustive()
    }
}

/// A third may be used at once, so that small runs are not slowed; the rest comes evenly. Together
/// they never exceed the share within any minute.
fn quota(share: f64) -> Quota {
    // Between 0 and 50, so that nothing is lost but the fraction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let per_minute = (DOCUMENTED * share) as u32;
    let burst = (per_minute / 3).max(1);
    let even = per_minute.saturating_sub(burst).max(1);
    Quota::per_minute(NonZeroU32::new(even).unwrap_or(NonZeroU32::MIN))
        .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

/// Tokio's clock, which tests can pause, as time since the client was made.
#[derive(Clone, Copy, Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn small_runs_are_not_slowed_and_no_minute_exceeds_the_share() {
        let quotas = Quotas::new(0.9);
        let start = Instant::now();
        let deadline = start + Duration::from_secs(3600);
        let mut taken = Vec::new();
        for _ in 0..200 {
            quotas.take(Bucket::Search, deadline).await.unwrap();
            taken.push(start.elapsed());
        }
        assert_eq!(taken[14], Duration::ZERO);
        for (index, first) in taken.iter().enumerate() {
            let minute = *first + Duration::from_secs(60);
            let count = taken[index..].iter().filter(|time| **time < minute).count();
            assert!(count <= 45, "{count} calls within a minute");
        }
        assert!(taken[199] < Duration::from_secs(7 * 60), "{:?}", taken[199]);
        quotas.take(Bucket::Metadata, Instant::now()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_past_the_deadline_is_refused_at_once() {
        let quotas = Quotas::new(0.01);
        let start = Instant::now();
        quotas.take(Bucket::Person, start).await.unwrap();
        let wait = quotas
            .take(Bucket::Person, start + Duration::from_secs(30))
            .await
            .unwrap_err();
        assert_eq!(wait, Duration::from_secs(60));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
