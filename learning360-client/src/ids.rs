//! Identifiers, each a type of its own, checked when made.

use core::fmt;
use core::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// The id of a user: 24 hexadecimal digits.
///
/// It is the same through deactivation, restoration and pseudonymisation. Kept in lower case, so
/// that two spellings of one id are equal.
///
/// ```
/// use learning360_client::UserId;
///
/// let id = UserId::try_from("507F1F77BCF86CD799439011")?;
/// assert_eq!(id.as_str(), "507f1f77bcf86cd799439011");
/// assert!(UserId::try_from("ada@example.com").is_err());
/// # Ok::<(), learning360_client::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Box<str>);

/// The id of a group: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(Box<str>);

/// The id of a custom field: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomFieldId(Box<str>);

/// The id of an external-ID mapping: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingId(Box<str>);

/// The id of a bulk operation: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BulkOperationId(Box<str>);

/// The id of a course: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CourseId(Box<str>);

/// The id of a certificate: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateId(Box<str>);

/// The id of a certificate outline: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateOutlineId(Box<str>);

/// The id of a custom link of the company: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomLinkId(Box<str>);

/// The id of a media, such as a profile image: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaId(Box<str>);

/// The id of a path: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(Box<str>);

/// The id of a session of a path: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathSessionId(Box<str>);

/// The id of a user's custom link: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserCustomLinkId(Box<str>);

/// The id of a webhook subscription: 24 hexadecimal digits, kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(Box<str>);

/// A text that is not a usable identifier. It never holds the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a usable {kind}: 24 hexadecimal digits are wanted")]
pub struct InvalidId {
    kind: IdKind,
}

impl InvalidId {
    /// Which kind of identifier was wanted.
    pub const fn kind(&self) -> IdKind {
        self.kind
    }
}

/// The kinds of identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdKind {
    /// [`BulkOperationId`].
    BulkOperation,
    /// [`CertificateId`].
    Certificate,
    /// [`CertificateOutlineId`].
    CertificateOutline,
    /// [`CourseId`].
    Course,
    /// [`CustomFieldId`].
    CustomField,
    /// [`CustomLinkId`].
    CustomLink,
    /// [`GroupId`].
    Group,
    /// [`MappingId`].
    Mapping,
    /// [`MediaId`].
    Media,
    /// [`PathId`].
    Path,
    /// [`PathSessionId`].
    PathSession,
    /// [`SubscriptionId`].
    Subscription,
    /// [`UserId`].
    User,
    /// [`UserCustomLinkId`].
    UserCustomLink,
}

impl fmt::Display for IdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BulkOperation => "bulk operation id",
            Self::Certificate => "certificate id",
            Self::CertificateOutline => "certificate outline id",
            Self::Course => "course id",
            Self::CustomField => "custom field id",
            Self::CustomLink => "custom link id",
            Self::Group => "group id",
            Self::Mapping => "mapping id",
            Self::Media => "media id",
            Self::Path => "path id",
            Self::PathSession => "path session id",
            Self::Subscription => "webhook subscription id",
            Self::User => "user id",
            Self::UserCustomLink => "user custom link id",
        })
    }
}

macro_rules! object_id {
    ($name:ident, $kind:ident) => {
        impl $name {
            /// The id as text: 24 hexadecimal digits in lower case.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;

            fn try_from(text: &str) -> Result<Self, InvalidId> {
                let hex = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                if hex {
                    Ok(Self(text.to_ascii_lowercase().into_boxed_str()))
                } else {
                    Err(InvalidId {
                        kind: IdKind::$kind,
                    })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::try_from(text.as_str())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "a {}", IdKind::$kind)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::try_from(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }
    };
}

object_id!(SubscriptionId, Subscription);
object_id!(UserId, User);
object_id!(GroupId, Group);
object_id!(CustomFieldId, CustomField);
object_id!(MappingId, Mapping);
object_id!(BulkOperationId, BulkOperation);
object_id!(CourseId, Course);
object_id!(CertificateId, Certificate);
object_id!(CertificateOutlineId, CertificateOutline);
object_id!(CustomLinkId, CustomLink);
object_id!(MediaId, Media);
object_id!(PathId, Path);
object_id!(PathSessionId, PathSession);
object_id!(UserCustomLinkId, UserCustomLink);

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[test]
    fn ids_are_24_hexadecimal_digits() {
        assert_eq!(UserId::try_from(ID).unwrap().as_str(), ID);
        for bad in [
            "",
            "507f1f77bcf86cd79943901",
            "507f1f77bcf86cd79943901g",
            &ID.repeat(2),
        ] {
            assert!(UserId::try_from(bad).is_err(), "{bad}");
        }
        // Twelve characters of two bytes each have the right length in bytes.
        assert!(UserId::try_from("é".repeat(12)).is_err());
    }

    #[test]
    fn two_spellings_are_one_id() {
        let upper = UserId::try_from(ID.to_uppercase()).unwrap();
        assert_eq!(upper, ID.parse().unwrap());
        assert_eq!(upper.to_string(), ID);
    }

    #[test]
    fn ids_are_plain_strings_in_json() {
        let id: GroupId = serde_json::from_str(&format!("\"{ID}\"")).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{ID}\""));
        for json in ["null", "5", "{}", "[]", "\"x\""] {
            assert!(serde_json::from_str::<GroupId>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn errors_never_hold_the_text() {
        let error = MappingId::try_from("canary").unwrap_err();
        assert_eq!(error.kind(), IdKind::Mapping);
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("canary") && text.contains("mapping id"),
            "{text}"
        );
        let error = serde_json::from_str::<UserId>("\"canary\"").unwrap_err();
        assert!(!error.to_string().contains("canary"));
    }

    #[test]
    fn debug_names_the_type_and_the_id() {
        assert_eq!(
            format!("{:?}", UserId::try_from(ID).unwrap()),
            format!("UserId({ID})")
        );
    }
}
