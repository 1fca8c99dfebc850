use learning360_client::User;

use super::account::Account;
use super::draft::Draft;
use super::explanation::Stage;
use super::gather::Situation;
use super::record::Record;
use super::{diff, matching};
use crate::facts::MailKey;
use crate::plan::{Action, Disposition, Finding, Precondition, Reason, Subject, UserRef};

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
    if !deleted_by_us(draft, user) && !active_since_deleted(record, user) {
        let finding = Finding::new(Subject::Person, Reason::ManualDeactivation);
        draft.found(finding.with_user(user.id().clone()));
        return Disposition::NoOp(Reason::ManualDeactivation);
    }
    let stored = user.mail().and_then(MailKey::parse);
    let expected = draft.memory.mail.clone().or_else(|| record.mail());
    match stored {
        Some(stored) if Some(&stored) == expected.as_ref() => {
            restore(draft, record, situation, user, stored)
        }
        _ => Disposition::Conflict(Reason::Erased),
    }
}

/// Brings back an account that nobody is linked to; the policy asked for it.
pub(crate) fn unlinked(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
) -> Disposition {
    match user.mail().and_then(MailKey::parse) {
        Some(stored) => restore(draft, record, situation, user, stored),
        None => Disposition::Conflict(Reason::Erased),
    }
}

fn restore(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: &User,
    stored: MailKey,
) -> Disposition {
    if matching::wrong_before(draft, &stored) {
        return Disposition::Conflict(Reason::WrongAccount);
    }
    let group = draft.case.policy.rules().group.clone();
    let restored = draft.step(
        user,
        Action::Restore {
            mail: stored,
            group,
        },
        Reason::Returned,
    );
    let linked = match situation.account {
        Account::Linked { .. } => restored,
        _ => {
            let known = UserRef::Known(user.id().clone());
            let link = matching::link(
                draft,
                situation,
                known,
                Reason::LinkMissing,
                Precondition::Made,
            );
            draft.push(link.after(&restored))
        }
    };
    diff::edit(draft, record, situation, user, Some(&linked));
    diff::activate(draft, record, user, Some(&linked));
    Disposition::Apply(Reason::Returned)
}

fn deleted_by_us(draft: &Draft<'_>, user: &User) -> bool {
    draft.memory.deactivated.as_ref() == Some(user.id())
}

/// Whether the active period in Bob began after the account was last deactivated.
fn active_since_deleted(record: &Record<'_>, user: &User) -> bool {
    let Some(deleted) = user.deleted_at().iter().max() else {
        return false;
    };
    let dates = record.dates;
    // A future start is a new period, whatever the last active one was.
    let upcoming = dates.start.filter(|start| *start > record.today);
    let began = upcoming.or(dates.active_since).or(dates.start);
    began
        .and_then(|date| record.midnight(date))
        .is_some_and(|began| began > *deleted)
}
