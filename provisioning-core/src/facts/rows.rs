use std::fmt;

use jiff::civil::Date;
use learning360_client::{GroupId, Role};
use serde::{Deserialize, Serialize};

/// One row of an employee's lifecycle table in Bob.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LifecycleRow {
    /// The day on which it takes effect.
    pub effective: Date,
    /// The lifecycle status, as Bob spells it.
    pub status: Box<str>,
}

impl LifecycleRow {
    /// A row that takes effect on this day.
    pub fn new(effective: Date, status: impl Into<Box<str>>) -> Self {
        Self {
            effective,
            status: status.into(),
        }
    }
}

/// A role in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// The role, in the spelling of bodies.
    pub role: Role,
}

impl Membership {
    /// A role in a group.
    pub fn new(group: GroupId, role: Role) -> Self {
        Self { group, role }
    }

    /// A learner of a group.
    pub fn learner(group: GroupId) -> Self {
        Self::new(group, Role::Learner)
    }
}

impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.role.as_str(), self.group)
    }
}
