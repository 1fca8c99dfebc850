//! The training table: courses that somebody took.

use core::fmt;

use jiff::civil::Date;
use serde::Serialize;
use serde::ser::Serializer;

use super::row::{InvalidRow, TableRecord, TableRow, typed_row};
use crate::ListItemId;
use crate::field_value::Money;

typed_row! {
    /// A row of the training table.
    ///
    /// Source: HiBob's API reference, *List employee training entries*.
    TrainingRow {
        /// The training, an item of the list `trainingName`
        name: ListItemId = "name";
        /// How far it is, an item of the list `trainingStatus`
        status: ListItemId = "status";
        /// How often it is due, an item of the list `trainingFrequency`
        frequency: ListItemId = "frequency";
        /// The day from which the row holds
        effective_date: Date = "effectiveDate";
        /// The first day
        start_date: Date = "startDate";
        /// The last day
        end_date: Date = "endDate";
        /// What it is about
        description: String = "description";
        /// What it cost
        cost: Money = "cost";
        /// A document
        document_id: ListItemId = "documentId";
        /// The reason of the entry
        reason: String = "reason";
    }
}

/// A row to be added to the training table. `Debug` shows no value.
///
/// ```
/// use hibob_client::ListItemId;
/// use hibob_client::table::TrainingEntry;
///
/// let entry = TrainingEntry::new(ListItemId::try_from("253901")?)
///     .status(ListItemId::try_from("253902")?)
///     .end_date(jiff::civil::date(2026, 9, 6));
/// # Ok::<(), hibob_client::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use]
pub struct TrainingEntry {
    name: ListItemId,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<ListItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency: Option<ListItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "money")]
    cost: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl TrainingEntry {
    /// A row for this training, an item of the list `trainingName`.
    pub fn new(name: ListItemId) -> Self {
        Self {
            name,
            effective_date: None,
            start_date: None,
            end_date: None,
            status: None,
            frequency: None,
            description: None,
            cost: None,
            document_id: None,
            reason: None,
        }
    }

    /// The day from which the row holds.
    pub fn effective_date(mut self, date: Date) -> Self {
        self.effective_date = Some(date);
        self
    }

    /// The first day.
    pub fn start_date(mut self, date: Date) -> Self {
        self.start_date = Some(date);
        self
    }

    /// The last day.
    pub fn end_date(mut self, date: Date) -> Self {
        self.end_date = Some(date);
        self
    }

    /// How far it is, an item of the list `trainingStatus`.
    pub fn status(mut self, status: ListItemId) -> Self {
        self.status = Some(status);
        self
    }

    /// How often it is due, an item of the list `trainingFrequency`.
    pub fn frequency(mut self, frequency: ListItemId) -> Self {
        self.frequency = Some(frequency);
        self
    }

    /// What it is about.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// What it cost.
    pub fn cost(mut self, cost: Money) -> Self {
        self.cost = Some(cost);
        self
    }

    /// A document in HiBob.
    pub fn document_id(mut self, id: i64) -> Self {
        self.document_id = Some(id);
        self
    }

    /// The reason of the entry.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

impl fmt::Debug for TrainingEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainingEntry").finish_non_exhaustive()
    }
}

// Serde passes a reference to the field.
#[allow(clippy::ref_option)]
fn money<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Wire<'a> {
        value: f64,
        currency: &'a str,
    }

    let wire = money.as_ref().map(|money| Wire {
        value: money.value(),
        currency: money.currency(),
    });
    wire.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    fn item(text: &str) -> ListItemId {
        ListItemId::try_from(text).unwrap()
    }

    #[test]
    fn a_row_is_typed() {
        let row = TrainingRow::from_json(json!({"id": 5, "name": "1", "status": 2,
            "cost": {"value": 10.5, "currency": "EUR"}, "description": "canary", "endDate": "x"}))
        .unwrap();
        assert_eq!(row.name().value(), Some(item("1")));
        assert_eq!(row.status().value(), Some(item("2")));
        assert!(row.cost().value() == Some(Money::new(10.5, "EUR")));
        assert!(row.end_date().is_missing());
        assert!(!format!("{row:?}").contains("canary"));
    }

    #[test]
    fn an_entry_sends_what_was_given() {
        let entry = TrainingEntry::new(item("1"));
        assert_eq!(serde_json::to_value(&entry).unwrap(), json!({"name": "1"}));
        let entry = entry
            .effective_date(date(2026, 1, 1))
            .start_date(date(2026, 1, 2))
            .end_date(date(2026, 1, 3))
            .status(item("2"))
            .frequency(item("3"))
            .description("canary")
            .cost(Money::new(9.0, "EUR"))
            .document_id(4)
            .reason("canary");
        assert_eq!(
            serde_json::to_value(&entry).unwrap(),
            json!({
                "name": "1", "effectiveDate": "2026-01-01", "startDate": "2026-01-02",
                "endDate": "2026-01-03", "status": "2", "frequency": "3", "description": "canary",
                "cost": {"value": 9.0, "currency": "EUR"}, "documentId": 4, "reason": "canary",
            })
        );
        assert!(!format!("{entry:?}").contains("canary"));
    }
}
