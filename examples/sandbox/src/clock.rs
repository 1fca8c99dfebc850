//! Reading and writing times: the virtual clock's instants, sites' midnights, both wire forms.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::seed::Invalid;

/// The zone with this IANA name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Invalid> {
    TimeZone::get(name).map_err(|_| Invalid::new(format!("unknown time zone {name:?}")))
}

/// A calendar date in Bob's form.
pub(crate) fn date(text: &str) -> Result<Date, Invalid> {
    text.parse()
        .map_err(|_| Invalid::new(format!("{text:?} is not a date like 2026-03-31")))
}

/// The instant at which this day begins in this zone.
///
/// Days whose midnight falls into a gap begin at the first instant after it.
pub(crate) fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned_datetime(zone.clone())
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The calendar day at this instant in this zone.
pub(crate) fn today(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned_datetime(zone.clone()).date()
}

/// The day so many days later, or earlier; `None` = there is none.
pub(crate) fn later(day: Date, days: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    day.checked_add(span).ok()
}

/// Later by so many seconds, at most the end of time.
pub(crate) fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// 360Learning's form: UTC with milliseconds.
pub(crate) fn millis(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Bob's form: no zone, with these microseconds.
pub(crate) fn micros(at: Timestamp, micros: u64) -> String {
    format!(
        "{}.{:06}",
        at.strftime("%Y-%m-%dT%H:%M:%S"),
        micros % 1_000_000
    )
}

/// The same on the wall of a zone.
pub(crate) fn local_micros(at: Timestamp, zone: &TimeZone, micros: u64) -> String {
    let wall = at.to_zoned_datetime(zone.clone()).datetime();
    format!(
        "{}.{:06}",
        wall.strftime("%Y-%m-%dT%H:%M:%S"),
        micros % 1_000_000
    )
}
