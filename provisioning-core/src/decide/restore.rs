use hibob_client::LifecycleStatus;
use jiff::civil::Date;
use learning360_client::User;

use super::account::Account;
use super::departure;
use super::draft::Draft;
use super::explanation::Stage;
use super::gather::Situation;
use super::matching;
use super::record::Record;
use crate::facts::MailKey;
use crate::plan::{
    Action, ChargeKind, Disposition, Finding, Precondition, Reason, Subject, UserRef,
};

/// Brings back the linked account of a person who is active again.
pub(crate) fn linked(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
) -> Disposition {
    draft.say(
        Stage::Match,
        format!("deactivated user {} by link", user.id()),
    );
    draft.memory.link = Some(user.id().clone());
    if !deleted_by_us(draft, user) && !active_since_deleted(record, situation, user) {
        let finding = Finding::new(Subject::Person, Reason::ManualDeactivation);
        draft.found(finding.with_user(user.id().clone()));
        return Disposition::NoOp(Reason::ManualDeactivation);
    }
    let stored = user.mail().and_then(MailKey::parse);
    let expected = draft.memory.mail.clone().or_else(|| record.mail());
    match stored {
        Some(stored) if Some(&stored) == expected.as_ref() => {
            restore(draft, situation, user, stored)
        }
        _ => Disposition::Conflict(Reason::Erased),
    }
}

/// Brings back an account that nobody is linked to; the policy asked for it.
pub(crate) fn unlinked(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    user: &User,
) -> Disposition {
    match user.mail().and_then(MailKey::parse) {
        Some(stored) => restore(draft, situation, user, stored),
        None => Disposition::Conflict(Reason::Erased),
    }
}

/// The rest follows with the next decision, which sees what the account has after its return.
fn restore(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    user: &User,
    stored: MailKey,
) -> Disposition {
    if matching::wrong_before(draft, &stored) {
        return Disposition::Conflict(Reason::WrongAccount);
    }
    departure::confirm(draft);
    let group = draft.case.policy.rules().group.clone();
    let restored = draft.step(
        user,
        Action::Restore {
            mail: stored,
            group,
        },
        Reason::Returned,
    );
    draft.charge(&restored, ChargeKind::Reactivation);
    if !matches!(situation.account, Account::Linked { .. }) {
        let known = UserRef::Known(user.id().clone());
        let why = Reason::LinkMissing;
        let link = matching::link(draft, situation, known, why, Precondition::Made);
        draft.push(link.after(&restored));
    }
    Disposition::Apply(Reason::Returned)
}

fn deleted_by_us(draft: &Draft<'_>, user: &User) -> bool {
    draft.memory.deactivated.as_ref() == Some(user.id())
}

/// Whether the active period in Bob began after the account was last deactivated.
fn active_since_deleted(record: &Record<'_>, situation: &Situation<'_>, user: &User) -> bool {
    let Some(deleted) = user.deleted_at().iter().max() else {
        return false;
    };
    let dates = record.dates;
    // A future start is a new period, whatever the last active one was.
    let upcoming = dates.start.filter(|start| *start > record.today);
    let began = upcoming.or(dates.active_since);
    let began = began
        .or_else(|| last_employed(record, situation))
        .or(dates.start);
    began
        .and_then(|date| record.midnight(date))
        .is_some_and(|began| began > *deleted)
}

/// The day on which the lifecycle table last says that the person is employed.
fn last_employed(record: &Record<'_>, situation: &Situation<'_>) -> Option<Date> {
    let rows = situation.rows?.found()?;
    rows.iter()
        .filter(|row| row.effective <= record.today)
        .filter(|row| LifecycleStatus::from(&*row.status) == LifecycleStatus::Employed)
        .map(|row| row.effective)
        .max()
}
