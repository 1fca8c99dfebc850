use jiff::{SignedDuration, ToSpan};
use learning360_client::{User, UserStatus};

use super::account::Account;
use super::departure::Return;
use super::draft::Draft;
use super::explanation::Stage;
use super::gather::Situation;
use super::record::Record;
use super::scope::Scope;
use super::standing::Standing;
use super::{departure, diff, matching, restore};
use crate::event::Evidence;
use crate::facts::Told;
use crate::memory::ScopeSeen;
use crate::plan::{
    Action, ChargeKind, Disposition, Grounds, Precondition, Reason, Step, Subject, UserRef,
};
use crate::policy::{CreateAt, OnLeave, OnOutOfScope};
use crate::wait::next_look;

/// What the standing of a visible person means for the account.
pub(crate) fn settle(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
) -> Disposition {
    draft.memory.invisible_since = None;
    draft.memory.moving = None;
    draft.memory.start = record.dates.start;
    let lost = draft.memory.filled.difference(&record.filled).cloned();
    draft.lost = Some(lost.collect());
    draft.memory.filled.clone_from(&record.filled);
    if !record.zone_known {
        draft.find(Subject::Record, Reason::ZoneAssumed);
    }
    let contradicted = contradicted(draft, record);
    look_when_a_date_comes(draft, record);
    let disposition = by_standing(draft, record, situation);
    match contradicted {
        Some(reason) if disposition == Disposition::NoOp(Reason::InSync) => {
            Disposition::NoOp(reason)
        }
        _ => disposition,
    }
}

fn by_standing(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
) -> Disposition {
    if let Some(disposition) = undo_wrong_account(draft, situation) {
        return disposition;
    }
    match (&situation.account, record.standing) {
        (_, Standing::Unknown) => Disposition::NoOp(Reason::PermissionGap),
        (Account::Unavailable, _) => draft.retry(Reason::Unavailable),
        (Account::Hidden, _) => draft.retry(Reason::FixConfig),
        (Account::Taken, Standing::Leaver) => {
            // It moved on with the person, who has another id in Bob now.
            draft.memory.link = None;
            Disposition::NoOp(Reason::NotProvisioned)
        }
        (Account::Taken, _) => Disposition::Conflict(Reason::LinkMismatch),
        (
            Account::Linked {
                user,
                mismatch: true,
            },
            _,
        ) => {
            // 360Learning is right; nothing is written until it has said so twice.
            draft.find(Subject::Link, Reason::LinkMismatch);
            draft.memory.link = Some(user.id().clone());
            draft.wait.look_in(SECOND_LOOK, draft.case.now);
            Disposition::NoOp(Reason::LinkMismatch)
        }
        (_, Standing::Leaver) => {
            draft.memory.revoked = None;
            let back = Return::NotExpected;
            inactive(draft, situation, Reason::Leaver, DEACTIVATION, back)
        }
        (_, Standing::Suspended) => inactive(
            draft,
            situation,
            Reason::Suspended,
            DEACTIVATION,
            Return::Expected,
        ),
        (_, Standing::OnLeave) => match draft.case.policy.rules().lifecycle.on_leave {
            OnLeave::Deactivate => inactive(
                draft,
                situation,
                Reason::LeaveBegan,
                DEACTIVATION,
                Return::Expected,
            ),
            OnLeave::Keep => Disposition::NoOp(Reason::OnLeave),
        },
        (_, Standing::PreHire | Standing::Active) if draft.memory.revoked.is_some() => {
            draft.grounds = Grounds::Sign(Evidence::Revoked);
            let urgent = Some(ChargeKind::UrgentDeactivation);
            inactive(
                draft,
                situation,
                Reason::RevokedAtOnce,
                urgent,
                Return::Expected,
            )
        }
        (_, Standing::PreHire | Standing::Active) => wanted(draft, record, situation),
    }
}

/// The account must not be usable.
pub(crate) fn inactive(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    why: Reason,
    kind: Option<ChargeKind>,
    back: Return,
) -> Disposition {
    match situation.account.user() {
        Some(user) => {
            draft.say(Stage::Match, format!("user {} by link", user.id()));
            draft.memory.link = Some(user.id().clone());
            departure::deactivate(draft, situation, user, why, kind, back)
        }
        None => {
            if matches!(situation.account, Account::Broken(_)) {
                draft.find(Subject::Link, Reason::LinkBroken);
            }
            draft.say(Stage::Match, "no account is linked");
            Disposition::NoOp(Reason::NotProvisioned)
        }
    }
}

/// The account should exist, now or later, if the policy covers the person.
fn wanted(draft: &mut Draft<'_>, record: &Record<'_>, situation: &Situation<'_>) -> Disposition {
    let user = situation.account.user();
    match record.scope {
        Scope::In => {}
        Scope::Unknown => {
            draft.find(Subject::Record, Reason::SourceFieldMissing);
            return Disposition::NoOp(Reason::SourceFieldMissing);
        }
        Scope::Out => return out_of_scope(draft, record, situation, user),
    }
    draft.memory.scope = Some(scope_seen(draft, true));
    let deleted = user.is_some_and(|user| *user.status() == UserStatus::Deleted);
    if record.standing == Standing::PreHire && (user.is_none() || deleted) {
        let begins = begins(draft, record, deleted);
        match begins {
            Some(at) if at <= draft.case.now => {}
            Some(at) => {
                draft.wait.look(at);
                return Disposition::NoOp(Reason::NotYet);
            }
            None => return Disposition::NoOp(Reason::NotYet),
        }
    }
    match user {
        None => matching::by_mail(draft, record, situation),
        Some(user) if deleted => restore::linked(draft, record, situation, user),
        Some(user) => {
            draft.say(Stage::Match, format!("user {} by link", user.id()));
            draft.memory.gone = false;
            if draft.memory.deactivated.take().is_some() {
                // The answer to our restore was lost, or somebody else was quicker.
                draft.memory.returned = true;
            }
            diff::keep_in_step(draft, record, situation, user, Reason::Difference)
        }
    }
}

fn out_of_scope(
    draft: &mut Draft<'_>,
    record: &Record<'_>,
    situation: &Situation<'_>,
    user: Option<&User>,
) -> Disposition {
    let rule = draft.case.policy.rules().lifecycle.on_out_of_scope;
    let leaves = rule == OnOutOfScope::Deactivate && record.standing == Standing::Active;
    let Some(user) = user.filter(|_| leaves) else {
        draft.memory.scope = Some(scope_seen(draft, false));
        return Disposition::NoOp(Reason::OutOfScope);
    };
    // The policy was changed and not the person: that is for a person to confirm.
    let policy = draft.case.policy.digest();
    let by_policy = draft
        .memory
        .scope
        .as_ref()
        .is_some_and(|seen| seen.covered && seen.policy != policy);
    let kind = if by_policy {
        Some(ChargeKind::ScopeExit)
    } else {
        DEACTIVATION
    };
    let back = Return::Expected;
    departure::deactivate(draft, situation, user, Reason::OutOfScope, kind, back)
}

fn scope_seen(draft: &Draft<'_>, covered: bool) -> ScopeSeen {
    let policy = draft.case.policy.digest();
    ScopeSeen { policy, covered }
}

/// When a future employee's account begins; a deactivated one never before the start date's rule.
fn begins(draft: &Draft<'_>, record: &Record<'_>, deleted: bool) -> Option<jiff::Timestamp> {
    match draft.case.policy.rules().lifecycle.create_at {
        CreateAt::Creation if !deleted => Some(draft.case.now),
        CreateAt::Creation => record.midnight(record.dates.start?),
        CreateAt::BeforeStart(days) => {
            let day = record
                .dates
                .start?
                .checked_sub(i64::from(days).days())
                .ok()?;
            record.midnight(day)
        }
    }
}

/// LIF-20, LIF-22, GRD-10: a departure was announced that the record does not show.
fn contradicted(draft: &mut Draft<'_>, record: &Record<'_>) -> Option<Reason> {
    let departure = draft.memory.departure?;
    if departure.evidence == Evidence::NotListed {
        // The record is there: what the list leaves out is for the permissions to explain.
        draft.memory.departure = None;
        draft.find(Subject::Record, Reason::ScopeOfServiceUserChanged);
        return Some(Reason::ScopeOfServiceUserChanged);
    }
    let shown = match record.standing {
        Standing::Active => false,
        // A record that was deleted should be gone, unless the person has left anyway.
        Standing::Leaver => true,
        _ => departure.evidence != Evidence::Deleted,
    };
    if shown {
        draft.memory.departure = None;
        return None;
    }
    draft.find(Subject::Record, Reason::EventStateMismatch);
    match next_look(departure.at, &SECOND_LOOKS, draft.case.now) {
        Some(at) => draft.wait.look(at),
        None => draft.memory.departure = None,
    }
    Some(Reason::EventStateMismatch)
}

/// Dates in the record come true without an event that we can rely on.
fn look_when_a_date_comes(draft: &mut Draft<'_>, record: &Record<'_>) {
    let ends = record
        .dates
        .termination
        .filter(|date| *date >= record.today);
    let ends = ends.and_then(|date| record.midnight(date.tomorrow().ok()?));
    let starts = record.dates.start.filter(|date| *date > record.today);
    let starts = starts.and_then(|date| record.midnight(date));
    for at in [ends, starts]
        .into_iter()
        .flatten()
        .filter(|at| *at > draft.case.now)
    {
        draft.wait.look(at);
    }
}

/// MAT-23: somebody else's account that we restored by mistake is deactivated again.
fn undo_wrong_account(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Option<Disposition> {
    match situation.wrong.as_ref()? {
        Told::Found(user) if *user.status() != UserStatus::Deleted => {
            let precondition = Precondition::Status(user.status().clone());
            let user = UserRef::Known(user.id().clone());
            draft.grounds = Grounds::Account;
            draft.push(Step::on(
                user,
                Action::Deactivate,
                precondition,
                Reason::UndoRestore,
            ));
            Some(Disposition::Conflict(Reason::WrongAccount))
        }
        Told::Found(_) | Told::NotFound => {
            if let Some(wrong) = &mut draft.memory.wrong_account {
                wrong.undo = false;
            }
            None
        }
        Told::Forbidden => Some(draft.retry(Reason::FixConfig)),
        Told::Unavailable(_) => Some(draft.retry(Reason::Unavailable)),
    }
}

/// The budget of ordinary deactivations.
pub(crate) const DEACTIVATION: Option<ChargeKind> = Some(ChargeKind::Deactivation);

/// How soon what we just learned is looked at again.
pub(crate) const SECOND_LOOK: SignedDuration = SignedDuration::from_secs(25);

/// When a record that contradicts an event is looked at again, after the event.
pub(crate) const SECOND_LOOKS: [SignedDuration; 4] = [
    SignedDuration::from_secs(25),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(15),
    SignedDuration::from_mins(60),
];
