use core::fmt;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::ser::{Serialize, Serializer};

use super::{ClearableField, UserField, instant};
use crate::ids::GroupId;
use crate::value::InvalidValue;

/// What an edit does to one field.
///
/// `Debug` shows which of the three it is, not the value.
// Exhaustive on purpose: a field of a PATCH is absent, null or a value.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edit<T> {
    /// The field stays as it is.
    Keep,
    /// The field is emptied.
    Clear,
    /// The field gets a value.
    Set(T),
}

/// Changes to a user: each field is kept, cleared or set.
///
/// Send only what differs. Whether 360Learning accepts a mail that the user already has is not
/// documented; its version 1 refused it. Personal data: `Debug` shows the names of the fields and
/// what happens to them, never values.
///
/// ```
/// use learning360_client::{ClearableField, UserEdit, UserField};
///
/// let edit = UserEdit::new().set(UserField::Job, "Engineer")?.clear(ClearableField::PHONE);
/// assert_eq!(
///     serde_json::to_value(&edit)?,
///     serde_json::json!({"job": "Engineer", "phone": null}),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserEdit(BTreeMap<UserField, Option<Box<str>>>);

impl UserEdit {
    /// An edit that keeps everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field; empty and blank values are refused, because 360Learning refuses them.
    ///
    /// [`UserField::ToBeDeactivatedAt`] takes an instant and [`UserField::PrimaryGroup`] an id.
    pub fn set(mut self, field: UserField, value: impl Into<String>) -> Result<Self, InvalidValue> {
        self.0
            .insert(field, Some(field.sendable(value.into())?.into_boxed_str()));
        Ok(self)
    }

    /// Empties a field. The language cannot be emptied, which is why it is no [`ClearableField`].
    pub fn clear(mut self, field: ClearableField) -> Self {
        self.0.insert(field.field(), None);
        self
    }

    /// Sets the primary group, of which the user must be a member.
    pub fn primary_group(mut self, group: &GroupId) -> Self {
        self.0
            .insert(UserField::PrimaryGroup, Some(group.as_str().into()));
        self
    }

    /// Sets when the user is to be deactivated: in the future, not for the owner, and not for a
    /// user who is deactivated already.
    pub fn to_be_deactivated_at(mut self, at: Timestamp) -> Self {
        self.0.insert(
            UserField::ToBeDeactivatedAt,
            Some(instant(at).into_boxed_str()),
        );
        self
    }

    /// What happens to a field.
    pub fn get(&self, field: UserField) -> Edit<&str> {
        match self.0.get(&field) {
            None => Edit::Keep,
            Some(None) => Edit::Clear,
            Some(Some(value)) => Edit::Set(value),
        }
    }

    /// The fields that change, in a fixed order.
    pub fn fields(&self) -> impl Iterator<Item = UserField> + '_ {
        self.0.keys().copied()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for UserEdit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

impl fmt::Debug for UserEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.keys().map(|field| (field, self.get(*field))))
            .finish()
    }
}

impl<T> fmt::Debug for Edit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Clear => "Clear",
            Self::Set(_) => "Set",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_null_and_value_are_three_things() {
        let edit = UserEdit::new()
            .set(UserField::Lang, "fr")
            .unwrap()
            .clear(ClearableField::JOB)
            .to_be_deactivated_at("2026-09-10T23:00:00Z".parse().unwrap());
        assert_eq!(
            serde_json::to_value(&edit).unwrap(),
            json!({"lang": "fr", "job": null, "toBeDeactivatedAt": "2026-09-10T23:00:00.000Z"})
        );
        assert_eq!(edit.get(UserField::Mail), Edit::Keep);
        assert_eq!(edit.get(UserField::Job), Edit::Clear);
        assert_eq!(edit.get(UserField::Lang), Edit::Set("fr"));
        assert!(!edit.is_empty() && UserEdit::new().is_empty());
    }

    #[test]
    fn the_last_word_counts() {
        let edit = UserEdit::new()
            .clear(ClearableField::JOB)
            .set(UserField::Job, "x")
            .unwrap();
        assert_eq!(edit.get(UserField::Job), Edit::Set("x"));
        let edit = edit.clear(ClearableField::JOB);
        assert_eq!(edit.get(UserField::Job), Edit::Clear);
    }

    #[test]
    fn empty_values_are_refused() {
        for blank in ["", " "] {
            let refused = UserEdit::new().set(UserField::Phone, blank).unwrap_err();
            assert_eq!(refused, InvalidValue::Empty("phone"));
        }
    }

    #[test]
    fn debug_shows_names_only() {
        let edit = UserEdit::new().set(UserField::Mail, "canary").unwrap();
        assert_eq!(format!("{edit:?}"), "{Mail: Set}");
    }
}
