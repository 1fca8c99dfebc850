use jiff::{SignedDuration, Timestamp};

use super::account::Account;
use super::draft::Draft;
use super::explanation::Stage;
use super::gather::Situation;
use super::lifecycle::{SECOND_LOOKS, inactive};
use crate::event::Evidence;
use crate::memory::Departure;
use crate::plan::{Disposition, Reason, Subject};
use crate::policy::OnLeave;
use crate::wait::next_look;

/// Bob shows nothing for the person: absence of proof, which is no proof of absence.
pub(crate) fn not_found(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    draft.say(Stage::Standing, "Bob shows nothing for the person");
    match situation.account {
        Account::Unavailable => return draft.retry(Reason::Unavailable),
        Account::Hidden => return draft.retry(Reason::FixConfig),
        Account::Taken => return Disposition::Conflict(Reason::LinkMismatch),
        _ => {}
    }
    match draft.memory.departure {
        Some(departure) if departure.evidence == Evidence::Deleted => {
            draft.memory.invisible_since = None;
            inactive(draft, situation, Reason::SourceGone)
        }
        Some(departure) if situation.account.user().is_some() => {
            announced(draft, situation, departure)
        }
        _ => invisible(draft, situation),
    }
}

/// Bob refuses the record: the permissions are wrong, and say nothing about the person.
pub(crate) fn forbidden(draft: &mut Draft<'_>, situation: &Situation<'_>) -> Disposition {
    draft.say(Stage::Standing, "Bob refuses the record");
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
        OnLeave::Deactivate => inactive(draft, situation, Reason::EventAndInvisible),
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

const PATIENCE: SignedDuration = SignedDuration::from_mins(2);
