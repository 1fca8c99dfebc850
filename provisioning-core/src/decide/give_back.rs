use std::collections::BTreeSet;

use learning360_client::{Role, User, UserId};

use super::draft::{Draft, Target};
use super::estate::{Estate, Recorded};
use super::explanation::Stage;
use crate::facts::Told;
use crate::memory::Taken;
use crate::plan::{Action, Finding, Reason, Subject};

/// LIF-17: after a return, gives back what the deactivation took: roles, managers and the people
/// who had the person as manager. Custom values are given back with the others.
///
/// What is in place already is forgotten, so that the memory empties with the account's recovery.
pub(crate) fn settle(draft: &mut Draft<'_>, estate: &Estate<'_>, user: &User) {
    let Some(mut taken) = draft.memory.taken.take() else {
        return;
    };
    let (Some(Told::Found(roles)), Some(Told::Found(managers)), Some(Told::Found(reports))) =
        (&estate.roles, &estate.managers, &estate.reports)
    else {
        draft.find(Subject::GiveBack, Reason::Unavailable);
        draft.complete_later();
        draft.memory.taken = Some(taken);
        return;
    };
    taken.roles.retain(|membership| !roles.contains(membership));
    taken.managers.retain(|manager| !managers.contains(manager));
    taken.reports.retain(|report| !reports.contains(report));
    taken.offered.retain(|report| !reports.contains(report));
    let unsure = doubts(draft, &mut taken, estate);
    // Whoever held power over others is told by name, and given it back by a person.
    let powers = [Role::Admin, Role::UserAdmin, Role::Owner];
    for membership in taken
        .roles
        .iter()
        .filter(|taken| powers.contains(&taken.role))
    {
        draft.find(
            Subject::Group(membership.group.clone()),
            Reason::RoleNotGivenBack,
        );
    }
    taken
        .roles
        .retain(|membership| !powers.contains(&membership.role));
    let target = Target::known(user);
    let planned = |draft: &Draft<'_>, action: &Action| {
        draft.plan.steps().iter().any(|step| step.action == *action)
    };
    let roles = taken.roles.iter().cloned();
    let roles = roles.map(|membership| Action::AddMembership { membership });
    let managers = taken.managers.iter().cloned();
    let managers = managers.map(|manager| Action::AddManager { manager });
    let reports = taken.reports.union(&taken.offered);
    let reports = reports.filter(|report| !unsure.contains(*report)).cloned();
    let reports = reports.map(|report| Action::AddReport { report });
    for action in roles.chain(managers).chain(reports) {
        if !planned(draft, &action) {
            draft.say(Stage::GiveBack, action.to_string());
            draft.on(&target, action, Reason::GivenBack);
        }
    }
    let custom = estate.custom_values.as_ref();
    if let Some(Told::Found(values)) = custom {
        taken.custom.retain_missing_in(values);
    }
    draft.memory.taken = (!taken.is_empty()).then_some(taken);
}

/// Whoever may have been given back already, or was never taken away, may have a new manager, and
/// then the person's own plan has spoken. Returns those of whom it cannot be told now.
fn doubts(draft: &mut Draft<'_>, taken: &mut Taken, estate: &Estate<'_>) -> BTreeSet<UserId> {
    let mut untold = BTreeSet::new();
    for report in taken.doubted().cloned().collect::<Vec<_>>() {
        match estate.doubtful.get(&report) {
            Some(Recorded::NobodyElse) => {}
            Some(Recorded::Otherwise) => {
                let finding = Finding::new(Subject::GiveBack, Reason::NoLongerGranted);
                draft.found(finding.with_user(report.clone()));
                taken.reports.remove(&report);
                taken.offered.remove(&report);
            }
            Some(Recorded::Untold) | None => {
                untold.insert(report);
            }
        }
    }
    if !untold.is_empty() {
        draft.find(Subject::GiveBack, Reason::Unavailable);
        draft.complete_later();
    }
    untold
}
