//! Rows without effective dates.

use serde_json::{Map, Value, json};

/// A stored row.
#[derive(Clone, Debug)]
pub(crate) struct PlainRow {
    pub(crate) id: u64,
    pub(crate) columns: Map<String, Value>,
}

impl PlainRow {
    pub(crate) fn to_json(&self) -> Value {
        let mut row = self.columns.clone();
        row.insert("id".into(), json!(self.id));
        Value::Object(row)
    }
}
