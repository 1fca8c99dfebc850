//! When to look again, and which other employees' changes wake this one.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// When an employee is looked at again without a new event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    at: Option<Timestamp>,
    on: BTreeSet<EmployeeId>,
}

impl Wait {
    /// The latest time for the next look; `None` = only when woken.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// The employees whose changes wake this one.
    pub fn on(&self) -> &BTreeSet<EmployeeId> {
        &self.on
    }

    /// Looks at this time, or earlier if an earlier look is set already.
    pub(crate) fn look(&mut self, at: Timestamp) {
        self.at = Some(self.at.map_or(at, |known| known.min(at)));
    }

    /// Looks so long from now, or earlier if an earlier look is set already.
    pub(crate) fn look_in(&mut self, delay: SignedDuration, now: Timestamp) {
        if let Ok(at) = now.checked_add(delay) {
            self.look(at);
        }
    }

    pub(crate) fn wake_on(&mut self, employee: EmployeeId) {
        self.on.insert(employee);
    }

    pub(crate) fn into_option(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

/// The first of these delays after `since` that is still to come.
pub(crate) fn next_look(
    since: Timestamp,
    delays: &[SignedDuration],
    now: Timestamp,
) -> Option<Timestamp> {
    let looks = delays
        .iter()
        .filter_map(|delay| since.checked_add(*delay).ok());
    looks.filter(|at| *at > now).min()
}

/// When a failed attempt is made again: after this many failures in a row, or never.
///
/// 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, 24 h, then daily until the 28th day.
pub fn retry_at(failures: u32, now: Timestamp) -> Option<Timestamp> {
    let steps = usize::try_from(failures).ok()?.checked_sub(1)?;
    let delay = match RETRIES.get(steps) {
        Some(delay) => *delay,
        None if steps < RETRIES.len() + DAILY_RETRIES => SignedDuration::from_hours(24),
        None => return None,
    };
    now.checked_add(delay).ok()
}

const RETRIES: [SignedDuration; 8] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
    SignedDuration::from_hours(24),
];

/// The schedule above takes a little under two days; the rest of 28 days follows daily.
const DAILY_RETRIES: usize = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_follow_the_schedule_and_end() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().expect("valid");
        let after = |failures| retry_at(failures, now).map(|at| at.duration_since(now).as_secs());
        assert_eq!(after(0), None);
        let first: Vec<_> = (1..=8).filter_map(after).collect();
        let written = [30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400];
        assert_eq!(first, written);
        assert_eq!(after(9), Some(86_400));
        assert_eq!(after(34), Some(86_400));
        assert_eq!(after(35), None);
        // The last one falls on the 28th day.
        let days = (1..=34).filter_map(after).sum::<i64>() / 86_400;
        assert_eq!(days, 27);
    }

    #[test]
    fn looks_that_have_passed_are_over() {
        let since: Timestamp = "2026-03-02T09:00:00Z".parse().expect("valid");
        let delays = [SignedDuration::from_secs(25), SignedDuration::from_mins(2)];
        let at = |secs| since + SignedDuration::from_secs(secs);
        assert_eq!(next_look(since, &delays, since), Some(at(25)));
        assert_eq!(next_look(since, &delays, at(25)), Some(at(120)));
        assert_eq!(next_look(since, &delays, at(120)), None);
    }
}
