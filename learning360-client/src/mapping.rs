//! External-ID mappings: which id an object has on another platform.

use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, GroupId, MappingId, PathId, PathSessionId, UserId};
use crate::open_enum::open_enum;
use crate::value::{InvalidValue, not_blank};

/// The id of an object that can be mapped.
///
/// Only ids of this crate are: 360Learning maps nothing else that it has calls for.
pub trait MappingTarget:
    sealed::Sealed + AsRef<str> + Clone + Eq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The kind of the object.
    fn target_type() -> TargetType;
}

mod sealed {
    // Not to be named outside, so that nobody else can implement it.
    #[allow(unnameable_types)]
    pub trait Sealed {}
}

macro_rules! mapping_target {
    ($($id:ident is $kind:ident),+) => {
        $(impl sealed::Sealed for $id {}

        impl MappingTarget for $id {
            fn target_type() -> TargetType {
                TargetType::$kind
            }
        })+
    };
}

mapping_target!(
    CourseId is Course,
    GroupId is Group,
    PathId is Path,
    PathSessionId is PathSession,
    UserId is User
);

/// A mapping of an object, such as a user or a group, to the id that it has on another platform.
///
/// An object has at most one per platform, and a value belongs to at most one object of a platform.
/// Mappings survive deactivation. The value may be personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping<T = UserId> {
    #[serde(rename = "_id")]
    id: MappingId,
    platform: String,
    #[serde(rename = "targetId")]
    target: T,
    target_type: TargetType,
    value: String,
}

impl<T> Mapping<T> {
    /// Puts a mapping together, for tests and simulators.
    pub fn new(id: MappingId, new: NewMapping<T>) -> Self {
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

    /// The object, if the [type](Self::target_type) is that of the id.
    pub fn target(&self) -> &T {
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

impl<T: fmt::Debug> fmt::Debug for Mapping<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping")
            .field("id", &self.id)
            .field("platform", &self.platform)
            .field("target", &self.target)
            .field("target_type", &self.target_type)
            .finish_non_exhaustive()
    }
}

/// A mapping of an object to be created, or to take the place of another.
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
pub struct NewMapping<T = UserId> {
    platform: String,
    #[serde(rename = "targetId")]
    target: T,
    target_type: TargetType,
    value: String,
}

impl<T: MappingTarget> NewMapping<T> {
    /// Maps an object to a value on a platform; neither text may be empty or blank.
    ///
    /// Some names of platforms are reserved for 360Learning's own connectors and refused with
    /// [`ErrorCode::ReservedPlatformName`](crate::ErrorCode::ReservedPlatformName).
    pub fn new(
        platform: impl Into<String>,
        target: T,
        value: impl Into<String>,
    ) -> Result<Self, InvalidValue> {
        Ok(Self {
            platform: not_blank("platform", platform.into())?,
            target,
            target_type: T::target_type(),
            value: not_blank("value", value.into())?,
        })
    }

    /// The name of the other platform.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// The object.
    pub fn target(&self) -> &T {
        &self.target
    }

    /// The id on the other platform.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for NewMapping<T> {
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
    /// An attempt at a course.
    Attempt,
    /// A classroom.
    Classroom,
    /// An attendance in a classroom.
    ClassroomAttendance,
    /// An attendance sheet.
    ClassroomAttendanceSheet,
    /// A slot of a classroom.
    ClassroomSlot,
    /// A registration for a slot.
    ClassroomSlotRegistration,
    /// A course.
    Course,
    /// A group.
    Group,
    /// A learning need.
    LearningNeed,
    /// A path.
    Path,
    /// An enrolment in a path.
    PathEnrollment,
    /// A session of a path.
    PathSession,
    /// What a user did in a path.
    PathTracking,
    /// A request for a registration.
    RegistrationRequest,
    /// A user.
    User,
    /// A kind that this crate does not know, as it was sent.
    Other(Box<str>),
}

impl TargetType {
    /// The wire form, such as `user`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Attempt => "attempt",
            Self::Classroom => "classroom",
            Self::ClassroomAttendance => "classroomAttendance",
            Self::ClassroomAttendanceSheet => "classroomAttendanceSheet",
            Self::ClassroomSlot => "classroomSlot",
            Self::ClassroomSlotRegistration => "classroomSlotRegistration",
            Self::Course => "course",
            Self::Group => "group",
            Self::LearningNeed => "learningNeed",
            Self::Path => "path",
            Self::PathEnrollment => "pathEnrollment",
            Self::PathSession => "pathSession",
            Self::PathTracking => "pathTracking",
            Self::RegistrationRequest => "registrationRequest",
            Self::User => "user",
            Self::Other(text) => text,
        }
    }
}

open_enum!(TargetType:
    "attempt" => Attempt,
    "classroom" => Classroom,
    "classroomAttendance" => ClassroomAttendance,
    "classroomAttendanceSheet" => ClassroomAttendanceSheet,
    "classroomSlot" => ClassroomSlot,
    "classroomSlotRegistration" => ClassroomSlotRegistration,
    "course" => Course,
    "group" => Group,
    "learningNeed" => LearningNeed,
    "path" => Path,
    "pathEnrollment" => PathEnrollment,
    "pathSession" => PathSession,
    "pathTracking" => PathTracking,
    "registrationRequest" => RegistrationRequest,
    "user" => User,
);

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

    #[test]
    fn every_kind_round_trips() {
        let group: GroupId = "507f1f77bcf86cd799439011".parse().unwrap();
        let mapping = NewMapping::new("ours", group, "7").unwrap();
        assert_eq!(
            serde_json::to_value(mapping).unwrap()["targetType"],
            json!("group")
        );
        for (kind, text) in [
            (CourseId::target_type(), "course"),
            (PathId::target_type(), "path"),
            (PathSessionId::target_type(), "pathSession"),
            (UserId::target_type(), "user"),
            (
                TargetType::ClassroomSlotRegistration,
                "classroomSlotRegistration",
            ),
            (TargetType::Other("planet".into()), "planet"),
        ] {
            assert_eq!(kind.as_str(), text);
            assert_eq!(TargetType::from(text), kind);
            assert_eq!(kind.is_known(), text != "planet");
        }
    }
}
