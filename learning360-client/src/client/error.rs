use core::fmt;
use core::time::Duration;

use http::{Method, StatusCode};

use super::retry::{self, Replay};
use crate::error_code::ErrorCode;

/// A call that failed.
///
/// `Display` is one line and complete: the method, the route's template, what went wrong, the code
/// that 360Learning gave, and the number of attempts. Neither `Display` nor `Debug` show ids,
/// query strings, bodies or messages of the vendor, which may hold personal data.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    route: Option<Route>,
    problem: &'static str,
    status: Option<StatusCode>,
    code: Option<ErrorCode>,
    retry_after: Option<Duration>,
    sent: Sent,
    attempts: u32,
    repeats: bool,
    replay: Replay,
    cause: Option<Cause>,
    body: Vec<u8>,
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was not built, because a setting is missing or wrong.
    Config,
    /// No access token could be had; the call itself was not sent.
    Auth,
    /// 360Learning answered with an error.
    Api,
    /// The connection failed.
    Transport,
    /// An attempt or the whole call took too long.
    Timeout,
    /// After a 429 the client pauses for longer than this call may take; it was not sent.
    Paused,
    /// 360Learning answered with a success that cannot be read.
    Decode,
    /// The pages of a list do not hang together: a wrong link, a loop, or no end.
    Pagination,
}

/// Whether a failed call reached 360Learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a call was sent, was not, or nobody knows"
)]
pub enum Sent {
    /// It did not: nothing happened.
    No,
    /// It may have, and may have taken effect: read before writing again.
    Maybe,
    /// It did, and was answered.
    Yes,
}

/// A method, and a path with names in place of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) template: &'static str,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, problem: &'static str) -> Self {
        Self(Box::new(Inner {
            kind,
            route: None,
            problem,
            status: None,
            code: None,
            retry_after: None,
            sent: Sent::No,
            attempts: 0,
            repeats: false,
            replay: Replay::Always,
            cause: None,
            body: Vec::new(),
        }))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the last answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The code that 360Learning gave.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.code.as_ref()
    }

    /// The HTTP method.
    pub fn method(&self) -> Option<&Method> {
        self.0.route.as_ref().map(|route| &route.method)
    }

    /// The template of the path, such as `/api/v2/users/{userId}`.
    pub fn route(&self) -> Option<&'static str> {
        self.0.route.as_ref().map(|route| route.template)
    }

    /// How many times the call was tried; 0 if it never came to that.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the call reached 360Learning, counting all attempts.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// How long to wait before trying again, if anybody said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The first 8 KiB of the answer. It may hold personal data: do not log it.
    pub fn body(&self) -> Option<&[u8]> {
        (!self.0.body.is_empty()).then_some(self.0.body.as_slice())
    }

    /// Whether the answer was 404. On a write it may be about an object that the body names:
    /// decide by [`code`](Self::code).
    pub fn is_not_found(&self) -> bool {
        self.api_status(StatusCode::NOT_FOUND)
    }

    /// Whether the answer was 403: the credential lacks a scope.
    pub fn is_forbidden(&self) -> bool {
        self.api_status(StatusCode::FORBIDDEN)
    }

    /// Whether the credentials or the token were refused (401).
    pub fn is_unauthorized(&self) -> bool {
        self.0.status == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether 360Learning wants fewer calls (429), or the client pauses because it did.
    ///
    /// A 429 may also speak of bulk operations: then it is [`is_bulk_refused`](Self::is_bulk_refused).
    pub fn is_rate_limited(&self) -> bool {
        let limited = self.0.status == Some(StatusCode::TOO_MANY_REQUESTS);
        self.0.kind == ErrorKind::Paused || (limited && !self.is_bulk_refused())
    }

    /// Whether no bulk operation is begun at the moment: three of the company are running (429),
    /// or 360Learning has switched them off (503).
    ///
    /// Nothing was done. The client does not try again by itself, because that takes minutes: wait
    /// for a running operation to end, or make single calls.
    pub fn is_bulk_refused(&self) -> bool {
        matches!(
            self.0.code,
            Some(ErrorCode::BulkOperationsConcurrencyLimitReached | ErrorCode::BulkApiDisabled)
        )
    }

    /// Whether an attempt or the whole call took too long.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the same call may simply be made again later. The client decides by the same
    /// function whether it repeats a call by itself.
    ///
    /// A POST that may have been sent and was not answered is not: read first, because 360Learning
    /// has nothing to recognise a repetition by.
    pub fn is_retryable(&self) -> bool {
        if self.is_bulk_refused() {
            return true;
        }
        match self.0.kind {
            ErrorKind::Paused => true,
            ErrorKind::Auth | ErrorKind::Api | ErrorKind::Transport | ErrorKind::Timeout => {
                retry::is_passing(self.0.status) && self.may_repeat()
            }
            ErrorKind::Config | ErrorKind::Decode | ErrorKind::Pagination => false,
        }
    }

    /// Whether an earlier attempt of the same call may have taken effect.
    pub(crate) fn repeats(&self) -> bool {
        self.0.repeats
    }

    fn may_repeat(&self) -> bool {
        // Without a token the call itself was not sent.
        self.0.kind == ErrorKind::Auth || retry::is_safe(self.0.replay, self.0.sent, self.0.status)
    }

    fn api_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Api && self.0.status == Some(status)
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_route(mut self, route: &Route) -> Self {
        self.0.route = Some(route.clone());
        self
    }

    pub(crate) fn with_replay(mut self, replay: Replay) -> Self {
        self.0.replay = replay;
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<ErrorCode>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Says that an earlier attempt may have taken effect.
    pub(crate) fn repeating(mut self) -> Self {
        self.0.repeats = true;
        self.0.sent = self.0.sent.max(Sent::Maybe);
        self
    }

    pub(crate) fn with_cause(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    pub(crate) fn with_body(mut self, body: &[u8]) -> Self {
        self.0.body = body.get(..KEPT_BODY).unwrap_or(body).to_vec();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(Route { method, template }) = &inner.route {
            write!(f, "{method} {template}: ")?;
        }
        if inner.kind == ErrorKind::Auth {
            f.write_str("no access token: ")?;
        }
        f.write_str(inner.problem)?;
        if let Some(status) = inner.status {
            write!(f, ": {}", status.as_u16())?;
        }
        if let Some(code) = &inner.code {
            write!(f, " {code}")?;
        }
        if inner.attempts > 1 {
            write!(f, " ({} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("method", &self.method())
            .field("route", &self.route())
            .field("problem", &self.0.problem)
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("sent", &self.0.sent)
            .field("attempts", &self.0.attempts)
            .field("retry_after", &self.0.retry_after)
            .field("cause", &self.0.cause)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause as _)
    }
}

/// Why the connection failed, or where an answer cannot be read; without URL and values.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Cause(Box<str>);

impl Cause {
    /// The whole chain of a transport failure.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        // A URL would show ids and filters.
        let error = error.without_url();
        let mut text = error.to_string();
        let mut next = std::error::Error::source(&error);
        while let Some(error) = next {
            text.push_str(": ");
            text.push_str(&error.to_string());
            next = error.source();
        }
        Self(text.into_boxed_str())
    }

    /// The place of a mistake in a JSON text. The parser's message would quote values.
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            serde_json::error::Category::Data => "unexpected JSON",
            serde_json::error::Category::Eof => "JSON that ends too early",
            _ => "no JSON",
        };
        // What was refused after the parser had read it has no place.
        let text = match error.line() {
            0 => what.to_owned(),
            line => format!("{what} at line {line} column {}", error.column()),
        };
        Self(text.into_boxed_str())
    }
}

/// How much of an answer an error keeps.
const KEPT_BODY: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind, method: Method, status: Option<u16>, sent: Sent) -> Error {
        let route = Route {
            method,
            template: "/api/v2/users/{userId}",
        };
        let replay = match route.method {
            Method::POST => Replay::OnlyIfRefused,
            _ => Replay::Always,
        };
        let error = Error::new(kind, "refused")
            .with_route(&route)
            .with_replay(replay)
            .with_sent(sent);
        match status {
            Some(status) => error.with_status(StatusCode::from_u16(status).unwrap()),
            None => error,
        }
    }

    #[test]
    fn an_error_is_small() {
        assert!(size_of::<Error>() <= 24);
        assert!(size_of::<Result<(), Error>>() <= 24);
    }

    #[test]
    fn display_is_one_complete_line() {
        let error = error(ErrorKind::Api, Method::GET, Some(429), Sent::Yes)
            .with_code(Some(ErrorCode::TooManyRequests))
            .with_attempts(3)
            .with_body(b"canary");
        assert_eq!(
            error.to_string(),
            "GET /api/v2/users/{userId}: refused: 429 tooManyRequests (3 attempts)"
        );
        assert!(!format!("{error:?}").contains("canary"));
        assert_eq!(error.body(), Some(b"canary".as_slice()));
    }

    #[test]
    fn eight_kib_of_the_body_are_kept() {
        let error = Error::new(ErrorKind::Api, "refused").with_body(&[b'x'; 10_000]);
        assert_eq!(error.body().unwrap().len(), 8192);
    }

    #[test]
    fn what_may_be_called_again() {
        use ErrorKind::{Api, Auth, Config, Decode, Paused, Timeout, Transport};
        for (kind, method, status, sent, retryable) in [
            (Api, Method::GET, Some(500), Sent::Yes, true),
            (Api, Method::GET, Some(404), Sent::Yes, false),
            (Api, Method::PATCH, Some(503), Sent::Yes, true),
            (Api, Method::POST, Some(503), Sent::Yes, false),
            (Api, Method::POST, Some(429), Sent::Yes, true),
            (Transport, Method::POST, None, Sent::No, true),
            (Transport, Method::POST, None, Sent::Maybe, false),
            (Timeout, Method::DELETE, None, Sent::Maybe, true),
            (Paused, Method::POST, None, Sent::No, true),
            (Auth, Method::POST, Some(503), Sent::No, true),
            (Auth, Method::POST, Some(401), Sent::No, false),
            (Config, Method::GET, None, Sent::No, false),
            (Decode, Method::GET, Some(200), Sent::Yes, false),
        ] {
            let error = error(kind, method, status, sent);
            assert_eq!(error.is_retryable(), retryable, "{error:?}");
        }
    }
}
