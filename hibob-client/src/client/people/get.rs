//! `POST /people/{id}`

use core::fmt;

use serde::Serialize;

use super::{Client, Error, GET, requested};
use crate::client::call::place;
use crate::client::route::Request;
use crate::employee::Unusable;
use crate::{EmailAddress, Employee, EmployeeId, Field, FieldId, fields};

/// What one person is read by. `Debug` shows an id, but no address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PersonKey {
    /// The employee's id, which never changes.
    Id(EmployeeId),
    /// The work e-mail address, which does.
    Email(EmailAddress),
}

impl From<EmployeeId> for PersonKey {
    fn from(id: EmployeeId) -> Self {
        Self::Id(id)
    }
}

impl From<&EmployeeId> for PersonKey {
    fn from(id: &EmployeeId) -> Self {
        Self::Id(id.clone())
    }
}

impl From<EmailAddress> for PersonKey {
    fn from(email: EmailAddress) -> Self {
        Self::Email(email)
    }
}

impl From<&EmailAddress> for PersonKey {
    fn from(email: &EmailAddress) -> Self {
        Self::Email(email.clone())
    }
}

/// Reads one person. Made by [`People::get`](super::People::get).
///
/// Source: HiBob's API reference, *Read company employee fields by employee ID*.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct GetPerson {
    client: Client,
    who: PersonKey,
    fields: Vec<FieldId>,
    append_labels: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    human_readable: Option<&'static str>,
}

impl GetPerson {
    pub(super) fn new(client: Client, who: PersonKey) -> Self {
        Self {
            client,
            who,
            fields: Vec::new(),
            append_labels: false,
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

    /// Reads the labels too, for [`Employee::label`].
    pub fn append_labels(mut self) -> Self {
        self.append_labels = true;
        self
    }

    /// Reads the person.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`]: there is no such person, or perhaps none that the service user may
    /// see. [`Error::is_forbidden`]: the service user may not. An answer about somebody else is an
    /// error too.
    pub async fn send(self) -> Result<Employee, Error> {
        let always: &[_] = match self.who {
            PersonKey::Id(_) => &[],
            PersonKey::Email(_) => &[fields::ROOT_EMAIL],
        };
        let body = Body {
            fields: requested(always, &self.fields)?,
            human_readable: self.append_labels.then_some("APPEND"),
        };
        let key = match &self.who {
            PersonKey::Id(id) => id.as_str(),
            PersonKey::Email(email) => email.as_str(),
        };
        let request = Request::new(&GET).argument(key).body(&body)?;
        self.client
            .call(request, |body| decode(body, &self.who))
            .await
    }
}

impl fmt::Debug for GetPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetPerson")
            .field("who", &self.who)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

fn decode(body: &[u8], who: &PersonKey) -> Result<Employee, String> {
    let employee = employee(body)?;
    // Never hand out one person's record as another's.
    let is_asked_for = match who {
        PersonKey::Id(id) => employee.id() == id,
        PersonKey::Email(email) => match employee.email() {
            Field::Value(text) => email.is(text),
            Field::Missing | Field::Null => true,
        },
    };
    if is_asked_for {
        Ok(employee)
    } else {
        Err("it is about another employee".into())
    }
}

/// A record, or what is wrong with it in words that hold none of it.
pub(super) fn employee(record: &[u8]) -> Result<Employee, String> {
    let text = core::str::from_utf8(record).map_err(|_| "it is not UTF-8".to_owned())?;
    Employee::from_text(text).map_err(|error| match error {
        Unusable::Json(error) => place(&error),
        Unusable::Record(error) => error.to_string(),
    })
}
