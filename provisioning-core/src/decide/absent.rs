use jiff::{SignedDuration, Timestamp};

use learning360_client::UserStatus;

use super::account::Account;
use super::departure::Return;
use super::draft::Draft;
use super::gather::Situation;
use super::lifecycle::{DEACTIVATION, SECOND_LOOKS, inactive};
use crate::event::Evidence;
use crate::facts::Told;
use crate::memory::Departure;
use crate::plan::{ChargeKind, Disposition, Grounds, Reason, Subject};
use crate::policy::{OnLeave, today};
use crate::wait::next_look;

/// Bob shows nothing for the person: absence of proof, which is no proof of absence.
pub(crate) fn not_found(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    match situation.account {
        Account::Unavailable => return draft.retry(Reason::Unavailable),
        Account::Hidden => return draft.retry(Reason::FixConfig),
        Account::Taken => return Disposition::Conflict(Reason::LinkMismatch),
        _ => {}
    }
    match draft.memory.departure {
        Some(departure) if departure.evidence == Evidence::Deleted => {
            draft.memory.invisible_since = None;
            gone(draft, situation)
        }
        Some(departure) if departure.evidence == Evidence::NotListed => {
            let kind = Some(ChargeKind::SourceGone);
            inactive(
                draft,
                situation,
                Reason::SourceGone,
                kind,
                Return::NotExpected,
            )
        }
        Some(departure) if situation.account.user().is_some() => {
            announced(draft, situation, departure)
        }
        _ => invisible(draft, situation),
    }
}

/// What a decision stands on: the record, if there is one, and else what was announced.
pub(crate) fn grounds(situation: &Situation<'_>, departure: Option<Departure>) -> Grounds {
    match (&situation.person, departure) {
        (Told::Found(_), _) => Grounds::Record,
        (Told::NotFound, Some(departure)) => Grounds::SignAndAbsence(departure.evidence),
        (_, Some(departure)) => Grounds::Sign(departure.evidence),
        (_, None) => Grounds::Account,
    }
}

/// Bob deleted the record. A hire that was withdrawn before it began costs the guards nothing.
fn gone(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    let zone = &draft.case.policy.rules().zones.tenant;
    let today = today(draft.case.now, zone);
    let never_began = draft.memory.start.is_some_and(|start| start > today);
    let user = situation.account.user();
    let invited = user.is_some_and(|user| *user.status() == UserStatus::Invited);
    let (why, kind) = if never_began && invited {
        (Reason::Withdrawn, None)
    } else {
        (Reason::SourceGone, DEACTIVATION)
    };
    inactive(draft, situation, why, kind, Return::NotExpected)
}

/// LIF-21: Bob gives no answer. Only a departure that it announced may weigh more than that.
pub(crate) fn unreachable(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    let Some(departure) = draft.memory.departure else {
        return draft.retry(Reason::Unavailable);
    };
    let waited = draft.case.now.duration_since(departure.at);
    if waited >= ALARM {
        draft.find(Subject::Record, Reason::SourceUnreachable);
    }
    let patience = draft.case.policy.rules().lifecycle.act_on_event_after;
    let user = situation.account.user();
    let live = user.is_some_and(|user| *user.status() != UserStatus::Deleted);
    if live && patience.is_some_and(|patience| waited >= patience) {
        let why = Reason::EventOnly;
        return inactive(draft, situation, why, DEACTIVATION, Return::NotExpected);
    }
    if let Some(at) = patience.and_then(|patience| departure.at.checked_add(patience).ok()) {
        if at > draft.case.now {
            draft.wait.look(at);
        }
    }
    if let Some(at) = next_look(departure.at, &[ALARM], draft.case.now) {
        draft.wait.look(at);
    }
    draft.retry(Reason::Unavailable)
}

/// Bob refuses the record: the permissions are wrong, and say nothing about the person.
pub(crate) fn forbidden(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    match situation.account {
        Account::None | Account::Broken(_) => Disposition::NoOp(Reason::NotVisible),
        _ => draft.retry(Reason::FixConfig),
    }
}

/// LIF-33: Bob announced inactivity, and the person has left the view of the service user.
fn announced(
    draft: &mut Draft<'_>,
    situation: &Situation<'_>,
    departure: Departure,
) -> Disposition {
    if let Some(at) = next_look(departure.at, &[PATIENCE], draft.case.now) {
        draft.wait.look(at);
        return Disposition::NoOp(Reason::NotVisible);
    }
    match draft.case.policy.rules().lifecycle.on_leave {
        OnLeave::Deactivate => {
            let why = Reason::EventAndInvisible;
            inactive(draft, situation, why, DEACTIVATION, Return::NotExpected)
        }
        OnLeave::Keep => Disposition::Hold(Reason::SourceGone),
    }
}

/// LIF-23, LIF-24: looked at again a few times, then left alone.
fn invisible(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    let since = invisible_since(draft);
    draft.memory.invisible_since = Some(since);
    let linked = situation.account.user().is_some();
    // Right after an event Bob may not show a new record yet; a linked person is known to it.
    let looks = if linked {
        &SECOND_LOOKS[1..]
    } else {
        &SECOND_LOOKS[..]
    };
    match next_look(since, looks, draft.case.now) {
        Some(at) => draft.wait.look(at),
        None if linked => draft.find(Subject::Record, Reason::NotVisible),
        None => {}
    }
    Disposition::NoOp(Reason::NotVisible)
}

fn invisible_since(draft: &Draft<'_>) -> Timestamp {
    let event = draft.case.hint.latest_event();
    event
        .or(draft.memory.invisible_since)
        .unwrap_or(draft.case.now)
}

/// After so long without an answer an operator is told.
const ALARM: SignedDuration = SignedDuration::from_mins(60);

const PATIENCE: SignedDuration = SignedDuration::from_mins(2);
