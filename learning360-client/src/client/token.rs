//! The access token: fetched once for everybody, and renewed before it expires.

use core::fmt;
use core::time::Duration;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use http::HeaderValue;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::error::{Error, ErrorKind};

/// The one token of a client and all its clones.
pub(crate) struct Tokens {
    current: RwLock<Option<Token>>,
    /// How many fetches have failed; those who waited for one of them share its error.
    failures: AtomicU64,
    renewal: Mutex<Renewal>,
}

/// A token, ready to be sent.
#[derive(Clone)]
pub(crate) struct Token {
    /// `Bearer …`, marked sensitive.
    pub(crate) header: HeaderValue,
    /// Tells this token from those before and after it.
    pub(crate) generation: u64,
    granted: Instant,
    /// From here on it is renewed if possible.
    soft_expiry: Instant,
    /// From here on it is not used.
    hard_expiry: Instant,
}

/// What is known to whoever renews the token.
#[derive(Default)]
struct Renewal {
    generation: u64,
    last_error: Option<Error>,
    not_before: Option<Instant>,
}

/// A token as 360Learning grants it.
#[derive(Deserialize)]
pub(crate) struct Granted {
    access_token: String,
    /// Seconds, as a number or as a string: the documents show both.
    #[serde(default)]
    expires_in: Value,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self {
            current: RwLock::new(None),
            failures: AtomicU64::new(0),
            renewal: Mutex::new(Renewal::default()),
        }
    }

    /// A token that is not expired. Of many callers at once, one fetches it.
    ///
    /// A token about to expire is renewed by one caller while the others go on with it; if that
    /// fails, all of them do, until it has expired. Dropping the future is safe: the next caller
    /// fetches.
    pub(crate) async fn get<F, G>(&self, fetch: F) -> Result<Token, Error>
    where
        F: FnOnce() -> G,
        G: Future<Output = Result<Granted, Error>>,
    {
        let failures = self.failures.load(Ordering::Acquire);
        let (old, mut renewal) = match self.usable() {
            Some(token) if Instant::now() < token.soft_expiry => return Ok(token),
            Some(token) => match self.renewal.try_lock() {
                Ok(renewal) => (Some(token), renewal),
                Err(_) => return Ok(token),
            },
            // The guard is held across the fetch on purpose: whoever waits here wants its result.
            None => (None, self.renewal.lock().await),
        };
        // Somebody may have been faster.
        match self.usable() {
            Some(token) if Instant::now() < token.soft_expiry => return Ok(token),
            _ => {}
        }
        match &old {
            Some(token) if renewal.not_before.is_some_and(|at| Instant::now() < at) => {
                return Ok(token.clone());
            }
            None if self.failures.load(Ordering::Acquire) != failures => {
                if let Some(error) = &renewal.last_error {
                    return Err(error.clone());
                }
            }
            _ => {}
        }
        let asked = Instant::now();
        // With an old token in hand there is no reason to wait for long.
        let time = if old.is_some() {
            EARLY_TIME
        } else {
            LONGEST_TIME
        };
        let fetched = timeout(time, fetch())
            .await
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, "no answer in time")));
        match fetched.and_then(|granted| renewal.token(&granted, asked)) {
            Ok(token) => {
                *renewal = Renewal {
                    generation: token.generation,
                    ..Renewal::default()
                };
                self.set(Some(token.clone()));
                Ok(token)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::AcqRel);
                renewal.last_error = Some(error.clone());
                renewal.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                // The old one may have expired meanwhile, or been refused.
                match old.and_then(|_| self.usable()) {
                    Some(token) => Ok(token),
                    None => Err(error),
                }
            }
        }
    }

    /// Forgets a token that was refused, unless it was replaced already.
    pub(crate) fn invalidate(&self, generation: u64) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current
            .as_ref()
            .is_some_and(|token| token.generation == generation)
        {
            *current = None;
        }
    }

    /// Notes that a token may lack a scope that was granted after it.
    ///
    /// It is renewed with the next call, but not within a minute of its own grant, so that a scope
    /// that is really missing costs one renewal a minute at most. If that fails, it goes on.
    pub(crate) fn outdate(&self, generation: u64) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(token) = current
            .as_mut()
            .filter(|token| token.generation == generation && token.granted + YOUNG <= now)
        {
            token.soft_expiry = token.soft_expiry.min(now);
        }
    }

    fn usable(&self) -> Option<Token> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current
            .clone()
            .filter(|token| Instant::now() < token.hard_expiry)
    }

    fn set(&self, token: Option<Token>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

impl Renewal {
    fn token(&self, granted: &Granted, asked: Instant) -> Result<Token, Error> {
        let unusable = |_| {
            Error::new(
                ErrorKind::Decode,
                "the access token cannot be sent in a header",
            )
        };
        let bearer = format!("Bearer {}", granted.access_token);
        let mut header = HeaderValue::try_from(bearer).map_err(unusable)?;
        header.set_sensitive(true);
        let life = granted.life();
        // Jittered, so that several processes do not renew in the same second.
        let early = (life / 5)
            .min(LONGEST_EARLY)
            .mul_f64(0.75 + fastrand::f64() / 4.0);
        Ok(Token {
            header,
            generation: self.generation + 1,
            granted: asked,
            soft_expiry: asked + life.saturating_sub(early),
            hard_expiry: asked + life,
        })
    }
}

impl Granted {
    fn life(&self) -> Duration {
        let seconds = match &self.expires_in {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let seconds = seconds.unwrap_or(UNKNOWN_LIFE);
        Duration::from_secs(seconds.clamp(SHORTEST_LIFE, LONGEST_LIFE))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

/// A token is renewed in the last fifth of its life, but not earlier than this before its end.
const LONGEST_EARLY: Duration = Duration::from_secs(300);

/// So long a token is not renewed for want of a scope.
const YOUNG: Duration = Duration::from_secs(60);

/// How long a renewal ahead of time may take.
const EARLY_TIME: Duration = Duration::from_secs(10);

/// The caller's own deadline is nearer.
const LONGEST_TIME: Duration = Duration::from_secs(24 * 3600);

const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// In seconds, as are the next two: assumed if 360Learning does not say how long.
const UNKNOWN_LIFE: u64 = 300;

/// A life of nothing would make every call fetch a token; one that is over is noticed by a 401.
const SHORTEST_LIFE: u64 = 30;

const LONGEST_LIFE: u64 = 24 * 3600;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use serde_json::json;

    use super::*;

    /// Grants `token-1`, `token-2`, … and counts.
    #[derive(Default)]
    struct Vendor {
        fetches: AtomicU32,
    }

    impl Vendor {
        async fn grant(&self) -> Result<Granted, Error> {
            let number = self.fetches.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
            granted(&json!({"access_token": format!("token-{number}"), "expires_in": "3600"}))
        }

        async fn fail(&self) -> Result<Granted, Error> {
            self.fetches.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(50)).await;
            Err(Error::new(ErrorKind::Transport, "down"))
        }

        fn fetches(&self) -> u32 {
            self.fetches.load(Ordering::Relaxed)
        }
    }

    #[allow(clippy::unnecessary_wraps)]
    fn granted(body: &Value) -> Result<Granted, Error> {
        Ok(Granted::deserialize(body).unwrap())
    }

    async fn advance(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_callers_fetch_once() {
        let (tokens, vendor) = (Arc::new(Tokens::new()), Arc::new(Vendor::default()));
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..1000 {
            let (tokens, vendor) = (tokens.clone(), vendor.clone());
            callers.spawn(async move { tokens.get(|| vendor.grant()).await.unwrap().header });
        }
        let headers = callers.join_all().await;
        assert!(
            headers
                .iter()
                .all(|header| header == "Bearer token-1" && header.is_sensitive())
        );
        assert_eq!(vendor.fetches(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_callers_share_one_failure() {
        let (tokens, vendor) = (Arc::new(Tokens::new()), Arc::new(Vendor::default()));
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..1000 {
            let (tokens, vendor) = (tokens.clone(), vendor.clone());
            callers.spawn(async move { tokens.get(|| vendor.fail()).await.is_err() });
        }
        assert!(callers.join_all().await.into_iter().all(|failed| failed));
        assert_eq!(vendor.fetches(), 1);
        // Whoever comes later tries anew.
        assert!(tokens.get(|| vendor.grant()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_renewed_before_it_expires() {
        let (tokens, vendor) = (Tokens::new(), Vendor::default());
        tokens.get(|| vendor.grant()).await.unwrap();
        advance(3600 - 301).await;
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 1);
        advance(100).await;
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn while_one_renews_the_others_go_on() {
        let (tokens, vendor) = (Arc::new(Tokens::new()), Arc::new(Vendor::default()));
        tokens.get(|| vendor.grant()).await.unwrap();
        advance(3550).await;
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (tokens, vendor) = (tokens.clone(), vendor.clone());
            callers.spawn(async move { tokens.get(|| vendor.grant()).await.unwrap().generation });
        }
        let mut generations = callers.join_all().await;
        generations.sort_unstable();
        assert_eq!((generations[98], generations[99]), (1, 2));
        assert_eq!(vendor.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_early_renewal_keeps_the_token() {
        let (tokens, vendor) = (Tokens::new(), Vendor::default());
        tokens.get(|| vendor.grant()).await.unwrap();
        advance(3500).await;
        assert_eq!(tokens.get(|| vendor.fail()).await.unwrap().generation, 1);
        // Not every call tries again.
        assert_eq!(tokens.get(|| vendor.fail()).await.unwrap().generation, 1);
        assert_eq!(vendor.fetches(), 2);
        advance(11).await;
        assert_eq!(tokens.get(|| vendor.fail()).await.unwrap().generation, 1);
        assert_eq!(vendor.fetches(), 3);
        advance(100).await;
        assert!(tokens.get(|| vendor.fail()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_early_renewal_is_given_up() {
        let (tokens, vendor) = (Tokens::new(), Vendor::default());
        tokens.get(|| vendor.grant()).await.unwrap();
        advance(3500).await;
        let start = Instant::now();
        let token = tokens.get(core::future::pending).await.unwrap();
        assert_eq!((token.generation, start.elapsed().as_secs()), (1, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_forgotten_once() {
        let (tokens, vendor) = (Tokens::new(), Vendor::default());
        tokens.get(|| vendor.grant()).await.unwrap();
        tokens.invalidate(1);
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 2);
        tokens.invalidate(1);
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 2);
        assert_eq!(vendor.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_without_a_scope_is_renewed_once_a_minute() {
        let (tokens, vendor) = (Tokens::new(), Vendor::default());
        tokens.get(|| vendor.grant()).await.unwrap();
        advance(30).await;
        tokens.outdate(1);
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 1);
        advance(30).await;
        tokens.outdate(1);
        // Those who come meanwhile go on, and a failure disturbs nobody.
        assert_eq!(tokens.get(|| vendor.fail()).await.unwrap().generation, 1);
        advance(10).await;
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 2);
        // An old call's complaint does not touch the new token.
        advance(60).await;
        tokens.outdate(1);
        assert_eq!(tokens.get(|| vendor.grant()).await.unwrap().generation, 2);
        assert_eq!(vendor.fetches(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_fetch_blocks_nobody() {
        let (tokens, vendor) = (Tokens::new(), Vendor::default());
        let short = Duration::from_millis(10);
        assert!(timeout(short, tokens.get(|| vendor.grant())).await.is_err());
        assert!(tokens.get(|| vendor.grant()).await.is_ok());
    }

    #[test]
    fn lives_come_as_numbers_and_strings() {
        for (expires_in, seconds) in [
            (json!(3600), 3600),
            (json!("3600"), 3600),
            (json!(" 60 "), 60),
            (json!(0), 30),
            (json!("-1"), 300),
            (json!(1.5), 300),
            (json!(null), 300),
            (json!("soon"), 300),
            (json!(u64::MAX), 86_400),
        ] {
            let body = json!({"access_token": "t", "expires_in": expires_in});
            assert_eq!(
                granted(&body).unwrap().life().as_secs(),
                seconds,
                "{expires_in}"
            );
        }
        assert_eq!(
            granted(&json!({"access_token": "t"}))
                .unwrap()
                .life()
                .as_secs(),
            300
        );
    }

    #[tokio::test]
    async fn a_token_that_is_no_header_is_an_error() {
        let body = json!({"access_token": "canary\n"});
        let error = Tokens::new()
            .get(|| async { granted(&body) })
            .await
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
