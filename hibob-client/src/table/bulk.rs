//! Tables of many employees, page by page.

use core::fmt;

#[cfg(feature = "http")]
use serde_json::Value;

use super::row::TableRecord;
use crate::EmployeeId;

/// The tables that can be read for many employees at once.
///
/// Source: HiBob's API reference, *Bulk read*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BulkTable {
    /// Deductions.
    Deduction,
    /// Dependents.
    Dependents,
    /// Entitlements.
    Entitlement,
    /// Documents that show the right to work.
    RightToWork,
    /// Salaries.
    Salaries,
    /// Variable payments.
    Variable,
    /// Title, department, site, manager; [`WorkRow`](super::WorkRow) has the types.
    Work,
}

/// One row of one employee.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct BulkRow<R> {
    /// Whose row it is.
    pub employee: EmployeeId,
    /// The row.
    pub row: R,
}

impl<R: TableRecord + fmt::Debug> fmt::Debug for BulkRow<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkRow")
            .field("employee", &self.employee)
            .field("row", &self.row)
            .finish()
    }
}

/// Where the next page begins: opaque, to be kept as it is. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Cursor(Box<str>);

impl Cursor {
    /// A cursor that was kept.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor(..)")
    }
}

/// The rows of one page, how many entries could not be used, and where the next page begins.
#[cfg(feature = "http")]
pub(crate) type Page<R> = (Vec<BulkRow<R>>, usize, Option<Cursor>);

/// Reads `{"results": [ … ], "response_metadata": {"next_cursor": …}}`. A result is a row with the
/// employee's id in it, or an employee's id with a list of rows.
#[cfg(feature = "http")]
pub(crate) fn read_page<R: TableRecord>(body: &[u8]) -> Result<Page<R>, serde_json::Error> {
    use serde_json::value::RawValue;

    #[derive(serde::Deserialize)]
    struct Answer<'b> {
        #[serde(borrow)]
        results: Vec<&'b RawValue>,
        #[serde(default)]
        response_metadata: Value,
        #[serde(default)]
        errors: Value,
    }

    let answer: Answer<'_> = serde_json::from_slice(body)?;
    let mut rows = Vec::with_capacity(answer.results.len());
    let mut skipped = answer.errors.as_array().map_or(0, Vec::len);
    for result in answer.results {
        let mut result: Value = serde_json::from_str(result.get()).unwrap_or_default();
        let employee = ["employeeId", "employee_id"]
            .iter()
            .find_map(|key| serde::Deserialize::deserialize(result.get(key)?).ok());
        let Some::<EmployeeId>(employee) = employee else {
            skipped += 1;
            continue;
        };
        let entries = match result.get_mut("values").map(Value::take) {
            Some(Value::Array(entries)) => entries,
            _ => vec![result],
        };
        for entry in entries {
            match R::from_json(entry) {
                Ok(row) => rows.push(BulkRow {
                    employee: employee.clone(),
                    row,
                }),
                Err(super::InvalidRow) => skipped += 1,
            }
        }
    }
    let next = answer.response_metadata.get("next_cursor");
    let next = next.and_then(Value::as_str).filter(|text| !text.is_empty());
    Ok((rows, skipped, next.map(Cursor::new)))
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use super::*;
    use crate::table::TableRow;

    #[test]
    fn a_result_is_a_row_or_an_employees_rows() {
        let body = br#"{"results":[{"employeeId":"1","id":5,"title":"a"},
            {"employeeId":2,"values":[{"id":6},{"id":7},null]},{"id":8},null,{"employeeId":"x"},
            {"employeeId":"3","values":[]}],
            "response_metadata":{"next_cursor":"abc"},"errors":[{"surprise":1}]}"#;
        let (rows, skipped, next) = read_page::<TableRow>(body).unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.employee.as_str(),
                    row.row.id().value().unwrap().to_string(),
                )
            })
            .collect();
        let expected = [("1", "5"), ("2", "6"), ("2", "7")].map(|(a, b)| (a, b.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(skipped, 5);
        assert_eq!(next, Some(Cursor::new("abc")));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        for end in [
            "",
            r#","response_metadata":null"#,
            r#","response_metadata":{}"#,
            r#","response_metadata":{"next_cursor":null}"#,
            r#","response_metadata":{"next_cursor":""}"#,
            r#","response_metadata":{"next_cursor":5}"#,
        ] {
            let body = format!(r#"{{"results":[]{end}}}"#);
            assert_eq!(
                read_page::<TableRow>(body.as_bytes()).unwrap().2,
                None,
                "{end}"
            );
        }
        assert!(read_page::<TableRow>(b"{}").is_err());
    }
}
