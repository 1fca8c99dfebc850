//! `POST /people/{id}/training` and `DELETE /people/{id}/training/{entry}`

use http::Method;

use super::Client;
use crate::client::error::Error;
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};
use crate::client::written::Written;
use crate::table::TrainingEntry;
use crate::{EmployeeId, RowId};

static ADD: Route = Route::read(Method::POST, "/people/{id}/training", Bucket::TrainingWrite)
    .of_a_person()
    .once();

static DELETE: Route = Route::read(
    Method::DELETE,
    "/people/{id}/training/{entry}",
    Bucket::TrainingWrite,
)
.of_a_person();

/// Adds a row to somebody's training table. Made by
/// [`Tables::add_training`](super::Tables::add_training).
///
/// # Retries
///
/// Only if the first request certainly did nothing, because a second one would add a second row;
/// otherwise [`Error::sent`] says that the row may be there, and reading the table tells.
///
/// Source: HiBob's API reference, *Create training entry*.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct AddTraining {
    client: Client,
    id: EmployeeId,
    entry: TrainingEntry,
}

impl AddTraining {
    pub(super) fn new(client: Client, id: EmployeeId, entry: TrainingEntry) -> Self {
        Self { client, id, entry }
    }

    /// Adds the row. HiBob does not tell its id: read the table before and after.
    pub async fn send(self) -> Result<Written, Error> {
        let request = Request::new(&ADD)
            .argument(self.id.as_str())
            .body(&self.entry)?;
        self.client.write(request).await
    }
}

/// Deletes a row of somebody's training table. Made by
/// [`Tables::delete_training`](super::Tables::delete_training).
///
/// # Retries
///
/// As for reads. If the answer to the first request was lost, the second finds nothing:
/// [`Error::is_not_found`] with more than one [attempt](Error::attempts) means that the row is gone.
///
/// Source: HiBob's API reference, *Delete training entry*.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct DeleteTraining {
    client: Client,
    id: EmployeeId,
    row: RowId,
}

impl DeleteTraining {
    pub(super) fn new(client: Client, id: EmployeeId, row: RowId) -> Self {
        Self { client, id, row }
    }

    /// Deletes the row.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`]: there is no such row.
    pub async fn send(self) -> Result<Written, Error> {
        let request = Request::new(&DELETE)
            .argument(self.id.as_str())
            .argument(self.row.as_str());
        self.client.write(request).await
    }
}
