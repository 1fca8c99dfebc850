use core::time::Duration;

use http::StatusCode;

use super::error::Sent;

/// Whether a call may be repeated although an earlier attempt may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replay {
    /// Twice is as good as once: GET, PUT, DELETE, and PATCH with absolute values.
    Always,
    /// Twice may make two objects: POST. Repeated only if it surely had no effect.
    OnlyIfRefused,
}

/// A failed attempt, as far as it matters for the next one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed {
    pub(crate) replay: Replay,
    /// Whether the gate holds the call back after a 429.
    pub(crate) gated: bool,
    pub(crate) sent: Sent,
    pub(crate) status: Option<StatusCode>,
    /// How many attempts there have been.
    pub(crate) attempts: u32,
    /// What 360Learning asked for.
    pub(crate) retry_after: Option<Duration>,
    /// What is left of the time for the call.
    pub(crate) time_left: Duration,
}

/// How long to wait before the next attempt; none if there is to be none.
///
/// After a 429 the gate holds everybody back, so a gated attempt itself waits no longer.
pub(crate) fn next_attempt(failed: &Failed, back_off: Duration) -> Option<Duration> {
    let limited = failed.status == Some(StatusCode::TOO_MANY_REQUESTS);
    let most = if limited {
        MOST_WHEN_LIMITED
    } else {
        MOST_ATTEMPTS
    };
    let asked = failed.retry_after.unwrap_or_default();
    let wait = if limited && failed.gated {
        Duration::ZERO
    } else {
        back_off.max(asked)
    };
    let again = is_passing(failed.status)
        && is_safe(failed.replay, failed.sent, failed.status)
        && failed.attempts < most
        && asked <= LONGEST_WAIT
        && asked.max(wait) < failed.time_left;
    again.then_some(wait)
}

/// Whether the failure may be over soon: no answer at all, or one that speaks of a passing trouble.
pub(crate) fn is_passing(status: Option<StatusCode>) -> bool {
    match status {
        Some(StatusCode::NOT_IMPLEMENTED) => false,
        None | Some(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => true,
        Some(status) => status.is_server_error(),
    }
}

/// Whether repeating cannot do anything twice.
pub(crate) fn is_safe(replay: Replay, sent: Sent, status: Option<StatusCode>) -> bool {
    replay == Replay::Always
        || sent == Sent::No
        // Refused before anything was done.
        || status == Some(StatusCode::TOO_MANY_REQUESTS)
}

const MOST_ATTEMPTS: u32 = 4;

const MOST_WHEN_LIMITED: u32 = 6;

const LONGEST_WAIT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    const BACK_OFF: Duration = Duration::from_millis(300);

    fn failed(replay: Replay, sent: Sent, status: Option<u16>) -> Failed {
        Failed {
            replay,
            gated: true,
            sent,
            status: status.map(|status| StatusCode::from_u16(status).unwrap()),
            attempts: 1,
            retry_after: None,
            time_left: Duration::from_secs(120),
        }
    }

    #[test]
    fn who_is_tried_again() {
        use Replay::{Always, OnlyIfRefused};
        for (replay, sent, status, wait) in [
            (Always, Sent::No, None, Some(BACK_OFF)),
            (Always, Sent::Maybe, None, Some(BACK_OFF)),
            (OnlyIfRefused, Sent::No, None, Some(BACK_OFF)),
            (OnlyIfRefused, Sent::Maybe, None, None),
            (OnlyIfRefused, Sent::Yes, Some(500), None),
            (OnlyIfRefused, Sent::Yes, Some(503), None),
            (OnlyIfRefused, Sent::Yes, Some(408), None),
            (OnlyIfRefused, Sent::Yes, Some(429), Some(Duration::ZERO)),
            (OnlyIfRefused, Sent::Yes, Some(400), None),
            (Always, Sent::Yes, Some(429), Some(Duration::ZERO)),
            (Always, Sent::Yes, Some(408), Some(BACK_OFF)),
            (Always, Sent::Yes, Some(500), Some(BACK_OFF)),
            (Always, Sent::Yes, Some(501), None),
            (Always, Sent::Yes, Some(502), Some(BACK_OFF)),
            (Always, Sent::Yes, Some(503), Some(BACK_OFF)),
            (Always, Sent::Yes, Some(504), Some(BACK_OFF)),
            (Always, Sent::Yes, Some(302), None),
            (Always, Sent::Yes, Some(400), None),
            (Always, Sent::Yes, Some(401), None),
            (Always, Sent::Yes, Some(403), None),
            (Always, Sent::Yes, Some(404), None),
            (Always, Sent::Yes, Some(409), None),
        ] {
            let failed = failed(replay, sent, status);
            assert_eq!(next_attempt(&failed, BACK_OFF), wait, "{failed:?}");
        }
    }

    #[test]
    fn without_a_gate_a_429_waits_like_others() {
        let failed = Failed {
            gated: false,
            ..failed(Replay::Always, Sent::Yes, Some(429))
        };
        assert_eq!(next_attempt(&failed, BACK_OFF), Some(BACK_OFF));
    }

    #[test]
    fn attempts_are_counted() {
        for (status, most) in [(Some(500), 4), (None, 4), (Some(429), 6)] {
            let failed = failed(Replay::Always, Sent::Yes, status);
            let last = Failed {
                attempts: most - 1,
                ..failed
            };
            assert!(next_attempt(&last, BACK_OFF).is_some());
            assert!(
                next_attempt(
                    &Failed {
                        attempts: most,
                        ..failed
                    },
                    BACK_OFF
                )
                .is_none()
            );
        }
    }

    #[test]
    fn waits_are_as_long_as_asked_but_not_longer_than_there_is_time() {
        let failed = failed(Replay::Always, Sent::Yes, Some(503));
        for (asked, left, wait) in [
            (Some(5), 120, Some(Duration::from_secs(5))),
            (Some(0), 120, Some(BACK_OFF)),
            (Some(60), 120, Some(Duration::from_secs(60))),
            (Some(61), 120, None),
            (Some(5), 5, None),
            (None, 0, None),
        ] {
            let failed = Failed {
                retry_after: asked.map(Duration::from_secs),
                time_left: Duration::from_secs(left),
                ..failed
            };
            assert_eq!(next_attempt(&failed, BACK_OFF), wait, "{failed:?}");
        }
    }
}
