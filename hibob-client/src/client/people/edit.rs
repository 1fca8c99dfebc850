//! `PUT /people/{id}`

use core::fmt;
use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value};

use super::compare::{Compared, compare};
use super::{Client, Error};
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};
use crate::client::written::Written;
use crate::field_value::position;
use crate::{EmployeeId, FieldId, fields};

pub(super) static EDIT: Route =
    Route::read(Method::PUT, "/people/{id}", Bucket::Edit).of_a_person();

/// Edits one person's fields; those that are not named stay as they are. Made by
/// [`People::edit`](super::People::edit).
///
/// Values are in machine form: ids of list items, dates as `YYYY-MM-DD`. Only fields without a
/// history can be edited; the e-mail address and the start date have endpoints of their own
/// ([`People::change_email`](super::People::change_email),
/// [`People::change_start_date`](super::People::change_start_date)).
///
/// # Retries
///
/// As for reads: the same values twice are the same as once.
///
/// Source: HiBob's API reference, *Update company employee*.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct EditPerson {
    client: Client,
    id: EmployeeId,
    values: BTreeMap<FieldId, Value>,
}

impl EditPerson {
    pub(super) fn new(client: Client, id: EmployeeId) -> Self {
        Self {
            client,
            id,
            values: BTreeMap::new(),
        }
    }

    /// Gives a field a value.
    pub fn set(mut self, field: impl Into<FieldId>, value: impl Into<Value>) -> Self {
        self.values.insert(field.into(), value.into());
        self
    }

    /// Empties a field.
    pub fn clear(self, field: impl Into<FieldId>) -> Self {
        self.set(field, Value::Null)
    }

    /// Edits the person.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`](crate::ErrorKind::Request), before anything is sent: no field, a
    /// field with an endpoint of its own, or a field inside another one. HiBob ignores fields that
    /// the service user may not edit, without a word;
    /// [`send_and_compare`](Self::send_and_compare) finds them.
    pub async fn send(self) -> Result<Written, Error> {
        let body = body(&self.values)?;
        let request = Request::new(&EDIT).argument(self.id.as_str()).body(&body)?;
        self.client.write(request).await
    }

    /// Edits the person, and reads the fields again to find those that HiBob ignored.
    ///
    /// HiBob's reads may be up to 20 seconds behind. If a field differs, it is read again after 1,
    /// 2, 4, 6 and 7 seconds more, and only then reported.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); and if reading fails, although the person may have been edited.
    pub async fn send_and_compare(self) -> Result<Compared, Error> {
        let Self { client, id, values } = self.clone();
        let written = self.send().await?;
        compare(&client, &id, &values, written).await
    }
}

impl fmt::Debug for EditPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditPerson")
            .field("id", &self.id)
            .field("fields", &self.values.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The values in nested form.
fn body(values: &BTreeMap<FieldId, Value>) -> Result<Map<String, Value>, Error> {
    if values.is_empty() {
        return Err(Error::request("there is no field to edit"));
    }
    let mut body = Map::new();
    for (field, value) in values {
        if OWN_ENDPOINT.contains(&field.as_str()) {
            return Err(Error::request(
                "the id cannot be edited, the e-mail address and the start date have calls of \
                 their own",
            ));
        }
        put(&mut body, position(field.as_str()), value.clone())
            .ok_or(Error::request("one of the fields is a part of another"))?;
    }
    Ok(body)
}

fn put(object: &mut Map<String, Value>, path: &str, value: Value) -> Option<()> {
    match path.split_once('.') {
        Some((first, rest)) => {
            let inner = object
                .entry(first)
                .or_insert_with(|| Value::Object(Map::new()));
            put(inner.as_object_mut()?, rest, value)
        }
        None => object
            .insert(path.to_owned(), value)
            .is_none()
            .then_some(()),
    }
}

const OWN_ENDPOINT: [&str; 3] = [fields::ROOT_ID, fields::ROOT_EMAIL, fields::WORK_START_DATE];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(pairs: &[(&str, Value)]) -> BTreeMap<FieldId, Value> {
        let field = |id: &str| FieldId::parse(id).unwrap();
        pairs
            .iter()
            .map(|(id, value)| (field(id), value.clone()))
            .collect()
    }

    #[test]
    fn fields_are_nested_and_those_of_root_stand_at_the_top() {
        let body = body(&values(&[
            ("root.firstName", json!("Ada")),
            ("work.custom.field_123", json!("L-77")),
            ("work.custom.field_124", json!(["1", "2"])),
            ("home.mobilePhone", Value::Null),
        ]));
        assert_eq!(
            Value::Object(body.unwrap()),
            json!({
                "firstName": "Ada", "home": {"mobilePhone": null},
                "work": {"custom": {"field_123": "L-77", "field_124": ["1", "2"]}},
            })
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for bad in [
            values(&[]),
            values(&[("root.email", json!("a@b"))]),
            values(&[("/root/id", json!("1"))]),
            values(&[("work.startDate", json!("2026-01-01"))]),
            values(&[("a.b", json!("1")), ("a.b.c", json!("2"))]),
            values(&[("a", json!({"b": 1})), ("a.b", json!("2"))]),
        ] {
            assert!(body(&bad).is_err(), "{:?}", bad.keys());
        }
    }
}
