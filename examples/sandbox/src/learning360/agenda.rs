//! What happens in 360Learning by itself: announced deactivations and bulk operations.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Learning360;
use crate::clock;
use crate::seed::{User, UserStatus};
use crate::switches::{DeactivationMoment, Learning360Switches};

/// Something that is due at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// The announced deactivation of a user.
    Deactivate(String),
    /// The mail before it.
    Remind(String),
    /// The next step of a bulk operation.
    Bulk(String),
}

impl Learning360 {
    /// When the next thing is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let task = self.agenda.first().map(|(at, _)| *at);
        [task, self.outbox.next_due()].into_iter().flatten().min()
    }

    /// Does everything that is due; returns how many accounts were deleted.
    pub(crate) fn run_due(&mut self, now: Timestamp, switches: &Learning360Switches) -> u64 {
        let mut count = 0;
        while self.agenda.first().is_some_and(|(at, _)| *at <= now) {
            match self.agenda.pop_first() {
                Some((_, Task::Deactivate(id))) => {
                    self.delete(&id, now, switches);
                    count += 1;
                }
                Some((_, Task::Remind(id))) => {
                    if let Some(user) = self.users.get(&id).cloned() {
                        self.send_mail(&user, "deactivation_reminder", now);
                    }
                }
                Some((_, Task::Bulk(id))) => self.step_operation(&id, now, switches),
                None => {}
            }
        }
        count
    }

    /// Plans the announced deactivation of an account that is being stored.
    pub(super) fn plan_deactivation(
        &mut self,
        user: &User,
        now: Timestamp,
        switches: &Learning360Switches,
    ) {
        let at = user
            .to_be_deactivated_at
            .filter(|_| user.status != UserStatus::Deleted);
        let Some(at) = at else { return };
        let due = moment(at, now, &switches.deactivation_moment);
        self.agenda.insert((due, Task::Deactivate(user.id.clone())));
        let reminder = clock::plus(due, -DAY);
        if switches.deactivation_reminder && reminder > now {
            self.agenda
                .insert((reminder, Task::Remind(user.id.clone())));
        }
    }
}

/// When an announced deactivation takes effect. A midnight that has passed does not count.
fn moment(at: Timestamp, now: Timestamp, switch: &DeactivationMoment) -> Timestamp {
    let zone = match switch {
        DeactivationMoment::Instant => return at,
        DeactivationMoment::UtcMidnight => TimeZone::UTC,
        DeactivationMoment::Midnight(name) => clock::zone(name).unwrap_or(TimeZone::UTC),
    };
    let midnight = clock::midnight(clock::today(at, &zone), &zone);
    if midnight > now { midnight } else { at }
}

const DAY: i64 = 24 * 60 * 60;
