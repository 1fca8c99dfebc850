//! The id of a record.

use serde::de::Deserialize as _;
use serde_json::{Map, Value};

use super::InvalidEmployee;
use crate::EmployeeId;

/// The key of the id in the second of the two forms.
pub(super) const SLASH_ID: &str = "/root/id";

/// The id, if the two forms agree.
pub(super) fn agreed(
    nested: Option<EmployeeId>,
    slash: Option<EmployeeId>,
) -> Result<EmployeeId, InvalidEmployee> {
    match (nested, slash) {
        (Some(nested), Some(slash)) if nested != slash => Err(InvalidEmployee::ContradictoryId),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(InvalidEmployee::NoUsableId),
    }
}

/// The id of a record.
pub(super) fn id(record: &Map<String, Value>) -> Result<EmployeeId, InvalidEmployee> {
    let read = |value: &Value| EmployeeId::deserialize(value).ok();
    let nested = record.get("id").and_then(read);
    let slash = record.get(SLASH_ID).and_then(|entry| entry.get("value"));
    agreed(nested, slash.and_then(read))
}
