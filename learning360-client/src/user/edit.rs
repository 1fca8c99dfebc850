use core::fmt;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{ClearableField, UserField, instant};
use crate::ids::{GroupId, MediaId};
use crate::value::InvalidValue;

/// What an edit does to one field.
///
/// `Debug` shows which of the three it is, not the value.
// Exhaustive on purpose: a field of a PATCH is absent, null or a value.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edit<T> {
    /// The field stays as it is.
    #[default]
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
pub struct UserEdit {
    fields: BTreeMap<UserField, Option<Box<str>>>,
    /// It is no [`UserField`], because a user cannot be created with it.
    profile_image: Edit<MediaId>,
}

impl UserEdit {
    /// An edit that keeps everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field; empty and blank values are refused, because 360Learning refuses them.
    ///
    /// [`UserField::ToBeDeactivatedAt`] takes an instant and [`UserField::PrimaryGroup`] an id.
    pub fn set(mut self, field: UserField, value: impl Into<String>) -> Result<Self, InvalidValue> {
        self.fields
            .insert(field, Some(field.sendable(value.into())?.into_boxed_str()));
        Ok(self)
    }

    /// Empties a field. The language cannot be emptied, which is why it is no [`ClearableField`].
    pub fn clear(mut self, field: ClearableField) -> Self {
        self.fields.insert(field.field(), None);
        self
    }

    /// Sets the primary group, of which the user must be a member.
    pub fn primary_group(mut self, group: &GroupId) -> Self {
        self.fields
            .insert(UserField::PrimaryGroup, Some(group.as_str().into()));
        self
    }

    /// Sets when the user is to be deactivated: in the future, not for the owner, and not for a
    /// user who is deactivated already.
    pub fn to_be_deactivated_at(mut self, at: Timestamp) -> Self {
        self.fields.insert(
            UserField::ToBeDeactivatedAt,
            Some(instant(at).into_boxed_str()),
        );
        self
    }

    /// Sets the profile image; the media must be an image.
    ///
    /// Uploading an image to a user sets it right away.
    pub fn profile_image(mut self, image: MediaId) -> Self {
        self.profile_image = Edit::Set(image);
        self
    }

    /// Removes the profile image.
    pub fn clear_profile_image(mut self) -> Self {
        self.profile_image = Edit::Clear;
        self
    }

    /// What happens to the profile image.
    pub fn profile_image_edit(&self) -> Edit<&MediaId> {
        match &self.profile_image {
            Edit::Keep => Edit::Keep,
            Edit::Clear => Edit::Clear,
            Edit::Set(image) => Edit::Set(image),
        }
    }

    /// What happens to a field.
    pub fn get(&self, field: UserField) -> Edit<&str> {
        match self.fields.get(&field) {
            None => Edit::Keep,
            Some(None) => Edit::Clear,
            Some(Some(value)) => Edit::Set(value),
        }
    }

    /// The fields that change, in a fixed order; the profile image is none of them.
    pub fn fields(&self) -> impl Iterator<Item = UserField> + '_ {
        self.fields.keys().copied()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.profile_image == Edit::Keep
    }
}

impl Serialize for UserEdit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, value) in &self.fields {
            map.serialize_entry(field, value)?;
        }
        let name = "profileImageId";
        match &self.profile_image {
            Edit::Keep => {}
            Edit::Clear => map.serialize_entry(name, &())?,
            Edit::Set(image) => map.serialize_entry(name, image)?,
        }
        map.end()
    }
}

impl fmt::Debug for UserEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entries(self.fields.keys().map(|field| (field, self.get(*field))));
        if self.profile_image != Edit::Keep {
            map.entry(&format_args!("ProfileImage"), &self.profile_image_edit());
        }
        map.finish()
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
    fn the_profile_image_is_kept_cleared_or_set() {
        let image: MediaId = "507f1f77bcf86cd799439014".parse().unwrap();
        let set = UserEdit::new().profile_image(image.clone());
        for (edit, expected, json) in [
            (UserEdit::new(), Edit::Keep, json!({})),
            (
                set.clone(),
                Edit::Set(&image),
                json!({"profileImageId": image}),
            ),
            (
                set.clear_profile_image(),
                Edit::Clear,
                json!({"profileImageId": null}),
            ),
        ] {
            assert_eq!(edit.profile_image_edit(), expected);
            assert_eq!(edit.is_empty(), expected == Edit::Keep);
            assert_eq!(serde_json::to_value(&edit).unwrap(), json);
        }
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
