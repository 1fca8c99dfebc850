use std::fmt;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::plan::{Action, Charge, ChargeKind, Reason, Step, StepId};

/// A step that waits for a person's approval, or what became of it. Holds ids only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hold {
    /// The number by which it is approved or rejected. If the step changes, it gets another one,
    /// so that nobody approves what was not shown.
    pub id: HoldId,
    /// The employee.
    pub employee: EmployeeId,
    /// The step.
    pub step: StepId,
    /// The budget that is used up.
    pub kind: ChargeKind,
    /// The group or field whose budget it is, where the kind knows such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<str>>,
    /// Why it is held.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// What became of it.
    pub state: HoldState,
    /// Since when it is in that state.
    pub changed: Timestamp,
    /// What the step does, as far as it is known without any value: the step, its reason and the
    /// fields that it writes.
    pub content: Digest,
    /// The batch with which it was announced, once it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Digest>,
    /// What was said of it so far.
    #[serde(default)]
    pub(super) told: Told,
}

/// The number of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub u64);

/// What became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "an operator has to tell all four apart"
)]
pub enum HoldState {
    /// It waits.
    Held,
    /// It may run when it is proposed again.
    Approved,
    /// It does not run, until it changes or 30 days have passed.
    Rejected,
    /// Nobody said anything for seven days; a full synchronization proposes it again.
    Expired,
}

/// What was said of a hold, in the order in which it is said.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    #[default]
    Nothing,
    Held,
    StillHeld,
    Expired,
}

impl Hold {
    pub(super) fn new(
        id: HoldId,
        employee: &EmployeeId,
        step: &Step,
        charge: &Charge,
        why: (Reason, Timestamp),
    ) -> Self {
        let (reason, since) = why;
        Self {
            id,
            employee: employee.clone(),
            step: step.id.clone(),
            kind: charge.kind,
            object: charge.object.clone(),
            reason,
            since,
            state: HoldState::Held,
            changed: since,
            content: content(step),
            batch: None,
            told: Told::Nothing,
        }
    }

    /// Whether a charge asks for what this holds. An urgent deactivation and a normal one of the
    /// same account are the same.
    pub(super) fn is_for(&self, employee: &EmployeeId, charge: &Charge) -> bool {
        self.employee == *employee
            && self.step == charge.step
            && self.object == charge.object
            && family(self.kind) == family(charge.kind)
    }

    pub(super) fn turn(&mut self, state: HoldState, now: Timestamp) {
        self.state = state;
        self.changed = now;
    }
}

impl HoldState {
    /// The name used in logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The kind under which a charge is found again when its urgency has changed meanwhile.
pub(super) fn family(kind: ChargeKind) -> ChargeKind {
    match kind {
        ChargeKind::UrgentDeactivation => ChargeKind::Deactivation,
        kind => kind,
    }
}

/// A digest of what a step does and why, without any value: those of a person cannot be guessed
/// from the stored state.
pub(super) fn content(step: &Step) -> Digest {
    let mut text = format!("{}\n{}", step.id, step.reason);
    let fields: Vec<_> = match &step.action {
        Action::Edit { changes } => changes.iter().map(|(field, _)| field.to_string()).collect(),
        Action::SetCustomValues { before, after } => {
            before.differing(after).map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    };
    for field in fields {
        text.push('\n');
        text.push_str(&field);
    }
    Digest::of(text.as_bytes())
}
