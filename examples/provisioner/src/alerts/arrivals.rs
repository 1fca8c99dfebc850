use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use provisioning_core::Endpoint;

/// What came to the addresses lately, as far as it says whether the webhooks still work.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<BTreeMap<Endpoint, Arrival>>);

#[derive(Clone, Copy, Debug, Default)]
struct Arrival {
    /// When a signature was right for the last time.
    right: Option<Timestamp>,
    wrong: Option<Wrong>,
}

/// Wrong signatures without a right one between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) since: Timestamp,
    pub(crate) times: usize,
}

impl Arrivals {
    /// A delivery came whose signature was right, or a ping, which needs none.
    pub(crate) fn right(&self, endpoint: Endpoint, now: Timestamp) {
        let mut arrivals = self.lock();
        let arrival = arrivals.entry(endpoint).or_default();
        arrival.right = Some(now);
        arrival.wrong = None;
    }

    /// A delivery came that was signed with another secret.
    pub(crate) fn wrong(&self, endpoint: Endpoint, now: Timestamp) {
        let mut arrivals = self.lock();
        let arrival = arrivals.entry(endpoint).or_default();
        let wrong = arrival.wrong.get_or_insert(Wrong {
            since: now,
            times: 0,
        });
        wrong.times = wrong.times.saturating_add(1);
    }

    /// When the last usable delivery came to an address.
    pub(crate) fn last(&self, endpoint: Endpoint) -> Option<Timestamp> {
        self.lock().get(&endpoint)?.right
    }

    /// Whether every signature of an address has been wrong for ten minutes.
    ///
    /// One alone may be anybody's; Bob repeats what is refused.
    pub(crate) fn all_wrong(&self, endpoint: Endpoint, now: Timestamp) -> Option<Wrong> {
        let wrong = self.lock().get(&endpoint)?.wrong?;
        let lasts = now.duration_since(wrong.since) >= PATIENCE;
        (lasts && wrong.times > 1).then_some(wrong)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Endpoint, Arrival>> {
        // Nothing is left half done where a panic could strike.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SEC-01.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    #[test]
    fn sec_01_signatures_are_all_wrong_after_ten_minutes_without_a_right_one() {
        let arrivals = Arrivals::default();
        let all_wrong = |minute| arrivals.all_wrong(Endpoint::Upsert, at(minute));
        arrivals.wrong(Endpoint::Upsert, at(0));
        assert_eq!(all_wrong(10), None, "one alone may be anybody's");
        arrivals.wrong(Endpoint::Upsert, at(1));
        assert_eq!(all_wrong(9), None);
        let since = at(0);
        assert_eq!(all_wrong(10), Some(Wrong { since, times: 2 }));
        assert_eq!(arrivals.all_wrong(Endpoint::Deactivation, at(10)), None);
        arrivals.right(Endpoint::Deactivation, at(11));
        assert!(all_wrong(11).is_some(), "each address for itself");
        arrivals.right(Endpoint::Upsert, at(11));
        assert_eq!(all_wrong(30), None);
        arrivals.wrong(Endpoint::Upsert, at(12));
        arrivals.wrong(Endpoint::Upsert, at(13));
        assert_eq!(all_wrong(21), None, "it begins again");
    }
}
