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
use crate::switches::Learning360Switches;

/// An issued token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(super) scopes: Option<BTreeSet<String>>,
    pub(super) expires: Timestamp,
}

/// Requests in the present second, for the whole company.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    second: i64,
    reads: u32,
    writes: u32,
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
        })
    }
}

impl Call {
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
            .check(method, headers, scope, world.now, switches)
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
        outcome.unwrap_or_else(|failure| failure.respond(switches.envelopes))
    }
}

impl Learning360 {
    fn check(
        &mut self,
        method: &Method,
        headers: &HeaderMap,
        scope: &str,
        now: Timestamp,
        switches: &Learning360Switches,
    ) -> Result<(), Failure> {
        let token = self.token(headers).filter(|token| token.expires > now);
        let token = token.ok_or(Failure::token())?;
        let permitted = token
            .scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(scope));
        self.window.take(method, now, switches)?;
        let version = headers
            .get("360-api-version")
            .map(axum::http::HeaderValue::as_bytes);
        if switches.version_required && version != Some(b"v2.0") {
            return Err(Failure::bad("invalidApiVersion"));
        }
        if permitted {
            Ok(())
        } else {
            Err(Failure::scope())
        }
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
        if self.second != now.as_second() {
            *self = Self {
                second: now.as_second(),
                reads: 0,
                writes: 0,
            };
        }
        let (used, limit) = if method == Method::GET {
            (&mut self.reads, switches.reads_per_second)
        } else {
            (&mut self.writes, switches.writes_per_second)
        };
        if *used >= limit {
            return Err(Failure::too_many(switches.retry_after));
        }
        *used += 1;
        Ok(())
    }
}
