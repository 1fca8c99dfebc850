use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use metrics::gauge;
use provisioning_core::driver::{RunState, RunStore as _, Store as _, StoreError, report};
use provisioning_core::policy::Guards;
use provisioning_core::sync::Situation;
use provisioning_core::{Endpoint, Fill, Policy, Side};

use super::Metrics;
use super::names::{
    DRIFT, DRIFT_OLDEST, GUARD_FILL, HOLDS, INFO, LAST_DELIVERY, LINKED, PAUSED, QUEUE,
    QUEUE_OLDEST, RATE_LIMIT, RATE_REMAINING, STOPPED, SYNC_AGE, SYNC_OPEN, SYNC_PEOPLE,
};
use crate::alerts::Arrivals;
use crate::clients::Clients;
use crate::clock::Clock;
use crate::intake;
use crate::parts::Parts;
use crate::schedule;
use crate::store::{SqlStore, Standing};

/// Measures what is not counted, whenever somebody reads the metrics.
#[derive(Debug)]
pub(crate) struct Gauges {
    metrics: Arc<Metrics>,
    store: SqlStore,
    clock: Clock,
    arrivals: Arc<Arrivals>,
    bob: hibob_client::Client,
    guards: Guards,
    /// The digest of the policy in force.
    policy: String,
}

impl Gauges {
    pub(crate) fn new(parts: &Parts, clients: &Clients, policy: &Policy) -> Self {
        Self {
            metrics: Arc::clone(&parts.metrics),
            store: parts.store.clone(),
            clock: parts.clock.clone(),
            arrivals: Arc::clone(&parts.arrivals),
            bob: clients.bob.clone(),
            guards: policy.guards().clone(),
            policy: policy.digest().to_string(),
        }
    }

    /// The text that `GET /metrics` answers. If the database fails, the gauges stay as they were.
    pub(crate) async fn read(&self) -> String {
        let now = self.clock.now().await;
        self.here(now);
        if let Err(error) = self.in_the_store(now).await {
            tracing::warn!(%error, "the gauges could not be measured");
            self.metrics.store_failed();
        }
        self.metrics.render()
    }

    fn here(&self, now: Timestamp) {
        let limits = self.bob.rate_limits();
        self.metrics.record(|| {
            let (version, policy) = (env!("CARGO_PKG_VERSION"), self.policy.clone());
            gauge!(INFO, "version" => version, "policy" => policy).set(1.0);
            for endpoint in [Endpoint::Upsert, Endpoint::Deactivation] {
                if let Some(last) = self.arrivals.last(endpoint) {
                    let name = intake::name(endpoint);
                    gauge!(LAST_DELIVERY, "endpoint" => name).set(seconds(last, now));
                }
            }
            for (route, limit) in limits {
                if let Some(limit) = limit.limit {
                    gauge!(RATE_LIMIT, "api" => "hibob", "route" => route).set(f64::from(limit));
                }
                if let Some(remaining) = limit.remaining {
                    let gauge = gauge!(RATE_REMAINING, "api" => "hibob", "route" => route);
                    gauge.set(f64::from(remaining));
                }
            }
        });
    }

    async fn in_the_store(&self, now: Timestamp) -> Result<(), StoreError> {
        let queue = self.store.queue(now).await?;
        let population = self.store.population().await?;
        let ledger = self.store.ledger().await?.value;
        let quarantine = self.store.quarantine().await?;
        let paused = self.store.paused().await?;
        let drift = self.store.drift().await?;
        self.synchronizations(now).await?;
        self.metrics.record(|| {
            for (state, employees) in [
                ("pending", queue.pending),
                ("due", queue.due),
                ("leased", queue.leased),
                ("timed", queue.timed),
            ] {
                gauge!(QUEUE, "state" => state).set(count(employees));
            }
            let waits = queue.oldest.map_or(0.0, |oldest| seconds(oldest, now));
            gauge!(QUEUE_OLDEST).set(waits);
            gauge!(PAUSED).set(flag(paused));
            gauge!(LINKED).set(f64::from(population.linked_active));
            let holds = u64::try_from(ledger.held().count()).unwrap_or(u64::MAX);
            gauge!(HOLDS).set(count(holds));
            for fill in ledger.fill(&self.guards, &population, now) {
                // What is always held has no room that could fill.
                if fill.allowed > 0 {
                    let (budget, window) = (fill.kind.as_str(), window(&fill));
                    let share = f64::from(fill.used) / f64::from(fill.allowed);
                    gauge!(GUARD_FILL, "budget" => budget, "window" => window).set(share);
                }
            }
            for (side, api) in [(Side::Source, "hibob"), (Side::Target, "360learning")] {
                let broken = side == Side::Target && quarantine.broken_links_until(now).is_some();
                let stopped = broken || quarantine.cause(side).is_some();
                gauge!(STOPPED, "api" => api).set(flag(stopped));
            }
        });
        let oldest = drift.iter().map(|standing| standing.since).min();
        self.metrics.record(|| {
            let age = oldest.map_or(0.0, |oldest| seconds(oldest, now));
            gauge!(DRIFT_OLDEST).set(age);
        });
        self.metrics.drift(drift);
        Ok(())
    }
}

impl Gauges {
    async fn synchronizations(&self, now: Timestamp) -> Result<(), StoreError> {
        let runs = self.store.runs(RUNS).await?;
        let done = runs.iter().filter(|run| run.state == RunState::Done);
        let done: Vec<_> = done.collect();
        let last = match done.first() {
            Some(run) => report(&self.store, run.id).await?,
            None => None,
        };
        let open = match self.store.running().await? {
            Some(run) => self.store.progress(run.id).await?.open(),
            None => 0,
        };
        self.metrics.record(|| {
            gauge!(SYNC_OPEN).set(count(open));
            // The newest comes last and counts.
            for run in done.iter().rev() {
                let depth = schedule::name(run.begun.depth);
                gauge!(SYNC_AGE, "depth" => depth).set(seconds(run.changed, now));
            }
            for situation in Situation::ALL {
                if let Some(last) = &last {
                    let people = count(last.get(situation));
                    gauge!(SYNC_PEOPLE, "situation" => situation.as_str()).set(people);
                }
            }
        });
        Ok(())
    }
}

impl Metrics {
    /// Sets how many people differ for each reason; a reason that is not mentioned is at zero.
    fn drift(&self, standing: Vec<Standing>) {
        let mut known = self.drift.lock().unwrap_or_else(PoisonError::into_inner);
        for people in known.values_mut() {
            *people = 0;
        }
        for one in standing {
            *known.entry((one.kind, label(&one.reason))).or_default() += one.people;
        }
        self.record(|| {
            for ((kind, reason), people) in known.iter() {
                gauge!(DRIFT, "kind" => kind.clone(), "reason" => reason.clone())
                    .set(count(*people));
            }
        });
    }
}

/// A reason without what it is about: ids are no labels.
fn label(reason: &str) -> String {
    let name = reason.split(' ').next().unwrap_or_default();
    name.to_owned()
}

/// Among so many there is one of each depth.
const RUNS: usize = 30;

fn seconds(from: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(from).as_secs_f64().max(0.0)
}

fn flag(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody counts to nine quadrillion here"
)]
fn count(number: u64) -> f64 {
    number as f64
}

/// `1h`, `24h`.
fn window(fill: &Fill) -> String {
    format!("{}h", fill.window.as_hours())
}
