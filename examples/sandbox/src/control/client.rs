//! A client of the control routes.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::act::{BobAct, Learning360Act};
use super::state::{Report, State};
use super::{ClockBody, Now};
use crate::agree::Agreement;
use crate::faults::Fault;
use crate::log::Log;
use crate::seed::Seed;
use crate::switches::Switches;

/// Drives a sandbox over its control routes, in this process or another.
///
/// Do not call it from within a webhook receiver: the turn that delivers waits for the receiver's
/// answer, and the call would wait for the turn.
#[derive(Clone, Debug)]
pub struct Control {
    http: reqwest::Client,
    bob: String,
    learning360: String,
}

/// A control call that did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// No answer, or none that can be read.
    #[error("no usable answer from the sandbox")]
    Http(#[from] reqwest::Error),
    /// The sandbox refused; the text says why.
    #[error("the sandbox refused: {0}")]
    Refused(String),
}

impl Control {
    /// A client for the stand-ins at these origins, such as `http://127.0.0.1:8361`.
    pub fn new(bob_origin: impl Into<String>, learning360_origin: impl Into<String>) -> Self {
        let trim = |origin: String| origin.trim_end_matches('/').to_owned();
        Self {
            http: reqwest::Client::new(),
            bob: trim(bob_origin.into()),
            learning360: trim(learning360_origin.into()),
        }
    }

    /// Replaces the whole state of both stand-ins, and pings the seed's webhooks.
    pub async fn seed(&self, seed: &Seed) -> Result<Report, ControlError> {
        self.post(&self.bob, "seed", seed).await
    }

    /// The virtual time.
    pub async fn now(&self) -> Result<Timestamp, ControlError> {
        let Now { now } = send(self.http.get(url(&self.bob, "clock"))).await?;
        Ok(now)
    }

    /// Lets so many seconds pass, and everything happen that is due in them.
    pub async fn advance(&self, seconds: u32) -> Result<Report, ControlError> {
        self.post(&self.bob, "clock", &ClockBody::AdvanceSeconds(seconds))
            .await
    }

    /// Lets time pass until then; refused if it is in the past.
    pub async fn advance_to(&self, at: Timestamp) -> Result<Report, ControlError> {
        self.post(&self.bob, "clock", &ClockBody::Set(at)).await
    }

    /// Adds fault rules behind those in force.
    pub async fn add_faults(&self, rules: &[Fault]) -> Result<(), ControlError> {
        self.post::<Value>(&self.bob, "faults", rules)
            .await
            .map(drop)
    }

    /// Removes all fault rules.
    pub async fn clear_faults(&self) -> Result<(), ControlError> {
        send::<Value>(self.http.delete(url(&self.bob, "faults")))
            .await
            .map(drop)
    }

    /// The truth of both sides.
    pub async fn state(&self) -> Result<State, ControlError> {
        send(self.http.get(url(&self.bob, "state"))).await
    }

    /// Whether both sides agree under a policy, the text of its TOML file.
    ///
    /// Judged from the truth of both stand-ins and without any of a host's code.
    pub async fn agree(&self, policy: impl Into<String>) -> Result<Agreement, ControlError> {
        let request = self.http.post(url(&self.bob, "agree"));
        send(request.body(policy.into())).await
    }

    /// Every request since the seed, or since the log was cleared.
    pub async fn log(&self) -> Result<Log, ControlError> {
        send(self.http.get(url(&self.bob, "log"))).await
    }

    /// Requests after the one with this number.
    pub async fn log_after(&self, number: u64) -> Result<Log, ControlError> {
        let route = format!("log?after={number}");
        send(self.http.get(url(&self.bob, &route))).await
    }

    /// How many requests the log has seen, without them.
    pub(crate) async fn requests(&self) -> Result<u64, ControlError> {
        let log = self.log_after(u64::MAX).await?;
        Ok(log.counts.values().sum())
    }

    /// Empties the log.
    pub async fn clear_log(&self) -> Result<(), ControlError> {
        send::<Value>(self.http.delete(url(&self.bob, "log")))
            .await
            .map(drop)
    }

    /// Puts other switches in force; what already happened stays.
    pub async fn switches(&self, switches: &Switches) -> Result<(), ControlError> {
        self.post::<Value>(&self.bob, "switches", switches)
            .await
            .map(drop)
    }

    /// Does something in Bob; returns after the due webhooks were delivered or failed once.
    pub async fn act(&self, act: BobAct) -> Result<Report, ControlError> {
        self.post(&self.bob, "act", &act).await
    }

    /// Does something in 360Learning.
    pub async fn act360(&self, act: Learning360Act) -> Result<Report, ControlError> {
        self.post(&self.learning360, "act", &act).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        origin: &str,
        route: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, ControlError> {
        send(self.http.post(url(origin, route)).json(body)).await
    }
}

fn url(origin: &str, route: &str) -> String {
    format!("{origin}/_sandbox/{route}")
}

async fn send<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, ControlError> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response.json().await?);
    }
    let body: Value = response.json().await.unwrap_or_else(|_| json!({}));
    let text = body["error"]
        .as_str()
        .map_or_else(|| status.to_string(), String::from);
    Err(ControlError::Refused(text))
}
