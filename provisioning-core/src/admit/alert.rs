use std::collections::BTreeSet;
use std::fmt;

use hibob_client::{EmployeeId, FieldId};

use super::hold::{HoldId, Told};
use crate::digest::Digest;
use crate::plan::{Reason, Subject};

/// Something that an operator has to hear of. Holds ids and names of fields only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alert {
    /// Steps wait for approval, or have waited in vain.
    Holds {
        /// What there is to say of them.
        stage: HoldAlert,
        /// Why they are held.
        reason: Reason,
        /// The digest of the batch; it stands for exactly these holds.
        batch: Digest,
        /// The holds, in order.
        holds: Vec<HoldId>,
    },
    /// Nearly everybody lost these fields of Bob's at once. Until that is over, no field is
    /// emptied and nobody is deactivated for being out of scope.
    PermissionChange {
        /// The fields.
        fields: BTreeSet<FieldId>,
    },
    /// An account would be deactivated, and is that of the platform's owner or listed as
    /// protected: a person has to see to it.
    Protected {
        /// The employee.
        employee: EmployeeId,
    },
    /// The policy names a group or a custom field that 360Learning does not have. It is left out
    /// for everybody. Told once a day.
    Missing {
        /// What is missing.
        what: Subject,
    },
}

/// What there is to say of a batch of holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "at once, after a day, and at the end"
)]
pub enum HoldAlert {
    /// They are held since just now.
    Held,
    /// They have been held for a day.
    StillHeld,
    /// They were held for seven days and have expired.
    Expired,
}

impl Alert {
    /// The name used in logs, metrics and notifications.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Holds { stage, .. } => match stage {
                HoldAlert::Held => "held",
                HoldAlert::StillHeld => "still_held",
                HoldAlert::Expired => "hold_expired",
            },
            Self::PermissionChange { .. } => "permission_change_suspected",
            Self::Protected { .. } => "protected",
            Self::Missing { .. } => "missing",
        }
    }
}

impl Told {
    pub(super) fn alert(self) -> Option<HoldAlert> {
        match self {
            Self::Nothing => None,
            Self::Held => Some(HoldAlert::Held),
            Self::StillHeld => Some(HoldAlert::StillHeld),
            Self::Expired => Some(HoldAlert::Expired),
        }
    }
}

/// The alert in one line.
impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        match self {
            Self::Holds {
                reason,
                batch,
                holds,
                ..
            } => write!(f, ": {} because {reason}, batch {batch}", holds.len()),
            Self::PermissionChange { fields } => {
                for (index, field) in fields.iter().enumerate() {
                    write!(f, "{} {field}", if index == 0 { ":" } else { "," })?;
                }
                Ok(())
            }
            Self::Protected { employee } => write!(f, ": {employee}"),
            Self::Missing { what } => write!(f, ": {what}"),
        }
    }
}
