//! Custom fields: their definitions, and the values that they allow.

mod authorized;

use core::fmt;

use serde::{Deserialize, Serialize};

pub use self::authorized::AuthorizedValues;
use crate::custom_value::CustomFieldType;
use crate::ids::CustomFieldId;
use crate::open_enum::open_enum;
use crate::value::{InvalidValue, not_blank};

/// The definition of a custom field.
///
/// `Debug` does not show the name.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomField {
    #[serde(rename = "_id")]
    id: CustomFieldId,
    name: Box<str>,
    target_type: CustomFieldTarget,
    #[serde(rename = "type")]
    kind: CustomFieldType,
}

impl CustomField {
    /// The id, which never changes.
    pub fn id(&self) -> &CustomFieldId {
        &self.id
    }

    /// The name, unique within the platform.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What has values in the field.
    pub fn target_type(&self) -> &CustomFieldTarget {
        &self.target_type
    }

    /// What the field holds.
    pub fn kind(&self) -> &CustomFieldType {
        &self.kind
    }
}

impl fmt::Debug for CustomField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomField")
            .field("id", &self.id)
            .field("target_type", &self.target_type)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A custom field to be created. Target and type cannot be changed afterwards.
///
/// ```
/// use learning360_client::{CustomFieldTarget, CustomFieldType, NewCustomField};
///
/// let field = NewCustomField::new("Site", CustomFieldTarget::Users, CustomFieldType::String)?;
/// assert_eq!(field.name(), "Site");
/// # Ok::<(), learning360_client::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewCustomField {
    name: Box<str>,
    target_type: CustomFieldTarget,
    #[serde(rename = "type")]
    kind: CustomFieldType,
}

impl NewCustomField {
    /// A field with a name, which may not be empty or blank.
    pub fn new(
        name: impl Into<String>,
        target_type: CustomFieldTarget,
        kind: CustomFieldType,
    ) -> Result<Self, InvalidValue> {
        Ok(Self {
            name: not_blank("name", name.into())?.into_boxed_str(),
            target_type,
            kind,
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for NewCustomField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCustomField")
            .field("target_type", &self.target_type)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A change to a custom field. Only the name can be changed, and it cannot be cleared.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct CustomFieldEdit {
    name: Box<str>,
}

impl CustomFieldEdit {
    /// Sets the name, which may not be empty or blank.
    pub fn name(name: impl Into<String>) -> Result<Self, InvalidValue> {
        let name = not_blank("name", name.into())?.into_boxed_str();
        Ok(Self { name })
    }
}

impl fmt::Debug for CustomFieldEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomFieldEdit").finish_non_exhaustive()
    }
}

/// What has values in a custom field.
///
/// The reference says `contents` where the guides say `pathSessions`: whatever else comes is kept.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomFieldTarget {
    /// Courses and sessions of paths.
    Contents,
    /// Users.
    Users,
    /// Another target, as it was sent.
    Other(Box<str>),
}

impl CustomFieldTarget {
    /// The wire form, such as `users`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Contents => "contents",
            Self::Users => "users",
            Self::Other(text) => text,
        }
    }
}

open_enum!(CustomFieldTarget: "contents" => Contents, "users" => Users);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[test]
    fn unknown_targets_types_and_properties_are_read() {
        let field: CustomField = serde_json::from_value(json!({
            "_id": ID, "name": "canary", "targetType": "pathSessions", "type": "number", "more": 1,
        }))
        .unwrap();
        assert_eq!((field.id().as_str(), field.name()), (ID, "canary"));
        assert_eq!(field.target_type().as_str(), "pathSessions");
        assert_eq!(*field.kind(), CustomFieldType::Other("number".into()));
        assert!(!format!("{field:?}").contains("canary"));
    }

    #[test]
    fn bodies_name_the_target_and_the_type() {
        let (target, kind) = (CustomFieldTarget::Users, CustomFieldType::Date);
        let field = NewCustomField::new("canary", target.clone(), kind.clone()).unwrap();
        assert_eq!(
            serde_json::to_value(&field).unwrap(),
            json!({"name": "canary", "targetType": "users", "type": "date"})
        );
        let edit = CustomFieldEdit::name("canary").unwrap();
        assert_eq!(
            serde_json::to_value(&edit).unwrap(),
            json!({"name": "canary"})
        );
        assert!(!format!("{field:?} {edit:?}").contains("canary"));
        let refused = InvalidValue::Empty("name");
        assert_eq!(NewCustomField::new(" ", target, kind), Err(refused));
        assert_eq!(CustomFieldEdit::name(""), Err(refused));
    }
}
