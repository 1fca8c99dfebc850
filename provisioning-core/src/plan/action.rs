use std::fmt;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::{CustomFieldId, GroupId, Invitation, MappingId, UserId};
use serde::{Deserialize, Serialize};

use super::values::{Changes, CustomValues, Values};
use crate::facts::{MailKey, Membership};

/// What a step does. The set is closed, and nothing in it destroys data for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Creates an account as learner of one group.
    Create {
        /// The fields of the new account.
        values: Values,
        /// The group it is a learner of.
        group: GroupId,
        /// Whether 360Learning sends its invitation mail.
        #[serde(with = "invitation")]
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
    /// Sets or takes back the day on which 360Learning deactivates the account by itself.
    Schedule {
        /// The instant, a UTC midnight in the future; `None` takes it back.
        at: Option<Timestamp>,
    },
    /// Replaces the account's custom values; the set is always complete.
    SetCustomValues {
        /// The values that the plan was made from. If the account has others by then, nothing is
        /// written and the person is decided again.
        before: CustomValues,
        /// All values afterwards, those of others included.
        after: CustomValues,
    },
    /// Gives the account a role in a group.
    AddMembership {
        /// The group and the role.
        membership: Membership,
    },
    /// Takes back a role in a group that we gave.
    RemoveMembership {
        /// The group and the role.
        membership: Membership,
    },
    /// Makes another user a manager of this one.
    AddManager {
        /// The manager.
        manager: UserId,
    },
    /// Takes back a manager that we set.
    RemoveManager {
        /// The manager.
        manager: UserId,
    },
    /// Makes this user a manager of another one again, as before its deactivation.
    AddReport {
        /// The user who gets the manager back.
        report: UserId,
    },
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
    /// [`Action::Schedule`].
    Schedule,
    /// [`Action::SetCustomValues`].
    SetCustomValues,
    /// [`Action::AddMembership`].
    AddMembership,
    /// [`Action::RemoveMembership`].
    RemoveMembership,
    /// [`Action::AddManager`].
    AddManager,
    /// [`Action::RemoveManager`].
    RemoveManager,
    /// [`Action::AddReport`].
    AddReport,
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
            Self::Schedule { .. } => ActionKind::Schedule,
            Self::SetCustomValues { .. } => ActionKind::SetCustomValues,
            Self::AddMembership { .. } => ActionKind::AddMembership,
            Self::RemoveMembership { .. } => ActionKind::RemoveMembership,
            Self::AddManager { .. } => ActionKind::AddManager,
            Self::RemoveManager { .. } => ActionKind::RemoveManager,
            Self::AddReport { .. } => ActionKind::AddReport,
            Self::Deactivate => ActionKind::Deactivate,
        }
    }
}

impl Action {
    /// What tells two steps of one kind on one account apart.
    pub(crate) fn object(&self) -> Option<String> {
        match self {
            Self::AddMembership { membership } | Self::RemoveMembership { membership } => {
                Some(membership.to_string())
            }
            Self::AddManager { manager } | Self::RemoveManager { manager } => {
                Some(manager.to_string())
            }
            Self::AddReport { report } => Some(report.to_string()),
            Self::Edit { changes } => changes.kind().map(str::to_owned),
            _ => None,
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
            Self::Schedule => "schedule",
            Self::SetCustomValues => "set_custom_values",
            Self::AddMembership => "add_membership",
            Self::RemoveMembership => "remove_membership",
            Self::AddManager => "add_manager",
            Self::RemoveManager => "remove_manager",
            Self::AddReport => "add_report",
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
            Self::AddMembership { membership } | Self::RemoveMembership { membership } => {
                write!(f, " {membership}")
            }
            Self::AddManager { manager } | Self::RemoveManager { manager } => {
                write!(f, " {manager}")
            }
            Self::AddReport { report } => write!(f, " {report}"),
            Self::Schedule { at: Some(at) } => write!(f, " {at}"),
            Self::Schedule { at: None } => f.write_str(" never"),
            Self::SetCustomValues { before, after } => {
                list(f, before.differing(after).map(CustomFieldId::as_str))
            }
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

/// The client's type is no data of its own; it is kept as `send` or `suppress`.
mod invitation {
    use learning360_client::Invitation;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde wants"
    )]
    pub(super) fn serialize<S: Serializer>(
        invitation: &Invitation,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match invitation {
            Invitation::Send => "send",
            Invitation::Suppress => "suppress",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Invitation, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "send" => Ok(Invitation::Send),
            "suppress" => Ok(Invitation::Suppress),
            _ => Err(D::Error::custom("`send` or `suppress` is wanted")),
        }
    }
}
