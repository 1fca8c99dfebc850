//! How times and numbers are told to a person.

use std::io;

use jiff::{SignedDuration, Timestamp};

/// A time as a person reads it: `2026-03-02 09:00 UTC`.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How long ago something was: `3 h ago`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(at);
    if age < SignedDuration::from_secs(1) {
        return "just now".to_owned();
    }
    format!("{} ago", span(age))
}

/// How soon something is: `in 3 h`.
pub(crate) fn ahead(at: Timestamp, now: Timestamp) -> String {
    let left = at.duration_since(now);
    if left <= SignedDuration::ZERO {
        return "now".to_owned();
    }
    format!("in {}", span(left))
}

/// A span of time in its largest unit: `40 s`, `12 min`, `5 h`, `3 d`.
pub(crate) fn span(span: SignedDuration) -> String {
    let seconds = span.abs().as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// So many of a thing: `1 step`, `2 steps`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    let thing = if number == 1 { one } else { many };
    format!("{number} {thing}")
}

/// So many people.
pub(crate) fn people(number: usize) -> String {
    count(number, "person", "people")
}

/// Why a file cannot be read.
pub(crate) fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        let told = |seconds| span(SignedDuration::from_secs(seconds));
        let table = [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7_199, "119 min"),
            (7_200, "2 h"),
            (172_800, "2 d"),
            (-180, "3 min"),
        ];
        for (seconds, expected) in table {
            assert_eq!(told(seconds), expected);
        }
    }

    #[test]
    fn past_and_future_are_told_apart() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let hours = SignedDuration::from_hours;
        assert_eq!(ago(now - hours(3), now), "3 h ago");
        assert_eq!(ago(now + hours(3), now), "just now");
        assert_eq!(ahead(now + hours(3), now), "in 3 h");
        assert_eq!(ahead(now - hours(3), now), "now");
        assert_eq!(time(now), "2026-03-02 09:00 UTC");
    }
}
