use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use provisioning_core::policy::Depth;

use super::Environment;

/// When everybody is compared without being asked for: every day at a time, and once a week deeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schedule {
    /// The time of day, in the policy's zone; `None` = never.
    pub at: Option<Time>,
    /// How much later it really begins: each installation at another time, so that not all of them
    /// call the same two systems at once, and always at the same.
    pub later: SignedDuration,
    /// The day on which it looks at what cannot be listed, too; `None` = never.
    pub deep_on: Option<Weekday>,
}

/// A time at which everybody is to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) at: Timestamp,
    pub(crate) depth: Depth,
}

impl Schedule {
    /// Never, unless an operator asks for it.
    pub const OFF: Self = Self {
        at: None,
        later: SignedDuration::ZERO,
        deep_on: None,
    };

    /// The latest slot that is not later than now.
    pub(crate) fn latest(&self, zone: &TimeZone, now: Timestamp) -> Option<Slot> {
        let today = zone.to_datetime(now).date();
        let days = [
            today,
            today.yesterday().ok()?,
            today.checked_sub(2.days()).ok()?,
        ];
        let mut slots = days.into_iter().filter_map(|day| self.slot(zone, day));
        slots.find(|slot| slot.at <= now)
    }

    /// The first slot that is later than now.
    pub(crate) fn next(&self, zone: &TimeZone, now: Timestamp) -> Option<Slot> {
        let today = zone.to_datetime(now).date();
        let days = [
            today,
            today.tomorrow().ok()?,
            today.checked_add(2.days()).ok()?,
        ];
        let mut slots = days.into_iter().filter_map(|day| self.slot(zone, day));
        slots.find(|slot| slot.at > now)
    }

    /// A time that a day does not have, because clocks are set forward, is taken an hour later.
    fn slot(&self, zone: &TimeZone, day: Date) -> Option<Slot> {
        let at = zone.to_timestamp(day.to_datetime(self.at?)).ok()?;
        let at = at.checked_add(self.later).ok()?;
        let depth = if self.deep_on == Some(day.weekday()) {
            Depth::Deep
        } else {
            Depth::Light
        };
        Some(Slot { at, depth })
    }

    pub(super) fn read(environment: &Environment, problems: &mut Vec<String>) -> Option<Self> {
        let at = match environment.get("SYNC_AT") {
            None => Some(Some(DEFAULT_AT)),
            Some("off") => Some(None),
            Some(text) => Time::strptime("%H:%M", text).ok().map(Some),
        };
        if at.is_none() {
            problems.push("SYNC_AT must be a time of day such as 03:00, or off".to_owned());
        }
        let deep_on = match environment.get("DEEP_SYNC_ON") {
            None => Some(Some(Weekday::Sunday)),
            Some("off") => Some(None),
            Some(text) => weekday(text).map(Some),
        };
        if deep_on.is_none() {
            problems.push("DEEP_SYNC_ON must be a day such as sunday, or off".to_owned());
        }
        let spread = match environment.get("SYNC_SPREAD_MINUTES") {
            None => Some(DEFAULT_SPREAD),
            Some(text) => text
                .parse()
                .ok()
                .filter(|minutes| *minutes <= LONGEST_SPREAD),
        };
        if spread.is_none() {
            problems.push(format!(
                "SYNC_SPREAD_MINUTES must be a number of minutes up to {LONGEST_SPREAD}"
            ));
        }
        let installation = environment.get("HIBOB_SERVICE_USER_ID");
        Some(Self {
            at: at?,
            later: spread_over(spread?, installation.unwrap_or_default()),
            deep_on: deep_on?,
        })
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            at: Some(DEFAULT_AT),
            later: SignedDuration::ZERO,
            deep_on: Some(Weekday::Sunday),
        }
    }
}

/// A time below so many minutes that goes by the name only: by FNV-1a, for the hash of the standard
/// library may be another one in the next version, and instances have to agree.
fn spread_over(minutes: u32, name: &str) -> SignedDuration {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let seconds = hash
        .checked_rem(u64::from(minutes) * 60)
        .unwrap_or_default();
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or_default())
}

fn weekday(text: &str) -> Option<Weekday> {
    let days = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let text = text.to_lowercase();
    let found = days.into_iter().find(|(name, _)| *name == text);
    found.map(|(_, day)| day)
}

const DEFAULT_AT: Time = Time::constant(3, 0, 0, 0);

const DEFAULT_SPREAD: u32 = 60;

/// Less than half a day, so that the day it is said for stays the day it is on, more or less.
const LONGEST_SPREAD: u32 = 12 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Schedule, Vec<String>> {
        let exact = [("SYNC_SPREAD_MINUTES", "0")];
        let variables = exact.iter().chain(variables).copied();
        let environment: Environment = variables.collect();
        let mut problems = Vec::new();
        Schedule::read(&environment, &mut problems).ok_or(problems)
    }

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn by_default_it_is_at_night_and_deeper_on_sundays() {
        let schedule = read(&[]).unwrap();
        assert_eq!(schedule, Schedule::default());
        // A Saturday.
        let now = at("2026-03-07T12:00:00Z");
        let latest = schedule.latest(&paris(), now).unwrap();
        assert_eq!(latest.at, at("2026-03-07T02:00:00Z"));
        assert_eq!(latest.depth, Depth::Light);
        let next = schedule.next(&paris(), now).unwrap();
        assert_eq!(next.at, at("2026-03-08T02:00:00Z"));
        assert_eq!(next.depth, Depth::Deep);
    }

    #[test]
    fn the_time_is_that_of_the_policys_zone_and_follows_its_clocks() {
        let schedule = read(&[("SYNC_AT", "02:30")]).unwrap();
        // On this night there is no half past two in Paris.
        let latest = schedule.latest(&paris(), at("2026-03-29T12:00:00Z"));
        assert_eq!(latest.unwrap().at, at("2026-03-29T01:30:00Z"));
        let latest = schedule.latest(&paris(), at("2026-03-30T12:00:00Z"));
        assert_eq!(latest.unwrap().at, at("2026-03-30T00:30:00Z"));
        // Just before it, the day before counts.
        let latest = schedule.latest(&paris(), at("2026-03-30T00:29:59Z"));
        assert_eq!(latest.unwrap().at, at("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn each_installation_has_a_time_of_its_own_and_keeps_it() {
        let later = |user, minutes| {
            let user = ("HIBOB_SERVICE_USER_ID", user);
            let spread = ("SYNC_SPREAD_MINUTES", minutes);
            let schedule = read(&[("SYNC_AT", "23:30"), user, spread]).unwrap();
            assert_eq!(
                schedule,
                read(&[("SYNC_AT", "23:30"), user, spread]).unwrap()
            );
            schedule.later
        };
        let users: Vec<_> = (0..200).map(|number| format!("SERVICE-{number}")).collect();
        let times: Vec<_> = users.iter().map(|user| later(user, "60")).collect();
        let hour = SignedDuration::ZERO..SignedDuration::from_mins(60);
        assert!(times.iter().all(|time| hour.contains(time)), "{times:?}");
        for quarter in 0..4 {
            let quarter = SignedDuration::from_mins(15 * quarter);
            let within = quarter..quarter + SignedDuration::from_mins(15);
            let some = times.iter().filter(|time| within.contains(time)).count();
            assert!(some > 25, "{some} of 200 from {quarter:#} on");
        }
        assert_eq!(later("SERVICE-7", "0"), SignedDuration::ZERO);
        // Also where that is on the next day.
        let mut schedule = read(&[("SYNC_AT", "23:30")]).unwrap();
        schedule.later = SignedDuration::from_mins(45);
        let latest = schedule
            .latest(&paris(), at("2026-03-08T00:00:00Z"))
            .unwrap();
        assert_eq!(
            (latest.at, latest.depth),
            (at("2026-03-07T23:15:00Z"), Depth::Light)
        );
        let next = schedule.next(&paris(), latest.at).unwrap();
        assert_eq!(
            (next.at, next.depth),
            (at("2026-03-08T23:15:00Z"), Depth::Deep)
        );
    }

    #[test]
    fn it_can_be_switched_off() {
        let schedule = read(&[("SYNC_AT", "off")]).unwrap();
        let now = at("2026-03-07T12:00:00Z");
        assert_eq!(schedule.latest(&paris(), now), None);
        assert_eq!(schedule.next(&paris(), now), None);
        let schedule = read(&[("DEEP_SYNC_ON", "off")]).unwrap();
        let next = schedule.next(&paris(), now).unwrap();
        assert_eq!(next.depth, Depth::Light, "also on a Sunday");
        let schedule = read(&[("DEEP_SYNC_ON", "Saturday")]).unwrap();
        let latest = schedule.latest(&paris(), now).unwrap();
        assert_eq!(latest.depth, Depth::Deep);
    }

    #[test]
    fn what_is_no_time_or_day_is_named() {
        for (name, value) in [
            ("SYNC_AT", "3"),
            ("SYNC_AT", "25:00"),
            ("SYNC_AT", "never"),
            ("SYNC_SPREAD_MINUTES", "-1"),
            ("SYNC_SPREAD_MINUTES", "721"),
            ("DEEP_SYNC_ON", "0"),
        ] {
            assert!(read(&[(name, value)]).unwrap_err()[0].starts_with(name));
        }
    }
}
