use std::collections::BTreeSet;

use learning360_client::{GroupId, User, UserField};

use super::draft::{Draft, Target};
use super::explanation::Stage;
use super::projection::{Wanted, wanted};
use super::record::Record;
use super::{Case, diff};
use crate::facts::{GroupTree, Membership};
use crate::plan::{Action, Change, Changes, Reason, Step};
use crate::policy::{Evaluated, FieldRule, When};

/// GRP-09: sets the primary group, after the account has got into it.
///
/// 360Learning refuses a primary group that the user is no member of, so without a membership, held
/// or planned, nothing is sent.
pub(crate) fn settle(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    user: Option<&User>,
    has: &BTreeSet<Membership>,
    tree: Option<&GroupTree>,
    target: &Target,
) {
    let rules = draft.case.policy.rules();
    let Some(rule) = rules.field(UserField::PrimaryGroup) else {
        return;
    };
    if !writes(rule, user) {
        return;
    }
    let text = match wanted(draft, record, rule) {
        Wanted::Text(text) => Some(text),
        Wanted::Empty | Wanted::Untold => rule.default.clone().filter(|_| target.is_new()),
    };
    let Some(text) = text else { return };
    let Ok(group) = GroupId::try_from(text.as_str()) else {
        return draft.find_in_field(UserField::PrimaryGroup, Reason::MappingFailed);
    };
    let default = &rules.group;
    if current(user).as_ref() == Some(&group) {
        return draft.applied(UserField::PrimaryGroup, &text);
    }
    if target.is_new() && group == *default {
        // It was made with it.
        return;
    }
    let brings = |joined: &GroupId| {
        *joined == group || tree.is_some_and(|tree| tree.implied(joined).contains(&&group))
    };
    let is_member =
        has.iter().any(|held| held.group == group) || (target.is_new() && brings(default));
    let adds = |step: &&Step| match &step.action {
        Action::AddMembership { membership } => brings(&membership.group),
        _ => false,
    };
    let joins = draft.plan.steps().iter().find(adds).cloned();
    if !is_member && joins.is_none() {
        return draft.find_in_field(UserField::PrimaryGroup, Reason::NotMemberOfPrimaryGroup);
    }
    diff::drift(draft, UserField::PrimaryGroup, &text);
    draft.say(Stage::Groups, format!("group {group} is the primary one"));
    let mut changes = Changes::default();
    changes.insert(UserField::PrimaryGroup, Change::Set(text));
    let after = joins.as_ref().filter(|_| !is_member);
    draft.on_after(target, Action::Edit { changes }, Reason::Difference, after);
}

/// Whether a look at the lists shows another primary group than the wanted one.
pub(crate) fn differs(case: Case<'_>, record: &Record<'_>, user: &User) -> bool {
    let rule = case.policy.rules().field(UserField::PrimaryGroup);
    let Some(rule) = rule.filter(|rule| writes(rule, Some(user))) else {
        return false;
    };
    match rule.value.text(&record.context) {
        Evaluated::Value(text) => GroupId::try_from(text.trim()).ok() != current(Some(user)),
        _ => false,
    }
}

fn writes(rule: &FieldRule, user: Option<&User>) -> bool {
    match rule.when {
        When::Always => true,
        When::CreateOnly => user.is_none(),
        When::FillIfEmpty => current(user).is_none(),
    }
}

fn current(user: Option<&User>) -> Option<GroupId> {
    GroupId::try_from(user?.text(UserField::PrimaryGroup)?).ok()
}
