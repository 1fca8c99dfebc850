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

    /// Waits until the gate and `closed`, a further reason to wait, are open, or says how long that
    /// takes if it is past the deadline.
    pub(super) async fn pass(
        &self,
        deadline: Instant,
        closed: impl Fn() -> Option<Instant>,
    ) -> Result<(), Duration> {
        while let Some(until) = self.closed_until().max(closed()) {
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
        gate.pass(start, || None).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        gate.close_for(7 * SECOND);
        gate.close_for(3 * SECOND);
        gate.pass(start + 60 * SECOND, || None).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 7);
        gate.pass(start, || None).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn another_reason_to_wait_is_waited_for() {
        let gate = Gate::default();
        let start = Instant::now();
        gate.close_for(2 * SECOND);
        let until = start + 5 * SECOND;
        let closed = || Some(until).filter(|until| *until > Instant::now());
        gate.pass(start + 60 * SECOND, closed).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gate_closed_past_the_deadline_says_so_at_once() {
        let gate = Gate::default();
        let start = Instant::now();
        gate.close_for(Duration::MAX);
        assert_eq!(gate.pass(start + 60 * SECOND, || None).await, Err(LONGEST));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
