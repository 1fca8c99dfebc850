use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use crate::settings::NotifyUrl;

/// Posts notices to the notification URL, over a client of its own that follows no redirect.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    http: reqwest::Client,
    url: NotifyUrl,
}

impl Post {
    pub(crate) fn new(url: NotifyUrl) -> anyhow::Result<Self> {
        let mut http = reqwest::Client::builder()
            .https_only(!url.is_loopback())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ));
        if url.is_loopback() {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .context("the client for notices cannot be built")?;
        Ok(Self { http, url })
    }

    /// Sends something; any 2xx will do.
    ///
    /// # Errors
    /// What went wrong, without the URL, which may hold a secret.
    pub(crate) async fn send(&self, notice: &impl Serialize) -> Result<(), PostError> {
        let sent = self
            .http
            .post(self.url.url().clone())
            .json(notice)
            .send()
            .await;
        let status = sent.map_err(|error| PostError::of(&error))?.status();
        if status.is_success() {
            return Ok(());
        }
        Err(PostError(format!("it answered {}", status.as_u16())))
    }
}

/// A notice that could not be sent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct PostError(String);

impl PostError {
    fn of(error: &reqwest::Error) -> Self {
        let what = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else {
            "the connection broke"
        };
        Self(what.to_owned())
    }
}

const CONNECT: Duration = Duration::from_secs(5);

const PATIENCE: Duration = Duration::from_secs(10);
