//! How fast the client may go: its share of the documented quotas, and pauses after a 429.

use core::fmt;
use core::num::NonZeroU32;
use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use tokio::time::Instant;

/// How much of 360Learning's quotas a client takes: 50 reads and 10 writes in a second.
///
/// The quotas count all credentials and all integrations of a company together. The default is
/// nine tenths. Of its share the client spends nine tenths at a steady pace and lets the rest go
/// in bursts, so that no second holds more calls than the share. Source: 360Learning's developer
/// guide, *Rate limiting errors*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota(Option<f64>);

impl Quota {
    /// A share between 0 and 1; what is outside is brought to the nearest that makes sense.
    pub const fn share(share: f64) -> Self {
        // `max` first: it turns NaN into the smallest share.
        Self(Some(share.max(0.01).min(1.0)))
    }

    /// As fast as the answers come, for tests against a stand-in.
    pub const fn unlimited() -> Self {
        Self(None)
    }
}

impl Default for Quota {
    fn default() -> Self {
        Self::share(0.9)
    }
}

/// The two kinds of calls that 360Learning counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// The limits of a client and all its clones.
pub(crate) struct Limits {
    reads: Lane,
    writes: Lane,
}

/// The pause after a 429 goes on for longer than the caller can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paused(pub(crate) Duration);

impl Limits {
    pub(crate) fn new(quota: Quota) -> Self {
        Self {
            reads: Lane::new(quota, READS_PER_SECOND),
            writes: Lane::new(quota, WRITES_PER_SECOND),
        }
    }

    /// Waits until a call may be sent.
    pub(crate) async fn pass(&self, access: Access, deadline: Instant) -> Result<(), Paused> {
        self.lane(access).pass(deadline).await
    }

    /// Holds back all calls of the kind.
    pub(crate) fn pause(&self, access: Access, wait: Duration) {
        self.lane(access).pause(wait);
    }

    fn lane(&self, access: Access) -> &Lane {
        match access {
            Access::Read => &self.reads,
            Access::Write => &self.writes,
        }
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

struct Lane {
    pace: Option<Pace>,
    paused_until: Mutex<Option<Instant>>,
}

type Pace = governor::RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

impl Lane {
    fn new(quota: Quota, per_second: f64) -> Self {
        let pace = quota.0.map(|share| {
            let most = per_second * share;
            let burst = NonZeroU32::new(to_u32(most * 0.1)).unwrap_or(NonZeroU32::MIN);
            let period = Duration::from_secs_f64(1.0 / (most * 0.9));
            // The period is never zero: `most` is at most 50.
            let quota = governor::Quota::with_period(period)
                .unwrap_or(governor::Quota::per_second(NonZeroU32::MIN))
                .allow_burst(burst);
            governor::RateLimiter::direct_with_clock(quota, TokioClock::default())
        });
        Self {
            pace,
            paused_until: Mutex::new(None),
        }
    }

    async fn pass(&self, deadline: Instant) -> Result<(), Paused> {
        loop {
            let wait = match (self.pause_left(), &self.pace) {
                (Some(left), _) => left,
                (None, None) => return Ok(()),
                (None, Some(pace)) => match pace.check() {
                    Ok(()) => return Ok(()),
                    Err(full) => full.wait_time_from(pace.clock().now()),
                },
            };
            if Instant::now() + wait > deadline {
                return Err(Paused(wait));
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait.min(LONGEST_PAUSE);
        let mut paused = self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if paused.is_none_or(|earlier| earlier < until) {
            *paused = Some(until);
        }
    }

    fn pause_left(&self) -> Option<Duration> {
        let paused = self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let left = (*paused)?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// Tokio's clock, which tests can pause.
#[derive(Clone, Copy, Debug)]
struct TokioClock(Instant);

impl Default for TokioClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 50"
)]
fn to_u32(number: f64) -> u32 {
    number as u32
}

const READS_PER_SECOND: f64 = 50.0;

const WRITES_PER_SECOND: f64 = 10.0;

const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    fn in_an_hour() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_calls_than_the_share() {
        for (access, share, most) in [
            (Access::Write, 1.0, 10),
            (Access::Read, 1.0, 50),
            (Access::Write, 0.5, 5),
            (Access::Read, 0.5, 25),
        ] {
            let limits = Limits::new(Quota::share(share));
            let mut passed = Vec::new();
            for _ in 0..200 {
                limits.pass(access, in_an_hour()).await.unwrap();
                passed.push(Instant::now());
            }
            let second = Duration::from_secs(1);
            let within = |from: &Instant| {
                passed
                    .iter()
                    .filter(|at| **at >= *from && **at < *from + second)
                    .count()
            };
            let busiest = passed.iter().map(within).max().unwrap();
            assert!(
                (most * 8 / 10..=most).contains(&busiest),
                "{access:?} {share}: {busiest}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_quota_nobody_waits() {
        let limits = Limits::new(Quota::unlimited());
        let start = Instant::now();
        for _ in 0..1000 {
            limits.pass(Access::Write, in_an_hour()).await.unwrap();
        }
        assert_eq!(start, Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_back_its_own_kind_only() {
        let limits = Limits::new(Quota::unlimited());
        let start = Instant::now();
        limits.pause(Access::Write, Duration::from_secs(3));
        // A shorter pause does not end a longer one.
        limits.pause(Access::Write, Duration::from_secs(1));
        limits.pass(Access::Read, in_an_hour()).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        limits.pass(Access::Write, in_an_hour()).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_wait_is_told_at_once() {
        let limits = Limits::new(Quota::default());
        let start = Instant::now();
        limits.pause(Access::Read, Duration::from_secs(300));
        let deadline = start + Duration::from_secs(120);
        let paused = limits.pass(Access::Read, deadline).await.unwrap_err();
        assert_eq!(paused, Paused(Duration::from_secs(300)));
        assert_eq!(start, Instant::now());
    }

    #[test]
    fn shares_are_brought_into_range() {
        assert_eq!(Quota::share(7.0), Quota::share(1.0));
        assert_eq!(Quota::share(-1.0), Quota::share(0.01));
        assert_eq!(Quota::share(f64::NAN), Quota::share(0.01));
    }
}
