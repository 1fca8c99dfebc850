//! One call: limits, attempts, decoding, and its trace.

use core::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::answer::{self, Got, Want};
use super::attempt::Attempt;
use super::error::{Error, ErrorKind};
use super::rate_limit::RateLimit;
use super::route::{Request, Route};
use super::written::Written;
use super::{Client, Inner, retry};

/// An answer whose body is still on its way.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) response: reqwest::Response,
    /// When the call began, and how many attempts it took: for errors to come.
    pub(super) start: Instant,
    pub(super) attempts: u32,
}

impl Client {
    /// Sends the request as often as needed, and decodes the answer. `decode` names what is wrong
    /// with a body; its text is shown and must not hold any of it.
    pub(super) async fn call<T>(
        &self,
        request: Request,
        decode: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, Error> {
        self.run(request, Want::Json, |got, _| match got {
            Got::Body(body) => decode(&body).map_err(|reason| Error::decode(reason, &body)),
            Got::Nothing | Got::Unchanged | Got::Stream(_) => {
                Err(Error::decode("it has no body", &Bytes::new()))
            }
        })
        .await
    }

    /// Sends a request whose answer has nothing to say but that it was done.
    pub(super) async fn write(&self, request: Request) -> Result<Written, Error> {
        self.run(request, Want::Nothing, |got, _| {
            Ok(match got {
                Got::Unchanged => Written::Unchanged,
                Got::Nothing | Got::Body(_) | Got::Stream(_) => Written::Accepted,
            })
        })
        .await
    }

    /// Sends the request until there is an answer in JSON, and leaves its body to the caller.
    pub(super) async fn open(&self, request: Request) -> Result<Opened, Error> {
        let start = Instant::now();
        self.run(request, Want::Stream, |got, attempts| match got {
            Got::Stream(response) => Ok(Opened {
                response,
                start,
                attempts,
            }),
            Got::Body(_) | Got::Nothing | Got::Unchanged => {
                Err(Error::decode("it has no body", &Bytes::new()))
            }
        })
        .await
    }

    async fn run<T>(
        &self,
        request: Request,
        want: Want,
        finish: impl FnOnce(Got, u32) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let inner = &*self.0;
        let route = request.route;
        let start = Instant::now();
        let attempts = AtomicU32::new(0);
        let got = inner.answer(&request, want, start, &attempts).await;
        let attempts = attempts.into_inner();
        let status = status(&got);
        let result = got
            .and_then(|got| finish(got, attempts))
            .map_err(|error| error.on(route, attempts, start.elapsed()));
        trace(route, attempts, status, result.as_ref().err());
        result
    }
}

impl Inner {
    async fn answer(
        &self,
        request: &Request,
        want: Want,
        start: Instant,
        attempts: &AtomicU32,
    ) -> Result<Got, Error> {
        let url = request.url(&self.base)?;
        let route = request.route;
        let deadline = start + self.call_timeout;
        let result = retry::run(
            &self.retry,
            route.idempotent,
            deadline,
            || self.attempt(request, &url, want, deadline, attempts),
            |error, pause| {
                if error.is_rate_limited() {
                    self.gate.close_for(pause);
                }
                tracing::debug!(
                    http.request.method = %route.method,
                    url.template = route.template,
                    error.kind = ?error.kind(),
                    pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                    "trying again",
                );
            },
        )
        .await;
        self.record(route, result.as_ref().err());
        result
    }

    async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        want: Want,
        deadline: Instant,
        attempts: &AtomicU32,
    ) -> Result<Got, Error> {
        let route = request.route;
        self.breaker.check().map_err(Error::suspended)?;
        self.quotas
            .take(route.bucket, deadline)
            .await
            .map_err(Error::throttled)?;
        let closed = || self.rate_limits.closed_until(route.bucket);
        self.gate
            .pass(deadline, closed)
            .await
            .map_err(Error::throttled)?;
        // Other calls may have been refused while this one waited.
        self.breaker.check().map_err(Error::suspended)?;
        attempts.fetch_add(1, Ordering::Relaxed);

        let began = Instant::now();
        let got = self.send(request, url, want, deadline).await;
        self.observer.tell(&Attempt {
            method: route.method.clone(),
            route: route.template,
            status: status(&got),
            took: began.elapsed(),
        });
        got
    }

    async fn send(
        &self,
        request: &Request,
        url: &Url,
        want: Want,
        deadline: Instant,
    ) -> Result<Got, Error> {
        let route = request.route;
        let until = deadline.min(Instant::now() + self.attempt_timeout);
        let mut builder = self
            .http
            .request(route.method.clone(), url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, JSON);
        // HiBob refuses some requests that have a content type but no content.
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, JSON).body(body.clone());
        }
        let response = timeout_at(until, builder.send())
            .await
            .map_err(|_| Error::timeout())?
            .map_err(Error::transport)?;
        if response.url() != url {
            // Only a client of the host's own making follows redirects.
            return Err(Error::decode("it came from another address", &Bytes::new()));
        }
        let limit = RateLimit::read(response.headers());
        if let Some(limit) = limit {
            self.rate_limits.note(route.template, route.bucket, limit);
        }
        answer::read(response, want, until)
            .await
            .map_err(|error| error.with_rate_limit(limit))
    }

    fn record(&self, route: &'static Route, error: Option<&Error>) {
        let Some(error) = error else {
            // A person may be visible although searching is forbidden.
            if !route.names_a_person {
                self.breaker.record(false);
            }
            return;
        };
        if error.is_rate_limited() && error.kind() == ErrorKind::Status {
            let pause = self.retry.shortest_pause();
            self.gate
                .close_for(error.retry_after().unwrap_or_default().max(pause));
        }
        let refused = matches!(
            error.status(),
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        );
        if !refused {
            return;
        }
        if let Some(pause) = self.refusals.note() {
            self.gate.close_for(pause);
        }
        if !route.names_a_person && self.breaker.record(true) {
            tracing::warn!(
                url.template = route.template,
                "calls are suspended after repeated refusals",
            );
        }
    }
}

fn status(got: &Result<Got, Error>) -> Option<StatusCode> {
    match got {
        Ok(Got::Unchanged) => Some(StatusCode::NOT_MODIFIED),
        Ok(_) => Some(StatusCode::OK),
        Err(error) => error.status(),
    }
}

/// One event per call. It never holds ids, values, headers or bodies.
fn trace(route: &Route, attempts: u32, status: Option<StatusCode>, error: Option<&Error>) {
    tracing::debug!(
        http.request.method = %route.method,
        url.template = route.template,
        http.response.status_code = status.map(|status| status.as_u16()),
        http.request.resend_count = attempts.saturating_sub(1),
        error.kind = error.map(|error| tracing::field::debug(error.kind())),
        "call",
    );
}

/// Where a body stops being what was expected. The decoder's own text would quote values.
pub(super) fn place(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "it has an unexpected shape",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
