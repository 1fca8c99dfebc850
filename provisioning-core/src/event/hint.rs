use std::collections::{BTreeMap, BTreeSet};

use hibob_client::FieldId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Seq};

/// Why an employee is to be looked at: the signs seen, what is known to have changed, and how
/// urgent it is.
///
/// Hints of one employee merge into one. [`Hint::merge`] is commutative, associative and
/// idempotent, so duplicated and reordered deliveries end in the same hint. The default hint is
/// that of a timer: no sign, nothing known to have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    seen: BTreeMap<Evidence, Sighting>,
    changed: Changed,
    urgency: Urgency,
    /// When the first event arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

/// The latest time a kind of evidence was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sighting {
    /// Its position in the order of the Store.
    pub seq: Seq,
    /// When it arrived, by the host's clock.
    pub at: Timestamp,
}

/// Which fields an update named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "either the fields are known or they are not"
)]
pub enum Changed {
    /// Exactly these; an empty set means that no field is known to have changed.
    Fields(BTreeSet<FieldId>),
    /// Anything may have changed.
    Unknown,
}

/// How soon an employee is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Urgency {
    /// After a quiet moment, so that a burst of events costs one look.
    #[default]
    Normal,
    /// At once.
    Urgent,
}

impl Hint {
    /// A hint from one sign; the Store gives it its place with [`Hint::stamped`].
    pub fn new(evidence: Evidence, changed: Changed, urgency: Urgency, at: Timestamp) -> Self {
        let sighting = Sighting {
            seq: Seq::default(),
            at,
        };
        Self {
            seen: BTreeMap::from([(evidence, sighting)]),
            changed,
            urgency,
            since: evidence.is_event().then_some(at),
        }
    }

    /// A hint that asks for a look without any event.
    pub fn refresh(at: Timestamp) -> Self {
        Self::new(Evidence::Refresh, Changed::Unknown, Urgency::Normal, at)
    }

    /// A hint that another employee's change gives.
    pub fn woken(at: Timestamp) -> Self {
        Self::new(Evidence::Woken, Changed::Unknown, Urgency::Normal, at)
    }

    /// The same hint at this position in the order of the Store.
    #[must_use]
    pub fn stamped(mut self, seq: Seq) -> Self {
        for sighting in self.seen.values_mut() {
            sighting.seq = seq;
        }
        self
    }

    /// Both hints in one.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (evidence, sighting) in other.seen {
            let latest = self.seen.entry(evidence).or_insert(sighting);
            *latest = (*latest).max(sighting);
        }
        self.changed = self.changed.merge(other.changed);
        self.urgency = self.urgency.max(other.urgency);
        self.since = [self.since, other.since].into_iter().flatten().min();
        self
    }

    /// The latest sighting of each kind of evidence.
    pub fn seen(&self) -> &BTreeMap<Evidence, Sighting> {
        &self.seen
    }

    /// The fields that are known to have changed.
    pub fn changed(&self) -> &Changed {
        &self.changed
    }

    /// How soon to look.
    pub fn urgency(&self) -> Urgency {
        self.urgency
    }

    /// The position of the newest sign; facts must be newer.
    pub fn newest(&self) -> Seq {
        self.seen
            .values()
            .map(|sighting| sighting.seq)
            .max()
            .unwrap_or_default()
    }

    /// When the first event of Bob's arrived that waits for an answer; `None` for timers, refreshes
    /// and wake-ups.
    pub fn first_event(&self) -> Option<Timestamp> {
        self.since
    }

    /// When the latest event of Bob's arrived; `None` for timers, refreshes and wake-ups.
    pub fn latest_event(&self) -> Option<Timestamp> {
        let events = self.seen.iter().filter(|(evidence, _)| evidence.is_event());
        events.map(|(_, sighting)| sighting.at).max()
    }

    /// Whether it holds nothing but updates, so that the changed fields tell all.
    pub fn only_updates(&self) -> bool {
        !self.seen.is_empty()
            && self
                .seen
                .keys()
                .all(|evidence| *evidence == Evidence::Updated)
    }
}

impl Changed {
    fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fields(mut fields), Self::Fields(more)) => {
                fields.extend(more);
                Self::Fields(fields)
            }
            _ => Self::Unknown,
        }
    }
}

impl Default for Changed {
    fn default() -> Self {
        Self::Fields(BTreeSet::new())
    }
}
