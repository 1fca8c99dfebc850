use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::Client;
use super::attempt::{Attempt, Observer};
use super::error::{Error, ErrorKind};
use super::exchange::{Credentials, Exchange};
use super::limits::{Limits, Quota};
use super::token::Tokens;

/// Where a company's platform is hosted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `https://app.360learning.com`.
    Eu,
    /// `https://app.us.360learning.com`.
    Us,
}

impl Region {
    /// The origin of the region's platform.
    pub const fn origin(self) -> &'static str {
        match self {
            Self::Eu => "https://app.360learning.com",
            Self::Us => "https://app.us.360learning.com",
        }
    }
}

/// Collects the settings of a [`Client`].
///
/// Needed are a [region](Self::region) or a [base URL](Self::base_url), and the
/// [credentials](Self::credentials).
#[derive(Clone, Default)]
#[must_use = "a builder does nothing before `build`"]
pub struct ClientBuilder {
    base: Option<Base>,
    credentials: Option<(String, SecretString)>,
    http: Option<reqwest::Client>,
    quota: Quota,
    observer: Observer,
    attempt_timeout: Option<Duration>,
    call_timeout: Option<Duration>,
}

#[derive(Clone)]
enum Base {
    Region(Region),
    Url(Url),
}

impl ClientBuilder {
    /// Uses the platform of a region.
    pub fn region(mut self, region: Region) -> Self {
        self.base = Some(Base::Region(region));
        self
    }

    /// Uses another platform: an origin such as `https://app.360learning.com`, without a path.
    /// Plain http is for loopback addresses only.
    pub fn base_url(mut self, origin: Url) -> Self {
        self.base = Some(Base::Url(origin));
        self
    }

    /// Sets the client id and its secret, made in the platform's settings for the API v2.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.credentials = Some((id.into(), secret.into()));
        self
    }

    /// Uses an HTTP client of your own, for instance with a proxy or other certificates.
    ///
    /// It must not follow redirects: the client secret would go along.
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets the share of 360Learning's quotas; by default nine tenths.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = quota;
        self
    }

    /// Sets how long one attempt may take; by default 30 s.
    pub fn attempt_timeout(mut self, time: Duration) -> Self {
        self.attempt_timeout = Some(time);
        self
    }

    /// Sets how long a call may take with all its attempts and waits; by default 120 s.
    pub fn call_timeout(mut self, time: Duration) -> Self {
        self.call_timeout = Some(time);
        self
    }

    /// Is told of every attempt of every call once it is over, those for tokens included, for
    /// counters. It must not block.
    ///
    /// What never left this machine, because a quota or a pause did not end in time, is no attempt.
    pub fn on_attempt(mut self, tell: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        self.observer = Observer::new(tell);
        self
    }

    /// Checks the settings and builds the client. It connects to nothing yet.
    pub fn build(self) -> Result<Client, Error> {
        let base = match self.base {
            None => return Err(wrong("a region or a base URL is needed")),
            Some(Base::Region(region)) => {
                Url::parse(region.origin()).map_err(|_| wrong("the region has no address"))?
            }
            Some(Base::Url(url)) => origin(url)?,
        };
        let Some((id, secret)) = self.credentials else {
            return Err(wrong("credentials are needed"));
        };
        if id.trim().is_empty() || secret.expose_secret().trim().is_empty() {
            return Err(wrong("the credentials are empty"));
        }
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .https_only(base.scheme() == "https")
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .gzip(true)
                .build()
                .map_err(|_| wrong("the HTTP client cannot be built"))?,
        };
        Ok(Client::new(Arc::new(Exchange {
            http,
            base,
            credentials: Credentials { id, secret },
            tokens: Tokens::new(),
            limits: Limits::new(self.quota),
            observer: self.observer,
            attempt_timeout: self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT),
            call_timeout: self.call_timeout.unwrap_or(CALL_TIMEOUT),
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("quota", &self.quota)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}

/// Accepts an origin, and nothing that would lead the secret astray.
fn origin(url: Url) -> Result<Url, Error> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong("the base URL has no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return Err(wrong("the base URL must be https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("the base URL holds a user"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("the base URL is more than an origin"));
    }
    Ok(url)
}

fn wrong(problem: &'static str) -> Error {
    Error::new(ErrorKind::Config, problem)
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

const CALL_TIMEOUT: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    fn built(base: &str) -> Result<Client, Error> {
        let base = Url::parse(base).unwrap();
        ClientBuilder::default()
            .base_url(base)
            .credentials("id", "secret")
            .build()
    }

    #[test]
    fn a_base_url_is_an_origin_and_secure() {
        for good in [
            "https://app.360learning.com",
            "https://app.us.360learning.com/",
            "https://example.com:8443",
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
            "http://localhost:9000",
        ] {
            assert!(built(good).is_ok(), "{good}");
        }
        for bad in [
            "http://app.360learning.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "https://user@app.360learning.com",
            "https://:password@app.360learning.com",
            "https://app.360learning.com/api/v2",
            "https://app.360learning.com/?x",
            "https://app.360learning.com/#x",
            "ftp://127.0.0.1",
            "unix:/socket",
        ] {
            assert_eq!(built(bad).unwrap_err().kind(), ErrorKind::Config, "{bad}");
        }
    }

    #[test]
    fn settings_that_are_missing_are_named() {
        let builder = ClientBuilder::default;
        let error = builder().credentials("id", "secret").build().unwrap_err();
        assert_eq!(error.to_string(), "a region or a base URL is needed");
        let error = builder().region(Region::Us).build().unwrap_err();
        assert_eq!(error.to_string(), "credentials are needed");
        let error = builder()
            .region(Region::Eu)
            .credentials("id", " ")
            .build()
            .unwrap_err();
        assert_eq!(error.to_string(), "the credentials are empty");
        assert!(
            builder()
                .region(Region::Eu)
                .credentials("id", "secret")
                .build()
                .is_ok()
        );
    }
}
