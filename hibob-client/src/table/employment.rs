//! The employment table: contract, hours, working pattern.

use jiff::civil::Date;

use super::row::{InvalidRow, TableRecord, TableRow, typed_row};
use crate::ListItemId;

typed_row! {
    /// A row of the employment table. The working pattern is in
    /// [`row`](TableRecord::row).
    ///
    /// Source: HiBob's API reference, *List employment entries*.
    EmploymentRow {
        /// The day from which the row holds
        effective_date: Date = "effectiveDate";
        /// The day before the next row begins
        end_effective_date: Date = "endEffectiveDate";
        /// The day from which the row is the active one
        active_effective_date: Date = "activeEffectiveDate";
        /// Whether the row is the present one
        is_current: bool = "isCurrent";
        /// The kind of contract, an item of the list `employmentstatus`
        contract: ListItemId = "contract";
        /// The kind of worker, an item of the list `payrollEmploymentType`
        employment_type: ListItemId = "type";
        /// How the salary is paid
        salary_pay_type: ListItemId = "salaryPayType";
        /// The code under the Fair Labor Standards Act
        flsa_code: ListItemId = "flsaCode";
        /// The full-time equivalent, in per cent
        fte: f64 = "fte";
        /// Hours a week
        weekly_hours: f64 = "weeklyHours";
        /// The calendar of holidays, an item of the list `calendar`
        calendar_id: ListItemId = "calendarId";
        /// The calendar's name
        calendar_name: String = "calendarName";
        /// The reason of the change
        reason: String = "reason";
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Field;

    #[test]
    fn a_row_is_typed() {
        let row = EmploymentRow::from_json(json!({"id": 1, "contract": "Full time", "type": null,
            "fte": 100, "weeklyHours": 37.5, "calendarId": 5, "flsaCode": {"surprise": 1}}))
        .unwrap();
        assert_eq!(row.fte(), Field::Value(100.0));
        assert_eq!(row.weekly_hours(), Field::Value(37.5));
        assert!(row.employment_type().is_null() && row.flsa_code().is_missing());
        assert!(row.contract().value().is_some() && row.calendar_id().value().is_some());
    }
}
