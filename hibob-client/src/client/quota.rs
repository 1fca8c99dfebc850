//! Staying below HiBob's documented quotas.

use core::fmt;
use core::num::NonZeroU32;
use core::time::Duration;
use std::collections::BTreeMap;

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use tokio::time::{Instant, sleep};

/// How much of HiBob's documented quotas (10 to 50 calls a minute per endpoint) a client
/// uses.
///
/// They are shared by all programs that use the service user; take a fraction. A third of the
/// share may be used at once, and no minute holds more calls than the share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota(Option<f64>);

impl Quota {
    /// A share between 0 and 1; what is outside is brought to the nearest that makes sense.
    pub const fn share(share: f64) -> Self {
        // `max` first: it turns NaN into the smallest share.
        Self(Some(share.max(0.02).min(1.0)))
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

/// HiBob counts calls per endpoint and minute. Where no figure is documented, the one of the most
/// similar endpoint is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bucket {
    /// People search: 50 a minute.
    Search,
    /// Reading one person: not documented; taken to be 50 a minute.
    Person,
    /// Public profiles: not documented; taken to be 50 a minute.
    Profiles,
    /// Fields and named lists: 50 a minute.
    Metadata,
    /// One person's table: not documented; taken to be 50 a minute.
    Table,
    /// One person's salaries: 10 a minute.
    Salaries,
    /// Tables of many people: not documented; taken to be 50 a minute.
    Bulk,
    /// Editing a person: 10 a minute.
    Edit,
    /// Changing an e-mail address: 20 a minute.
    Email,
    /// Changing a start date: 20 a minute.
    StartDate,
    /// Writing training rows: not documented; taken to be 10 a minute, as for other edits.
    TrainingWrite,
}

impl Bucket {
    const ALL: [Self; 11] = [
        Self::Search,
        Self::Person,
        Self::Profiles,
        Self::Metadata,
        Self::Table,
        Self::Salaries,
        Self::Bulk,
        Self::Edit,
        Self::Email,
        Self::StartDate,
        Self::TrainingWrite,
    ];

    /// How many calls a minute may hold.
    const fn per_minute(self) -> f64 {
        match self {
            Self::Salaries | Self::Edit | Self::TrainingWrite => 10.0,
            Self::Email | Self::StartDate => 20.0,
            Self::Search
            | Self::Person
            | Self::Profiles
            | Self::Metadata
            | Self::Table
            | Self::Bulk => 50.0,
        }
    }
}

/// One limiter per kind of call; none where there is no limit.
pub(super) struct Quotas(BTreeMap<Bucket, Limiter>);

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

impl Quotas {
    /// Quotas that use this much of what is documented.
    pub(super) fn new(quota: Quota) -> Self {
        let clock = TokioClock(Instant::now());
        let limiters = quota.0.into_iter().flat_map(|share| {
            Bucket::ALL.map(|bucket| {
                let pace = pace(bucket.per_minute() * share);
                (bucket, RateLimiter::direct_with_clock(pace, clock))
            })
        });
        Self(limiters.collect())
    }

    /// Waits for a turn, or says how long that takes if it is past the deadline.
    pub(super) async fn take(&self, bucket: Bucket, deadline: Instant) -> Result<(), Duration> {
        let Some(limiter) = self.0.get(&bucket) else {
            return Ok(());
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
fn pace(share: f64) -> governor::Quota {
    // Between 0 and 50, so that nothing is lost but the fraction.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let per_minute = share as u32;
    let burst = (per_minute / 3).max(1);
    let even = per_minute.saturating_sub(burst).max(1);
    governor::Quota::per_minute(NonZeroU32::new(even).unwrap_or(NonZeroU32::MIN))
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
        let quotas = Quotas::new(Quota::default());
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
    async fn writes_are_slower_than_reads() {
        for (bucket, most) in [
            (Bucket::Edit, 9),
            (Bucket::Salaries, 9),
            (Bucket::Email, 18),
            (Bucket::StartDate, 18),
            (Bucket::Table, 45),
        ] {
            let quotas = Quotas::new(Quota::default());
            let start = Instant::now();
            let minute = start + Duration::from_secs(60);
            let mut taken = 0;
            while quotas.take(bucket, minute).await.is_ok() {
                taken += 1;
            }
            assert!((most - 1..=most).contains(&taken), "{bucket:?}: {taken}");
        }
    }

    #[test]
    fn every_bucket_has_a_limiter() {
        let quotas = Quotas::new(Quota::default());
        assert_eq!(quotas.0.len(), Bucket::ALL.len());
        let last = Bucket::TrainingWrite as usize;
        assert_eq!(last + 1, Bucket::ALL.len());
    }

    #[test]
    fn a_share_is_brought_into_its_range() {
        for (share, kept) in [(-1.0, 0.02), (0.5, 0.5), (7.0, 1.0), (f64::NAN, 0.02)] {
            assert_eq!(Quota::share(share), Quota(Some(kept)), "{share}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let quotas = Quotas::new(Quota::unlimited());
        let start = Instant::now();
        for _ in 0..1_000 {
            quotas.take(Bucket::Search, start).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_past_the_deadline_is_refused_at_once() {
        let quotas = Quotas::new(Quota::share(0.01));
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
