use std::fmt;

use learning360_client::{GroupId, UserId, UserStatus};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::reason::Reason;
use crate::digest::Digest;
use crate::event::Evidence;

/// The ordered steps for one person.
///
/// It is data: it can be stored and read back. Its serialised form holds the values that are to
/// be written, so keep it where personal data may be kept; `Debug` and `Display` show none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    steps: Vec<Step>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// Stable: deciding again from the same facts gives the same id.
    pub id: StepId,
    /// The account it is about.
    pub user: UserRef,
    /// What it does.
    pub action: Action,
    /// What the facts said of the account when it was decided.
    pub precondition: Precondition,
    /// Why.
    pub reason: Reason,
    /// The evidence that it stands on.
    #[serde(default)]
    pub grounds: Grounds,
    /// The step that must have run before this one makes sense.
    pub needs: Option<StepId>,
}

/// The stable id of a step within the plans of one employee, such as `deactivate:507f…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(Box<str>);

/// The account that a step is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "a user is known before the plan or made by it"
)]
pub enum UserRef {
    /// A user that exists.
    Known(UserId),
    /// The user that an earlier step of the same plan creates.
    Created,
}

/// What has to be true of the account for the step to be right.
///
/// The driver applies a plan right after the facts were read and does not read them again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Precondition {
    /// No account has the mail.
    Absent,
    /// The account has this status.
    Status(UserStatus),
    /// The earlier step gave the account.
    Made,
}

/// What a step stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grounds {
    /// What Bob's record says.
    #[default]
    Record,
    /// What 360Learning has of the account, whatever the record says.
    Account,
    /// This sign alone: the record says nothing of it yet, or could not be read.
    Sign(Evidence),
    /// This sign, and Bob shows nothing for the person.
    SignAndAbsence(Evidence),
}

/// What a step costs the guards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// The step.
    pub step: StepId,
    /// The budget it is taken from.
    pub kind: ChargeKind,
    /// The group or field that has a budget of its own, where the kind knows such.
    pub object: Option<Box<str>>,
}

/// The budgets of the guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChargeKind {
    /// Deactivating an account.
    Deactivation,
    /// Deactivating an account at once, because Bob revoked the person's access.
    UrgentDeactivation,
    /// Deactivating an administrator of the whole platform; always held.
    Privileged,
    /// Deactivating somebody whom Bob no longer shows; always held.
    SourceGone,
    /// Deactivating somebody whom a change of the policy put out of scope; always held.
    ScopeExit,
    /// Bringing a deactivated account back.
    Reactivation,
    /// Changing the mail of an account.
    EmailChange,
    /// Emptying a field; the object is the field.
    FieldClear,
    /// Removing a learner from a group; the object is the group.
    GroupRemoval,
    /// Creating an account with an invitation mail.
    Invitation,
}

impl Plan {
    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Tells two plans apart, values included. Deciding again from the same facts gives the same
    /// digest, so a plan that somebody approved is either still the one or it is stale.
    pub fn digest(&self) -> Digest {
        // Maps with text keys and no floats: this cannot fail, and an empty text is still a text.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }
}

impl Step {
    /// The user, if it existed before the plan.
    pub fn known_user(&self) -> Option<&UserId> {
        match &self.user {
            UserRef::Known(user) => Some(user),
            UserRef::Created => None,
        }
    }

    pub(crate) fn on(
        user: UserRef,
        action: Action,
        precondition: Precondition,
        why: Reason,
    ) -> Self {
        let id = StepId::of(&action, &user);
        Self {
            id,
            user,
            action,
            precondition,
            reason: why,
            grounds: Grounds::default(),
            needs: None,
        }
    }

    pub(crate) fn on_grounds(self, grounds: Grounds) -> Self {
        Self { grounds, ..self }
    }

    pub(crate) fn after(self, step: &Self) -> Self {
        Self {
            needs: Some(step.id.clone()),
            ..self
        }
    }
}

impl StepId {
    fn of(action: &Action, user: &UserRef) -> Self {
        let mut id = action.kind().as_str().to_owned();
        if let UserRef::Known(user) = user {
            id.push(':');
            id.push_str(user.as_str());
        }
        if let Some(object) = action.object() {
            id.push(':');
            id.push_str(&object);
        }
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the step does, without the account and whatever else tells it from others.
    pub(crate) fn without_ids(&self) -> Self {
        let kind = self.0.split(':').next().unwrap_or_default();
        Self(kind.into())
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Charge {
    pub(crate) fn new(step: &Step, kind: ChargeKind) -> Self {
        Self {
            step: step.id.clone(),
            kind,
            object: None,
        }
    }

    /// The group whose budget it is, if it is that of a group.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "the driver counts its members")
    )]
    pub(crate) fn group(&self) -> Option<GroupId> {
        let object = self.object.as_deref();
        let object = object.filter(|_| self.kind == ChargeKind::GroupRemoval);
        GroupId::try_from(object?).ok()
    }

    /// The same charge, against the budget of this group or field.
    pub(crate) fn of(self, object: impl Into<Box<str>>) -> Self {
        Self {
            object: Some(object.into()),
            ..self
        }
    }
}

impl ChargeKind {
    /// The name used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deactivation => "deactivation",
            Self::UrgentDeactivation => "urgent_deactivation",
            Self::Privileged => "privileged",
            Self::SourceGone => "source_gone",
            Self::ScopeExit => "scope_exit",
            Self::Reactivation => "reactivation",
            Self::EmailChange => "email_change",
            Self::FieldClear => "field_clear",
            Self::GroupRemoval => "group_removal",
            Self::Invitation => "invitation",
        }
    }

    /// Why a step is held when this budget is used up.
    pub fn held(self) -> Reason {
        match self {
            Self::Deactivation | Self::UrgentDeactivation => Reason::MassDeactivation,
            Self::Privileged => Reason::Privileged,
            Self::SourceGone => Reason::SourceGone,
            Self::ScopeExit => Reason::ScopeExit,
            Self::Reactivation => Reason::MassReactivation,
            Self::EmailChange => Reason::EmailChange,
            Self::FieldClear => Reason::FieldClear,
            Self::GroupRemoval => Reason::GroupRemoval,
            Self::Invitation => Reason::InvitationStorm,
        }
    }
}

/// The plan as a list, one step a line, without any value.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}. {} because {}", index + 1, step.action, step.reason)?;
            if step.grounds != Grounds::Record {
                write!(f, ", by {}", step.grounds)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => f.write_str("the record"),
            Self::Account => f.write_str("the account"),
            Self::Sign(evidence) => write!(f, "the sign {}", evidence.as_str()),
            Self::SignAndAbsence(evidence) => {
                write!(f, "the sign {} and absence", evidence.as_str())
            }
        }
    }
}
