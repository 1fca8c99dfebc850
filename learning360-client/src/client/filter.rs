//! Filters of lists: `field[operator]=value`.

use core::fmt;

use jiff::Timestamp;

use super::call::{Call, encoded};
use crate::value::{InvalidValue, instant};

/// A condition on a text. The values may be personal data: `Debug` shows how many there are.
///
/// A text alone means [`is`](Self::is).
///
/// ```
/// use learning360_client::TextFilter;
///
/// assert_eq!(TextFilter::from("ada@example.com"), TextFilter::is("ada@example.com"));
/// assert!(TextFilter::one_of(["ada@example.com", "ben@example.com"]).is_ok());
/// assert!(TextFilter::one_of::<String>([]).is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TextFilter {
    operator: Operator,
    /// Never empty: without a value the condition would be no condition, and all would be listed.
    values: Vec<String>,
    style: ListStyle,
}

/// How several values of a [`TextFilter`] are written. 360Learning does not document which is right:
/// try on a platform of your own before you rely on lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListStyle {
    /// `mail[in]=a&mail[in]=b`.
    #[default]
    Repeated,
    /// `mail[in][]=a&mail[in][]=b`.
    Brackets,
    /// `mail[in]=a,b`.
    Commas,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    OneOf,
    NoneOf,
}

impl TextFilter {
    /// The value is this one.
    pub fn is(value: impl Into<String>) -> Self {
        Self {
            operator: Operator::Is,
            values: vec![value.into()],
            style: ListStyle::Repeated,
        }
    }

    /// The value is any but this one.
    pub fn is_not(value: impl Into<String>) -> Self {
        Self {
            operator: Operator::IsNot,
            values: vec![value.into()],
            style: ListStyle::Repeated,
        }
    }

    /// The value is one of these; at least one is needed.
    ///
    /// 360Learning documents neither how a list is [written](Self::written_as) nor how long it may
    /// be. Prefer [`is`](Self::is) where one call more does no harm.
    pub fn one_of<T: Into<String>>(
        values: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        Self::list(Operator::OneOf, values)
    }

    /// The value is none of these; at least one is needed. See [`one_of`](Self::one_of).
    pub fn none_of<T: Into<String>>(
        values: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        Self::list(Operator::NoneOf, values)
    }

    /// Writes several values in another style; one value is written without any.
    pub fn written_as(mut self, style: ListStyle) -> Self {
        self.style = style;
        self
    }

    fn list<T: Into<String>>(
        operator: Operator,
        values: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return Err(InvalidValue::Empty("filter"));
        }
        Ok(Self {
            operator,
            values,
            style: ListStyle::Repeated,
        })
    }

    fn operator(&self) -> &'static str {
        match self.operator {
            Operator::Is => "eq",
            Operator::IsNot => "ne",
            Operator::OneOf => "in",
            Operator::NoneOf => "nin",
        }
    }
}

impl From<&str> for TextFilter {
    fn from(value: &str) -> Self {
        Self::is(value)
    }
}

impl From<String> for TextFilter {
    fn from(value: String) -> Self {
        Self::is(value)
    }
}

impl From<&String> for TextFilter {
    fn from(value: &String) -> Self {
        Self::is(value)
    }
}

impl fmt::Debug for TextFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TextFilter({}, {} values)",
            self.operator(),
            self.values.len()
        )
    }
}

/// A condition on an instant. 360Learning counts in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "360Learning has these two operators"
)]
pub enum InstantFilter {
    /// At this instant or later.
    From(Timestamp),
    /// Before this instant.
    Before(Timestamp),
}

impl Call {
    /// Adds a condition on a text.
    pub(crate) fn with_text_filter(mut self, field: &str, filter: &TextFilter) -> Self {
        let name = format!("{field}[{}]", filter.operator());
        let is_list = matches!(filter.operator, Operator::OneOf | Operator::NoneOf);
        match filter.style {
            ListStyle::Commas if is_list => {
                let values: Vec<_> = filter.values.iter().map(|value| encoded(value)).collect();
                self = self.with_encoded_query(&name, &values.join(","));
            }
            ListStyle::Brackets if is_list => {
                let name = name + "[]";
                for value in &filter.values {
                    self = self.with_query(&name, value);
                }
            }
            _ => {
                for value in &filter.values {
                    self = self.with_query(&name, value);
                }
            }
        }
        self
    }

    /// Adds a condition on an instant.
    pub(crate) fn with_instant_filter(self, field: &str, filter: InstantFilter) -> Self {
        let (operator, at) = match filter {
            InstantFilter::From(at) => ("gte", at),
            InstantFilter::Before(at) => ("lt", at),
        };
        self.with_query(&format!("{field}[{operator}]"), &instant(at))
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    fn call() -> Call {
        let base = Url::parse("https://app.360learning.com").unwrap();
        Call::new(&base, Method::GET, "/api/v2/users", &[])
    }

    #[test]
    fn operators_stand_in_brackets_and_values_are_encoded() {
        for (filter, query) in [
            (TextFilter::from("a+b@x.c"), "mail[eq]=a%2Bb%40x.c"),
            (TextFilter::from(&"a#b".to_owned()), "mail[eq]=a%23b"),
            (TextFilter::is_not("a b"), "mail[ne]=a%20b"),
            (
                TextFilter::one_of(["a,b", "c"]).unwrap(),
                "mail[in]=a%2Cb&mail[in]=c",
            ),
            (
                TextFilter::one_of(["a,b", "c"])
                    .unwrap()
                    .written_as(ListStyle::Commas),
                "mail[in]=a%2Cb,c",
            ),
            (
                TextFilter::none_of(["a,b", "c"])
                    .unwrap()
                    .written_as(ListStyle::Brackets),
                "mail[nin][]=a%2Cb&mail[nin][]=c",
            ),
            (
                TextFilter::is("a,b").written_as(ListStyle::Commas),
                "mail[eq]=a%2Cb",
            ),
            (TextFilter::none_of(["a&b"]).unwrap(), "mail[nin]=a%26b"),
        ] {
            let call = call().with_text_filter("mail", &filter);
            assert_eq!(call.url.query(), Some(query), "{filter:?}");
        }
        let refused = TextFilter::none_of::<String>([]).unwrap_err();
        assert_eq!(refused, InvalidValue::Empty("filter"));
    }

    proptest! {
        /// Whatever the values hold, they arrive as they are, under their field and operator.
        #[test]
        fn values_arrive_as_they_are(
            values in prop::collection::vec(".{0,12}|[+#,%&= \\[\\]]{1,6}", 1..5),
            kind in 0_usize..4,
            style in prop::sample::select(vec![
                ListStyle::Repeated, ListStyle::Brackets, ListStyle::Commas,
            ]),
        ) {
            let (filter, operator) = match kind {
                0 => (TextFilter::is(&values[0]), "eq"),
                1 => (TextFilter::is_not(&values[0]), "ne"),
                2 => (TextFilter::one_of(&values).unwrap(), "in"),
                _ => (TextFilter::none_of(&values).unwrap(), "nin"),
            };
            let call = call()
                .with_query("before", "1")
                .with_text_filter("mail", &filter.written_as(style));
            let query = call.url.query().unwrap().replace("before=1&", "");
            let sent = if kind < 2 { &values[..1] } else { &values[..] };
            let mut arrived = Vec::new();
            for pair in query.split('&') {
                let (name, value) = pair.split_once('=').unwrap();
                let brackets = if kind >= 2 && style == ListStyle::Brackets { "[]" } else { "" };
                prop_assert_eq!(name, format!("mail[{operator}]{brackets}"));
                prop_assert!(!value.contains(['+', '#', ' ', '[']), "{}", value);
                let in_one = kind >= 2 && style == ListStyle::Commas;
                let parts: Vec<_> = if in_one { value.split(',').collect() } else { vec![value] };
                for part in parts {
                    prop_assert!(!part.contains(','));
                    let pair = format!("x={part}");
                    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
                    arrived.push(pairs.next().unwrap().1.into_owned());
                }
            }
            prop_assert_eq!(arrived.as_slice(), sent);
        }
    }

    #[test]
    fn instants_are_in_utc() {
        let at = "2026-01-01T01:00:00+01:00".parse().unwrap();
        let call = call()
            .with_instant_filter("deliveryDate", InstantFilter::From(at))
            .with_instant_filter("deliveryDate", InstantFilter::Before(at));
        assert_eq!(
            call.url.query(),
            Some(
                "deliveryDate[gte]=2026-01-01T00%3A00%3A00.000Z\
                 &deliveryDate[lt]=2026-01-01T00%3A00%3A00.000Z"
            )
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", TextFilter::one_of(["canary", "canary"]).unwrap());
        assert_eq!(shown, "TextFilter(in, 2 values)");
    }
}
