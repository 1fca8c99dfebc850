//! One call: limits, attempts, decoding, and its trace.

use core::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::error::{Error, ErrorKind};
use super::quota::Bucket;
use super::{Client, Inner, answer, retry};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An endpoint.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    /// The path below the base URL, with at most one placeholder, a segment of its own.
    pub(super) template: &'static str,
    pub(super) bucket: Bucket,
    /// Whether the path names a person. If so, a refusal may be about that person only.
    pub(super) names_a_person: bool,
    /// Whether a second request does no harm.
    pub(super) idempotent: bool,
}

/// A request, ready to be sent any number of times.
#[derive(Debug)]
pub(super) struct Request {
    route: &'static Route,
    /// In place of the route's placeholder.
    argument: Option<String>,
    body: Option<Bytes>,
}

impl Request {
    pub(super) fn new(route: &'static Route) -> Self {
        Self {
            route,
            argument: None,
            body: None,
        }
    }

    pub(super) fn argument(mut self, argument: &str) -> Self {
        self.argument = Some(argument.to_owned());
        self
    }

    pub(super) fn body(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(body)
            .map_err(|_| Error::request("the body could not be written as JSON"))?;
        self.body = Some(bytes.into());
        Ok(self)
    }
}

impl Client {
    /// Sends the request as often as needed, and decodes the answer. `decode` names what is wrong
    /// with a body; its text is shown and must not hold any of it.
    pub(super) async fn call<T>(
        &self,
        request: Request,
        decode: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, Error> {
        let inner = &*self.0;
        let route = request.route;
        let start = Instant::now();
        let attempts = AtomicU32::new(0);
        let result = match inner.answer(&request, start, &attempts).await {
            Ok(body) => decode(&body).map_err(|reason| Error::decode(reason, &body)),
            Err(error) => Err(error),
        };
        let attempts = attempts.into_inner();
        let result = result.map_err(|error| error.on(route, attempts, start.elapsed()));
        trace(route, attempts, result.as_ref().err());
        result
    }
}

impl Inner {
    async fn answer(
        &self,
        request: &Request,
        start: Instant,
        attempts: &AtomicU32,
    ) -> Result<Bytes, Error> {
        let url = self.url(request)?;
        let route = request.route;
        let deadline = start + self.call_timeout;
        let result = retry::run(
            &self.retry,
            route.idempotent,
            deadline,
            || self.attempt(request, &url, deadline, attempts),
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
        deadline: Instant,
        attempts: &AtomicU32,
    ) -> Result<Bytes, Error> {
        let route = request.route;
        self.breaker.check().map_err(Error::suspended)?;
        self.quotas
            .take(route.bucket, deadline)
            .await
            .map_err(Error::throttled)?;
        self.gate.pass(deadline).await.map_err(Error::throttled)?;
        // Other calls may have been refused while this one waited.
        self.breaker.check().map_err(Error::suspended)?;
        attempts.fetch_add(1, Ordering::Relaxed);

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
        answer::read(response, until).await
    }

    fn url(&self, request: &Request) -> Result<Url, Error> {
        let mut url = self.base.clone();
        let mut path = url
            .path_segments_mut()
            .map_err(|()| Error::config("the base URL cannot have a path"))?;
        path.pop_if_empty();
        for segment in request
            .route
            .template
            .split('/')
            .filter(|segment| !segment.is_empty())
        {
            if segment.starts_with('{') {
                // A path drops these two, and another endpoint would be left.
                let argument = request
                    .argument
                    .as_deref()
                    .filter(|argument| !matches!(*argument, "" | "." | ".."))
                    .ok_or(Error::request("the name cannot stand in a path"))?;
                path.push(argument);
            } else {
                path.push(segment);
            }
        }
        drop(path);
        Ok(url)
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
        if refused && !route.names_a_person && self.breaker.record(true) {
            tracing::warn!(
                url.template = route.template,
                "calls are suspended after repeated refusals",
            );
        }
    }
}

/// One event per call. It never holds ids, values, headers or bodies.
fn trace(route: &Route, attempts: u32, error: Option<&Error>) {
    let status = match error {
        None => Some(StatusCode::OK),
        Some(error) => error.status(),
    };
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
