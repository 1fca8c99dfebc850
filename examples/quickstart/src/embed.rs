//! The service of `embed-in-axum`: Bob's two webhooks in, accounts out, over any [`Store`].
//!
//! It is whole: every acceptance scenario that needs no more than a Store passes on it as it does
//! on the reference host. Copy it into the service that you already run, and change what is yours.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::{Router, body::Bytes, http::HeaderMap, http::StatusCode, routing::post};
use hibob_client::webhook::{Delivery as Content, EmptySecret, Secret, Verifier, VerifyError};
use hibob_client::webhook::{Opened, is_ping};
use hibob_client::{Client, CompanyId};
use jiff::Timestamp;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Approval, Begun, RunMode, SurveyError, Whom};
use provisioning_core::driver::{Decided, Driver, Intake, Noted, Store, StoreError};
use provisioning_core::policy::Depth;
use provisioning_core::{Catalog, Classified, Delivery, Endpoint, Policy, classify};
use tokio::{sync::Notify, time::sleep};

/// What takes events in and works on them.
pub struct Service<D> {
    driver: Driver<Bob, Lms, D>,
    upsert: Verifier,
    deactivation: Verifier,
    company: Option<CompanyId>,
    clock: Clock,
    noted: Notify,
    counts: Mutex<BTreeMap<Box<str>, u64>>,
}

/// Tells the time: `Box::new(Timestamp::now)`, or what a test wants.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// Checks a policy against the fields that Bob has. With them known, an update of fields that
/// nothing uses costs no read.
///
/// # Errors
/// If Bob does not answer, or the policy names a field that Bob does not have.
pub async fn bound(policy: Policy, bob: &Client) -> anyhow::Result<Policy> {
    let fields = bob.metadata().fields().await?;
    Ok(policy.bind(Catalog::default().with_fields(fields))?)
}

impl<D: Store + 'static> Service<D> {
    /// A service with the secrets of each webhook, separated by blanks; several webhooks may share
    /// an address, and while a secret is replaced both count.
    ///
    /// # Errors
    /// If a webhook has no secret.
    pub fn new(
        driver: Driver<Bob, Lms, D>,
        [upsert, deactivation]: [&str; 2],
        clock: Clock,
    ) -> Result<Self, EmptySecret> {
        Ok(Self {
            driver,
            upsert: verifier("upsert", upsert)?,
            deactivation: verifier("deactivation", deactivation)?,
            company: None,
            clock,
            noted: Notify::new(),
            counts: Mutex::default(),
        })
    }

    /// The same service, which takes events of this company only.
    #[must_use]
    pub fn of_company(self, company: CompanyId) -> Self {
        let company = Some(company);
        Self { company, ..self }
    }

    /// The addresses for Bob.
    pub fn router(self: &Arc<Self>) -> Router {
        let upsert = async |service: State<Arc<Self>>, headers: HeaderMap, body: Bytes| {
            service.receive(Endpoint::Upsert, &headers, &body).await
        };
        let deactivation = async |service: State<Arc<Self>>, headers: HeaderMap, body: Bytes| {
            let endpoint = Endpoint::Deactivation;
            service.receive(endpoint, &headers, &body).await
        };
        Router::new()
            .route("/hibob/upsert", post(upsert))
            .route("/hibob/deactivation", post(deactivation))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(Arc::clone(self))
    }

    /// Verify, note, answer; the work comes later. Bob repeats whatever is not answered with 200,
    /// so what can be of no use is accepted all the same.
    async fn receive(&self, endpoint: Endpoint, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let verifier = match endpoint {
            Endpoint::Upsert => &self.upsert,
            Endpoint::Deactivation => &self.deactivation,
        };
        match verifier.open(headers, body, (self.clock)()) {
            Ok(opened) => self.take(endpoint, &opened).await,
            // The first ping comes before anybody could tell us the secret.
            Err(VerifyError::Missing) if is_ping(body) => self.answer("ping", StatusCode::OK),
            Err(VerifyError::Missing) => self.answer("signature_missing", StatusCode::UNAUTHORIZED),
            Err(_) => self.answer("signature_wrong", StatusCode::UNAUTHORIZED),
        }
    }

    async fn take(&self, endpoint: Endpoint, opened: &Opened) -> StatusCode {
        self.count(&opened.secret);
        let now = (self.clock)();
        let delivery = Delivery::new(&opened.delivery, endpoint).of_company(self.company);
        let hinted = match classify(self.driver.policy(), &delivery, now) {
            Classified::Hint(hinted) => hinted,
            // What is dead should be seen by somebody: watch these counts.
            Classified::Ignore(reason) | Classified::Dead(reason) => {
                return self.answer(reason.as_str(), StatusCode::OK);
            }
        };
        let mut intake = Intake::new(hinted.employee, hinted.hint, now);
        if let Content::Event(event) = &opened.delivery {
            intake = intake.keyed(event.dedupe().as_str());
        }
        match self.driver.store().note(intake).await {
            Ok(Noted::New(_)) => {
                self.noted.notify_one();
                self.answer("accepted", StatusCode::OK)
            }
            Ok(Noted::Duplicate) => self.answer("duplicate", StatusCode::OK),
            Err(_) => self.answer("store_failed", StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    /// Decides and applies until nothing is due now; what was decided, and when more will be due.
    ///
    /// # Errors
    /// If the Store fails.
    pub async fn settle(&self) -> Result<(Vec<Decided>, Option<Timestamp>), StoreError> {
        let mut decided = Vec::new();
        loop {
            let now = (self.clock)();
            let turn = self.driver.turn(now).await?;
            decided.extend(turn.decided);
            if turn.next_due.is_none_or(|due| due > now) {
                return Ok((decided, turn.next_due));
            }
        }
    }

    /// Compares everybody, and leaves what differs to the next turns: what no webhook told is
    /// mended too. Call it once a day. If nobody was asked, the first one of a Store waits until
    /// `driver::approve` lets it go on.
    ///
    /// # Errors
    /// If a system cannot be listed to the end, if Bob lists nobody, or if the Store fails.
    pub async fn synchronize(
        &self,
        depth: Depth,
        approval: Approval,
    ) -> Result<Begun, SurveyError> {
        let (driver, now, whom) = (&self.driver, (self.clock)(), Whom::Everybody);
        let survey = driver.survey(depth, &whom, now, &mut |_| {}).await?;
        let begun = driver.begin(&survey, RunMode::Fresh, approval, now).await?;
        self.noted.notify_one();
        Ok(begun)
    }

    /// Works for ever, and tells what was decided.
    ///
    /// # Errors
    /// If the Store fails.
    pub async fn work(&self, tell: impl Fn(&Decided)) -> Result<(), StoreError> {
        loop {
            let (decided, due) = self.settle().await?;
            decided.iter().for_each(&tell);
            let pause = due.map(|due| due.duration_since((self.clock)()));
            let pause = pause.map_or(HOUR, |pause| pause.try_into().unwrap_or_default());
            tokio::select! {
                () = self.noted.notified() => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// How often this happened: an answer (`accepted`, `duplicate`, `signature_wrong`, the code of
    /// a reason, …), or a secret by its label (`upsert-1`).
    pub fn counted(&self, what: &str) -> u64 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(what).copied().unwrap_or_default()
    }

    fn count(&self, what: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(what.into()).or_default() += 1;
    }

    fn answer(&self, what: &str, status: StatusCode) -> StatusCode {
        self.count(what);
        status
    }
}

impl<D> fmt::Debug for Service<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// Labels the secrets by their position, as the reference host does.
fn verifier(endpoint: &str, secrets: &str) -> Result<Verifier, EmptySecret> {
    let secrets = (1..).zip(secrets.split_whitespace());
    Verifier::new(secrets.map(|(number, key)| Secret::new(format!("{endpoint}-{number}"), key)))
}

/// Bob's bodies are a few hundred bytes.
const BODY_LIMIT: usize = 256 * 1024;

const HOUR: Duration = Duration::from_secs(3600);
