use core::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::value::{InvalidValue, not_blank};

/// The values that a custom field is to allow: at most 300, all texts or all days.
///
/// Without any the field presumably allows every value; that is not documented. `Debug` shows how
/// many there are.
///
/// ```
/// use learning360_client::AuthorizedValues;
///
/// let values = AuthorizedValues::texts(["Paris", "Berlin"])?;
/// assert_eq!(values.values(), ["Paris", "Berlin"]);
/// assert!(AuthorizedValues::texts([""]).is_err());
/// # Ok::<(), learning360_client::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizedValues {
    #[serde(rename = "authorizedValues")]
    values: Vec<String>,
}

impl AuthorizedValues {
    /// Texts, for a field of texts; none may be empty or blank.
    pub fn texts<T: Into<String>>(
        values: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidValue> {
        let values = values
            .into_iter()
            .map(|value| not_blank(FIELD, value.into()))
            .collect::<Result<Vec<_>, _>>()?;
        Self::few(values)
    }

    /// Days, for a field of dates; sent as `YYYY-MM-DD`.
    pub fn dates(days: impl IntoIterator<Item = Date>) -> Result<Self, InvalidValue> {
        Self::few(days.into_iter().map(|day| day.to_string()).collect())
    }

    /// The values, as they will be sent.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    fn few(values: Vec<String>) -> Result<Self, InvalidValue> {
        if values.len() > MOST_VALUES {
            return Err(InvalidValue::TooMany(FIELD));
        }
        Ok(Self { values })
    }
}

impl fmt::Debug for AuthorizedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorizedValues({})", self.values.len())
    }
}

const FIELD: &str = "authorizedValues";

const MOST_VALUES: usize = 300;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_sent_as_days() {
        let days = ["2026-09-10".parse().unwrap(), "2027-01-01".parse().unwrap()];
        let values = AuthorizedValues::dates(days).unwrap();
        assert_eq!(
            serde_json::to_value(&values).unwrap(),
            json!({"authorizedValues": ["2026-09-10", "2027-01-01"]})
        );
    }

    #[test]
    fn three_hundred_are_the_most() {
        let texts = |count: usize| AuthorizedValues::texts((0..count).map(|n| n.to_string()));
        assert_eq!(texts(300).unwrap().values().len(), 300);
        assert_eq!(texts(301), Err(InvalidValue::TooMany(FIELD)));
        assert_eq!(texts(0).unwrap().values().len(), 0);
        let blank = AuthorizedValues::texts(["a", " "]);
        assert_eq!(blank, Err(InvalidValue::Empty(FIELD)));
        let shown = format!("{:?}", AuthorizedValues::texts(["canary"]).unwrap());
        assert_eq!(shown, "AuthorizedValues(1)");
    }
}
