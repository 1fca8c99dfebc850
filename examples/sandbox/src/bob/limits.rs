//! Bob's rate limits and the blocking of credentials that collect refusals.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use crate::clock;
use crate::switches::BobSwitches;

/// Refusals within this many seconds are counted together.
const REFUSAL_WINDOW: i64 = 10;
/// So many refusals block.
const REFUSALS: usize = 50;
/// For so many seconds.
const BLOCKED: i64 = 300;

/// Counters per service user.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    /// Minute and requests in it, per service user and endpoint.
    used: BTreeMap<(String, &'static str), (i64, u32)>,
    refused: BTreeMap<(String, u16), Vec<Timestamp>>,
    blocked: BTreeMap<String, Timestamp>,
}

/// What is left of a minute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remaining {
    limit: u32,
    left: u32,
    /// Unix second at which the window ends.
    reset: i64,
}

impl Limits {
    /// Counts a request; the error means 429.
    pub(crate) fn take(
        &mut self,
        who: &str,
        endpoint: &'static str,
        limit: u32,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<Option<Remaining>, Remaining> {
        if !switches.rate_limits {
            return Ok(None);
        }
        let minute = now.as_second().div_euclid(60);
        let reset = (minute + 1) * 60;
        let used = self
            .used
            .entry((who.to_owned(), endpoint))
            .or_insert((minute, 0));
        if used.0 != minute {
            *used = (minute, 0);
        }
        if used.1 >= limit {
            return Err(Remaining {
                limit,
                left: 0,
                reset,
            });
        }
        used.1 += 1;
        Ok(Some(Remaining {
            limit,
            left: limit - used.1,
            reset,
        }))
    }

    /// True while these credentials are blocked.
    pub(crate) fn is_blocked(&self, credentials: &str, now: Timestamp) -> bool {
        self.blocked
            .get(credentials)
            .is_some_and(|until| now < *until)
    }

    /// Counts a 401 or 403, and blocks if there are too many.
    pub(crate) fn refused(&mut self, credentials: &str, status: StatusCode, now: Timestamp) {
        let times = self
            .refused
            .entry((credentials.to_owned(), status.as_u16()))
            .or_default();
        times.retain(|at| clock::plus(*at, REFUSAL_WINDOW) > now);
        times.push(now);
        if times.len() >= REFUSALS {
            times.clear();
            self.blocked
                .insert(credentials.to_owned(), clock::plus(now, BLOCKED));
        }
    }
}

impl Remaining {
    /// Adds the three headers.
    pub(crate) fn stamp(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert("X-RateLimit-Limit", self.limit.into());
        headers.insert("X-RateLimit-Remaining", self.left.into());
        headers.insert("X-RateLimit-Reset", self.reset.into());
    }
}

/// The 429.
pub(crate) fn too_many(remaining: Remaining, now: Timestamp, switches: &BobSwitches) -> Response {
    let body = if switches.limit_body_has_key {
        json!({ "key": "tooManyRequests", "error": "Rate limit exceeded" })
    } else {
        json!({
            "error": "Too Many Requests",
            "message": "Rate limit exceeded",
            "statusCode": 429,
            "timestamp": now.to_string(),
        })
    };
    let mut response = (StatusCode::TOO_MANY_REQUESTS, axum::Json(body)).into_response();
    remaining.stamp(&mut response);
    if switches.retry_after {
        let seconds = remaining.reset - now.as_second();
        response
            .headers_mut()
            .insert("Retry-After", HeaderValue::from(seconds));
    }
    response
}
