//! Values that are sent: never empty, and dates in the one form that 360Learning takes.

use jiff::Timestamp;

/// A value that cannot be sent. It never holds the value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidValue {
    /// The value is empty or blank, which 360Learning refuses; clear the field instead.
    #[error("the value for {0} is empty")]
    Empty(&'static str),
    /// The value is not an instant such as `2026-09-10T23:00:00.000Z`.
    #[error("the value for {0} is not an instant")]
    NotAnInstant(&'static str),
    /// The value is not an id of 24 hexadecimal digits.
    #[error("the value for {0} is not an id")]
    NotAnId(&'static str),
    /// The value has not the form that 360Learning documents for the field.
    #[error("the value for {0} has not the documented form")]
    Malformed(&'static str),
    /// There are more values than 360Learning takes.
    #[error("there are too many values for {0}")]
    TooMany(&'static str),
    /// The value has too many bytes.
    #[error("the value for {0} is too large")]
    TooLarge(&'static str),
}

impl InvalidValue {
    /// The name of the field, as 360Learning spells it.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Empty(field)
            | Self::NotAnInstant(field)
            | Self::TooLarge(field)
            | Self::NotAnId(field)
            | Self::Malformed(field)
            | Self::TooMany(field) => field,
        }
    }
}

/// Refuses what is empty or blank.
pub(crate) fn not_blank(field: &'static str, value: String) -> Result<String, InvalidValue> {
    if value.trim().is_empty() {
        Err(InvalidValue::Empty(field))
    } else {
        Ok(value)
    }
}

/// The form of dates that 360Learning documents: UTC with milliseconds.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_milliseconds_and_utc() {
        for (given, sent) in [
            ("2026-09-10T23:00:00Z", "2026-09-10T23:00:00.000Z"),
            ("2026-09-11T01:00:00.5+02:00", "2026-09-10T23:00:00.500Z"),
            ("2026-09-10T23:00:00.123456789Z", "2026-09-10T23:00:00.123Z"),
        ] {
            assert_eq!(instant(given.parse().unwrap()), sent);
        }
    }

    #[test]
    fn blank_values_are_refused() {
        assert_eq!(not_blank("job", "a ".to_owned()), Ok("a ".to_owned()));
        for blank in ["", " ", "\u{a0}\t"] {
            assert_eq!(
                not_blank("job", blank.to_owned()),
                Err(InvalidValue::Empty("job"))
            );
        }
        assert_eq!(
            InvalidValue::NotAnId("primaryGroupId").field(),
            "primaryGroupId"
        );
    }
}
