//! Stopping before HiBob blocks the credentials.

use core::time::Duration;
use std::collections::VecDeque;
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

/// Keeps refusals of every kind below the number at which HiBob blocks.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<VecDeque<Instant>>);

impl Refusals {
    /// Notes a refusal; the pause that is then needed before the next call, if any.
    pub(super) fn note(&self) -> Option<Duration> {
        let now = Instant::now();
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.push_back(now);
        while times.len() > MOST {
            times.pop_front();
        }
        let first = *times.front().filter(|_| times.len() == MOST)?;
        (first + WINDOW).checked_duration_since(now)
    }
}

/// HiBob's window.
const WINDOW: Duration = Duration::from_secs(10);
/// Below HiBob's 50, because some calls may be on their way.
const MOST: usize = 30;

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

    #[tokio::test(start_paused = true)]
    async fn the_thirtieth_refusal_within_ten_seconds_asks_for_a_pause() {
        let refusals = Refusals::default();
        for _ in 0..29 {
            assert_eq!(refusals.note(), None);
            advance(Duration::from_millis(100)).await;
        }
        let pause = refusals.note().unwrap();
        assert_eq!(pause, Duration::from_millis(7_100));
        advance(Duration::from_secs(60)).await;
        assert_eq!(refusals.note(), None);
    }
}
