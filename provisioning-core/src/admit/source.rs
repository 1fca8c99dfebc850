//! Whether the fields that Bob shows can be believed.

use std::collections::{BTreeMap, BTreeSet};

use hibob_client::{EmployeeId, FieldId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The people who were looked at lately, and the fields that they lost: a sample of the newest
/// hundred within an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Watch {
    looks: Vec<Look>,
    suspected: BTreeMap<FieldId, Timestamp>,
    told: BTreeSet<FieldId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Look {
    employee: EmployeeId,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    lost: BTreeSet<FieldId>,
}

impl Watch {
    /// Counts a look at somebody's record. Each person counts once.
    pub(super) fn note(&mut self, employee: &EmployeeId, lost: &BTreeSet<FieldId>, now: Timestamp) {
        self.tidy(now);
        let known = self
            .looks
            .iter()
            .position(|look| look.employee == *employee);
        let mut look = Look {
            employee: employee.clone(),
            at: now,
            lost: lost.clone(),
        };
        if let Some(index) = known {
            let says_nothing_new = |known: &Look| {
                lost.is_subset(&known.lost) && now.duration_since(known.at) < AS_GOOD_AS_NEW
            };
            if self.looks.get(index).is_some_and(says_nothing_new) {
                // The ledger stays as it is, and need not be written.
                return;
            }
            look.lost.append(&mut self.looks.remove(index).lost);
        }
        self.looks.push(look);
        if self.looks.len() > SAMPLE {
            self.looks.remove(0);
        }
        let lost: BTreeSet<_> = self.looks.iter().flat_map(|look| &look.lost).collect();
        let lost = lost.into_iter().filter(|it| self.nearly_everybody_lost(it));
        let lost: Vec<_> = lost.map(|field| (field.clone(), now)).collect();
        self.suspected.extend(lost);
    }

    /// Whether somebody has changed what our service user may see, as it seems.
    pub(super) fn suspects(&self) -> bool {
        !self.suspected.is_empty()
    }

    pub(super) fn forget(&mut self, employee: &EmployeeId) {
        self.looks.retain(|look| look.employee != *employee);
    }

    pub(super) fn suspected(&self) -> BTreeSet<FieldId> {
        self.suspected.keys().cloned().collect()
    }

    pub(super) fn suspect(&mut self, fields: &BTreeSet<FieldId>, now: Timestamp) {
        let fields = fields.iter().map(|field| (field.clone(), now));
        self.suspected.extend(fields);
    }

    pub(super) fn tidy(&mut self, now: Timestamp) {
        self.looks.retain_mut(|look| {
            look.at = not_far_ahead(look.at, now);
            now.duration_since(look.at) < HOUR
        });
        self.suspected.retain(|_, since| {
            *since = not_far_ahead(*since, now);
            now.duration_since(*since) < HOUR
        });
        let suspected = &self.suspected;
        self.told.retain(|field| suspected.contains_key(field));
    }

    /// The suspected fields, if there is one that was not told of.
    pub(super) fn tell(&mut self) -> Option<BTreeSet<FieldId>> {
        let suspected: BTreeSet<_> = self.suspected.keys().cloned().collect();
        if suspected.is_subset(&self.told) {
            return None;
        }
        self.told.clone_from(&suspected);
        Some(suspected)
    }

    fn nearly_everybody_lost(&self, field: &FieldId) -> bool {
        let lost = self.looks.iter().filter(|look| look.lost.contains(field));
        self.looks.len() >= FEWEST && lost.count() * 100 >= self.looks.len() * NEARLY_ALL_PERCENT
    }
}

/// A time as it counts after the clock jumped back: what lies further ahead than a day is moved
/// to a day ahead, so that it counts at least as long as it should and does not count for ever.
pub(super) fn not_far_ahead(at: Timestamp, now: Timestamp) -> Timestamp {
    let furthest = now.checked_add(DAY).unwrap_or(Timestamp::MAX);
    at.min(furthest)
}

const NEARLY_ALL_PERCENT: usize = 90;

/// Of fewer people nothing can be said.
const FEWEST: usize = 10;

const SAMPLE: usize = 100;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Somebody who was looked at within this time is not written down again.
const AS_GOOD_AS_NEW: SignedDuration = SignedDuration::from_mins(10);
