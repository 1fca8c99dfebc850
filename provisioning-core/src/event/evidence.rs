use serde::{Deserialize, Serialize};

/// A position in the order in which the Store took in hints and handed out reads.
///
/// Freshness goes by this number and not by clocks: a fact that was read after position `n` has
/// seen the effect of every event that was taken in at or before `n`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// What kind of sign was seen of an employee.
///
/// The variants follow Bob's event types; the last four are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// `employee.created`.
    Created,
    /// `employee.updated`.
    Updated,
    /// `employee.activated`.
    Activated,
    /// `employee.joined`.
    Joined,
    /// `employee.inactivated`.
    Inactivated,
    /// `employee.terminated`, which Bob does not document.
    Terminated,
    /// `employee.access.revoked.immediately`, where the policy acts on it.
    Revoked,
    /// `employee.deleted`.
    Deleted,
    /// A full synchronization listed everybody else and not this employee.
    NotListed,
    /// A full synchronization found something to do.
    Planned,
    /// A state refresh: an old delivery, a full synchronization or an operator asked for a look.
    Refresh,
    /// Another employee's change that this one was waiting for.
    Woken,
}

impl Evidence {
    /// Whether it came as an event of Bob's, as opposed to a refresh or a wake-up of ours.
    pub fn is_event(self) -> bool {
        !matches!(
            self,
            Self::NotListed | Self::Planned | Self::Refresh | Self::Woken
        )
    }

    /// Whether it says that the person is expected to be inactive.
    pub fn says_departed(self) -> bool {
        matches!(self, Self::Inactivated | Self::Terminated | Self::Deleted)
    }

    /// Whether Bob switched the person's access off ahead of the record.
    pub fn is_revocation(self) -> bool {
        self == Self::Revoked
    }

    /// Whether it says that the person has begun or resumed working.
    pub fn says_active(self) -> bool {
        matches!(self, Self::Created | Self::Activated | Self::Joined)
    }

    /// The name used in logs, metrics and explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Activated => "activated",
            Self::Joined => "joined",
            Self::Inactivated => "inactivated",
            Self::Terminated => "terminated",
            Self::Revoked => "revoked",
            Self::Deleted => "deleted",
            Self::NotListed => "not_listed",
            Self::Planned => "planned",
            Self::Refresh => "refresh",
            Self::Woken => "woken",
        }
    }
}
