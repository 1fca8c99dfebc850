//! The types a field can have.

use crate::status::open_enum;

/// The type of a field, as the metadata names it.
///
/// Source: HiBob's API reference, *Company metadata*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// Several lines of text.
    TextArea,
    /// A number.
    Number,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A day of the year, `MM-DD`.
    ShortDate,
    /// A date with a time of day, without a zone.
    Time,
    /// True or false.
    Boolean,
    /// The id of an item of a named list.
    List,
    /// The ids of several items of a named list.
    MultiList,
    /// The integer id of an item of a named list, such as a site.
    ListId,
    /// The id of an item of a list that is a tree.
    HierarchyList,
    /// An object that sums up another employee.
    Employee,
    /// The id of another employee.
    EmployeeReference,
    /// A span of time.
    Period,
    /// A length with its unit.
    DurationWithUnit,
    /// An amount with its currency.
    Currency,
    /// The address of a picture.
    Avatar,
    /// A social security number.
    Ssn,
    /// Hours per day of the week.
    WorkingPattern,
    /// A document.
    Document,
    /// A type this crate does not know, as it was sent.
    Other(Box<str>),
}

impl FieldKind {
    /// The name on the wire, such as `multi-list`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::TextArea => "text-area",
            Self::Number => "number",
            Self::Date => "date",
            Self::ShortDate => "short-date",
            Self::Time => "time",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::MultiList => "multi-list",
            Self::ListId => "list_id",
            Self::HierarchyList => "hierarchy-list",
            Self::Employee => "employee",
            Self::EmployeeReference => "employee-reference",
            Self::Period => "period",
            Self::DurationWithUnit => "duration_with_unit",
            Self::Currency => "currency",
            Self::Avatar => "avatar",
            Self::Ssn => "ssn",
            Self::WorkingPattern => "working_pattern",
            Self::Document => "document",
            Self::Other(text) => text,
        }
    }

    /// Whether this crate knows the type.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<&str> for FieldKind {
    fn from(text: &str) -> Self {
        KNOWN
            .iter()
            .find(|kind| kind.as_str() == text)
            .cloned()
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

open_enum!(FieldKind);

const KNOWN: &[FieldKind] = &[
    FieldKind::Text,
    FieldKind::TextArea,
    FieldKind::Number,
    FieldKind::Date,
    FieldKind::ShortDate,
    FieldKind::Time,
    FieldKind::Boolean,
    FieldKind::List,
    FieldKind::MultiList,
    FieldKind::ListId,
    FieldKind::HierarchyList,
    FieldKind::Employee,
    FieldKind::EmployeeReference,
    FieldKind::Period,
    FieldKind::DurationWithUnit,
    FieldKind::Currency,
    FieldKind::Avatar,
    FieldKind::Ssn,
    FieldKind::WorkingPattern,
    FieldKind::Document,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name() {
        for kind in KNOWN {
            assert!(kind.is_known());
            assert_eq!(FieldKind::from(kind.as_str()), *kind);
        }
        assert_eq!(
            FieldKind::from("hologram"),
            FieldKind::Other("hologram".into())
        );
    }
}
