//! Tokens, scopes, version header and rate limit: the checks before every answer.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use jiff::Timestamp;

use super::Learning360;
use super::errors::Failure;
use super::filters::Query;
use crate::engine::Shared;
use crate::switches::{Learning360Switches, RateWindow};

/// An issued token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(super) client_id: String,
    pub(super) scopes: Option<BTreeSet<String>>,
    pub(super) expires: Timestamp,
}

impl Token {
    fn permits(&self, scope: &str) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(scope))
    }
}

/// When requests came in the present second, for the whole company.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    reads: Vec<Timestamp>,
    writes: Vec<Timestamp>,
}

/// What every answer needs.
pub(super) struct Context<'a> {
    pub(super) now: Timestamp,
    pub(super) switches: &'a Learning360Switches,
    pub(super) query: Query,
    pub(super) headers: &'a HeaderMap,
    /// URL of the endpoint without its query, as the `links` switch wants it.
    pub(super) url: String,
}

/// A request as every endpoint sees it first.
pub(super) struct Call {
    shared: Arc<Shared>,
    parts: Parts,
    limited: bool,
}

impl FromRequestParts<Arc<Shared>> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Infallible> {
        Ok(Self {
            shared: Arc::clone(shared),
            parts: parts.clone(),
            limited: true,
        })
    }
}

impl Call {
    /// Leaves the rate limits out, which are for the core endpoints only.
    pub(super) fn unlimited(mut self) -> Self {
        self.limited = false;
        self
    }

    /// Where this API answers.
    pub(super) fn origin(&self) -> &str {
        &self.shared.learning360_origin
    }

    /// What the company's switches say now.
    pub(super) fn switches(&self) -> Learning360Switches {
        self.shared.lock().switches.learning360.clone()
    }

    /// Checks the request as far as every endpoint does, then answers it.
    pub(super) fn answer(
        &self,
        scope: &str,
        answer: impl FnOnce(&mut Learning360, &Context<'_>) -> Result<Response, Failure>,
    ) -> Response {
        let Parts {
            method,
            uri,
            headers,
            ..
        } = &self.parts;
        let mut world = self.shared.lock();
        let world = &mut *world;
        let switches = &world.switches.learning360;
        let state = &mut world.learning360;
        let outcome = state
            .check(method, headers, world.now, switches, self.limited)
            .and_then(|token| {
                if token.permits(scope) {
                    Ok(())
                } else {
                    Err(Failure::scope())
                }
            })
            .and_then(|()| {
                let query = Query::parse(uri.query().unwrap_or_default())?;
                let url = match switches.links {
                    crate::switches::Links::Absolute => {
                        format!("{}{}", self.shared.learning360_origin, uri.path())
                    }
                    crate::switches::Links::Relative => uri.path().to_owned(),
                };
                answer(
                    state,
                    &Context {
                        now: world.now,
                        switches,
                        query,
                        headers,
                        url,
                    },
                )
            });
        outcome.unwrap_or_else(|failure| failure.respond(switches))
    }
}

impl Learning360 {
    fn check(
        &mut self,
        method: &Method,
        headers: &HeaderMap,
        now: Timestamp,
        switches: &Learning360Switches,
        limited: bool,
    ) -> Result<Token, Failure> {
        let token = self.token(headers).filter(|token| token.expires > now);
        let token = token.cloned().ok_or(Failure::token())?;
        if limited {
            self.window.take(method, now, switches)?;
        }
        let version = headers
            .get("360-api-version")
            .map(axum::http::HeaderValue::as_bytes);
        if switches.version_required && version != Some(b"v2.0") {
            return Err(Failure::version());
        }
        Ok(token)
    }

    fn token(&self, headers: &HeaderMap) -> Option<&Token> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        self.tokens
            .get(token)
            .filter(|_| scheme.eq_ignore_ascii_case("bearer"))
    }
}

impl Window {
    fn take(
        &mut self,
        method: &Method,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        if !switches.rate_limits {
            return Ok(());
        }
        let (used, limit) = if method == Method::GET {
            (&mut self.reads, switches.reads_per_second)
        } else {
            (&mut self.writes, switches.writes_per_second)
        };
        used.retain(|at| match switches.rate_window {
            RateWindow::Fixed => at.as_second() == now.as_second(),
            RateWindow::Sliding => now.duration_since(*at).as_millis() < 1000,
        });
        if u32::try_from(used.len()).is_ok_and(|used| used < limit) {
            used.push(now);
            return Ok(());
        }
        Err(Failure::too_many(switches.retry_after))
    }
}
