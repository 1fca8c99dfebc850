//! External-ID mappings: which id an object has on another platform.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{MappingId, UserId};
use crate::open_enum::open_enum;
use crate::value::{InvalidValue, not_blank};

/// A mapping of a user to the id that the user has on another platform.
///
/// A user has at most one per platform, and a value belongs to at most one user of a platform.
/// Mappings survive deactivation. The value may be personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    #[serde(rename = "_id")]
    id: MappingId,
    platform: String,
    #[serde(rename = "targetId")]
    target: UserId,
    target_type: TargetType,
    value: String,
}

impl Mapping {
    /// Puts a mapping of a user together, for tests and simulators.
    pub fn new(id: MappingId, new: NewMapping) -> Self {
        let NewMapping {
            platform,
            target,
            target_type,
            value,
        } = new;
        Self {
            id,
            platform,
            target,
            target_type,
            value,
        }
    }

    /// The id of the mapping.
    pub fn id(&self) -> &MappingId {
        &self.id
    }

    /// The name of the other platform.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// The user, if the [type](Self::target_type) is [`TargetType::User`].
    pub fn target(&self) -> &UserId {
        &self.target
    }

    /// The kind of the object that is mapped.
    pub fn target_type(&self) -> &TargetType {
        &self.target_type
    }

    /// The id on the other platform.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping")
            .field("id", &self.id)
            .field("platform", &self.platform)
            .field("target", &self.target)
            .field("target_type", &self.target_type)
            .finish_non_exhaustive()
    }
}

/// A mapping of a user to be created, or to take the place of another.
///
/// ```
/// use learning360_client::{NewMapping, UserId};
///
/// let user = UserId::try_from("507f1f77bcf86cd799439011")?;
/// let mapping = NewMapping::new("my-provisioner", user, "3332883894235038486")?;
/// assert_eq!(mapping.value(), "3332883894235038486");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewMapping {
    platform: String,
    #[serde(rename = "targetId")]
    target: UserId,
    target_type: TargetType,
    value: String,
}

impl NewMapping {
    /// Maps a user to a value on a platform; neither text may be empty or blank.
    ///
    /// Some names of platforms are reserved for 360Learning's own connectors and refused with
    /// [`ErrorCode::ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName).
    pub fn new(
        platform: impl Into<String>,
        target: UserId,
        value: impl Into<String>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self {
            platform: not_blank("platform", platform.into())?,
            target,
            target_type: TargetType::User,
            value: not_blank("value", value.into())?,
        })
    }

    /// The name of the other platform.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// The user.
    pub fn target(&self) -> &UserId {
        &self.target
    }

    /// The id on the other platform.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for NewMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMapping")
            .field("platform", &self.platform)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// The kind of an object that is mapped.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetType {
    /// A group.
    Group,
    /// A user.
    User,
    /// Another kind, such as `course`, as it was sent.
    Other(Box<str>),
}

impl TargetType {
    /// The wire form, such as `user`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Group => "group",
            Self::User => "user",
            Self::Other(text) => text,
        }
    }
}

open_enum!(TargetType: "group" => Group, "user" => User);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new(value: &str) -> Result<NewMapping, InvalidValue> {
        NewMapping::new("ours", "507f1f77bcf86cd799439011".parse().unwrap(), value)
    }

    #[test]
    fn the_body_names_the_target_and_its_type() {
        assert_eq!(
            serde_json::to_value(new("7").unwrap()).unwrap(),
            json!({
                "platform": "ours", "targetId": "507f1f77bcf86cd799439011",
                "targetType": "user", "value": "7",
            })
        );
        assert_eq!(new(" ").unwrap_err(), InvalidValue::Empty("value"));
    }

    #[test]
    fn mappings_are_read_with_unknown_fields_and_types() {
        let mapping: Mapping = serde_json::from_value(json!({
            "_id": "507f1f77bcf86cd799439012", "platform": "ours", "value": "canary",
            "targetId": "507f1f77bcf86cd799439011", "targetType": "planet", "more": {},
        }))
        .unwrap();
        assert_eq!(*mapping.target_type(), TargetType::Other("planet".into()));
        assert!(!format!("{mapping:?}").contains("canary"));
        assert!(!format!("{:?}", new("canary").unwrap()).contains("canary"));
    }
}
