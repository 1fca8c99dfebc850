//! The loop: what is due is decided and done, then sleep.

mod lag;
mod telling;

use std::time::Duration;

use jiff::Timestamp;
use provisioning_core::Policy;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Decided, Driver, StoreError, Turn};
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

use self::lag::Lag;
use self::telling::tell;
use crate::clients::Clients;
use crate::parts::Parts;
use crate::store::SqlStore;

/// Decides and applies, one turn after the other.
#[derive(Debug)]
pub(crate) struct Worker {
    /// Held through a turn, so that turns of a host do not overlap.
    turning: Mutex<Turning>,
    clients: Clients,
    parts: Parts,
}

#[derive(Debug)]
struct Turning {
    driver: Driver<Bob, Lms, SqlStore>,
    lag: Lag,
}

impl Worker {
    pub(crate) fn new(policy: Policy, clients: Clients, parts: Parts) -> Self {
        let turning = Turning {
            driver: clients.driver(policy, parts.store.clone()),
            lag: Lag::default(),
        };
        Self {
            turning: Mutex::new(turning),
            clients,
            parts,
        }
    }

    /// Puts another policy in force; a turn that runs ends with the one before.
    pub(crate) async fn adopt(&self, policy: Policy) {
        let driver = self.clients.driver(policy, self.parts.store.clone());
        self.turning.lock().await.driver = driver;
        // What was decided without it may look different with it.
        self.parts.wake.notify_one();
    }

    /// The policy in force.
    pub(crate) async fn policy(&self) -> Policy {
        self.turning.lock().await.driver.policy().clone()
    }

    /// A driver beside the one that takes the turns, for what takes long and writes nothing.
    pub(crate) async fn surveyor(&self) -> Driver<Bob, Lms, SqlStore> {
        let policy = self.policy().await;
        self.clients.driver(policy, self.parts.store.clone())
    }

    /// Works until it is told to stop. A turn that does not end soon after that is dropped: its
    /// leases end, and the next start decides those people again.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut failures = 0;
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
                Ok((_, turn)) => {
                    failures = 0;
                    Pause::Until(turn.next_due)
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, failures, "the turn failed and is repeated");
                    self.parts.metrics.store_failed();
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
        let mut turning = self.turning.lock().await;
        let now = self.parts.clock.now().await;
        let turn = turning.driver.turn(now).await?;
        let done = self.parts.clock.now().await;
        for decided in &turn.decided {
            let lag = turning.lag.of(decided, done);
            self.parts.metrics.decided(decided);
            if let Some(lag) = lag {
                self.parts.metrics.waited(lag);
            }
            self.parts.feed.decided(decided);
            tell(decided, lag);
        }
        if let Err(error) = self.parts.store.audit(&turn.decided, now).await {
            tracing::error!(%error, "the audit could not be written");
            self.parts.metrics.store_failed();
        }
        if let Err(error) = self.parts.alerts.of_turn(&turn, now).await {
            tracing::error!(%error, "what stays different could not be written down");
            self.parts.metrics.store_failed();
        }
        Ok((now, turn))
    }

    async fn rest(&self, pause: Pause) {
        match pause {
            Pause::For(pause) => sleep(pause).await,
            Pause::Until(due) => tokio::select! {
                () = self.parts.wake.notified() => {}
                () = self.parts.clock.sleep_until(due) => {}
                // Nobody in another process can wake this one: an operator's command, another host.
                () = sleep(LOOK_EVERY) => {}
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_repeated_more_and_more_slowly() {
        let seconds: Vec<_> = [1, 2, 3, 7, 100].map(|it| backoff(it).as_secs()).into();
        assert_eq!(seconds, [1, 2, 4, 60, 60]);
    }
}
