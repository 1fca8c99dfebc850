use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decide::Verdict;
use crate::plan::{ActionKind, Disposition, Reason};

/// What a synchronization came to, as counts. It holds no ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    situations: BTreeMap<Situation, u64>,
    reasons: BTreeMap<Reason, u64>,
}

/// What a synchronization can find about one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Situation {
    /// An account is created.
    Create,
    /// A deactivated account comes back.
    Restore,
    /// An account is deactivated.
    Deactivate,
    /// An existing account is joined to the employee.
    Link,
    /// Something about an account is changed.
    Update,
    /// Nothing differs.
    InSync,
    /// Nothing is to be done for another reason.
    Nothing,
    /// A person has to approve it.
    Held,
    /// A person has to resolve it.
    Conflict,
    /// It could not be decided.
    Error,
    /// It was planned, and is not what is needed any more.
    Stale,
    /// No group rule fits the person; counted beside the others.
    NoGroup,
    /// A user in 360Learning whom no employee is linked to.
    TargetOnly,
}

impl Situation {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Create,
        Self::Restore,
        Self::Deactivate,
        Self::Link,
        Self::Update,
        Self::InSync,
        Self::Nothing,
        Self::Held,
        Self::Conflict,
        Self::Error,
        Self::Stale,
        Self::NoGroup,
        Self::TargetOnly,
    ];

    /// The situation of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        let does = |kind| {
            verdict
                .plan
                .steps()
                .iter()
                .any(|step| step.action.kind() == kind)
        };
        match verdict.disposition {
            Disposition::Apply(_) if does(ActionKind::Create) => Self::Create,
            Disposition::Apply(_) if does(ActionKind::Restore) => Self::Restore,
            Disposition::Apply(_) if does(ActionKind::Deactivate) => Self::Deactivate,
            Disposition::Apply(_) if does(ActionKind::Link) || does(ActionKind::Relink) => {
                Self::Link
            }
            other => Self::of_disposition(other),
        }
    }

    /// The situation of a disposition, where nothing is known of a plan.
    pub fn of_disposition(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Apply(_) => Self::Update,
            Disposition::NoOp(Reason::InSync) => Self::InSync,
            Disposition::NoOp(_) | Disposition::Ignore(_) => Self::Nothing,
            Disposition::Hold(_) => Self::Held,
            Disposition::Conflict(_) => Self::Conflict,
            Disposition::Retry(_) | Disposition::Dead(_) => Self::Error,
        }
    }

    /// The situation of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|situation| situation.as_str() == name)
    }

    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Restore => "restore",
            Self::Deactivate => "deactivate",
            Self::Link => "link",
            Self::Update => "update",
            Self::InSync => "in_sync",
            Self::Nothing => "nothing",
            Self::Held => "held",
            Self::Conflict => "conflict",
            Self::Error => "error",
            Self::Stale => "stale",
            Self::NoGroup => "no_group",
            Self::TargetOnly => "target_only",
        }
    }
}

impl Tally {
    /// Counts a verdict by its situation and its reason.
    pub fn count(&mut self, verdict: &Verdict) {
        self.add(Situation::of(verdict), 1);
        *self
            .reasons
            .entry(verdict.disposition.reason())
            .or_default() += 1;
        let unmapped = |reason| reason == Reason::GroupUnmapped;
        if verdict
            .findings
            .iter()
            .any(|finding| unmapped(finding.reason))
        {
            self.add(Situation::NoGroup, 1);
        }
    }

    /// Counts so many people in a situation, for this reason.
    pub fn add_because(&mut self, situation: Situation, reason: Reason, people: u64) {
        self.add(situation, people);
        *self.reasons.entry(reason).or_default() += people;
    }

    /// Takes one person out again.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "the driver tells tasks from the rest")
    )]
    pub(crate) fn take(&mut self, situation: Situation, reason: Reason) {
        if let Some(count) = self.situations.get_mut(&situation) {
            *count = count.saturating_sub(1);
        }
        self.situations.retain(|_, count| *count > 0);
        if let Some(count) = self.reasons.get_mut(&reason) {
            *count = count.saturating_sub(1);
        }
        self.reasons.retain(|_, count| *count > 0);
    }

    /// Adds all counts of another one.
    pub fn merge(&mut self, other: &Self) {
        for (situation, people) in other.situations() {
            self.add(situation, people);
        }
        for (reason, people) in other.reasons() {
            *self.reasons.entry(reason).or_default() += people;
        }
    }

    /// Counts so many people in a situation.
    pub fn add(&mut self, situation: Situation, people: u64) {
        *self.situations.entry(situation).or_default() += people;
    }

    /// How many people are in a situation.
    pub fn get(&self, situation: Situation) -> u64 {
        self.situations.get(&situation).copied().unwrap_or_default()
    }

    /// All situations that were found, in a fixed order.
    pub fn situations(&self) -> impl Iterator<Item = (Situation, u64)> {
        self.situations
            .iter()
            .map(|(situation, count)| (*situation, *count))
    }

    /// All reasons that were given, in a fixed order.
    pub fn reasons(&self) -> impl Iterator<Item = (Reason, u64)> {
        self.reasons.iter().map(|(reason, count)| (*reason, *count))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (situation, count)) in self.situations().enumerate() {
            let between = if index == 0 { "" } else { ", " };
            write!(f, "{between}{} {count}", situation.as_str())?;
        }
        Ok(())
    }
}
