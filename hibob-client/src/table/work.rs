//! The work table: title, department, site, manager.

use jiff::civil::Date;

use super::row::{InvalidRow, TableRecord, TableRow, typed_row};
use crate::field_value::EmployeeReference;
use crate::{Field, FieldError, FieldId, FromField, ListItemId};

typed_row! {
    /// A row of the work table.
    ///
    /// Source: HiBob's API reference, *List employee work entries*.
    WorkRow {
        /// The day from which the row holds
        effective_date: Date = "effectiveDate";
        /// The day before the next row begins
        end_effective_date: Date = "endEffectiveDate";
        /// The day from which the row is the active one
        active_effective_date: Date = "activeEffectiveDate";
        /// Whether the row is the present one
        is_current: bool = "isCurrent";
        /// Whether the row may be deleted
        can_be_deleted: bool = "canBeDeleted";
        /// The job title, an item of the list `title`
        title: ListItemId = "title";
        /// The department, an item of the list `department`
        department: ListItemId = "department";
        /// The site's name
        site: String = "site";
        /// The site, an item of the list `site`
        site_id: ListItemId = "siteId";
        /// The manager
        reports_to: EmployeeReference = "reportsTo";
        /// The reason of the change
        reason: String = "reason";
        /// The kind of change
        work_change_type: ListItemId = "workChangeType";
    }
}

impl WorkRow {
    /// A custom column, such as `column_1655996461265`, read as `T`.
    pub fn custom_column<T: FromField>(&self, column: &FieldId) -> Result<Field<T>, FieldError> {
        let position = format!("customColumns.{column}");
        FieldId::parse(&position).map_or(Ok(Field::Missing), |position| self.0.read(&position))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_typed() {
        let row = WorkRow::from_json(json!({"id": 1, "effectiveDate": "2026-06-01",
            "title": "253891", "department": null, "siteId": 2_606_110, "isCurrent": true,
            "reportsTo": {"id": "7", "email": "canary@b"},
            "customColumns": {"column_1": ["a", 2], "column_2": null}}))
        .unwrap();
        assert_eq!(
            row.site_id().map(|id| id.to_string()),
            Field::Value("2606110".into())
        );
        assert!(row.department().is_null() && row.site().is_missing());
        assert_eq!(row.is_current(), Field::Value(true));
        assert_eq!(row.reports_to().value().unwrap().id().as_str(), "7");
        let column = |id: &str| FieldId::parse(id).unwrap();
        let items = row.custom_column::<Vec<ListItemId>>(&column("column_1"));
        assert_eq!(items.unwrap().value().unwrap().len(), 2);
        assert_eq!(
            row.custom_column::<String>(&column("column_2")),
            Ok(Field::Null)
        );
        assert_eq!(
            row.custom_column::<String>(&column("column_3")),
            Ok(Field::Missing)
        );
        assert!(row.custom_column::<bool>(&column("column_1")).is_err());
        assert!(!format!("{row:?}").contains("canary"));
    }
}
