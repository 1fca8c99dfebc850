//! `PUT /people/{id}/email`

use http::Method;
use serde::Serialize;

use super::{Client, Error};
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};
use crate::client::written::Written;
use crate::{EmailAddress, EmployeeId};

static EMAIL: Route = Route::read(Method::PUT, "/people/{id}/email", Bucket::Email).of_a_person();

/// Changes one person's work e-mail address, which is also the login. Made by
/// [`People::change_email`](super::People::change_email).
///
/// HiBob sends the person a mail to confirm it.
///
/// # Retries
///
/// As for reads: the same address a second time changes nothing.
///
/// Source: HiBob's API reference, *Update employee's email*.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct ChangeEmail {
    client: Client,
    id: EmployeeId,
    email: EmailAddress,
}

#[derive(Serialize)]
struct Body<'a> {
    email: &'a EmailAddress,
}

impl ChangeEmail {
    pub(super) fn new(client: Client, id: EmployeeId, email: EmailAddress) -> Self {
        Self { client, id, email }
    }

    /// Changes the address.
    pub async fn send(self) -> Result<Written, Error> {
        let body = Body { email: &self.email };
        let request = Request::new(&EMAIL)
            .argument(self.id.as_str())
            .body(&body)?;
        self.client.write(request).await
    }
}
