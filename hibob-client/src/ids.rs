//! Identifiers, each a type of its own, checked when made.

use core::fmt;
use core::str::FromStr;

use compact_str::CompactString;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// The id of an employee (`root.id`): 1 to 19 decimal digits.
///
/// Kept as text, because the numbers exceed 2^53. It stays the same when somebody is rehired.
/// Deserialises from a JSON string or a JSON integer.
///
/// ```
/// use hibob_client::EmployeeId;
///
/// let id = EmployeeId::try_from("3332883894235038486")?;
/// assert_eq!(id.as_str(), "3332883894235038486");
/// assert!(EmployeeId::try_from("12x").is_err());
/// # Ok::<(), hibob_client::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployeeId(CompactString);

/// The id of an employee field in dot form, such as `work.siteId`: 1 to 200 characters, none of
/// them a control character.
///
/// The slash form (`/work/siteId`), which HiBob uses as a key in its answers, is turned into the
/// dot form.
///
/// ```
/// use hibob_client::FieldId;
///
/// assert_eq!(FieldId::parse("/work/siteId")?, FieldId::parse("work.siteId")?);
/// # Ok::<(), hibob_client::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(CompactString);

/// The name of a named list, such as `department`: 1 to 200 characters, case-sensitive.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListName(CompactString);

/// The id of an item of a named list: 1 to 500 characters.
///
/// HiBob sends integers for `site` and `calendar` and strings elsewhere; here it is always text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListItemId(CompactString);

/// The id of something else that webhooks point to, such as a request for time off, a task or a
/// document: 1 to 200 characters.
///
/// HiBob sends integers and strings; here it is always text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(CompactString);

/// The id of a table, such as `category_1716214820047__table_1716214839517` for a custom one: 1 to
/// 200 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(Box<str>);

/// The id of a table's row, such as `1000020260906`: 1 to 100 characters.
///
/// Only with the employee's id and the table is it unique. HiBob sends integers; here it is always
/// text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(Box<str>);

/// The number of a company (a tenant of HiBob), as it stands in webhooks.
///
/// Deserialises from a JSON integer, or from a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompanyId(u64);

impl FieldId {
    /// Reads a field id in dot or slash form.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let undotted = text.strip_prefix('/');
        check_text(undotted.unwrap_or(text), 200)
            .map_err(|problem| InvalidId::new(IdKind::Field, problem))?;
        Ok(Self(match undotted {
            Some(rest) => rest.chars().map(dot_for_slash).collect(),
            None => text.into(),
        }))
    }

    /// The slash form, such as `/work/siteId`.
    pub fn to_slash_form(&self) -> String {
        format!("/{}", self.0.replace('.', "/"))
    }
}

impl EmployeeId {
    fn parse(text: &str) -> Result<Self, InvalidId> {
        let problem = if text.is_empty() {
            Problem::Empty
        } else if text.len() > 19 {
            Problem::TooLong
        } else if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            Problem::NotDigits
        } else {
            return Ok(Self(text.into()));
        };
        Err(InvalidId::new(IdKind::Employee, problem))
    }
}

impl ListName {
    fn parse(text: &str) -> Result<Self, InvalidId> {
        check_text(text, 200)
            .map(|()| Self(text.into()))
            .map_err(|problem| InvalidId::new(IdKind::ListName, problem))
    }
}

impl ListItemId {
    fn parse(text: &str) -> Result<Self, InvalidId> {
        check_text(text, 500)
            .map(|()| Self(text.into()))
            .map_err(|problem| InvalidId::new(IdKind::ListItem, problem))
    }
}

impl EntityId {
    fn parse(text: &str) -> Result<Self, InvalidId> {
        check_text(text, 200)
            .map(|()| Self(text.into()))
            .map_err(|problem| InvalidId::new(IdKind::Entity, problem))
    }
}

impl TableId {
    fn parse(text: &str) -> Result<Self, InvalidId> {
        check_text(text, 200)
            .map(|()| Self(text.into()))
            .map_err(|problem| InvalidId::new(IdKind::Table, problem))
    }
}

impl RowId {
    fn parse(text: &str) -> Result<Self, InvalidId> {
        check_text(text, 100)
            .map(|()| Self(text.into()))
            .map_err(|problem| InvalidId::new(IdKind::Row, problem))
    }
}

impl CompanyId {
    /// The company with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for CompanyId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl FromStr for CompanyId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let problem = if digits {
            Problem::TooLong
        } else {
            Problem::NotDigits
        };
        text.parse()
            .ok()
            .filter(|_| digits)
            .map(Self)
            .ok_or(InvalidId::new(IdKind::Company, problem))
    }
}

impl fmt::Display for CompanyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for CompanyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for CompanyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(TextOrInteger)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A text that is not a usable identifier. It never holds the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a usable {kind}: {problem}")]
pub struct InvalidId {
    kind: IdKind,
    problem: Problem,
}

impl InvalidId {
    pub(crate) const fn not_text(kind: IdKind) -> Self {
        Self::new(kind, Problem::NotText)
    }

    pub(crate) const fn not_an_address(kind: IdKind) -> Self {
        Self::new(kind, Problem::NotAnAddress)
    }

    const fn new(kind: IdKind, problem: Problem) -> Self {
        Self { kind, problem }
    }

    /// Which kind of identifier was wanted.
    pub const fn kind(&self) -> IdKind {
        self.kind
    }
}

/// The kinds of identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdKind {
    /// [`CompanyId`].
    Company,
    /// [`EmailAddress`](crate::EmailAddress).
    Email,
    /// [`EmployeeId`].
    Employee,
    /// [`EntityId`].
    Entity,
    /// [`FieldId`].
    Field,
    /// [`ListItemId`].
    ListItem,
    /// [`ListName`].
    ListName,
    /// [`TableId`].
    Table,
    /// [`RowId`].
    Row,
}

impl fmt::Display for IdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Company => "company id",
            Self::Email => "e-mail address",
            Self::Employee => "employee id",
            Self::Entity => "entity id",
            Self::Field => "field id",
            Self::ListItem => "list item id",
            Self::ListName => "list name",
            Self::Table => "table id",
            Self::Row => "row id",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it is empty")]
    Empty,
    #[error("it is too long")]
    TooLong,
    #[error("it holds something else than decimal digits")]
    NotDigits,
    #[error("it holds a control character")]
    ControlCharacter,
    #[error("it is not a text")]
    NotText,
    #[error("it has not the form of an address")]
    NotAnAddress,
}

fn dot_for_slash(character: char) -> char {
    if character == '/' { '.' } else { character }
}

fn check_text(text: &str, limit: usize) -> Result<(), Problem> {
    if text.is_empty() {
        Err(Problem::Empty)
    // Nearly all ids: short, and of printable ASCII characters.
    } else if text.len() <= limit && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        Ok(())
    // No character is shorter than a byte, so that long hostile texts are not counted through.
    } else if text.len() > limit * 4 || text.chars().count() > limit {
        Err(Problem::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(Problem::ControlCharacter)
    } else {
        Ok(())
    }
}

macro_rules! text_id {
    ($name:ident, $deserialize:ident, $visitor:expr) => {
        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;

            fn try_from(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
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
                let text = deserializer.$deserialize($visitor)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    };
}

text_id!(EmployeeId, deserialize_any, TextOrInteger);
text_id!(EntityId, deserialize_any, TextOrInteger);
text_id!(FieldId, deserialize_str, Text);
text_id!(ListName, deserialize_str, Text);
text_id!(ListItemId, deserialize_any, TextOrInteger);
text_id!(TableId, deserialize_str, Text);
text_id!(RowId, deserialize_any, TextOrInteger);

struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }
}

struct TextOrInteger;

impl Visitor<'_> for TextOrInteger {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an integer")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn employee_ids_are_up_to_nineteen_digits() {
        for good in ["1", "007", "3332883894235038486", "9999999999999999999"] {
            assert_eq!(EmployeeId::try_from(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "12x",
            "-1",
            "+1",
            " 1",
            "1\n",
            "1.0",
            "٣",
            "12345678901234567890",
        ] {
            assert!(EmployeeId::try_from(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn employee_ids_come_as_strings_or_integers() {
        for json in ["\"3332883894235038486\"", "3332883894235038486"] {
            let id: EmployeeId = serde_json::from_str(json).unwrap();
            assert_eq!(id.as_str(), "3332883894235038486");
            assert_eq!(
                serde_json::to_string(&id).unwrap(),
                "\"3332883894235038486\""
            );
        }
        for json in ["-5", "1.5", "1e3", "null", "{}", "[]", "true", "\"x\""] {
            assert!(serde_json::from_str::<EmployeeId>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn field_ids_have_one_form() {
        for (text, dotted) in [
            ("/root/id", "root.id"),
            ("root.id", "root.id"),
            ("/work/custom/field_1", "work.custom.field_1"),
            (
                "/payroll/variable/Executive bonus/amount",
                "payroll.variable.Executive bonus.amount",
            ),
        ] {
            let id = FieldId::parse(text).unwrap();
            assert_eq!(id.as_str(), dotted);
            assert_eq!(FieldId::parse(&id.to_slash_form()).unwrap(), id);
        }
        let long = "é".repeat(200);
        assert!(FieldId::parse(&long).is_ok());
        for bad in [
            "",
            "/",
            "work\u{0}x",
            "a\nb",
            &format!("{long}x"),
            &"x".repeat(100_000),
        ] {
            assert!(FieldId::parse(bad).is_err());
        }
    }

    #[test]
    fn company_ids_are_numbers() {
        for json in ["637323", "\"637323\""] {
            assert_eq!(
                serde_json::from_str::<CompanyId>(json).unwrap(),
                CompanyId::new(637_323)
            );
        }
        for bad in ["", "+1", "-1", " 1", "x", "99999999999999999999999"] {
            assert!(bad.parse::<CompanyId>().is_err(), "{bad:?}");
        }
        assert_eq!(serde_json::to_string(&CompanyId::new(7)).unwrap(), "7");
    }

    #[test]
    fn list_item_ids_are_text_whatever_was_sent() {
        for (json, text) in [
            ("2606110", "2606110"),
            ("\"253891\"", "253891"),
            ("\"He / Him\"", "He / Him"),
        ] {
            assert_eq!(
                serde_json::from_str::<ListItemId>(json).unwrap().as_str(),
                text
            );
        }
    }

    #[test]
    fn errors_never_hold_the_text() {
        let error = EmployeeId::try_from("canary").unwrap_err();
        assert_eq!(error.kind(), IdKind::Employee);
        for text in [format!("{error}"), format!("{error:?}")] {
            assert!(!text.contains("canary"), "{text}");
        }
        let error = serde_json::from_str::<EmployeeId>("\"canary\"").unwrap_err();
        assert!(!error.to_string().contains("canary"));
    }

    #[test]
    fn debug_names_the_type_and_the_id() {
        assert_eq!(
            format!("{:?}", EmployeeId::try_from("333").unwrap()),
            "EmployeeId(333)"
        );
    }
}
