//! Reading employees' tables, and writing training rows.

mod bulk;
mod one;
mod training;

pub use bulk::{BulkPage, BulkPager, ReadBulk};
pub use one::ReadTable;
pub use training::{AddTraining, DeleteTraining};

use super::Client;
use crate::table::{
    BulkTable, EmploymentRow, LifecycleRow, TableName, TableRow, TrainingEntry, TrainingRow,
    WorkRow,
};
use crate::{EmployeeId, RowId, TableId};

/// Reading employees' tables. Made by [`Client::tables`].
///
/// # Permissions
///
/// *View* and, for rows that are not the present one, *view history* of the table's category. What
/// is hidden is named in [`TableRows::restricted`](crate::table::TableRows).
#[derive(Clone, Debug)]
pub struct Tables {
    client: Client,
}

impl Tables {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads when somebody was hired, employed, on leave, and left.
    pub fn lifecycle(&self, id: impl Into<EmployeeId>) -> ReadTable<LifecycleRow> {
        ReadTable::new(self.client.clone(), &one::LIFECYCLE, id.into())
    }

    /// Reads titles, departments, sites and managers, the oldest first.
    pub fn work(&self, id: impl Into<EmployeeId>) -> ReadTable<WorkRow> {
        ReadTable::new(self.client.clone(), &one::WORK, id.into())
    }

    /// Reads contracts and hours.
    pub fn employment(&self, id: impl Into<EmployeeId>) -> ReadTable<EmploymentRow> {
        ReadTable::new(self.client.clone(), &one::EMPLOYMENT, id.into())
    }

    /// Reads the courses that somebody took.
    pub fn training(&self, id: impl Into<EmployeeId>) -> ReadTable<TrainingRow> {
        ReadTable::new(self.client.clone(), &one::TRAINING, id.into())
    }

    /// Reads another table, without types for its columns.
    pub fn rows(&self, id: impl Into<EmployeeId>, table: TableName) -> ReadTable<TableRow> {
        ReadTable::new(self.client.clone(), one::route(table), id.into())
    }

    /// Reads a custom table.
    pub fn custom(&self, id: impl Into<EmployeeId>, table: &TableId) -> ReadTable<TableRow> {
        ReadTable::new(self.client.clone(), &one::CUSTOM, id.into()).of(table)
    }

    /// Reads the work tables of many people, page by page.
    pub fn bulk_work(&self) -> ReadBulk<WorkRow> {
        ReadBulk::new(self.client.clone(), BulkTable::Work)
    }

    /// Reads a table of many people, page by page, without types for its columns.
    pub fn bulk(&self, table: BulkTable) -> ReadBulk<TableRow> {
        ReadBulk::new(self.client.clone(), table)
    }

    /// Adds a row to somebody's training table.
    pub fn add_training(&self, id: impl Into<EmployeeId>, entry: TrainingEntry) -> AddTraining {
        AddTraining::new(self.client.clone(), id.into(), entry)
    }

    /// Deletes a row of somebody's training table.
    pub fn delete_training(&self, id: impl Into<EmployeeId>, row: RowId) -> DeleteTraining {
        DeleteTraining::new(self.client.clone(), id.into(), row)
    }
}
