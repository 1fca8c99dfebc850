use core::time::Duration;

use tokio::time::Instant;

/// How long to wait for bulk operations: half an hour, unless said otherwise.
///
/// That is the time for everything together: for a place among the three operations that a company
/// may have at work, and for all parts of a request, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience(Duration);

impl Patience {
    /// Waits for at most this long.
    pub const fn of(most: Duration) -> Self {
        Self(most)
    }

    pub(super) fn deadline(self) -> Instant {
        let now = Instant::now();
        // Whoever waits for longer than the clock goes waits for a hundred years.
        now.checked_add(self.0.min(A_HUNDRED_YEARS)).unwrap_or(now)
    }

    /// The pauses between two looks at an operation: 1 s, 2 s, 4 s, … and 15 s from then on.
    pub(super) const fn between_looks() -> Pauses {
        Pauses {
            next: Duration::from_secs(1),
            longest: Duration::from_secs(15),
        }
    }

    /// The pauses before a refused submission is made again: 5 s, 10 s, … and 60 s from then on.
    pub(super) const fn between_submissions() -> Pauses {
        Pauses {
            next: Duration::from_secs(5),
            longest: Duration::from_secs(60),
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(30 * 60))
    }
}

/// Pauses that grow.
pub(super) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    /// Sleeps, unless that would take till after the deadline; says whether it did.
    pub(super) async fn sleep_before(&mut self, deadline: Instant) -> bool {
        let pause = self.next;
        if Instant::now() + pause > deadline {
            return false;
        }
        self.next = (pause * 2).min(self.longest);
        tokio::time::sleep(pause).await;
        true
    }
}

const A_HUNDRED_YEARS: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_up_to_their_longest_and_end_at_the_deadline() {
        for (mut pauses, seconds) in [
            (Patience::between_looks(), [1, 2, 4, 8, 15, 15]),
            (Patience::between_submissions(), [5, 10, 20, 40, 60, 60]),
        ] {
            let deadline = Patience::of(Duration::from_secs(seconds.iter().sum())).deadline();
            for pause in seconds {
                let before = Instant::now();
                assert!(pauses.sleep_before(deadline).await);
                assert_eq!(before.elapsed().as_secs(), pause);
            }
            assert!(!pauses.sleep_before(deadline).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_patience_is_too_long() {
        assert!(Patience::of(Duration::MAX).deadline() > Instant::now());
    }
}
