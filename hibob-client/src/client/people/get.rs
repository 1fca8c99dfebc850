//! `POST /people/{id}`

use serde::Serialize;

use super::{Client, Error, GET, requested};
use crate::client::call::Request;
use crate::{Employee, EmployeeId, FieldId};

/// Reads one person. Made by [`People::get`](super::People::get).
///
/// Source: HiBob's API reference, *Read company employee fields by employee ID*.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetPerson {
    client: Client,
    id: EmployeeId,
    fields: Vec<FieldId>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<&'a str>>,
}

impl GetPerson {
    pub(super) fn new(client: Client, id: EmployeeId) -> Self {
        Self {
            client,
            id,
            fields: Vec::new(),
        }
    }

    /// The fields to read, at most 400 with the id; several calls add up. Without any, HiBob
    /// chooses (the categories `root`, `about`, `employment` and `work`).
    pub fn fields<I>(mut self, fields: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<FieldId>,
    {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Reads the person.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`]: there is no such person, or perhaps none that the service user may
    /// see. [`Error::is_forbidden`]: the service user may not.
    pub async fn send(self) -> Result<Employee, Error> {
        let fields = if self.fields.is_empty() {
            None
        } else {
            Some(requested(&self.fields)?)
        };
        let request = Request::new(&GET)
            .argument(self.id.as_str())
            .body(&Body { fields })?;
        self.client
            .call(request, |body| decode(body, &self.id))
            .await
    }
}

fn decode(body: &[u8], id: &EmployeeId) -> Result<Employee, String> {
    let value = serde_json::from_slice(body).map_err(|error| crate::client::call::place(&error))?;
    let employee = Employee::from_json(value).map_err(|error| error.to_string())?;
    // Never hand out one person's record as another's.
    if employee.id() == id {
        Ok(employee)
    } else {
        Err("it is about another employee".into())
    }
}
