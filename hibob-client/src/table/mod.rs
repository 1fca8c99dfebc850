//! Rows of an employee's tables: what happened when.

mod bulk;
mod employment;
mod lifecycle;
mod restricted;
mod row;
mod training;
mod work;

pub use bulk::{BulkRow, BulkTable, Cursor};
pub use employment::EmploymentRow;
pub use lifecycle::LifecycleRow;
pub use restricted::RestrictedColumns;
pub use row::{InvalidRow, TableRecord, TableRow};
pub use training::{TrainingEntry, TrainingRow};
pub use work::WorkRow;

#[cfg(feature = "http")]
pub(crate) use bulk::read_page;
#[cfg(feature = "http")]
pub(crate) use row::read_rows;

/// The rows of one table of one employee, in HiBob's order.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableRows<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// What the service user may not see of them.
    pub restricted: RestrictedColumns,
    /// How many entries of the answer could not be used.
    pub skipped: usize,
}

/// The tables of an employee that have no types of their own here.
///
/// Source: HiBob's API reference, *Employee tables*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TableName {
    /// Bank accounts.
    BankAccounts,
    /// Equity grants.
    Equities,
    /// Salaries; 10 reads a minute.
    Salaries,
    /// Variable payments.
    Variable,
}
