use std::fmt;

use hibob_client::EmployeeId;
use learning360_client::{GroupId, Invitation, MappingId};

use super::values::{Changes, Values};
use crate::facts::MailKey;

/// What a step does. The set is closed, and nothing in it destroys data for good.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Creates an account as learner of one group.
    Create {
        /// The fields of the new account.
        values: Values,
        /// The group it is a learner of.
        group: GroupId,
        /// Whether 360Learning sends its invitation mail.
        invitation: Invitation,
    },
    /// Brings a deactivated account back, by the mail that it carries.
    Restore {
        /// The account's own mail.
        mail: MailKey,
        /// The group it is a learner of afterwards.
        group: GroupId,
    },
    /// Joins the account to the employee by an external ID.
    Link {
        /// The employee.
        employee: EmployeeId,
    },
    /// Points an existing external ID of the employee to this account.
    Relink {
        /// The external ID to change.
        mapping: MappingId,
        /// The employee.
        employee: EmployeeId,
    },
    /// Changes fields of the account.
    Edit {
        /// What changes.
        changes: Changes,
    },
    /// Lets the user log in without accepting an invitation.
    Activate,
    /// Deactivates the account; 360Learning keeps it and can restore it.
    Deactivate,
}

/// The kind of an action, for ids, counters and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ActionKind {
    /// [`Action::Create`].
    Create,
    /// [`Action::Restore`].
    Restore,
    /// [`Action::Link`].
    Link,
    /// [`Action::Relink`].
    Relink,
    /// [`Action::Edit`].
    Edit,
    /// [`Action::Activate`].
    Activate,
    /// [`Action::Deactivate`].
    Deactivate,
}

impl Action {
    /// Its kind.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Create { .. } => ActionKind::Create,
            Self::Restore { .. } => ActionKind::Restore,
            Self::Link { .. } => ActionKind::Link,
            Self::Relink { .. } => ActionKind::Relink,
            Self::Edit { .. } => ActionKind::Edit,
            Self::Activate => ActionKind::Activate,
            Self::Deactivate => ActionKind::Deactivate,
        }
    }
}

impl ActionKind {
    /// The name used in step ids, logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Restore => "restore",
            Self::Link => "link",
            Self::Relink => "relink",
            Self::Edit => "edit",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
        }
    }
}

/// What is done, by field names and ids, without any value.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().as_str())?;
        match self {
            Self::Create { values, .. } => list(f, values.iter().map(|(field, _)| field.as_str())),
            Self::Edit { changes } => list(f, changes.iter().map(|(field, _)| field.as_str())),
            _ => Ok(()),
        }
    }
}

fn list<'a>(f: &mut fmt::Formatter<'_>, names: impl Iterator<Item = &'a str>) -> fmt::Result {
    for (index, name) in names.enumerate() {
        f.write_str(if index == 0 { " " } else { ", " })?;
        f.write_str(name)?;
    }
    Ok(())
}
