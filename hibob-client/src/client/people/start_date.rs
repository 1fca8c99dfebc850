//! `POST /employees/{id}/start-date`

use core::fmt;

use http::Method;
use jiff::civil::Date;
use serde::Serialize;

use super::{Client, Error};
use crate::EmployeeId;
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};
use crate::client::written::Written;

static START_DATE: Route = Route::read(
    Method::POST,
    "/employees/{id}/start-date",
    Bucket::StartDate,
)
.of_a_person()
.once();

/// Changes one person's start date. Made by
/// [`People::change_start_date`](super::People::change_start_date).
///
/// # Retries
///
/// Only if the first request certainly did nothing; otherwise [`Error::sent`] says that it may
/// have.
///
/// Source: HiBob's API reference, *Set or update employee's start date*.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct ChangeStartDate {
    client: Client,
    id: EmployeeId,
    date: Date,
    reason: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl ChangeStartDate {
    pub(super) fn new(client: Client, id: EmployeeId, date: Date) -> Self {
        Self {
            client,
            id,
            date,
            reason: None,
        }
    }

    /// Why, in free text.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Changes the date.
    pub async fn send(self) -> Result<Written, Error> {
        let body = Body {
            start_date: self.date,
            reason: self.reason.as_deref(),
        };
        let request = Request::new(&START_DATE)
            .argument(self.id.as_str())
            .body(&body)?;
        self.client.write(request).await
    }
}

impl fmt::Debug for ChangeStartDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStartDate")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
