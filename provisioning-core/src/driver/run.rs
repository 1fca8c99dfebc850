use std::fmt;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::Evidence;
use crate::policy::Depth;
use crate::sync::Tally;

/// A full synchronization that is carried out, was, or waits for approval. Holds no ids of people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// What it was begun with.
    pub begun: NewRun,
    /// Where it stands.
    pub state: RunState,
    /// Since when.
    pub changed: Timestamp,
}

/// A full synchronization that is about to be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewRun {
    /// How deep it looks.
    pub depth: Depth,
    /// Whether it goes by the plan or by the facts.
    pub mode: RunMode,
    /// The policy that its plans come from. Under another one it is dropped.
    pub policy: Digest,
    /// When the plans were made.
    pub planned: Timestamp,
    /// How many people Bob listed; `None` = it is about some people only, or the list was not
    /// believed.
    pub listed: Option<u64>,
    /// How many linked accounts were not deactivated when the plans were made.
    pub linked_active: u32,
    /// How many people have a task.
    pub people: u64,
    /// What the plans say, of everybody.
    pub found: Tally,
    /// Of it, what concerns people without a task.
    pub rest: Tally,
    /// Where it begins: it may run at once, or it waits for approval.
    pub state: RunState,
}

/// The number of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

/// Whether a run goes by the plan or by the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "it is one or the other")]
pub enum RunMode {
    /// Exactly what was planned is done; whoever needs something else by then is refused as stale.
    Exact,
    /// Each person is decided again, and what that comes to is done.
    Fresh,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "an operator has to tell all apart")]
pub enum RunState {
    /// It waits for a person's approval.
    Planned,
    /// It is carried out.
    Running,
    /// Everybody was looked at.
    Done,
    /// It is not carried out: it was rejected, the policy has changed, or there is a newer one.
    Dropped,
}

/// What a run has to do about one employee.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Task {
    /// The employee.
    pub employee: EmployeeId,
    /// The digest of the plan.
    pub plan: Digest,
    /// The sign that the hint carries: [`Evidence::Planned`] or [`Evidence::NotListed`].
    pub evidence: Evidence,
    /// How many single calls the plan takes, as far as can be told beforehand.
    pub writes: u32,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Tasks that are not in the queue yet.
    pub waiting: u64,
    /// Tasks that are in the queue.
    pub queued: u64,
    /// What became of the others.
    pub finished: Tally,
}

impl Run {
    /// A run as a Store knows it.
    pub fn new(id: RunId, begun: NewRun, state: RunState, changed: Timestamp) -> Self {
        Self {
            id,
            begun,
            state,
            changed,
        }
    }
}

impl Task {
    /// A task as a Store knows it.
    pub fn new(employee: EmployeeId, plan: Digest, evidence: Evidence, writes: u32) -> Self {
        Self {
            employee,
            plan,
            evidence,
            writes,
        }
    }
}

impl Progress {
    /// So many tasks wait, so many are in the queue, and this became of the others.
    pub fn new(waiting: u64, queued: u64, finished: Tally) -> Self {
        Self {
            waiting,
            queued,
            finished,
        }
    }

    /// Tasks that are not finished.
    pub fn open(&self) -> u64 {
        self.waiting.saturating_add(self.queued)
    }
}

impl RunMode {
    /// The name used in logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Fresh => "fresh",
        }
    }
}

impl RunState {
    /// The name used in logs, reports and Stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Planned, Self::Running, Self::Done, Self::Dropped];
        all.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
