use std::collections::BTreeSet;

use learning360_client::UserId;

use super::draft::{Draft, Target};
use super::estate::{Chief, Estate};
use super::explanation::Stage;
use crate::facts::Told;
use crate::plan::{Action, Reason, Step, Subject};
use crate::policy::Gone;

/// Sets the manager that the record names, then removes the one that we set before.
///
/// Managers that somebody else set are never touched. Whoever has a manager is woken when that
/// manager's account is linked, restored or deactivated.
pub(crate) fn settle(draft: &mut Draft<'_>, estate: &Estate<'_>, target: &Target) {
    let Some(gone) = draft
        .case
        .policy
        .rules()
        .manager
        .as_ref()
        .map(|rule| rule.gone)
    else {
        return;
    };
    let none = BTreeSet::new();
    let has = match (target.is_new(), &estate.managers) {
        (true, _) => &none,
        (false, Some(Told::Found(managers))) => *managers,
        (false, Some(told)) => return draft.lacks(Subject::Manager, told),
        (false, None) => return,
    };
    // Their return gives the person back to them, and only the person's own plan takes that back.
    for employee in &estate.former {
        draft.wait.wake_on(employee.clone());
    }
    match &estate.manager {
        Chief::User { employee, user } => {
            draft.wait.wake_on(employee.clone());
            let added = (!has.contains(user)).then(|| {
                draft.say(Stage::Manager, format!("user {user} by the record"));
                let manager = user.clone();
                draft.on(target, Action::AddManager { manager }, Reason::Granted)
            });
            remove(draft, has, Some(user), added.as_ref(), target);
        }
        Chief::Nobody => remove(draft, has, None, None, target),
        Chief::Pending(employee) => {
            draft.wait.wake_on(employee.clone());
            draft.find(Subject::Manager, Reason::PendingReference);
        }
        Chief::OutOfScope(employee) | Chief::Deleted(employee) => {
            draft.wait.wake_on(employee.clone());
            let why = match &estate.manager {
                Chief::Deleted(_) => Reason::ManagerDeleted,
                _ => Reason::ManagerOutOfScope,
            };
            draft.find(Subject::Manager, why);
            if gone == Gone::Remove {
                remove(draft, has, None, None, target);
            }
        }
        Chief::Self_ => draft.find(Subject::Manager, Reason::SelfManager),
        Chief::Hidden => draft.find(Subject::Manager, Reason::SourceFieldMissing),
        Chief::Untold => {
            draft.find(Subject::Manager, Reason::Unavailable);
            draft.complete_later();
        }
    }
}

fn remove(
    draft: &mut Draft<'_>,
    has: &BTreeSet<UserId>,
    keep: Option<&UserId>,
    after: Option<&Step>,
    target: &Target,
) {
    let ours = &draft.memory.managers;
    if let Some(taken) = &mut draft.memory.taken {
        // Whom we set and the rule no longer names is not given back.
        taken
            .managers
            .retain(|manager| Some(manager) == keep || !ours.contains(manager));
    }
    let ours: Vec<_> = ours.intersection(has).cloned().collect();
    for manager in ours.into_iter().filter(|manager| Some(manager) != keep) {
        draft.say(
            Stage::Manager,
            format!("user {manager}, whom we set, no longer"),
        );
        let action = Action::RemoveManager { manager };
        // The old one goes only when the new one is there.
        draft.on_after(target, action, Reason::NoLongerGranted, after);
    }
}
