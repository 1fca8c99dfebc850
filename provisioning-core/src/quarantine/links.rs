use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// Whose links lead to nobody. Several at once say more of the region or the credentials than of
/// the people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct BrokenLinks(BTreeMap<Digest, Timestamp>);

impl BrokenLinks {
    /// Counts a person; whether these are too many now and were not before.
    pub(super) fn note(&mut self, employee: &EmployeeId, now: Timestamp) -> bool {
        let before = self.until(now).is_some();
        self.0
            .retain(|_, at| now.duration_since(*at).abs() < WINDOW);
        let person = Digest::of(employee.as_str().as_bytes());
        if self.0.len() < MOST || self.0.contains_key(&person) {
            self.0.insert(person, now);
        }
        !before && self.until(now).is_some()
    }

    /// Until when there are too many of them.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let recent = |at: &&Timestamp| now.duration_since(**at).abs() < WINDOW;
        let mut recent: Vec<_> = self.0.values().filter(recent).collect();
        recent.sort_unstable_by(|a, b| b.cmp(a));
        recent.get(ALLOWED)?.checked_add(WINDOW).ok()
    }
}

/// So many in the window are bad luck.
const ALLOWED: usize = 3;

const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// More need not be counted.
const MOST: usize = 100;
