//! What can go wrong with a call.

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, StatusCode};

use super::api_error::ApiError;
use super::rate_limit::RateLimit;
use super::retry;
use super::route::Route;

/// A call that failed.
///
/// `Display` is one complete line: what failed, on which route, after how many attempts. Neither
/// it nor `Debug` shows ids, values, or what HiBob wrote; [`body`](Self::body) does.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    reason: Cow<'static, str>,
    route: Option<&'static Route>,
    api: Option<ApiError>,
    attempts: u32,
    elapsed: Duration,
    sent: Sent,
    retry_after: Option<Duration>,
    rate_limit: Option<RateLimit>,
    body: Option<Bytes>,
    source: Option<reqwest::Error>,
}

/// The kinds of failures, with what they mean for trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's settings are not usable.
    Config,
    /// The request is not allowed by the API, and was not sent.
    Request,
    /// No connection could be made; nothing was sent.
    Connect,
    /// No complete answer came in time.
    Timeout,
    /// The connection broke before the answer was complete.
    Transport,
    /// HiBob answered with an error status; see [`Error::api`].
    Status,
    /// The answer could not be read: not JSON (HiBob answers wrong paths with a web page and
    /// 200), of an unexpected shape, or too large.
    Decode,
    /// One record of a stream could not be used; those after it can. See
    /// [`EmployeeStream`](super::EmployeeStream).
    Record,
    /// Waiting for the rate limit would have taken longer than the call may; nothing was sent.
    Throttled,
    /// Nothing was sent, because HiBob refused the last calls with 401 or 403. Check the service
    /// user's credentials and permissions; [`Error::retry_after`] says when calls are let through
    /// again.
    Suspended,
}

/// Whether a request reached HiBob.
// Exhaustive on purpose: there is no fourth answer.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Certainly not.
    No,
    /// Perhaps: the connection broke, or no answer came in time.
    Maybe,
    /// Certainly: HiBob answered.
    Yes,
}

/// How much of an answer is kept for [`Error::body`].
pub(super) const KEPT_BODY: usize = 8 * 1024;

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status of HiBob's answer, if there was one with an error status.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.api.as_ref().map(ApiError::status)
    }

    /// HiBob's own key for the error, if the answer had one.
    pub fn key(&self) -> Option<&str> {
        self.0.api.as_ref()?.key()
    }

    /// What HiBob's answer says about the error, if it had an error status.
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }

    /// The HTTP method.
    pub fn method(&self) -> Option<&Method> {
        self.0.route.map(|route| &route.method)
    }

    /// The path below the base URL, with placeholders instead of ids.
    pub fn route(&self) -> Option<&'static str> {
        self.0.route.map(|route| route.template)
    }

    /// How many requests were made.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the last request reached HiBob.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// How long to wait before the next try, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What the answer says about the endpoint's rate limit, if it says anything.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.rate_limit
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        let idempotent = self.0.route.is_some_and(|route| route.idempotent);
        self.0.kind == ErrorKind::Throttled || retry::is_transient(self, idempotent)
    }

    /// 404: no such thing, or not for this service user, or the module is not active.
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// 403: the service user lacks a permission.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// 401: the credentials are wrong.
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// 304: nothing was changed.
    pub fn is_not_modified(&self) -> bool {
        self.has_status(StatusCode::NOT_MODIFIED)
    }

    /// 429, or a wait for the rate limit that would have taken too long.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::Throttled || self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// No complete answer came in time.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// The first 8 KiB of HiBob's answer, if there was one. It may hold personal data.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.status() == Some(status)
    }
}

/// Making errors.
impl Error {
    pub(super) fn config(reason: &'static str) -> Self {
        Self::new(ErrorKind::Config, Sent::No, reason.into())
    }

    pub(super) fn request(reason: &'static str) -> Self {
        Self::new(ErrorKind::Request, Sent::No, reason.into())
    }

    pub(super) fn timeout() -> Self {
        Self::new(ErrorKind::Timeout, Sent::Maybe, "".into())
    }

    pub(super) fn throttled(wait: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Throttled, Sent::No, "".into());
        error.0.retry_after = Some(wait);
        error
    }

    pub(super) fn suspended(left: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Suspended, Sent::No, "".into());
        error.0.retry_after = Some(left);
        error
    }

    pub(super) fn status_answer(api: ApiError, wait: Option<Duration>, body: Bytes) -> Self {
        let mut error = Self::new(ErrorKind::Status, Sent::Yes, "".into());
        error.0.api = Some(api);
        error.0.retry_after = wait;
        error.0.body = Some(body);
        error
    }

    pub(super) fn decode(reason: impl Into<Cow<'static, str>>, body: &Bytes) -> Self {
        let mut error = Self::new(ErrorKind::Decode, Sent::Yes, reason.into());
        error.0.body = Some(body.slice(..body.len().min(KEPT_BODY)));
        error
    }

    /// The body is that of the record.
    pub(super) fn record(reason: impl Into<Cow<'static, str>>, body: &[u8]) -> Self {
        let mut error = Self::new(ErrorKind::Record, Sent::Yes, reason.into());
        let kept = body.get(..KEPT_BODY).unwrap_or(body);
        error.0.body = Some(Bytes::copy_from_slice(kept));
        error
    }

    pub(super) fn with_rate_limit(mut self, limit: Option<RateLimit>) -> Self {
        self.0.rate_limit = limit;
        self
    }

    /// The URL is taken out, because it holds ids.
    pub(super) fn transport(source: reqwest::Error) -> Self {
        let (kind, sent) = if source.is_builder() {
            (ErrorKind::Request, Sent::No)
        } else if source.is_connect() {
            (ErrorKind::Connect, Sent::No)
        } else if source.is_timeout() {
            (ErrorKind::Timeout, Sent::Maybe)
        } else {
            (ErrorKind::Transport, Sent::Maybe)
        };
        let reason = if source.is_builder() {
            "it could not be built"
        } else {
            ""
        };
        let mut error = Self::new(kind, sent, reason.into());
        error.0.source = Some(source.without_url());
        error
    }

    pub(super) fn on(mut self, route: &'static Route, attempts: u32, elapsed: Duration) -> Self {
        self.0.route = Some(route);
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    fn new(kind: ErrorKind, sent: Sent, reason: Cow<'static, str>) -> Self {
        Self(Box::new(Inner {
            kind,
            reason,
            route: None,
            api: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            sent,
            retry_after: None,
            rate_limit: None,
            body: None,
            source: None,
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match inner.kind {
            ErrorKind::Config => write!(f, "invalid configuration: {}", inner.reason)?,
            ErrorKind::Request => write!(f, "the request was not sent: {}", inner.reason)?,
            ErrorKind::Connect => f.write_str("no connection to HiBob")?,
            ErrorKind::Timeout => f.write_str("no complete answer from HiBob in time")?,
            ErrorKind::Transport => f.write_str("the connection to HiBob broke")?,
            ErrorKind::Status => {
                f.write_str("HiBob answered")?;
                if let Some(api) = &inner.api {
                    write!(f, " {api}")?;
                }
            }
            ErrorKind::Decode => write!(f, "HiBob's answer could not be read: {}", inner.reason)?,
            ErrorKind::Record => write!(f, "a record could not be read: {}", inner.reason)?,
            ErrorKind::Throttled => f.write_str("the rate limit asks for too long a wait")?,
            ErrorKind::Suspended => f.write_str(
                "calls are suspended because HiBob refused the last ones; check the service \
                 user's credentials and permissions",
            )?,
        }
        if let Some(route) = inner.route {
            let s = if inner.attempts == 1 { "" } else { "s" };
            let Route {
                method, template, ..
            } = route;
            write!(f, " ({method} {template}, {} attempt{s})", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("reason", &inner.reason)
            .field("method", &self.method())
            .field("route", &self.route())
            .field("api", &inner.api)
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("sent", &inner.sent)
            .field("retry_after", &inner.retry_after)
            .field("rate_limit", &inner.rate_limit)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::people;

    #[test]
    fn errors_are_small() {
        assert!(size_of::<Error>() <= 24);
    }

    #[test]
    fn one_complete_line() {
        let status = |status, body: &'static str| {
            let api = ApiError::read(status, body.as_bytes());
            Error::status_answer(api, None, body.into())
        };
        let second = Duration::from_secs(1);
        for (error, text) in [
            (
                Error::config("no service user"),
                "invalid configuration: no service user",
            ),
            (
                status(StatusCode::NOT_FOUND, "").on(&people::GET, 1, second),
                "HiBob answered 404 (POST /people/{id}, 1 attempt)",
            ),
            (
                status(
                    StatusCode::TOO_MANY_REQUESTS,
                    r#"{"key":"slowDown","error":"canary"}"#,
                )
                .on(&people::SEARCH, 3, second),
                "HiBob answered 429 slowDown (POST /people/search, 3 attempts)",
            ),
            (
                Error::decode("a web page", &Bytes::new()).on(&people::SEARCH, 1, second),
                "HiBob's answer could not be read: a web page (POST /people/search, 1 attempt)",
            ),
            (
                Error::throttled(second).on(&people::SEARCH, 0, second),
                "the rate limit asks for too long a wait (POST /people/search, 0 attempts)",
            ),
        ] {
            assert_eq!(error.to_string(), text);
            assert!(!format!("{error:#?}").contains("canary"));
        }
    }
}
