//! Whether the clock is right: by it the host knows that a day has begun.

use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::finding::{Area, Finding};

/// What a `Date` header says of this clock; `None` if it says nothing.
pub(super) fn skew(date: Option<&str>, now: Timestamp) -> Option<Finding> {
    let theirs: SystemTime = httpdate::parse_http_date(date?).ok()?;
    let theirs = Timestamp::try_from(theirs).ok()?;
    let off = now.duration_since(theirs);
    let size = off.abs();
    if size <= FINE {
        let what = "the clock is right, as 360Learning's answers show";
        return Some(Finding::ok(Area::Host, "clock", what));
    }
    let direction = if off.is_positive() { "fast" } else { "slow" };
    let seconds = SignedDuration::from_secs(size.as_secs());
    let what =
        format!("the clock is {seconds:#} {direction}: days begin and end at the wrong time");
    let finding = if size > HARMFUL {
        Finding::error
    } else {
        Finding::warning
    };
    let next = "let the machine take its time from an NTP server";
    Some(finding(Area::Host, "clock_skew", what).next(next))
}

const FINE: SignedDuration = SignedDuration::from_secs(60);

const HARMFUL: SignedDuration = SignedDuration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;

    #[test]
    fn a_minute_is_fine_and_an_hour_is_too_much() {
        let now: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let table = [
            ("Mon, 02 Mar 2026 12:00:30 GMT", Severity::Ok, "right"),
            (
                "Mon, 02 Mar 2026 11:58:00 GMT",
                Severity::Warning,
                "2m fast",
            ),
            (
                "Mon, 02 Mar 2026 12:05:00 GMT",
                Severity::Warning,
                "5m slow",
            ),
            ("Mon, 02 Mar 2026 14:00:00 GMT", Severity::Error, "2h slow"),
        ];
        for (date, severity, words) in table {
            let finding = skew(Some(date), now).unwrap();
            assert_eq!(finding.severity, severity, "{date}");
            assert!(finding.what.contains(words), "{}", finding.what);
        }
    }

    #[test]
    fn what_is_no_date_says_nothing() {
        for date in [None, Some(""), Some("yesterday")] {
            assert_eq!(skew(date, Timestamp::UNIX_EPOCH), None);
        }
    }
}
