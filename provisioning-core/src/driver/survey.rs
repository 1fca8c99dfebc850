use std::collections::{BTreeMap, BTreeSet};

use hibob_client::{EmployeeId, FieldId};
use jiff::Timestamp;
use learning360_client::UserId;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::ports::StoreError;
use crate::digest::Digest;
use crate::event::Evidence;
use crate::facts::{Side, Unavailable};
use crate::memory::Memory;
use crate::plan::{Disposition, Finding, Plan, Reason, StepId};
use crate::policy::Depth;
use crate::sync::{Situation, SourceHealth, Tally};

/// What a full synchronization would do: the plans of everybody who needs something, and counts
/// of everybody else.
///
/// Made by [`Driver::survey`](super::Driver::survey), which writes nothing. The serialised form is
/// versioned; it holds the values that are to be written, so keep it where personal data may be
/// kept. `Debug` shows no value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Survey {
    #[serde(deserialize_with = "known_version")]
    pub(super) version: u8,
    /// When it was made.
    pub at: Timestamp,
    /// How deep it looked.
    pub depth: Depth,
    /// The policy that it was made under.
    pub policy: Digest,
    /// How many people Bob listed; `None` = only some people were looked at.
    pub listed: Option<u64>,
    /// How many records of Bob's could not be read.
    pub unreadable: u64,
    /// Whether Bob showed as many people as it should. If not, nobody is deactivated for not being
    /// listed.
    pub health: SourceHealth,
    /// How many linked accounts are not deactivated.
    pub linked_active: u32,
    /// What was found, as counts. What the guards would hold counts as held.
    pub tally: Tally,
    /// Who needs something, in the order of the ids.
    pub people: Vec<Planned>,
    /// Users in 360Learning whom no employee is linked to; they are left alone.
    pub target_only: Vec<UserId>,
    /// People in scope for whom no rule names a group.
    pub no_group: Vec<EmployeeId>,
    /// Fields that nearly everybody lost at once; what was to be taken away for want of them is
    /// held.
    pub suspected: BTreeSet<FieldId>,
    /// What is known of people who are in step and of whom nothing is remembered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) learned: BTreeMap<EmployeeId, Memory>,
}

/// One person who needs something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Planned {
    /// The employee.
    pub employee: EmployeeId,
    /// What kind of thing.
    pub situation: Situation,
    /// What it comes to, if the guards see it as they do now.
    pub disposition: Disposition,
    /// What stands beside it.
    pub findings: Vec<Finding>,
    /// What is to be done; empty if there is something to look at and nothing to do.
    pub plan: Plan,
    /// The digest of the plan.
    pub digest: Digest,
    /// What the guards would hold now.
    pub held: Vec<HeldStep>,
    /// Whether somebody has to look again, at a time that nobody knew of.
    pub(super) look: Look,
    /// The sign that the hint carries.
    pub(super) evidence: Evidence,
    /// Plans of a lower rank come first.
    pub(super) rank: u32,
}

/// A step that the guards would hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeldStep {
    /// The step.
    pub step: StepId,
    /// Why.
    pub reason: Reason,
}

/// Whether the driver has to look at somebody who needs no step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Look {
    /// It has: a date comes, or somebody else's change, and nobody knows yet.
    Needed,
    /// It has not.
    Spared,
}

/// Whom a survey looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "everybody, or some")]
pub enum Whom {
    /// Everybody whom one of the two systems lists.
    #[default]
    Everybody,
    /// These employees, asked for one by one: for a pilot.
    These(BTreeSet<EmployeeId>),
}

/// How far a survey is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Surveying {
    /// So many links were listed.
    Links(u64),
    /// So many users were listed.
    Users(u64),
    /// So many people were listed.
    People(u64),
    /// So many of those were looked at of whom the lists do not tell enough.
    Looks {
        /// How many are done.
        done: u64,
        /// How many there are.
        of: u64,
    },
}

/// Why there is no survey.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// The Store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A list ended too early, or could not be had at all.
    #[error("{} could not be listed to the end: {}", name(*side), why(*cause))]
    Unlisted {
        /// Whose list it is.
        side: Side,
        /// Why.
        cause: Unavailable,
    },
    /// An API is paused or stopped.
    #[error("{} is not to be called before {until}", name(*side))]
    Closed {
        /// The API.
        side: Side,
        /// Until when.
        until: Timestamp,
    },
    /// Bob lists nobody at all, and that is not believed: look at the permissions and the
    /// population of the service user.
    #[error("Bob lists nobody at all, which is not believed (source_suspicious)")]
    Empty,
}

impl Survey {
    /// The people for whom there is a step that the guards would let pass now.
    pub fn to_change(&self) -> impl Iterator<Item = &Planned> {
        self.people.iter().filter(|planned| planned.changes())
    }
}

impl Planned {
    /// Whether a step is left that the guards would let pass now.
    pub fn changes(&self) -> bool {
        let mut stopped: BTreeSet<_> = self.held.iter().map(|held| &held.step).collect();
        for step in self.plan.steps() {
            let needs = step.needs.as_ref();
            if needs.is_some_and(|needed| stopped.contains(needed)) {
                stopped.insert(&step.id);
            } else if !stopped.contains(&step.id) {
                return true;
            }
        }
        false
    }
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let version = u8::deserialize(deserializer)?;
    if version == VERSION {
        return Ok(version);
    }
    Err(D::Error::custom("the plan is of another version"))
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Source => "Bob",
        Side::Target => "360Learning",
    }
}

fn why(cause: Unavailable) -> &'static str {
    match cause {
        Unavailable::Pause(_) => "it asks to be called later",
        Unavailable::Refused => "it refuses the credentials",
        Unavailable::NotAsked => "this port cannot list",
        _ => "no answer, or one that broke off",
    }
}

/// The version of the serialised form.
pub(super) const VERSION: u8 = 1;
