use std::collections::BTreeMap;
use std::fmt;

use learning360_client::UserField;

/// Values for the fields of an account. Personal data: `Debug` shows the fields' names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<UserField, String>);

/// Changes to the fields of an account. Personal data: `Debug` shows the fields' names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Changes(BTreeMap<UserField, Change>);

/// What happens to one field.
#[derive(Clone, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a field that is kept is not among the changes"
)]
pub enum Change {
    /// It gets this value.
    Set(String),
    /// It is emptied.
    Clear,
}

impl Values {
    /// The value of a field.
    pub fn get(&self, field: UserField) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// All fields with their values, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (UserField, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }

    pub(crate) fn insert(&mut self, field: UserField, value: String) {
        self.0.insert(field, value);
    }
}

impl Changes {
    /// All fields with their changes, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (UserField, &Change)> {
        self.0.iter().map(|(field, change)| (*field, change))
    }

    /// The change of a field.
    pub fn get(&self, field: UserField) -> Option<&Change> {
        self.0.get(&field)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn insert(&mut self, field: UserField, change: Change) {
        self.0.insert(field, change);
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set([personal])",
            Self::Clear => "Clear",
        })
    }
}
