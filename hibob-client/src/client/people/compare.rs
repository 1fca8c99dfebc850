//! Finding out which fields of an edit HiBob ignored.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokio::time::sleep;

use super::{Client, Error};
use crate::client::written::Written;
use crate::{Employee, EmployeeId, Field, FieldId};

/// What became of an edit, field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compared {
    /// What HiBob said.
    pub written: Written,
    /// The fields that hold another value than the one written: the service user may read but not
    /// edit them, they have a history, or somebody else edited them at the same time.
    pub ignored: BTreeSet<FieldId>,
    /// The fields that the service user may not read, so that nobody can tell.
    pub unreadable: BTreeSet<FieldId>,
}

impl Compared {
    /// Whether every field is known to hold the value written.
    pub fn is_complete(&self) -> bool {
        self.ignored.is_empty() && self.unreadable.is_empty()
    }
}

/// Reads the fields until they hold the values, or HiBob has had its time.
pub(super) async fn compare(
    client: &Client,
    id: &EmployeeId,
    values: &BTreeMap<FieldId, Value>,
    written: Written,
) -> Result<Compared, Error> {
    let mut pauses = PAUSES.iter();
    loop {
        let read = client.people().get(id).fields(values.keys()).send().await?;
        let compared = differences(&read, values, written);
        let pause = pauses.next().filter(|_| !compared.ignored.is_empty());
        match pause {
            Some(seconds) => sleep(Duration::from_secs(*seconds)).await,
            None => return Ok(compared),
        }
    }
}

fn differences(
    employee: &Employee,
    values: &BTreeMap<FieldId, Value>,
    written: Written,
) -> Compared {
    let mut compared = Compared {
        written,
        ignored: BTreeSet::new(),
        unreadable: BTreeSet::new(),
    };
    for (field, value) in values {
        let is_as_written = match employee.field(field) {
            Field::Missing => {
                compared.unreadable.insert(field.clone());
                continue;
            }
            Field::Null => is_empty(value),
            Field::Value(found) => same(found, value) || is_empty(found) && is_empty(value),
        };
        if !is_as_written {
            compared.ignored.insert(field.clone());
        }
    }
    compared
}

/// Ids of list items come as strings or integers.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(text), Value::Number(number))
        | (Value::Number(number), Value::String(text)) => *text == number.to_string(),
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// In seconds; together as long as HiBob's reads may be behind.
const PAUSES: [u64; 5] = [1, 2, 4, 6, 7];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_is_what_means_the_same() {
        for (read, written, equal) in [
            (json!("a"), json!("a"), true),
            (json!("7"), json!(7), true),
            (json!(7), json!("7"), true),
            (json!(7.0), json!(7), true),
            (json!(["1", "2"]), json!([2, 1]), true),
            (json!([]), json!(null), true),
            (json!(null), json!(""), true),
            (json!("a"), json!("A"), false),
            (json!("a"), json!(null), false),
            (json!(["1"]), json!(["1", "2"]), false),
            (json!(true), json!("true"), false),
        ] {
            let employee = Employee::from_json(json!({"id": "1", "work": {"x": read}})).unwrap();
            let field = FieldId::parse("work.x").unwrap();
            let values = BTreeMap::from([(field, written.clone())]);
            let compared = differences(&employee, &values, Written::Accepted);
            assert_eq!(compared.is_complete(), equal, "{read} {written}");
        }
    }

    #[test]
    fn a_hidden_field_is_not_said_to_be_ignored() {
        let employee = Employee::from_json(json!({"id": "1"})).unwrap();
        let field = FieldId::parse("work.x").unwrap();
        let values = BTreeMap::from([(field.clone(), json!("a"))]);
        let compared = differences(&employee, &values, Written::Unchanged);
        assert!(compared.ignored.is_empty() && compared.unreadable.contains(&field));
    }
}
