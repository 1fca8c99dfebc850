use learning360_client::{Role, User, UserStatus};

use super::Case;
use super::draft::Draft;
use super::estate::Estate;
use super::gather::Situation;
use crate::facts::{Membership, Told};
use crate::memory::Taken;
use crate::plan::{Action, ChargeKind, Disposition, Finding, Reason, Subject};

/// Whether the person is expected back, so that what the deactivation takes is remembered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    Expected,
    NotExpected,
}

/// Deactivates an account at the guards' expense, unless it is protected.
pub(crate) fn deactivate(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    user: &User,
    why: Reason,
    kind: Option<ChargeKind>,
    back: Return,
) -> Disposition {
    let ours = draft.memory.deactivated.as_ref() == Some(user.id());
    if *user.status() == UserStatus::Deleted {
        draft.memory.gone = ours;
        confirm(draft);
        if back == Return::NotExpected {
            // After a rehire the account gets only what the policy grants.
            draft.memory.taken = None;
        }
        return Disposition::NoOp(Reason::AlreadyInactive);
    }
    if ours && draft.memory.gone {
        // LIF-28: somebody else activated it again.
        draft.find(Subject::Person, Reason::Drift);
    }
    if let Some(Told::Unavailable(_)) = situation.estate.roles {
        return draft.retry(Reason::Unavailable);
    }
    // Without the right to read roles, 360Learning itself still protects the owner.
    if protection(draft.case, &situation.estate, user) == Protection::Protected {
        let finding = Finding::new(Subject::Person, Reason::Protected);
        draft.found(finding.with_user(user.id().clone()));
        return Disposition::NoOp(Reason::Protected);
    }
    let kind = if rules_all(situation) {
        Some(ChargeKind::Privileged)
    } else {
        kind
    };
    if back == Return::Expected {
        match taken(draft, situation) {
            Some(taken) => draft.memory.leaving = Some(taken),
            None => return draft.retry(Reason::Unavailable),
        }
    }
    let step = draft.step(user, Action::Deactivate, why);
    if let Some(kind) = kind {
        draft.charge(&step, kind);
    }
    Disposition::Apply(why)
}

/// The account is seen to be deactivated, so what the deactivation took is owed for certain.
pub(crate) fn confirm(draft: &mut Draft<'_>) {
    if let Some(taken) = &mut draft.memory.taken {
        taken.unconfirmed = false;
    }
}

/// Whether an account is never taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    None,
    Protected,
    /// Its roles could not be read.
    Untold,
}

/// The platform's owner is protected, and whoever the policy lists.
pub(crate) fn protection(case: Case<'_>, estate: &Estate<'_>, user: &User) -> Protection {
    if case.policy.guards().protected().contains(user.id()) {
        return Protection::Protected;
    }
    match &estate.roles {
        Some(Told::Found(roles)) if roles.iter().any(|held| held.role == Role::Owner) => {
            Protection::Protected
        }
        Some(Told::Found(_)) => Protection::None,
        _ => Protection::Untold,
    }
}

/// An administrator of the group above all others.
fn rules_all(situation: &Situation<'_>) -> bool {
    let (Some(Told::Found(roles)), Some(Told::Found(tree))) =
        (&situation.estate.roles, &situation.estate.groups)
    else {
        return false;
    };
    tree.root()
        .is_some_and(|root| roles.contains(&Membership::new(root.id.clone(), Role::Admin)))
}

/// What a deactivation takes, and what an earlier one took that was not given back yet. Without
/// knowing it, a leave waits; what we may not read, we could not give back either.
fn taken(draft: &Draft<'_>, situation: &Situation<'_>) -> Option<Taken> {
    let estate = &situation.estate;
    let mut taken = Taken {
        roles: known(estate.roles.as_ref())?,
        managers: known(estate.managers.as_ref())?,
        reports: known(estate.reports.as_ref())?,
        custom: known(estate.custom_values.as_ref())?,
        ..Taken::default()
    };
    if let Some(owed) = &draft.memory.taken {
        taken.owing(owed);
    }
    Some(taken)
}

fn known<T: Clone + Default>(told: Option<&Told<&T>>) -> Option<T> {
    match told? {
        Told::Found(value) => Some((*value).clone()),
        Told::NotFound | Told::Forbidden => Some(T::default()),
        Told::Unavailable(_) => None,
    }
}
