//! The id of a record.

use serde::de::Deserialize as _;
use serde_json::Value;

use super::InvalidEmployee;
use crate::EmployeeId;

/// The key of the id in the second of the two forms.
pub(super) const SLASH_ID: &str = "/root/id";

/// The id, if the two forms agree.
pub(super) fn id(
    nested: Option<&Value>,
    slash: Option<&Value>,
) -> Result<EmployeeId, InvalidEmployee> {
    let read = |value: &Value| EmployeeId::deserialize(value).ok();
    let nested = nested.and_then(read);
    let slash = slash.and_then(|entry| entry.get("value")).and_then(read);
    match (nested, slash) {
        (Some(nested), Some(slash)) if nested != slash => Err(InvalidEmployee::ContradictoryId),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(InvalidEmployee::NoUsableId),
    }
}
