use std::fmt;

use learning360_client::{UserId, UserStatus};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::reason::Reason;

/// The ordered steps for one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The step that must have run before this one makes sense.
    pub needs: Option<StepId>,
}

/// The stable id of a step within the plans of one employee, such as `deactivate:507f…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(Box<str>);

/// The account that a step is about.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precondition {
    /// No account has the mail.
    Absent,
    /// The account has this status.
    Status(UserStatus),
    /// The earlier step gave the account.
    Made,
}

/// What a step costs the guards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// The step.
    pub step: StepId,
    /// The budget it is taken from.
    pub kind: ChargeKind,
}

/// The budgets of the guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChargeKind {
    /// Deactivating an account.
    Deactivation,
}

impl Plan {
    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
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
            needs: None,
        }
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
        let kind = action.kind().as_str();
        match user {
            UserRef::Known(user) => Self(format!("{kind}:{user}").into()),
            UserRef::Created => Self(kind.into()),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
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
        }
    }
}

impl ChargeKind {
    /// The name used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deactivation => "deactivation",
        }
    }

    /// Why a step is held when this budget is used up.
    pub fn held(self) -> Reason {
        match self {
            Self::Deactivation => Reason::MassDeactivation,
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
        }
        Ok(())
    }
}
