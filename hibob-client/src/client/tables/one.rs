//! `GET /people/{id}/{table}`

use core::fmt;
use core::marker::PhantomData;

use http::Method;

use super::Client;
use crate::client::call::place;
use crate::client::error::Error;
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};
use crate::table::{TableName, TableRecord, TableRows, read_rows};
use crate::{EmployeeId, TableId};

pub(super) static LIFECYCLE: Route = table("/people/{id}/lifecycle", Bucket::Table);
pub(super) static WORK: Route = table("/people/{id}/work", Bucket::Table);
pub(super) static EMPLOYMENT: Route = table("/people/{id}/employment", Bucket::Table);
pub(super) static TRAINING: Route = table("/people/{id}/training", Bucket::Table);
pub(super) static CUSTOM: Route = table("/people/custom-tables/{id}/{table}", Bucket::Table);
static BANK_ACCOUNTS: Route = table("/people/{id}/bank-accounts", Bucket::Table);
static EQUITIES: Route = table("/people/{id}/equities", Bucket::Table);
static SALARIES: Route = table("/people/{id}/salaries", Bucket::Salaries);
static VARIABLE: Route = table("/people/{id}/variable", Bucket::Table);

const fn table(template: &'static str, bucket: Bucket) -> Route {
    Route::read(Method::GET, template, bucket).of_a_person()
}

pub(super) fn route(table: TableName) -> &'static Route {
    match table {
        TableName::BankAccounts => &BANK_ACCOUNTS,
        TableName::Equities => &EQUITIES,
        TableName::Salaries => &SALARIES,
        TableName::Variable => &VARIABLE,
    }
}

/// Reads one table of one employee. Made by [`Tables`](super::Tables).
///
/// Source: HiBob's API reference, *Employee tables*.
#[must_use = "nothing is sent before `send`"]
pub struct ReadTable<R> {
    client: Client,
    route: &'static Route,
    id: EmployeeId,
    custom: Option<TableId>,
    append_labels: bool,
    rows: PhantomData<fn() -> R>,
}

impl<R: TableRecord> ReadTable<R> {
    pub(super) fn new(client: Client, route: &'static Route, id: EmployeeId) -> Self {
        Self {
            client,
            route,
            id,
            custom: None,
            append_labels: false,
            rows: PhantomData,
        }
    }

    pub(super) fn of(mut self, table: &TableId) -> Self {
        self.custom = Some(table.clone());
        self
    }

    /// Reads the labels too, for [`TableRow::label`](crate::table::TableRow::label).
    pub fn append_labels(mut self) -> Self {
        self.append_labels = true;
        self
    }

    /// Reads the rows.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`]: there is no such person or table, or perhaps none that the service
    /// user may see. [`Error::is_forbidden`]: the service user may not see the table at all.
    pub async fn send(self) -> Result<TableRows<R>, Error> {
        let mut request = Request::new(self.route).argument(self.id.as_str());
        if let Some(table) = &self.custom {
            request = request.argument(table.as_str());
        }
        if self.append_labels {
            request = request.query("includeHumanReadable", "true");
        }
        self.client
            .call(request, |body| {
                read_rows(body).map_err(|error| place(&error))
            })
            .await
    }
}

impl<R> Clone for ReadTable<R> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            route: self.route,
            id: self.id.clone(),
            custom: self.custom.clone(),
            append_labels: self.append_labels,
            rows: PhantomData,
        }
    }
}

impl<R> fmt::Debug for ReadTable<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadTable")
            .field("route", &self.route.template)
            .field("id", &self.id)
            .field("append_labels", &self.append_labels)
            .finish_non_exhaustive()
    }
}
