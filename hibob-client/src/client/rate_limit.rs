//! What HiBob says about its rate limits.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use http::HeaderMap;
use http::header::DATE;
use tokio::time::Instant;

use super::quota::Bucket;
use super::wait_hint::digits;

/// HiBob counts by the minute, so that no count stands longer.
const WINDOW: Duration = Duration::from_secs(60);

/// The state of one endpoint's rate limit, from the `X-RateLimit-*` headers of an answer.
///
/// Source: HiBob's API reference, *Rate limiting*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many calls a minute may hold.
    pub limit: Option<u32>,
    /// How many of them are left.
    pub remaining: Option<u32>,
    /// How long after the answer the count begins again. Taken from the answer's own `Date`, so
    /// that this machine's clock does not matter.
    pub resets_in: Option<Duration>,
}

impl RateLimit {
    /// `None` if the answer says nothing of it.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
        let number = |name: &str| u32::try_from(digits(text(name)?)?).ok();
        let resets_in = || {
            let reset = Duration::from_secs(digits(text("x-ratelimit-reset")?)?);
            let now = httpdate::parse_http_date(text(DATE.as_str())?).ok()?;
            SystemTime::UNIX_EPOCH
                .checked_add(reset)?
                .duration_since(now)
                .ok()
        };
        let read = Self {
            limit: number("x-ratelimit-limit"),
            remaining: number("x-ratelimit-remaining"),
            resets_in: resets_in(),
        };
        let says_something = read.limit.or(read.remaining).is_some() || read.resets_in.is_some();
        says_something.then_some(read)
    }

    /// How long HiBob lets no further call through.
    fn used_up_for(&self) -> Option<Duration> {
        self.resets_in
            .filter(|_| self.remaining == Some(0))
            .map(|wait| wait.min(WINDOW))
    }
}

/// What HiBob last said about each endpoint.
#[derive(Default)]
pub(super) struct RateLimits(Mutex<State>);

#[derive(Default)]
struct State {
    last: BTreeMap<&'static str, RateLimit>,
    used_up: BTreeMap<Bucket, Instant>,
}

impl RateLimits {
    /// Notes what an answer says.
    pub(super) fn note(&self, template: &'static str, bucket: Bucket, limit: RateLimit) {
        let mut state = self.lock();
        state.last.insert(template, limit);
        if let Some(wait) = limit.used_up_for() {
            state.used_up.insert(bucket, Instant::now() + wait);
        }
    }

    /// When this kind of call is let through again, if it is not now.
    pub(super) fn closed_until(&self, bucket: Bucket) -> Option<Instant> {
        let until = self.lock().used_up.get(&bucket).copied();
        until.filter(|until| *until > Instant::now())
    }

    /// What was last said about each endpoint.
    pub(super) fn all(&self) -> BTreeMap<&'static str, RateLimit> {
        self.lock().last.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RateLimits").field(&self.all()).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn read(headers: &[(&'static str, &'static str)]) -> Option<RateLimit> {
        let map = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        RateLimit::read(&map.collect())
    }

    #[test]
    fn headers_are_read_one_by_one() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[("x-ratelimit-limit", "many")]), None);
        assert_eq!(
            read(&[
                date,
                ("x-ratelimit-limit", "50"),
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "784111787"),
            ]),
            Some(RateLimit {
                limit: Some(50),
                remaining: Some(0),
                resets_in: Some(Duration::from_secs(10)),
            })
        );
        let without_date = read(&[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "784111787"),
        ]);
        assert_eq!(without_date.unwrap().used_up_for(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_used_up_endpoint_is_closed_for_a_minute_at_most() {
        let limits = RateLimits::default();
        let limit = |remaining, seconds| RateLimit {
            limit: None,
            remaining: Some(remaining),
            resets_in: Some(Duration::from_secs(seconds)),
        };
        limits.note("/people/search", Bucket::Search, limit(1, 30));
        assert_eq!(limits.closed_until(Bucket::Search), None);
        limits.note("/people/search", Bucket::Search, limit(0, 30));
        limits.note("/people/{id}", Bucket::Person, limit(0, 1_000_000));
        let now = Instant::now();
        let left = |bucket| {
            limits
                .closed_until(bucket)
                .map(|until| until.duration_since(now).as_secs())
        };
        assert_eq!(left(Bucket::Search), Some(30));
        assert_eq!(left(Bucket::Person), Some(60));
        assert_eq!(left(Bucket::Metadata), None);
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(limits.closed_until(Bucket::Search), None);
        assert_eq!(limits.all()["/people/search"].remaining, Some(0));
    }
}
