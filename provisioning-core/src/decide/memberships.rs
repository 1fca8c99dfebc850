use std::collections::BTreeSet;
use std::mem;

use learning360_client::{GroupId, Role, User};

use super::draft::{Draft, Target};
use super::estate::Estate;
use super::explanation::Stage;
use super::primary_group;
use super::record::Record;
use crate::facts::{GroupTree, Membership, Told};
use crate::plan::{Action, ChargeKind, Reason, Subject};
use crate::policy::Revoke;

/// Which groups the policy wants the person to learn in.
#[derive(Default)]
struct Wanted {
    groups: BTreeSet<GroupId>,
    /// Groups whose condition reads a hidden field; nothing changes there.
    untold: BTreeSet<GroupId>,
}

/// Gives the roles that the rules grant, then takes back those that they no longer grant.
pub(crate) fn settle(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    estate: &Estate<'_>,
    user: Option<&User>,
    target: &Target,
) {
    let none = BTreeSet::new();
    let has = match (target.is_new(), &estate.roles) {
        (true, _) => &none,
        (false, Some(Told::Found(roles))) => *roles,
        (false, Some(told)) => {
            let default = draft.case.policy.rules().group.clone();
            return draft.lacks(Subject::Group(default), told);
        }
        // Nobody asked what the account has; whether a rule fits can be told all the same.
        (false, None) => {
            wanted(draft, record);
            return;
        }
    };
    let wanted = wanted(draft, record);
    let tree = match &estate.groups {
        Some(Told::Found(tree)) => Some(*tree),
        _ => None,
    };
    add(draft, &wanted, has, tree, target);
    primary_group::settle(draft, record, user, has, tree, target);
    if draft.case.policy.rules().revoke == Revoke::Granted {
        remove(draft, &wanted, has, tree, target);
    }
}

fn wanted(draft: &mut Draft<'_>, record: &Record<'_>) -> Wanted {
    let policy = draft.case.policy;
    let rules = policy.rules();
    let mut wanted = Wanted::default();
    wanted.groups.insert(rules.group.clone());
    let mut fits = rules.groups.is_empty();
    for rule in &rules.groups {
        match rule
            .when
            .as_ref()
            .map_or(Some(true), |when| when.holds(&record.context))
        {
            Some(true) => {
                fits = true;
                wanted.groups.insert(rule.group.clone());
            }
            Some(false) => {}
            None => {
                fits = true;
                draft.find(
                    Subject::Group(rule.group.clone()),
                    Reason::SourceFieldMissing,
                );
                wanted.untold.insert(rule.group.clone());
            }
        }
    }
    if !fits {
        draft.find(Subject::Person, Reason::GroupUnmapped);
    }
    wanted
}

fn add(
    draft: &mut Draft<'_>,
    wanted: &Wanted,
    has: &BTreeSet<Membership>,
    tree: Option<&GroupTree>,
    target: &Target,
) {
    let default = draft.case.policy.rules().group.clone();
    for group in &wanted.groups {
        let membership = Membership::learner(group.clone());
        // A new account is made as a learner of the default group.
        if has.contains(&membership) || (target.is_new() && *group == default) {
            continue;
        }
        if tree.is_some_and(|tree| tree.get(group).is_none()) {
            draft.find(Subject::Group(group.clone()), Reason::GroupNotFound);
            continue;
        }
        draft.say(Stage::Groups, format!("learner of group {group} by a rule"));
        draft.on(
            target,
            Action::AddMembership { membership },
            Reason::Granted,
        );
    }
}

/// Only what we granted is taken back, and nothing that somebody else gave may go with it.
fn remove(
    draft: &mut Draft<'_>,
    wanted: &Wanted,
    has: &BTreeSet<Membership>,
    tree: Option<&GroupTree>,
    target: &Target,
) {
    let ended: Vec<_> = draft
        .memory
        .granted
        .iter()
        .filter(|membership| membership.role == Role::Learner && has.contains(membership))
        .filter(|membership| !wanted.groups.contains(&membership.group))
        .filter(|membership| !wanted.untold.contains(&membership.group))
        .cloned()
        .collect();
    forget_lost(draft, wanted, has);
    if ended.is_empty() {
        return;
    }
    let Some(tree) = tree else {
        // Without the tree nobody knows what else would go.
        draft.find(Subject::Person, Reason::Unavailable);
        return draft.complete_later();
    };
    for membership in ended.iter().cloned() {
        let group = &membership.group;
        let goes_too: Vec<_> = has
            .iter()
            .filter(|other| {
                other.role == Role::Learner && tree.implied(&other.group).contains(&group)
            })
            .filter(|other| !ended.contains(other))
            .map(|other| other.group.to_string())
            .collect();
        if !goes_too.is_empty() {
            let below = goes_too.join(", ");
            let text = format!("group {group} stays, because these below it would go too: {below}");
            draft.say(Stage::Groups, text);
            continue;
        }
        draft.say(Stage::Groups, format!("group {group} is no longer granted"));
        let object = group.to_string();
        let action = Action::RemoveMembership { membership };
        let step = draft.on(target, action, Reason::NoLongerGranted);
        draft.charge_of(&step, ChargeKind::GroupRemoval, object);
    }
}

/// What a deactivation took and the rules no longer grant is neither ours any more nor given back.
fn forget_lost(draft: &mut Draft<'_>, wanted: &Wanted, has: &BTreeSet<Membership>) {
    let is_over = |membership: &Membership| {
        membership.role == Role::Learner
            && !has.contains(membership)
            && !wanted.groups.contains(&membership.group)
            && !wanted.untold.contains(&membership.group)
    };
    let (over, granted) = mem::take(&mut draft.memory.granted)
        .into_iter()
        .partition::<BTreeSet<_>, _>(is_over);
    draft.memory.granted = granted;
    if let Some(taken) = &mut draft.memory.taken {
        taken.roles.retain(|membership| !over.contains(membership));
    }
}
