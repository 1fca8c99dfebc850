use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use learning360_client::{CustomFieldId, UserField};
use serde::{Deserialize, Serialize};

/// Values for the fields of an account. Personal data: `Debug` shows the fields' names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<UserField, String>);

/// Changes to the fields of an account. Personal data: `Debug` shows the fields' names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Changes(BTreeMap<UserField, Change>);

/// An account's custom values by field. Personal data: `Debug` shows the fields' ids only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomValues(BTreeMap<CustomFieldId, String>);

/// What happens to one field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

    pub(crate) fn take(&mut self, field: UserField) -> Option<String> {
        self.0.remove(&field)
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

    /// What tells the edits of one account apart: the mail and cleared fields have budgets of
    /// their own, the primary group its place among the groups, a username may be refused by the
    /// company, and they are edited on their own.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        if self.0.contains_key(&UserField::Mail) {
            Some("mail")
        } else if self.0.contains_key(&UserField::PrimaryGroup) {
            Some("primary_group")
        } else if self.0.values().all(|change| *change == Change::Clear) {
            Some("clear")
        } else if self.0.contains_key(&UserField::Username) {
            Some("username")
        } else {
            None
        }
    }

    pub(crate) fn insert(&mut self, field: UserField, change: Change) {
        self.0.insert(field, change);
    }
}

impl CustomValues {
    /// The value of a field.
    pub fn get(&self, field: &CustomFieldId) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// All values in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (&CustomFieldId, &str)> {
        self.0.iter().map(|(field, value)| (field, value.as_str()))
    }

    /// The fields whose values differ between the two, in a fixed order.
    pub fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a CustomFieldId> {
        let fields: BTreeSet<_> = self.0.keys().chain(other.0.keys()).collect();
        fields
            .into_iter()
            .filter(|field| self.get(field) != other.get(field))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the values of the fields that have one in the other set.
    pub(crate) fn retain_missing_in(&mut self, other: &Self) {
        self.0.retain(|field, _| other.get(field).is_none());
    }

    /// Adds the values of fields that have none here.
    pub(crate) fn fill_in(&mut self, other: &Self) {
        for (field, value) in &other.0 {
            self.0.entry(field.clone()).or_insert_with(|| value.clone());
        }
    }

    pub(crate) fn insert(&mut self, field: CustomFieldId, value: String) {
        self.0.insert(field, value);
    }

    pub(crate) fn remove(&mut self, field: &CustomFieldId) {
        self.0.remove(field);
    }
}

impl FromIterator<(CustomFieldId, String)> for CustomValues {
    fn from_iter<I: IntoIterator<Item = (CustomFieldId, String)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl fmt::Debug for CustomValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
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
