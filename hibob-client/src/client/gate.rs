//! The pause after HiBob said that calls come too fast.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use tokio::time::{Instant, sleep_until};

/// The longest pause, whatever HiBob asks for.
const LONGEST: Duration = Duration::from_secs(300);

/// A gate that all clones of a client pass before each request.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<Option<Instant>>);

impl Gate {
    /// Keeps the gate closed for this long at least.
    pub(super) fn close_for(&self, pause: Duration) {
        let until = Instant::now() + pause.min(LONGEST);
        let mut closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = (*closed).max(Some(until));
    }

    /// Waits until the gate is open, or says how long it stays closed if that is past the
    /// deadline.
    pub(super) async fn pass(&self, deadline: Instant) -> Result<(), Duration> {
        while let Some(until) = self.closed_until() {
            if until > deadline {
                return Err(until.duration_since(Instant::now()));
            }
            sleep_until(until).await;
        }
        Ok(())
    }

    fn closed_until(&self) -> Option<Instant> {
        let closed = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        closed.filter(|until| *until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_closed_gate_opens_in_time() {
        let gate = Gate::default();
        let start = Instant::now();
        gate.pass(start).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        gate.close_for(7 * SECOND);
        gate.close_for(3 * SECOND);
        gate.pass(start + 60 * SECOND).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 7);
        gate.pass(start).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_gate_closed_past_the_deadline_says_so_at_once() {
        let gate = Gate::default();
        let start = Instant::now();
        gate.close_for(Duration::MAX);
        assert_eq!(gate.pass(start + 60 * SECOND).await, Err(LONGEST));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
