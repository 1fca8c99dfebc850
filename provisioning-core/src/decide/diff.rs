use learning360_client::{User, UserField, UserStatus};

use super::account::Account;
use super::claims;
use super::draft::Draft;
use super::explanation::Stage;
use super::gather::Situation;
use super::projection::{Wanted, wanted};
use super::record::Record;
use super::standing::Standing;
use crate::facts::MailKey;
use crate::plan::{
    Action, Change, Changes, Disposition, Precondition, Reason, Step, UserRef, Values,
};
use crate::policy::{FieldRule, When};

/// Brings an existing account to what the policy wants, with as few writes as possible.
pub(crate) fn keep_in_step(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    why: Reason,
) -> Disposition {
    draft.memory.create = None;
    if let Account::LinkLost(user) = situation.account {
        let employee = draft.case.employee.clone();
        draft.step(user, Action::Link { employee }, Reason::LinkMissing);
    }
    edit(draft, record, situation, user, None);
    activate(draft, record, user, None);
    if draft.plan.is_empty() {
        return Disposition::NoOp(Reason::InSync);
    }
    Disposition::Apply(why)
}

/// Adds the step that changes what differs, if anything does.
pub(crate) fn edit(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    after: Option<&Step>,
) {
    draft.remember(user, record.mail().as_ref());
    let changes = changes(draft, record, situation, user);
    if changes.is_empty() {
        return;
    }
    let names: Vec<_> = changes.iter().map(|(field, _)| field.as_str()).collect();
    draft.say(Stage::Fields, format!("to change: {}", names.join(", ")));
    add(
        draft,
        user,
        Action::Edit { changes },
        Reason::Difference,
        after,
    );
}

/// Adds the step that activates an invited account, if the policy wants it, or a restored one
/// whose owner had logged in before.
pub(crate) fn activate(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    user: &User,
    after: Option<&Step>,
) {
    if record.standing != Standing::Active || *user.status() == UserStatus::Active {
        return;
    }
    let restored = *user.status() == UserStatus::Deleted;
    if draft.case.policy.rules().lifecycle.activate {
        add(
            draft,
            user,
            Action::Activate,
            Reason::ActivateByPolicy,
            after,
        );
    } else if restored && user.last_login_date().is_some() {
        add(draft, user, Action::Activate, Reason::Returned, after);
    }
}

/// The values of a new account.
pub(crate) fn values(draft: &mut Draft<'_>, record: &Record<'_>) -> Values {
    let mut values = Values::default();
    for rule in &draft.case.policy.rules().fields {
        let text = match wanted(draft, record, rule) {
            Wanted::Text(text) => Some(text),
            Wanted::Empty | Wanted::Untold => rule.default.clone(),
        };
        if let Some(text) = text {
            values.insert(rule.field, text);
        }
    }
    values
}

fn changes(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
) -> Changes {
    let mut changes = Changes::default();
    for rule in &draft.case.policy.rules().fields {
        let current = user.text(rule.field).filter(|text| !text.trim().is_empty());
        if rule.when == When::CreateOnly || (rule.when == When::FillIfEmpty && current.is_some()) {
            continue;
        }
        let Some(change) = change(draft, record, rule, current) else {
            continue;
        };
        if rule.field == UserField::Mail && !mail_may_change(draft, situation, user, &change) {
            continue;
        }
        changes.insert(rule.field, change);
    }
    changes
}

fn change(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    rule: &FieldRule,
    current: Option<&str>,
) -> Option<Change> {
    match wanted(draft, record, rule) {
        Wanted::Text(text) if current.is_some_and(|now| equal(rule.field, now, &text)) => None,
        Wanted::Text(text) => Some(Change::Set(text)),
        Wanted::Empty if rule.clear && current.is_some() => Some(Change::Clear),
        Wanted::Empty | Wanted::Untold => None,
    }
}

fn mail_may_change(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    user: &User,
    change: &Change,
) -> bool {
    let Change::Set(text) = change else {
        return false;
    };
    if MailKey::parse(text).is_none() {
        draft.find_in_field(UserField::Mail, Reason::NoIdentifier);
        return false;
    }
    claims::mail_is_free(draft, situation, user)
}

fn equal(field: UserField, current: &str, wanted: &str) -> bool {
    if field == UserField::Mail {
        return MailKey::parse(current) == MailKey::parse(wanted);
    }
    current.trim() == wanted
}

fn add(draft: &mut Draft<'_>, user: &User, action: Action, why: Reason, after: Option<&Step>) {
    let precondition = match after {
        Some(_) => Precondition::Made,
        None => Precondition::Status(user.status().clone()),
    };
    let step = Step::on(UserRef::Known(user.id().clone()), action, precondition, why);
    draft.push(match after {
        Some(before) => step.after(before),
        None => step,
    });
}
