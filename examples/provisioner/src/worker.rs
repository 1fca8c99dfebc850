//! The loop: what is due is decided and done, then sleep.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Decided, Driver, StoreError, Turn};
use provisioning_core::{Disposition, Policy};
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::sleep;

use crate::clients::Clients;
use crate::clock::Clock;
use crate::feed::Feed;
use crate::metrics::Metrics;
use crate::store::{self, SqlStore};

/// Decides and applies, one turn after the other.
#[derive(Debug)]
pub(crate) struct Worker {
    /// Held through a turn, so that turns of a host do not overlap.
    driver: Mutex<Driver<Bob, Lms, SqlStore>>,
    clients: Clients,
    store: SqlStore,
    clock: Clock,
    metrics: Arc<Metrics>,
    feed: Feed,
    wake: Arc<Notify>,
}

impl Worker {
    pub(crate) fn new(
        policy: Policy,
        clients: Clients,
        store: SqlStore,
        clock: Clock,
        metrics: Arc<Metrics>,
        feed: Feed,
        wake: Arc<Notify>,
    ) -> Self {
        let driver = Mutex::new(clients.driver(policy, store.clone()));
        Self {
            driver,
            clients,
            store,
            clock,
            metrics,
            feed,
            wake,
        }
    }

    /// Puts another policy in force; a turn that runs ends with the one before.
    pub(crate) async fn adopt(&self, policy: Policy) {
        *self.driver.lock().await = self.clients.driver(policy, self.store.clone());
        // What was decided without it may look different with it.
        self.wake.notify_one();
    }

    /// Works until it is told to stop. A turn that does not end soon after that is dropped: its
    /// leases end, and the next start decides those people again.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut failures = 0;
        let mut swept = None;
        while !*stop.borrow() {
            let turn = tokio::select! {
                biased;
                turn = self.turn() => turn,
                () = patience(stop.clone()) => {
                    tracing::warn!("the last turn did not end in time and is decided again later");
                    return;
                }
            };
            let pause = match turn {
                Ok((now, turn)) => {
                    failures = 0;
                    self.sweep(now, &mut swept).await;
                    Pause::Until(turn.next_due)
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, failures, "the turn failed and is repeated");
                    self.metrics.store_failed();
                    Pause::For(backoff(failures))
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = self.rest(pause) => {}
            }
        }
    }

    /// Works until nothing is due now; returns what was decided.
    ///
    /// # Errors
    /// If the Store fails.
    pub(crate) async fn settle(&self) -> Result<Vec<Decided>, StoreError> {
        let mut decided = Vec::new();
        for _ in 0..TURNS {
            let (now, turn) = self.turn().await?;
            decided.extend(turn.decided);
            if turn.next_due.is_none_or(|due| due > now) {
                return Ok(decided);
            }
        }
        Err(StoreError::new("there is no end to what is due now"))
    }

    /// One turn, and what an operator sees of it.
    async fn turn(&self) -> Result<(Timestamp, Turn), StoreError> {
        // Held through the turn, see the field.
        let driver = self.driver.lock().await;
        let now = self.clock.now().await;
        let turn = driver.turn(now).await?;
        for decided in &turn.decided {
            self.metrics.decided(decided);
            self.feed.decided(decided);
            tell(decided);
        }
        if let Err(error) = self.store.audit(&turn.decided, now).await {
            tracing::error!(%error, "the audit could not be written");
            self.metrics.store_failed();
        }
        Ok((now, turn))
    }

    async fn rest(&self, pause: Pause) {
        match pause {
            Pause::For(pause) => sleep(pause).await,
            Pause::Until(due) => tokio::select! {
                () = self.wake.notified() => {}
                () = self.clock.sleep_until(due) => {}
                // Nobody in another process can wake this one: an operator's command, another host.
                () = sleep(LOOK_EVERY) => {}
            },
        }
    }

    async fn sweep(&self, now: Timestamp, swept: &mut Option<Timestamp>) {
        if swept.is_some_and(|at| now.duration_since(at).abs() < SWEEP_EVERY) {
            return;
        }
        *swept = Some(now);
        if let Err(error) = self.store.sweep(now).await {
            tracing::error!(%error, "what is past its time could not be removed");
        }
    }
}

/// How long to rest after a turn.
#[derive(Clone, Copy, Debug)]
enum Pause {
    Until(Option<Timestamp>),
    For(Duration),
}

/// Ends when a stop was asked for and the time for a last turn is over.
async fn patience(mut stop: watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
    sleep(LAST_TURN).await;
}

/// A decision as a log line; what needs a person is louder.
fn tell(decided: &Decided) {
    let (employee, disposition) = (&decided.employee, decided.disposition);
    let steps: Vec<_> = decided
        .applied
        .iter()
        .map(|(step, outcome)| format!("{} {}", step.id, store::outcome(outcome)))
        .collect();
    let steps = steps.join(", ");
    let findings: Vec<_> = decided.findings.iter().map(ToString::to_string).collect();
    let findings = findings.join(", ");
    match disposition {
        Disposition::Dead(_) => {
            tracing::error!(%employee, %disposition, steps, findings, "cannot be done");
        }
        Disposition::Conflict(_) => {
            tracing::warn!(%employee, %disposition, steps, findings, "needs a person");
        }
        _ => tracing::info!(%employee, %disposition, steps, findings, "decided"),
    }
    for held in &decided.held {
        let step = held.step.as_str();
        tracing::warn!(%employee, step, reason = %held.reason, "held for approval");
    }
}

/// 1 s, 2 s, 4 s, …, a minute.
fn backoff(failures: u32) -> Duration {
    let doubled = Duration::from_secs(1).saturating_mul(1 << failures.saturating_sub(1).min(6));
    doubled.min(Duration::from_secs(60))
}

/// How long a turn may go on after a stop was asked for.
const LAST_TURN: Duration = Duration::from_secs(8);

/// More turns than this at one instant are a defect.
const TURNS: usize = 1_000;

/// How soon is seen what another process has noted.
const LOOK_EVERY: Duration = Duration::from_secs(2);

const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_repeated_more_and_more_slowly() {
        let seconds: Vec<_> = [1, 2, 3, 7, 100].map(|it| backoff(it).as_secs()).into();
        assert_eq!(seconds, [1, 2, 4, 60, 60]);
    }
}
