//! The lifecycle table: hired, employed, on leave, gone.

use jiff::civil::Date;

use super::row::{InvalidRow, TableRecord, TableRow, typed_row};
use crate::{Field, LifecycleStatus, ListItemId};

typed_row! {
    /// A row of the lifecycle table.
    ///
    /// A service user with *view* but without *view history* gets the present row only. Source:
    /// HiBob's API reference, *List employee lifecycle statuses*.
    LifecycleRow {
        /// The day from which the status holds
        effective_date: Date = "effectiveDate";
        /// The day before the next row begins
        end_effective_date: Date = "endEffectiveDate";
        /// The reason, an item of a list or free text
        reason: String = "reason";
        /// The kind of reason, an item of the list `lifecycleReasonType`
        reason_type: ListItemId = "reasonType";
        /// Whether the row is the present one
        is_current: bool = "isCurrent";
    }
}

impl LifecycleRow {
    /// The status (`status`).
    pub fn status(&self) -> Field<LifecycleStatus> {
        let status: Field<String> = self.0.standard("status");
        status.map(|text| LifecycleStatus::from(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_typed() {
        let row = LifecycleRow::from_json(json!({"id": 1, "effectiveDate": "2026-04-17",
            "status": "garden leave", "reason": null, "reasonType": 7}))
        .unwrap();
        assert_eq!(row.status(), Field::Value(LifecycleStatus::GardenLeave));
        assert_eq!(row.effective_date(), Field::Value(date(2026, 4, 17)));
        assert!(row.reason().is_null() && row.is_current().is_missing());
        assert_eq!(
            row.reason_type().map(|id| id.to_string()),
            Field::Value("7".into())
        );
        let row = LifecycleRow::from_json(json!({"status": "canary"})).unwrap();
        assert!(!row.status().value().unwrap().is_known());
        assert!(!format!("{row:?}").contains("canary"));
    }
}
