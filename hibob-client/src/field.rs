//! The three states of a field.

use core::fmt;

/// What an answer says about a field: hidden, empty, or a value.
///
/// HiBob leaves a field out when the service user may not see it, when it does not exist, or when
/// it was not asked for; all of these are [`Missing`](Field::Missing). A field without a value
/// that one may see is [`Null`](Field::Null). The two must never be confused: an empty department
/// is a fact, a hidden one is not.
///
/// `Debug` shows the state but not the value, which may be personal data.
// Exhaustive on purpose: a caller must say what each of the three means.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field<T> {
    /// Not in the answer: hidden, unknown, or not asked for.
    Missing,
    /// In the answer, and empty.
    Null,
    /// In the answer, with a value.
    Value(T),
}

impl<T> Field<T> {
    /// Turns the value, if there is one, into another.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Missing => Field::Missing,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(f(value)),
        }
    }

    /// Turns the value, if there is one, into another field.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Field<U>) -> Field<U> {
        match self {
            Self::Missing => Field::Missing,
            Self::Null => Field::Null,
            Self::Value(value) => f(value),
        }
    }

    /// Borrows the value.
    pub fn as_ref(&self) -> Field<&T> {
        match self {
            Self::Missing => Field::Missing,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(value),
        }
    }

    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Missing | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Whether the field was not in the answer.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether the field was in the answer, and empty.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::Null => "Null",
            Self::Value(_) => "Value(..)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_stay_apart() {
        let states = [Field::Missing, Field::Null, Field::Value(2)];
        assert_eq!(
            states.map(|state| state.map(|n| n * 2)),
            [Field::Missing, Field::Null, Field::Value(4)]
        );
        assert_eq!(states.map(Field::value), [None, None, Some(2)]);
        assert_eq!(states.map(|state| state.is_missing()), [true, false, false]);
        assert_eq!(states.map(|state| state.is_null()), [false, true, false]);
        assert_eq!(states[2].as_ref(), Field::Value(&2));
        assert_eq!(states[2].and_then(|_| Field::<u8>::Null), Field::Null);
    }

    #[test]
    fn debug_hides_the_value() {
        assert_eq!(format!("{:?}", Field::Value("canary")), "Value(..)");
    }
}
