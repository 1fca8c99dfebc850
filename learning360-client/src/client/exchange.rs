//! How a call is carried out: token, limits, deadline, attempts.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use backon::{ExponentialBuilder, Retryable};
use http::{HeaderValue, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::answer::{self, Answer};
use super::attempt::{Attempt, Observer};
use super::call::{Call, CallKind};
use super::error::{Cause, Error, ErrorKind, Sent};
use super::limits::{Limits, Paused};
use super::retry::{self, Failed};
use super::token::{Granted, Token, Tokens};
use crate::error_code::ErrorCode;

/// What all clones of a client share.
pub(crate) struct Exchange {
    pub(crate) http: reqwest::Client,
    pub(crate) base: Url,
    pub(crate) credentials: Credentials,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    pub(crate) observer: Observer,
    pub(crate) attempt_timeout: Duration,
    pub(crate) call_timeout: Duration,
}

pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
}

/// What happened to a call so far.
#[derive(Default)]
struct Progress {
    attempts: AtomicU32,
    renewed: AtomicBool,
    /// An attempt that is repeated may have taken effect.
    uncertain: AtomicBool,
    status: AtomicU32,
}

impl Exchange {
    /// Makes a call, with as many attempts as are right and as time allows.
    pub(crate) async fn execute(&self, call: &Call) -> Result<Answer, Error> {
        self.execute_until(call, Instant::now() + self.call_timeout)
            .await
    }

    async fn execute_until(&self, call: &Call, deadline: Instant) -> Result<Answer, Error> {
        let progress = Progress::default();
        let back_off = ExponentialBuilder::new()
            .with_min_delay(SHORTEST_BACK_OFF)
            .with_max_delay(LONGEST_BACK_OFF)
            .with_jitter()
            .without_max_times();
        let result = (|| self.attempt(call, &progress, deadline))
            .retry(back_off)
            .sleep(tokio::time::sleep)
            .adjust(|error, back_off| progress.next_attempt(call, error, back_off?, deadline))
            .await;
        let attempts = progress.attempts.load(Ordering::Relaxed);
        let result = result.map_err(|error| {
            let error = error
                .with_route(&call.route)
                .with_replay(call.replay)
                .with_attempts(attempts);
            if progress.uncertain.load(Ordering::Relaxed) {
                error.repeating()
            } else {
                error
            }
        });
        tell(
            call,
            &result,
            attempts,
            progress.status.load(Ordering::Relaxed),
        );
        result
    }

    /// One attempt; with a refused token, one more with a new one.
    ///
    /// A 401 is a refusal before anything is done, so that a POST may be sent again, too.
    async fn attempt(
        &self,
        call: &Call,
        progress: &Progress,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        if call.kind == CallKind::Token {
            return self.transmit(call, None, progress, deadline).await;
        }
        let token = self.token(deadline).await?;
        match self.transmit(call, Some(&token), progress, deadline).await {
            Err(error) if error.code() == Some(&ErrorCode::InvalidScope) => {
                self.tokens.outdate(token.generation);
                Err(error)
            }
            Err(error) if error.is_unauthorized() => {
                self.tokens.invalidate(token.generation);
                if progress.renewed.swap(true, Ordering::Relaxed) {
                    return Err(error);
                }
                let token = self.token(deadline).await?;
                self.transmit(call, Some(&token), progress, deadline).await
            }
            other => other,
        }
    }

    async fn token(&self, deadline: Instant) -> Result<Token, Error> {
        let found = timeout_at(deadline, self.tokens.get(|| self.fetch_token(deadline))).await;
        let late = || Err(Error::new(ErrorKind::Timeout, "no answer in time"));
        found.unwrap_or_else(|_| late()).map_err(|error| {
            // The call that needs the token has not been sent.
            error.with_kind(ErrorKind::Auth).with_sent(Sent::No)
        })
    }

    /// Boxed, because making a call needs a token, and getting a token is a call.
    fn fetch_token(
        &self,
        deadline: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Granted, Error>> + Send + '_>> {
        #[derive(Serialize)]
        struct Wanted<'a> {
            grant_type: &'static str,
            client_id: &'a str,
            client_secret: &'a str,
        }

        Box::pin(async move {
            let wanted = Wanted {
                grant_type: "client_credentials",
                client_id: &self.credentials.id,
                client_secret: self.credentials.secret.expose_secret(),
            };
            let call = Call::new(&self.base, Method::POST, "/api/v2/oauth2/token", &[])
                .for_token()
                .with_json(&wanted)?;
            let answer = self.execute_until(&call, deadline).await?;
            // The body holds the token: no error may keep it.
            answer.json().map_err(|error| error.with_body(&[]))
        })
    }

    async fn transmit(
        &self,
        call: &Call,
        token: Option<&Token>,
        progress: &Progress,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        if call.kind == CallKind::Ordinary {
            self.limits
                .pass(call.access(), deadline)
                .await
                .map_err(|Paused(wait)| {
                    Error::new(ErrorKind::Paused, "the client pauses").with_retry_after(Some(wait))
                })?;
        }
        let attempts = progress.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        progress.status.store(0, Ordering::Relaxed);
        let time = self
            .attempt_timeout
            .min(deadline.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        let sent = timeout(time, self.send(call, token, attempts)).await;
        let result = sent.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Timeout, "no answer in time").with_sent(Sent::Maybe))
        });
        let status = match &result {
            Ok(answer) => Some(answer.status),
            Err(error) => error.status(),
        };
        self.observer.tell(&Attempt {
            method: call.route.method.clone(),
            route: call.route.template,
            status,
            took: began.elapsed(),
        });
        progress.status.store(
            status.map_or(0, |status| status.as_u16().into()),
            Ordering::Relaxed,
        );
        match &result {
            Err(error) if error.is_rate_limited() && call.kind == CallKind::Ordinary => {
                let wait = error.retry_after().unwrap_or_else(|| pause(attempts));
                self.limits.pause(call.access(), wait);
            }
            _ => {}
        }
        result
    }

    async fn send(
        &self,
        call: &Call,
        token: Option<&Token>,
        attempts: u32,
    ) -> Result<Answer, Error> {
        if call.url.origin() != self.base.origin() {
            // Wherever the address came from: neither token nor data go there.
            let problem = "the call leads to another origin";
            return Err(Error::new(ErrorKind::Config, problem));
        }
        let mut request = self
            .http
            .request(call.route.method.clone(), call.url.clone())
            .header(header::ACCEPT, call.accept.clone())
            .header(header::USER_AGENT, USER_AGENT);
        if call.kind == CallKind::Ordinary {
            request = request.header(VERSION_HEADER, VERSION);
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token.header.clone());
        }
        if let Some(body) = &call.body {
            request = request
                .header(header::CONTENT_TYPE, body.content_type.clone())
                .body(body.bytes.clone());
        }
        let mut response = request.send().await.map_err(unsent)?;
        if *response.url() != call.url {
            // The client that the host gave follows redirects.
            return Err(Error::new(ErrorKind::Decode, "redirected").with_sent(Sent::Yes));
        }
        let status = response.status();
        let body = answer::body(&mut response).await?;
        if !status.is_success() {
            return Err(answer::refusal(status, response.headers(), &body));
        }
        Ok(Answer {
            route: call.route.clone(),
            url: call.url.clone(),
            status,
            headers: core::mem::take(response.headers_mut()),
            body,
            attempts,
        })
    }
}

impl Progress {
    fn next_attempt(
        &self,
        call: &Call,
        error: &Error,
        back_off: Duration,
        deadline: Instant,
    ) -> Option<Duration> {
        let of_connection = matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout);
        if !of_connection && error.kind() != ErrorKind::Api {
            return None;
        }
        if error.is_bulk_refused() {
            // That is over in minutes, not in seconds.
            return None;
        }
        let failed = Failed {
            replay: call.replay,
            gated: call.kind == CallKind::Ordinary,
            sent: error.sent(),
            status: error.status(),
            attempts: self.attempts.load(Ordering::Relaxed),
            retry_after: error.retry_after(),
            time_left: deadline.saturating_duration_since(Instant::now()),
        };
        let back_off = if error.is_rate_limited() {
            pause(failed.attempts)
        } else {
            back_off
        };
        let wait = retry::next_attempt(&failed, back_off)?;
        if failed.sent != Sent::No && !error.is_rate_limited() {
            self.uncertain.store(true, Ordering::Relaxed);
        }
        tracing::debug!(
            http.request.method = %call.route.method,
            url.template = call.route.template,
            http.response.status_code = error.status().map(|status| status.as_u16()),
            error.r#type = ?error.kind(),
            attempts = failed.attempts,
            "trying again",
        );
        Some(wait)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

/// Traces a call: never ids, values, headers or tokens.
fn tell(call: &Call, result: &Result<Answer, Error>, attempts: u32, status: u32) {
    let error = result.as_ref().err();
    tracing::debug!(
        http.request.method = %call.route.method,
        url.template = call.route.template,
        http.response.status_code = (status != 0).then_some(status),
        error.r#type = error.map(|error| tracing::field::debug(error.kind())),
        error.code = error.and_then(Error::code).map(tracing::field::display),
        attempts,
        "called 360Learning",
    );
}

fn unsent(error: reqwest::Error) -> Error {
    let sent = if error.is_connect() || error.is_builder() {
        Sent::No
    } else {
        Sent::Maybe
    };
    let (kind, problem) = if error.is_timeout() {
        (ErrorKind::Timeout, "no answer in time")
    } else if error.is_builder() {
        (ErrorKind::Config, "the call cannot be sent")
    } else if sent == Sent::No {
        (ErrorKind::Transport, "no connection")
    } else {
        (ErrorKind::Transport, "the connection failed")
    };
    Error::new(kind, problem)
        .with_sent(sent)
        .with_cause(Cause::transport(error))
}

/// How long to pause after a 429 that does not say: 1 s, 2 s, 4 s, … and up to half as much again.
fn pause(attempts: u32) -> Duration {
    let seconds = 1_u32 << attempts.saturating_sub(1).min(4);
    Duration::from_secs(seconds.into()).mul_f64(1.0 + fastrand::f64() / 2.0)
}

const SHORTEST_BACK_OFF: Duration = Duration::from_millis(250);

const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

const VERSION_HEADER: &str = "360-api-version";

const VERSION: HeaderValue = HeaderValue::from_static("v2.0");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_spread() {
        for (attempts, seconds) in [(0, 1), (1, 1), (2, 2), (3, 4), (5, 16), (99, 16)] {
            let pause = pause(attempts);
            let least = Duration::from_secs(seconds);
            assert!(
                least <= pause && pause <= least.mul_f64(1.5),
                "{attempts}: {pause:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_call_to_another_origin_is_not_sent() {
        let client = crate::Client::builder()
            .base_url("http://127.0.0.1:9".parse().unwrap())
            .credentials("id", "secret")
            .build()
            .unwrap();
        for elsewhere in [
            "http://127.0.0.1:8/x",
            "https://127.0.0.1:9/x",
            "http://localhost:9/x",
        ] {
            let mut call = Call::new(&client.exchange.base, Method::GET, "/x", &[]).for_token();
            call.url = elsewhere.parse().unwrap();
            let error = client.exchange.execute(&call).await.err().unwrap();
            assert_eq!((error.kind(), error.sent()), (ErrorKind::Config, Sent::No));
        }
    }
}
