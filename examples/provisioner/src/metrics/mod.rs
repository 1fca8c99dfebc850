//! Counters and gauges, as Prometheus reads them.

mod gauges;
mod names;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use hibob_client::webhook::VerifyError;
use jiff::SignedDuration;
use metrics::{
    counter, describe_counter, describe_gauge, describe_histogram, histogram, with_local_recorder,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use provisioning_core::driver::Decided;
use provisioning_core::{Endpoint, Flag, Reason};

pub(crate) use self::gauges::Gauges;
pub use self::names::Described;
use self::names::{
    ALL, CALL_SECONDS, CALLS, DEAD_LETTERS, DECISIONS, DELIVERIES, FINDINGS, FLAGS, HELD, LAG,
    NOTICE_FAILURES, NOTICES, SIGNATURES, STEPS, STORE_FAILURES,
};
use crate::alerts::NoticeKind;
use crate::intake::Outcome;
use crate::store;

/// The metrics of one host. Hosts in one process do not share them.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// What was measured of drift, so that what is over goes back to zero.
    drift: Mutex<BTreeMap<(String, String), u64>>,
}

impl Metrics {
    /// Every metric that there is, for the documentation.
    pub const ALL: &[Described] = ALL;

    /// Counters that all stand at zero.
    pub fn new() -> Self {
        let recorder = builder().build_recorder();
        let handle = recorder.handle();
        let metrics = Self {
            recorder,
            handle,
            drift: Mutex::default(),
        };
        metrics.record(|| {
            for described in ALL {
                match described.kind {
                    "counter" => describe_counter!(described.name, described.text),
                    "gauge" => describe_gauge!(described.name, described.text),
                    _ => describe_histogram!(described.name, described.text),
                }
            }
            for endpoint in [Endpoint::Upsert, Endpoint::Deactivation] {
                for outcome in Outcome::ALL {
                    delivery(endpoint, outcome).increment(0);
                }
            }
            for kind in NoticeKind::ALL {
                counter!(NOTICES, "kind" => kind.as_str()).increment(0);
            }
            for name in [HELD, STORE_FAILURES, NOTICE_FAILURES] {
                counter!(name).increment(0);
            }
        });
        metrics
    }

    /// The text that `GET /metrics` answers, with the gauges as they were measured last.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Forgets what the summaries no longer show; without it they grow while nobody reads them.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
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

    /// So long somebody waited.
    pub(crate) fn waited(&self, lag: SignedDuration) {
        self.record(|| histogram!(LAG).record(lag.as_secs_f64().max(0.0)));
    }

    /// An attempt of a call, by the route's template.
    pub(crate) fn called(
        &self,
        api: &'static str,
        method: &Method,
        route: &'static str,
        status: Option<StatusCode>,
        took: Duration,
    ) {
        let method = method.as_str().to_owned();
        self.record(|| {
            let status = class(status);
            counter!(CALLS, "api" => api, "method" => method, "route" => route, "status" => status)
                .increment(1);
            histogram!(CALL_SECONDS, "api" => api).record(took);
        });
    }

    pub(crate) fn told(&self, kind: NoticeKind) {
        self.record(|| counter!(NOTICES, "kind" => kind.as_str()).increment(1));
    }

    pub(crate) fn not_told(&self) {
        self.record(|| counter!(NOTICE_FAILURES).increment(1));
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

fn builder() -> PrometheusBuilder {
    let builder = PrometheusBuilder::new();
    // Both settings refuse nothing but zero and an empty list.
    let builder = match builder.set_quantiles(&QUANTILES) {
        Ok(builder) => builder,
        Err(_) => PrometheusBuilder::new(),
    };
    let builder = match builder.set_bucket_duration(SUMMARY_STEP) {
        Ok(builder) => builder,
        Err(_) => PrometheusBuilder::new(),
    };
    builder.set_bucket_count(SUMMARY_STEPS)
}

fn delivery(endpoint: Endpoint, outcome: Outcome) -> metrics::Counter {
    let endpoint = crate::intake::name(endpoint);
    counter!(DELIVERIES, "endpoint" => endpoint, "outcome" => outcome.name())
}

fn class(status: Option<StatusCode>) -> &'static str {
    match status.map(|status| status.as_u16()) {
        None => "none",
        Some(429) => "429",
        Some(..300) => "2xx",
        Some(300..400) => "3xx",
        Some(400..500) => "4xx",
        Some(_) => "5xx",
    }
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

const QUANTILES: [f64; 2] = [0.5, 0.95];

/// Summaries show the last ten of these.
const SUMMARY_STEP: Duration = Duration::from_secs(60);

const SUMMARY_STEPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
