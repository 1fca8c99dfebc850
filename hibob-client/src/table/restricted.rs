//! What a service user may not see of a table.

use std::collections::BTreeSet;

#[cfg(feature = "http")]
use serde_json::Value;

/// The columns of a table that were left out of an answer, because the service user lacks a
/// permission.
///
/// Source: HiBob's API reference, *Employee tables* (`restricted_columns`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestrictedColumns {
    /// Not to be seen at all.
    pub no_view: BTreeSet<Box<str>>,
    /// Only to be seen as they are today. Of the lifecycle table then only the present row comes.
    pub no_view_history: BTreeSet<Box<str>>,
}

impl RestrictedColumns {
    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.no_view.is_empty() && self.no_view_history.is_empty()
    }

    #[cfg(feature = "http")]
    pub(super) fn from_json(value: &Value) -> Self {
        let columns = |key: &str| {
            let names = value.get(key).and_then(Value::as_array);
            let names = names.into_iter().flatten().filter_map(Value::as_str);
            names.map(Into::into).collect()
        };
        Self {
            no_view: columns("no_view_permission"),
            no_view_history: columns("no_view_history_permission"),
        }
    }
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_named_by_permission() {
        let restricted = RestrictedColumns::from_json(&json!({
            "no_view_permission": ["salary", 5, null], "no_view_history_permission": ["fte"],
        }));
        assert!(restricted.no_view.contains("salary") && restricted.no_view.len() == 1);
        assert!(restricted.no_view_history.contains("fte"));
        for nothing in [
            json!(null),
            json!({}),
            json!([]),
            json!({"no_view_permission": "x"}),
        ] {
            assert!(RestrictedColumns::from_json(&nothing).is_empty());
        }
    }
}
