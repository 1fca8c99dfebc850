//! Whether, and after how long, a call is repeated.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use http::StatusCode;
use tokio::time::{Instant, sleep};

use super::error::{Error, ErrorKind, Sent};

/// When calls are repeated.
///
/// Pauses double from the first on and are stretched at random up to twofold. If HiBob asks for a
/// longer one (`Retry-After`, or `X-RateLimit-Reset` compared with the answer's `Date`), that is
/// taken instead, up to [`max_wait`](Self::max_wait); beyond it the call fails, and
/// [`Error::retry_after`] says how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    first_pause: Duration,
    max_wait: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, half a second before the second, and at most a minute's wait for HiBob.
    fn default() -> Self {
        Self {
            attempts: 3,
            first_pause: Duration::from_millis(500),
            max_wait: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// How many attempts a call may take. 1 means that nothing is repeated.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The pause before the second attempt.
    pub const fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// The least pause after an answer that calls come too fast.
    pub(super) const fn shortest_pause(&self) -> Duration {
        self.first_pause
    }

    /// The longest pause that HiBob may ask for.
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }
}

/// What is known when an attempt has failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Situation<'e> {
    pub(super) error: &'e Error,
    pub(super) idempotent: bool,
    /// How many attempts were made.
    pub(super) attempts: u32,
    /// The time left until the deadline.
    pub(super) left: Duration,
    /// The next pause of the back-off.
    pub(super) pause: Duration,
}

/// The pause before the next attempt; `None` ends the call with the error.
pub(super) fn decide(policy: &RetryPolicy, situation: &Situation<'_>) -> Option<Duration> {
    let Situation {
        error,
        idempotent,
        attempts,
        left,
        pause,
    } = *situation;
    if attempts >= policy.attempts || !is_transient(error, idempotent) {
        return None;
    }
    let wait = error.retry_after().unwrap_or_default();
    let pause = pause.max(wait);
    (wait <= policy.max_wait && pause < left).then_some(pause)
}

/// Whether the same call may succeed later.
pub(super) fn is_transient(error: &Error, idempotent: bool) -> bool {
    let too_fast = error.status() == Some(StatusCode::TOO_MANY_REQUESTS);
    // A refusal for going too fast says that nothing was done.
    if error.sent() != Sent::No && !too_fast && !idempotent {
        return false;
    }
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
        ErrorKind::Status => too_fast || error.status().is_some_and(|s| s.is_server_error()),
        ErrorKind::Config
        | ErrorKind::Request
        | ErrorKind::Decode
        | ErrorKind::Record
        | ErrorKind::Throttled
        | ErrorKind::Suspended => false,
    }
}

/// Repeats an attempt as [`decide`] says; `pausing` is told of each pause before it begins.
pub(super) async fn run<T, Fut>(
    policy: &RetryPolicy,
    idempotent: bool,
    deadline: Instant,
    mut attempt: impl FnMut() -> Fut,
    pausing: impl FnMut(&Error, Duration),
) -> Result<T, Error>
where
    Fut: Future<Output = Result<T, Error>>,
{
    // Two closures share it; atomic only so that the future can move between threads.
    let attempts = AtomicU32::new(0);
    let back_off = ExponentialBuilder::new()
        .with_min_delay(policy.first_pause)
        .with_jitter()
        .without_max_times();
    (|| {
        attempts.fetch_add(1, Ordering::Relaxed);
        attempt()
    })
    .retry(back_off)
    .sleep(sleep)
    .adjust(|error, pause| {
        decide(
            policy,
            &Situation {
                error,
                idempotent,
                attempts: attempts.load(Ordering::Relaxed),
                left: deadline.saturating_duration_since(Instant::now()),
                pause: pause?,
            },
        )
    })
    .notify(pausing)
    .await
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::client::ApiError;

    const SECOND: Duration = Duration::from_secs(1);

    fn status(status: u16, wait: Option<Duration>) -> Error {
        let api = ApiError::read(StatusCode::from_u16(status).unwrap(), b"");
        Error::status_answer(api, wait, Bytes::new())
    }

    #[test]
    fn what_is_tried_again() {
        // Error, again if a second request does no harm, again otherwise.
        for (error, safe, unsafe_) in [
            (status(429, None), true, true),
            (status(500, None), true, false),
            (status(502, None), true, false),
            (status(503, None), true, false),
            (status(304, None), false, false),
            (status(400, None), false, false),
            (status(401, None), false, false),
            (status(403, None), false, false),
            (status(404, None), false, false),
            (status(409, None), false, false),
            (Error::timeout(), true, false),
            (Error::config(""), false, false),
            (Error::request(""), false, false),
            (Error::decode("", &Bytes::new()), false, false),
            (Error::throttled(SECOND), false, false),
            (Error::suspended(SECOND), false, false),
        ] {
            assert_eq!(is_transient(&error, true), safe, "{error:?}");
            assert_eq!(is_transient(&error, false), unsafe_, "{error:?}");
        }
    }

    #[test]
    fn after_how_long() {
        let policy = RetryPolicy::default();
        let minute = 60 * SECOND;
        for (attempts, asked, left, expected) in [
            (1, None, minute, Some(SECOND)),
            (2, None, minute, Some(SECOND)),
            (3, None, minute, None),
            (1, Some(7 * SECOND), minute, Some(7 * SECOND)),
            (1, Some(Duration::ZERO), minute, Some(SECOND)),
            (1, Some(60 * SECOND), 2 * minute, Some(minute)),
            (1, Some(61 * SECOND), 2 * minute, None),
            (1, Some(Duration::MAX), Duration::MAX, None),
            (1, Some(7 * SECOND), 7 * SECOND, None),
            (1, None, SECOND, None),
            (1, None, Duration::ZERO, None),
        ] {
            let error = &status(429, asked);
            let situation = Situation {
                error,
                idempotent: true,
                attempts,
                left,
                pause: SECOND,
            };
            assert_eq!(decide(&policy, &situation), expected, "{situation:?}");
        }
    }

    /// Runs an attempt that always fails; how often, and when it was tried.
    async fn failing(policy: RetryPolicy, limit: Duration, fail: impl Fn() -> Error) -> Vec<u64> {
        let start = Instant::now();
        let tries = std::sync::Mutex::new(Vec::new());
        let result: Result<(), _> = run(
            &policy,
            true,
            start + limit,
            || {
                tries.lock().unwrap().push(start.elapsed().as_secs());
                core::future::ready(Err(fail()))
            },
            |_, _| {},
        )
        .await;
        assert!(result.is_err());
        tries.into_inner().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_are_those_that_were_asked_for() {
        let policy = RetryPolicy::default();
        let tries = failing(policy, 120 * SECOND, || status(429, Some(7 * SECOND))).await;
        assert_eq!(tries, [0, 7, 14]);
        let tries = failing(policy, 10 * SECOND, || status(429, Some(7 * SECOND))).await;
        assert_eq!(tries, [0, 7]);
        let tries = failing(policy, 120 * SECOND, || status(401, Some(SECOND))).await;
        assert_eq!(tries, [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_double_and_vary() {
        let policy = RetryPolicy::default().attempts(6).first_pause(10 * SECOND);
        let tries = failing(policy, 3600 * SECOND, || status(500, None)).await;
        assert_eq!(tries.len(), 6);
        let first = tries[1] - tries[0];
        let second = tries[2] - tries[1];
        assert!(
            (10..=20).contains(&first) && (20..=40).contains(&second),
            "{tries:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_ends_the_loop() {
        let mut left = 2;
        let result = run(
            &RetryPolicy::default(),
            true,
            Instant::now() + 60 * SECOND,
            || {
                left -= 1;
                core::future::ready(if left == 0 {
                    Ok("done")
                } else {
                    Err(status(503, None))
                })
            },
            |_, _| {},
        )
        .await;
        assert_eq!(result.unwrap(), "done");
    }
}
