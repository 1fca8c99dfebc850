//! The settings of a client, checked once.

use core::fmt;
use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::attempt::{Attempt, Observer};
use super::breaker::{Breaker, Refusals};
use super::error::Error;
use super::gate::Gate;
use super::quota::{Quota, Quotas};
use super::rate_limit::RateLimits;
use super::retry::RetryPolicy;
use super::{Client, Inner};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const CALL_TIMEOUT: Duration = Duration::from_secs(120);
/// How many bytes of an answer may arrive before they are asked for.
const READ_AHEAD: u32 = 512 * 1024;

/// Where HiBob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// `https://api.hibob.com/v1`
    Production,
    /// `https://api.sandbox.hibob.com/v1`, for companies that bought it.
    Sandbox,
}

impl Environment {
    /// The base URL.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn base_url(self) -> Url {
        let url = match self {
            Self::Production => "https://api.hibob.com/v1",
            Self::Sandbox => "https://api.sandbox.hibob.com/v1",
        };
        Url::parse(url).expect("both are valid URLs, and tested")
    }
}

/// Collects the settings of a [`Client`].
///
/// Needed: [`service_user`](Self::service_user). Everything else has a default.
#[must_use]
pub struct ClientBuilder {
    service_user: Option<(String, SecretString)>,
    base: Url,
    http: Option<reqwest::Client>,
    attempt_timeout: Duration,
    call_timeout: Duration,
    retry: RetryPolicy,
    quota: Quota,
    observer: Observer,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            service_user: None,
            base: Environment::Production.base_url(),
            http: None,
            attempt_timeout: ATTEMPT_TIMEOUT,
            call_timeout: CALL_TIMEOUT,
            retry: RetryPolicy::default(),
            quota: Quota::default(),
            observer: Observer::default(),
        }
    }

    /// The service user's id and token, which HiBob shows together when the service user is made.
    ///
    /// Source: HiBob's API documentation, *API service users*.
    pub fn service_user(mut self, id: impl Into<String>, token: impl Into<SecretString>) -> Self {
        self.service_user = Some((id.into(), token.into()));
        self
    }

    /// The base URL with the version, such as `https://api.hibob.com/v1`. Plain HTTP is accepted
    /// for loopback addresses only. Default: [`Environment::Production`].
    pub fn base_url(mut self, url: Url) -> Self {
        self.base = url;
        self
    }

    /// One of HiBob's own environments. The same as [`base_url`](Self::base_url) with its URL.
    pub fn environment(self, environment: Environment) -> Self {
        self.base_url(environment.base_url())
    }

    /// An HTTP client to use instead of our own, say for a proxy or a private root certificate.
    ///
    /// Its own settings then hold for connect time-out, compression and user agent. It should not
    /// follow redirects; answers that come from elsewhere are refused in any case.
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// How long one attempt may take, with its answer. Default: 30 seconds.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long one HTTP call may take, with all attempts and pauses. Default: 120 seconds.
    ///
    /// A search for many people makes several such calls.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// When calls are repeated. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How much of HiBob's documented quotas this client may use. Default: nine tenths.
    ///
    /// Give several programs that share a service user a share each.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = quota;
        self
    }

    /// Is told of every attempt of every call once it is over, for counters. It must not block.
    ///
    /// What never left this machine, because a quota or a pause did not end in time, is no attempt.
    pub fn on_attempt(mut self, tell: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        self.observer = Observer::new(tell);
        self
    }

    /// Checks the settings and makes the client. No connection is opened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](super::ErrorKind::Config) if a setting is missing or not usable.
    pub fn build(self) -> Result<Client, Error> {
        let (id, token) = self.service_user.ok_or(Error::config("no service user"))?;
        let authorization = basic(&id, &token)?;
        let plain = check_base(&self.base)?;
        let http = match self.http {
            Some(http) => http,
            None => our_http(plain)?,
        };
        Ok(Client(std::sync::Arc::new(Inner {
            http,
            base: self.base,
            authorization,
            attempt_timeout: self.attempt_timeout,
            call_timeout: self.call_timeout,
            retry: self.retry,
            gate: Gate::default(),
            quotas: Quotas::new(self.quota),
            rate_limits: RateLimits::default(),
            breaker: Breaker::default(),
            refusals: Refusals::default(),
            observer: self.observer,
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("retry", &self.retry)
            .field("quota", &self.quota)
            .finish_non_exhaustive()
    }
}

fn our_http(plain: bool) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .https_only(!plain)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .gzip(true)
        .http2_initial_stream_window_size(READ_AHEAD)
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ));
    if plain {
        // A proxy of the environment would see the credentials in the clear.
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|_| Error::config("the TLS stack could not be set up"))
}

fn basic(id: &str, token: &SecretString) -> Result<HeaderValue, Error> {
    let token = token.expose_secret();
    if id.is_empty() || token.is_empty() {
        return Err(Error::config("the service user's id or token is empty"));
    }
    // Basic authentication ends the user name at the first colon.
    if id.contains(':') || id.chars().chain(token.chars()).any(char::is_control) {
        return Err(Error::config(
            "the service user's id or token holds a forbidden character",
        ));
    }
    let encoded = STANDARD.encode(format!("{id}:{token}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}"))
        .map_err(|_| Error::config("the service user's id or token is too long"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether the base URL is plain HTTP, which is accepted for loopback only.
fn check_base(base: &Url) -> Result<bool, Error> {
    let loopback = match base.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(Error::config("the base URL has no host")),
    };
    if !base.username().is_empty() || base.password().is_some() {
        return Err(Error::config("the base URL must not hold credentials"));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(Error::config(
            "the base URL must not have a query or a fragment",
        ));
    }
    match base.scheme() {
        "https" => Ok(false),
        "http" if loopback => Ok(true),
        "http" => Err(Error::config(
            "plain HTTP is accepted for loopback addresses only",
        )),
        _ => Err(Error::config("the base URL must begin with https")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ErrorKind;

    fn build(url: &str) -> Result<Client, Error> {
        let url = Url::parse(url).unwrap();
        Client::builder()
            .service_user("id", "token")
            .base_url(url)
            .build()
    }

    #[test]
    fn https_or_loopback() {
        for good in [
            "https://api.hibob.com/v1",
            "https://api.hibob.com/v1/",
            "http://127.0.0.1:9/v1",
            "http://127.200.0.1",
            "http://[::1]:8080/v1",
            "http://localhost:8080",
            "https://localhost",
        ] {
            assert!(build(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.hibob.com/v1",
            "http://localhost.example.com",
            "http://128.0.0.1",
            "http://[::2]",
            "ftp://127.0.0.1",
            "https://user@api.hibob.com",
            "https://:secret@api.hibob.com",
            "https://api.hibob.com/v1?x=1",
            "https://api.hibob.com/v1#x",
            "data:text/plain,x",
        ] {
            assert_eq!(build(bad).unwrap_err().kind(), ErrorKind::Config, "{bad}");
        }
    }

    #[test]
    fn environments_are_valid() {
        for environment in [Environment::Production, Environment::Sandbox] {
            let client = Client::builder()
                .service_user("id", "token")
                .environment(environment);
            assert!(client.build().is_ok());
        }
    }

    #[test]
    fn the_service_user_is_checked() {
        assert!(Client::builder().build().is_err());
        for (id, token) in [
            ("", "t"),
            ("i", ""),
            ("a:b", "t"),
            ("a\n", "t"),
            ("a", "t\r\nX: y"),
        ] {
            let error = Client::builder()
                .service_user(id, token)
                .build()
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
        }
    }

    #[test]
    fn the_header_is_basic_and_sensitive() {
        let header = basic("SERVICE-1", &"to:ken".into()).unwrap();
        assert_eq!(header, "Basic U0VSVklDRS0xOnRvOmtlbg==");
        assert!(header.is_sensitive());
    }
}
