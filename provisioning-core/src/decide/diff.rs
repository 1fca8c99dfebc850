use learning360_client::{User, UserField, UserStatus};

use super::account::Account;
use super::draft::{Draft, Target};
use super::explanation::Stage;
use super::gather::Situation;
use super::projection::{Wanted, wanted};
use super::record::Record;
use super::standing::Standing;
use super::{claims, custom_values, give_back, managers, memberships, schedule};
use crate::facts::{MailKey, Username};
use crate::plan::{Action, Change, Changes, ChargeKind, Disposition, Reason, Subject, Values};
use crate::policy::{FieldRule, InviteAt, When};

/// Brings an existing account to what the policy wants, with as few writes as possible.
pub(crate) fn keep_in_step(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    why: Reason,
) -> Disposition {
    draft.memory.create = None;
    draft.memory.invited = None;
    if let Account::LinkLost(user) = situation.account {
        let employee = draft.case.employee.clone();
        draft.step(user, Action::Link { employee }, Reason::LinkMissing);
    }
    all(draft, record, situation, user, &Target::known(user));
    if draft.plan.is_empty() {
        return Disposition::NoOp(Reason::InSync);
    }
    Disposition::Apply(why)
}

/// Everything that the policy wants of an account that exists.
pub(crate) fn all(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    target: &Target,
) {
    edit(draft, record, situation, user, target);
    activate(draft, record, user, target);
    schedule::settle(draft, record, &situation.estate, user);
    beside_the_fields(draft, record, situation, Some(user), target);
    give_back::settle(draft, &situation.estate, user);
}

/// What an account has beside its fields, in the order in which it makes sense.
pub(crate) fn beside_the_fields(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: Option<&User>,
    target: &Target,
) {
    custom_values::settle(draft, record, &situation.estate, target);
    memberships::settle(draft, record, &situation.estate, user, target);
    managers::settle(draft, &situation.estate, target);
}

/// Adds the steps that change what differs. The mail and cleared fields are edited on their own,
/// because they have budgets of their own, and the username, because the company may refuse it.
fn edit(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    target: &Target,
) {
    draft.remember(user, record.mail().as_ref());
    let changes = changes(draft, record, situation, user);
    let (mut plain, mut clear) = (Changes::default(), Changes::default());
    let (mut mail, mut username) = (Changes::default(), Changes::default());
    for (field, change) in changes.iter() {
        let part = match (field, change) {
            (UserField::Mail, _) => &mut mail,
            (_, Change::Clear) => &mut clear,
            (UserField::Username, _) => &mut username,
            _ => &mut plain,
        };
        part.insert(field, change.clone());
        draft.say(Stage::Fields, format!("{} differs", field.as_str()));
    }
    if !plain.is_empty() {
        let action = Action::Edit { changes: plain };
        draft.on(target, action, Reason::Difference);
    }
    if !username.is_empty() {
        let action = Action::Edit { changes: username };
        draft.on(target, action, Reason::Difference);
    }
    if !mail.is_empty() {
        let step = draft.on(target, Action::Edit { changes: mail }, Reason::Difference);
        draft.charge(&step, ChargeKind::EmailChange);
    }
    if !clear.is_empty() {
        let fields: Vec<_> = clear.iter().map(|(field, _)| field).collect();
        let step = draft.on(target, Action::Edit { changes: clear }, Reason::Difference);
        for field in fields {
            draft.charge_of(&step, ChargeKind::FieldClear, field.as_str().to_owned());
        }
    }
}

/// Adds the step that activates an invited account, if the policy wants it, or a restored one
/// whose owner had logged in before.
fn activate(draft: &mut Draft<'_>, record: &Record<'_>, user: &User, target: &Target) {
    if *user.status() == UserStatus::Active {
        draft.memory.returned = false;
        return;
    }
    if record.standing != Standing::Active {
        return;
    }
    let lifecycle = &draft.case.policy.rules().lifecycle;
    if lifecycle.activate {
        draft.on(target, Action::Activate, Reason::ActivateByPolicy);
    } else if draft.memory.returned && user.last_login_date().is_some() {
        draft.on(target, Action::Activate, Reason::Returned);
    } else {
        draft.memory.returned = false;
        let due = if lifecycle.invite_at == InviteAt::Start && lifecycle.invite {
            Reason::InvitationDue
        } else {
            Reason::NeverLoggedIn
        };
        draft.find(Subject::Person, due);
    }
}

/// The values of a new account.
pub(crate) fn values(draft: &mut Draft<'_>, record: &Record<'_>) -> Values {
    draft.say_origins();
    let mut values = Values::default();
    let rules = draft.case.policy.rules();
    for rule in &rules.fields {
        let text = match wanted(draft, record, rule) {
            Wanted::Text(text) => Some(text),
            Wanted::Empty | Wanted::Untold => rule.default.clone(),
        };
        match text {
            // Of other groups the account is no member yet.
            Some(text) if rule.field == UserField::PrimaryGroup && text != rules.group.as_str() => {
            }
            Some(text) if rule.field == UserField::Mail && MailKey::parse(&text).is_none() => {
                draft.find_in_field(UserField::Mail, Reason::NoIdentifier);
            }
            Some(text) => values.insert(rule.field, text),
            None => {}
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
    draft.say_origins();
    let mut changes = Changes::default();
    let rules = draft.case.policy.rules().fields.iter();
    // The primary group is set among the groups.
    for rule in rules.filter(|rule| rule.field != UserField::PrimaryGroup) {
        let current = user.text(rule.field).filter(|text| !text.trim().is_empty());
        if rule.when == When::CreateOnly || (rule.when == When::FillIfEmpty && current.is_some()) {
            continue;
        }
        let Some(change) = change(draft, record, rule, current) else {
            continue;
        };
        let may_change = match rule.field {
            UserField::Mail => mail_may_change(draft, situation, user, &change),
            UserField::Username => username_may_change(draft, situation, user, &change),
            _ => true,
        };
        if !may_change {
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
        Wanted::Text(text) if current.is_some_and(|now| equal(rule.field, now, &text)) => {
            draft.applied(rule.field, &text);
            None
        }
        Wanted::Text(text) => {
            drift(draft, rule.field, &text);
            Some(Change::Set(text))
        }
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

fn username_may_change(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    user: &User,
    change: &Change,
) -> bool {
    match change {
        Change::Set(_) => claims::username_is_free(draft, situation),
        // 360Learning keeps nobody without any identifier.
        Change::Clear => user.mail().and_then(MailKey::parse).is_some(),
    }
}

fn equal(field: UserField, current: &str, wanted: &str) -> bool {
    match field {
        UserField::Mail => MailKey::parse(current) == MailKey::parse(wanted),
        UserField::Username => Username::parse(current) == Username::parse(wanted),
        _ => current.trim() == wanted,
    }
}

/// The policy wants what it wanted when both were last equal, so somebody else changed it.
pub(crate) fn drift(draft: &mut Draft<'_>, field: UserField, wanted: &str) {
    let digest = draft.digest(field, wanted);
    if digest.is_some() && digest.as_ref() == draft.memory.applied.get(field.as_str()) {
        draft.find_in_field(field, Reason::Drift);
    }
}
