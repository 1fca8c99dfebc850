use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use learning360_client::{User, UserStatus};

use super::Case;
use super::departure::{Protection, protection};
use super::draft::{Draft, Target};
use super::estate::Estate;
use super::record::Record;
use crate::plan::{Action, Finding, Reason, Subject};
use crate::policy::Schedule;

/// LIF-05 to LIF-08: tells 360Learning of an announced last day, and takes it back.
///
/// The date is a safety net behind the deactivation on the day itself, so it is never early. The
/// owner of the platform and accounts listed as protected get none.
pub(crate) fn settle(draft: &mut Draft<'_>, record: &Record<'_>, estate: &Estate<'_>, user: &User) {
    let ours = draft.memory.scheduled.is_some();
    if draft.case.policy.rules().lifecycle.schedule == Schedule::Off && !ours {
        return;
    }
    if *user.status() == UserStatus::Deleted {
        return;
    }
    let wanted = wanted(draft.case, record);
    if wanted.is_some() && user.to_be_deactivated_at() != wanted {
        match protection(draft.case, estate, user) {
            Protection::None => {}
            Protection::Protected => {
                let finding = Finding::new(Subject::Person, Reason::Protected);
                return draft.found(finding.with_user(user.id().clone()));
            }
            // The day itself will tell.
            Protection::Untold => return,
        }
    }
    let current = user.to_be_deactivated_at();
    if current == wanted {
        draft.memory.scheduled = wanted;
        return;
    }
    let target = Target::known(user);
    match wanted {
        Some(at) => {
            draft.on(
                &target,
                Action::Schedule { at: Some(at) },
                Reason::Scheduled,
            );
        }
        // A date that somebody else set stays.
        None if ours && current == draft.memory.scheduled => {
            draft.on(
                &target,
                Action::Schedule { at: None },
                Reason::ScheduleWithdrawn,
            );
        }
        None => draft.memory.scheduled = None,
    }
}

/// Whether the lists show another date than the wanted one.
pub(crate) fn differs(case: Case<'_>, record: &Record<'_>, user: &User) -> bool {
    let wanted = wanted(case, record);
    wanted.is_some() && user.to_be_deactivated_at() != wanted
}

fn wanted(case: Case<'_>, record: &Record<'_>) -> Option<Timestamp> {
    match case.policy.rules().lifecycle.schedule {
        Schedule::SafetyNet => last_day(record).filter(|at| *at > case.now),
        Schedule::Off => None,
    }
}

/// The first UTC midnight at least fourteen hours after the end of the last day.
///
/// Nobody knows the zone in which 360Learning reads the date; no zone is further behind than that.
fn last_day(record: &Record<'_>) -> Option<Timestamp> {
    let (start, end) = (record.dates.start?, record.dates.termination?);
    if end < start || end < record.today {
        return None;
    }
    let over = record.midnight(end.tomorrow().ok()?)?;
    let earliest = over
        .checked_add(MARGIN)
        .ok()?
        .to_zoned_datetime(TimeZone::UTC);
    let day = if earliest.time() == Time::midnight() {
        earliest.date()
    } else {
        earliest.date().checked_add(1.day()).ok()?
    };
    Some(day.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

const MARGIN: SignedDuration = SignedDuration::from_hours(14);
