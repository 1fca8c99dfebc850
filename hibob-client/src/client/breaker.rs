//! Stopping before HiBob blocks the credentials.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// HiBob blocks credentials after 50 refusals in 10 seconds.
const REFUSALS: u32 = 10;
/// As long as HiBob's own block.
const PAUSE: Duration = Duration::from_secs(300);

/// Counts refusals (401, 403) in a row of calls that name no person, where they can only mean
/// wrong credentials or missing permissions.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    refusals: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// How long calls are still held back, if they are.
    pub(super) fn check(&self) -> Result<(), Duration> {
        let now = Instant::now();
        match self.lock().open_until.filter(|until| *until > now) {
            Some(until) => Err(until.duration_since(now)),
            None => Ok(()),
        }
    }

    /// Notes the end of a call; true if that holds calls back from now on.
    pub(super) fn record(&self, refused: bool) -> bool {
        let mut state = self.lock();
        // The count stays after the pause, so that one more refusal starts the next.
        state.refusals = if refused {
            state.refusals.saturating_add(1)
        } else {
            0
        };
        let trips = state.refusals >= REFUSALS;
        state.open_until = trips.then(|| Instant::now() + PAUSE);
        trips
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_refusals_in_a_row_hold_calls_back_for_five_minutes() {
        let breaker = Breaker::default();
        for _ in 0..9 {
            assert!(!breaker.record(true));
        }
        assert_eq!(breaker.check(), Ok(()));
        assert!(breaker.record(true));
        assert_eq!(breaker.check(), Err(PAUSE));
        advance(Duration::from_secs(299)).await;
        assert_eq!(breaker.check(), Err(Duration::from_secs(1)));
        advance(Duration::from_secs(1)).await;
        assert_eq!(breaker.check(), Ok(()));
        assert!(breaker.record(true));
        assert_eq!(breaker.check(), Err(PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_between_starts_the_count_again() {
        let breaker = Breaker::default();
        for _ in 0..5 {
            for _ in 0..9 {
                breaker.record(true);
            }
            breaker.record(false);
        }
        assert_eq!(breaker.check(), Ok(()));
    }
}
