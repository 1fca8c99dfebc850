//! What comes in: verify, write down, answer. Nothing else.

mod answer;
mod routes;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use hibob_client::webhook::{self, Verifier, VerifyError, is_ping};
use hibob_client::{CompanyId, EmployeeId};
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Intake as Note, Noted, Store as _, StoreError};
use provisioning_core::{Classified, Delivery, Endpoint, Hinted, Policy, Reason, classify};

pub use self::answer::Outcome;
pub(crate) use self::routes::router;
use crate::alerts::{Notice, NoticeKind};
use crate::feed::Received;
use crate::parts::Parts;
use crate::settings::Settings;

/// Takes in deliveries.
#[derive(Debug)]
pub(crate) struct Intake {
    upsert: Verifier,
    deactivation: Verifier,
    company: Option<CompanyId>,
    policy: Policy,
    pub(crate) parts: Parts,
    unknown_types: Mutex<BTreeMap<String, Timestamp>>,
}

impl Intake {
    pub(crate) fn new(settings: &Settings, policy: Policy, parts: Parts) -> Self {
        Self {
            upsert: settings.upsert.clone(),
            deactivation: settings.deactivation.clone(),
            company: settings.bob.company,
            policy,
            parts,
            unknown_types: Mutex::default(),
        }
    }

    /// Verifies a body, writes down what it asks for, and says what became of it.
    pub(crate) async fn receive(
        &self,
        endpoint: Endpoint,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Outcome {
        let verifier = match endpoint {
            Endpoint::Upsert => &self.upsert,
            Endpoint::Deactivation => &self.deactivation,
        };
        let now = self.parts.clock.now().await;
        let opened = match verifier.open(headers, body, now) {
            Ok(opened) => opened,
            // The first ping comes before anybody could tell us the secret.
            Err(VerifyError::Missing) if is_ping(body) => {
                return self.done(Received::new(endpoint, Outcome::Ping));
            }
            Err(error) => {
                if error == VerifyError::Mismatch {
                    self.parts.arrivals.wrong(endpoint, now);
                }
                return self.done(Received::new(endpoint, error.into()));
            }
        };
        self.parts.arrivals.right(endpoint, now);
        self.parts.metrics.verified(&opened.secret);
        let delivery = Delivery::new(&opened.delivery, endpoint).of_company(self.company);
        let mut received = Received::new(endpoint, Outcome::Accepted);
        received.secret = Some(opened.secret);
        if let webhook::Delivery::Event(event) = &opened.delivery {
            received.kind = Some(event.kind().clone());
            received.employee = event.employee_id().cloned();
        }
        let outcome = match classify(&self.policy, &delivery, now) {
            Classified::Hint(hinted) => self.note(hinted, &opened.delivery, now).await,
            Classified::Ignore(reason) => Ok(self.ignore(reason, &received, now)),
            Classified::Dead(reason) => self.bury(endpoint, reason, &opened.delivery, now).await,
        };
        received.outcome = outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "a delivery could not be written down; Bob will repeat it");
            self.parts.metrics.store_failed();
            Outcome::StoreFailed
        });
        self.done(received)
    }

    /// Counts a request that got no further than this.
    pub(crate) fn refuse(&self, endpoint: Endpoint, outcome: Outcome) -> Outcome {
        self.done(Received::new(endpoint, outcome))
    }

    fn done(&self, received: Received) -> Outcome {
        let outcome = received.outcome;
        self.parts.metrics.delivered(received.endpoint, outcome);
        tracing::debug!(
            endpoint = name(received.endpoint),
            outcome = outcome.name(),
            secret = received.secret.as_deref(),
            employee = received.employee.as_ref().map(EmployeeId::as_str),
            "delivery"
        );
        self.parts.feed.received(received);
        outcome
    }

    async fn note(
        &self,
        hinted: Hinted,
        delivery: &webhook::Delivery,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        for flag in &hinted.flags {
            self.parts.metrics.flagged(*flag);
        }
        let note = Note::new(hinted.employee, hinted.hint, now).keyed(digest(delivery));
        match self.parts.store.note(note).await? {
            Noted::New(_) => {
                self.parts.wake.notify_one();
                Ok(Outcome::Accepted)
            }
            Noted::Duplicate => Ok(Outcome::Duplicate),
        }
    }

    fn ignore(&self, reason: Reason, received: &Received, now: Timestamp) -> Outcome {
        match reason {
            Reason::Ping => Outcome::Ping,
            Reason::UnknownType => {
                if let Some(kind) = &received.kind {
                    self.tell_of_unknown(kind.as_str(), now);
                }
                Outcome::UnknownType
            }
            _ => Outcome::Ignored,
        }
    }

    async fn bury(
        &self,
        endpoint: Endpoint,
        reason: Reason,
        delivery: &webhook::Delivery,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let digest = digest(delivery);
        self.parts
            .store
            .bury(digest, name(endpoint), reason, now)
            .await?;
        self.parts.metrics.buried(reason);
        tracing::warn!(endpoint = name(endpoint), %reason, digest, "dead letter");
        let notice = Notice::new(NoticeKind::DeadLetter, reason.as_str(), now);
        self.parts.alerts.raise(notice).await;
        Ok(match reason {
            Reason::WrongCompany => Outcome::WrongCompany,
            _ => Outcome::Unparseable,
        })
    }

    /// Logs a type that nobody knows, at most once an hour.
    fn tell_of_unknown(&self, kind: &str, now: Timestamp) {
        let mut told = self
            .unknown_types
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| now.duration_since(*at).abs() < SILENCE);
        if told.contains_key(kind) || told.len() >= UNKNOWN_TYPES {
            return;
        }
        told.insert(kind.to_owned(), now);
        let shown: String = kind.chars().take(80).collect();
        tracing::info!(kind = ?shown, "an event of an unknown type was ignored");
    }
}

/// The name of an endpoint in logs, counters and labels of secrets.
pub(crate) fn name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Upsert => "upsert",
        Endpoint::Deactivation => "deactivation",
    }
}

/// SHA-256 of the body.
fn digest(delivery: &webhook::Delivery) -> &str {
    match delivery {
        webhook::Delivery::Event(event) => event.dedupe().as_str(),
        webhook::Delivery::Unparseable(unparseable) => unparseable.digest(),
        webhook::Delivery::Ping => "ping",
    }
}

const SILENCE: SignedDuration = SignedDuration::from_hours(1);

/// Types remembered as told; whoever has the secret could make up any number.
const UNKNOWN_TYPES: usize = 64;
