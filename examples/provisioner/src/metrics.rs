//! Counters, as Prometheus reads them.

use std::fmt;

use hibob_client::webhook::VerifyError;
use metrics::{counter, describe_counter, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use provisioning_core::driver::Decided;
use provisioning_core::{Endpoint, Flag, Reason};

use crate::intake::Outcome;
use crate::store;

/// The counters of one host. Hosts in one process do not share them.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Counters that all stand at zero.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let metrics = Self { recorder, handle };
        metrics.record(|| {
            for (name, text) in DESCRIPTIONS {
                describe_counter!(name, text);
            }
            for endpoint in [Endpoint::Upsert, Endpoint::Deactivation] {
                for outcome in Outcome::ALL {
                    delivery(endpoint, outcome).increment(0);
                }
            }
            counter!(HELD).increment(0);
            counter!(STORE_FAILURES).increment(0);
        });
        metrics
    }

    /// The text that `GET /metrics` answers.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    pub(crate) fn delivered(&self, endpoint: Endpoint, outcome: Outcome) {
        self.record(|| delivery(endpoint, outcome).increment(1));
    }

    pub(crate) fn verified(&self, secret: &str) {
        let secret = secret.to_owned();
        self.record(|| counter!(SIGNATURES, "secret" => secret).increment(1));
    }

    pub(crate) fn flagged(&self, flag: Flag) {
        self.record(|| counter!(FLAGS, "flag" => flag.as_str()).increment(1));
    }

    pub(crate) fn buried(&self, reason: Reason) {
        self.record(|| counter!(DEAD_LETTERS, "reason" => reason.as_str()).increment(1));
    }

    pub(crate) fn decided(&self, decided: &Decided) {
        self.record(|| {
            let (disposition, reason) = (decided.disposition, decided.disposition.reason());
            let name = disposition.as_str();
            counter!(DECISIONS, "disposition" => name, "reason" => reason.as_str()).increment(1);
            for finding in &decided.findings {
                counter!(FINDINGS, "reason" => finding.reason.as_str()).increment(1);
            }
            for (step, outcome) in &decided.applied {
                let action = step.action.kind().as_str();
                let outcome = store::outcome(outcome);
                counter!(STEPS, "action" => action, "outcome" => outcome).increment(1);
            }
            counter!(HELD).increment(u64::try_from(decided.held.len()).unwrap_or(u64::MAX));
        });
    }

    pub(crate) fn store_failed(&self) {
        self.record(|| counter!(STORE_FAILURES).increment(1));
    }

    fn record(&self, what: impl FnOnce()) {
        with_local_recorder(&self.recorder, what);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

fn delivery(endpoint: Endpoint, outcome: Outcome) -> metrics::Counter {
    let endpoint = crate::intake::name(endpoint);
    counter!(DELIVERIES, "endpoint" => endpoint, "outcome" => outcome.name())
}

impl From<VerifyError> for Outcome {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Missing => Self::SignatureMissing,
            VerifyError::Malformed => Self::SignatureMalformed,
            VerifyError::Mismatch => Self::SignatureWrong,
        }
    }
}

const DELIVERIES: &str = "provisioner_deliveries_total";
const SIGNATURES: &str = "provisioner_signatures_total";
const FLAGS: &str = "provisioner_delivery_flags_total";
const DEAD_LETTERS: &str = "provisioner_dead_letters_total";
const DECISIONS: &str = "provisioner_decisions_total";
const FINDINGS: &str = "provisioner_findings_total";
const STEPS: &str = "provisioner_steps_total";
const HELD: &str = "provisioner_held_steps_total";
const STORE_FAILURES: &str = "provisioner_store_failures_total";

const DESCRIPTIONS: [(&str, &str); 9] = [
    (
        DELIVERIES,
        "Requests to the webhook addresses, by what became of them",
    ),
    (
        SIGNATURES,
        "Deliveries by the label of the secret that signed them",
    ),
    (
        FLAGS,
        "Oddities of deliveries that were taken in all the same",
    ),
    (DEAD_LETTERS, "Deliveries that could not be used"),
    (DECISIONS, "Decisions by disposition and reason"),
    (FINDINGS, "Findings that stood beside decisions"),
    (STEPS, "Steps that were applied, by action and outcome"),
    (HELD, "Times that a step was held for approval"),
    (STORE_FAILURES, "Turns that failed because the database did"),
];
