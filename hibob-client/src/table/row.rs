//! One row, as it was sent.

use core::fmt;
use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::field_value::{self, FieldError, FromField, Names};
use crate::{Field, FieldId, RowId};

/// A row of a table. `Debug` shows the id and the names of the columns, never a value.
///
/// ```
/// use hibob_client::table::{TableRecord, TableRow};
/// use hibob_client::{Field, FieldId};
/// use serde_json::json;
///
/// let row = TableRow::from_json(json!({
///     "id": 1000020260906_i64, "effectiveDate": "2026-09-06",
///     "customColumns": { "column_1": "7" },
/// }))?;
/// assert_eq!(row.id().map(|id| id.to_string()), Field::Value("1000020260906".to_owned()));
/// assert_eq!(row.text(&FieldId::parse("customColumns.column_1")?), Field::Value("7".into()));
/// assert_eq!(row.effective_date(), Field::Value(jiff::civil::date(2026, 9, 6)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct TableRow(Map<String, Value>);

/// Something else than an object where a row should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the row is not an object")]
pub struct InvalidRow;

/// A type of rows: [`TableRow`], which knows no columns, or one of the typed rows. Sealed.
pub trait TableRecord: sealed::Sealed + Sized + Send {
    /// Reads a row.
    fn from_json(value: Value) -> Result<Self, InvalidRow>;

    /// The row as it was sent, with all its columns.
    fn row(&self) -> &TableRow;
}

impl TableRow {
    /// The id, which only together with the employee's is unique.
    pub fn id(&self) -> Field<RowId> {
        self.column("id").and_then(|value| {
            serde::Deserialize::deserialize(value).map_or(Field::Missing, Field::Value)
        })
    }

    /// The day from which the row holds.
    pub fn effective_date(&self) -> Field<Date> {
        self.standard("effectiveDate")
    }

    /// A column's value. The position is in dot form: `title`, `customColumns.column_1`.
    pub fn field(&self, column: &FieldId) -> Field<&Value> {
        self.column(column.as_str())
    }

    /// A column's value, read as `T`. Hidden and empty columns are no errors.
    pub fn read<T: FromField>(&self, column: &FieldId) -> Result<Field<T>, FieldError> {
        field_value::read(self.field(column))
    }

    /// A column's value as text: strings as they are, integers in decimal. A value of another kind
    /// reads as [`Field::Missing`].
    pub fn text(&self, column: &FieldId) -> Field<Cow<'_, str>> {
        field_value::text(self.field(column)).unwrap_or(Field::Missing)
    }

    /// The label of a column's value, as people see it. Missing if the labels were not asked for.
    pub fn label(&self, column: &FieldId) -> Field<Cow<'_, str>> {
        field_value::label(&self.0, column, self.field(column))
    }

    /// All columns.
    pub fn raw(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A value of another kind than the documented one reads as missing, which changes nothing.
    pub(super) fn standard<T: FromField>(&self, column: &str) -> Field<T> {
        field_value::read(self.column(column)).unwrap_or(Field::Missing)
    }

    fn column(&self, column: &str) -> Field<&Value> {
        field_value::nested(&self.0, column)
    }
}

impl TableRecord for TableRow {
    fn from_json(value: Value) -> Result<Self, InvalidRow> {
        match value {
            Value::Object(row) => Ok(Self(row)),
            _ => Err(InvalidRow),
        }
    }

    fn row(&self) -> &TableRow {
        self
    }
}

impl fmt::Debug for TableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableRow")
            .field("id", &self.id().value())
            .field("columns", &Names(&self.0))
            .finish()
    }
}

pub(super) mod sealed {
    /// Keeps the trait to this crate.
    #[allow(unnameable_types)] // Sealed on purpose.
    pub trait Sealed {}
}

impl sealed::Sealed for TableRow {}

/// A typed row: a wrapper with an accessor per documented column.
macro_rules! typed_row {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$column_doc:meta])* $column:ident: $type:ty = $position:literal;)*
        }
    ) => {
        $(#[$doc])*
        ///
        /// A value of another kind than the documented one reads as
        /// [`Field::Missing`](crate::Field::Missing). `Debug` shows the id and the names of the
        /// columns only.
        #[derive(Clone, PartialEq)]
        pub struct $name(TableRow);

        impl $name {
            /// The id, which only together with the employee's is unique (`id`).
            pub fn id(&self) -> crate::Field<crate::RowId> {
                self.0.id()
            }

            $(
                $(#[$column_doc])*
                #[doc = concat!("(`", $position, "`).")]
                pub fn $column(&self) -> crate::Field<$type> {
                    self.0.standard($position)
                }
            )*
        }

        impl crate::table::row::sealed::Sealed for $name {}

        impl TableRecord for $name {
            fn from_json(value: serde_json::Value) -> Result<Self, InvalidRow> {
                TableRow::from_json(value).map(Self)
            }

            fn row(&self) -> &TableRow {
                &self.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }
    };
}
pub(super) use typed_row;

/// The rows of one employee's table.
#[cfg(feature = "http")]
pub(crate) fn read_rows<R: TableRecord>(
    body: &[u8],
) -> Result<super::TableRows<R>, serde_json::Error> {
    use serde_json::value::RawValue;

    #[derive(serde::Deserialize)]
    struct Answer<'b> {
        #[serde(borrow)]
        values: Vec<&'b RawValue>,
        #[serde(default)]
        restricted_columns: Value,
    }

    let answer: Answer<'_> = serde_json::from_slice(body)?;
    let mut read = super::TableRows {
        rows: Vec::with_capacity(answer.values.len()),
        restricted: super::RestrictedColumns::from_json(&answer.restricted_columns),
        skipped: 0,
    };
    for row in answer.values {
        let row = serde_json::from_str(row.get()).unwrap_or_default();
        match R::from_json(row) {
            Ok(row) => read.rows.push(row),
            Err(InvalidRow) => read.skipped += 1,
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_missing_null_or_a_value() {
        let row = TableRow::from_json(json!({"id": "7", "title": null, "customColumns": null,
            "site": 5, "humanReadable": {"site": "London"}}))
        .unwrap();
        let column = |id: &str| FieldId::parse(id).unwrap();
        assert_eq!(row.field(&column("title")), Field::Null);
        assert_eq!(row.field(&column("department")), Field::Missing);
        assert_eq!(row.field(&column("customColumns.column_1")), Field::Missing);
        assert_eq!(row.text(&column("site")), Field::Value("5".into()));
        assert_eq!(row.label(&column("site")), Field::Value("London".into()));
        assert_eq!(row.label(&column("title")), Field::Null);
        assert_eq!(
            row.read::<bool>(&column("site")),
            Err(FieldError::NotABoolean)
        );
        assert_eq!(TableRow::from_json(json!([])), Err(InvalidRow));
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_bad_row_costs_only_itself() {
        let body = br#"{"values":[{"id":1},null,5,{"x":1e999},{"id":2}],
            "restricted_columns":{"no_view_permission":["salary"]}}"#;
        let read = read_rows::<TableRow>(body).unwrap();
        assert_eq!((read.rows.len(), read.skipped), (2, 3));
        assert!(!read.restricted.is_empty());
        for bad in ["{}", "[]", "null", r#"{"values":5}"#] {
            assert!(read_rows::<TableRow>(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
