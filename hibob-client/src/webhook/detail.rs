//! What an event is about beyond the employee: ids and dates, never texts.

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::Data;
use super::kind::EventKind;
use super::raw::{list, text};
use crate::{EmployeeId, EntityId, RowId, TableId};

/// What an event is about beyond the employee.
///
/// Each part is `None` or empty if the body does not name it in a usable way: a surprise costs
/// only itself. Texts, and links to files and calls, are dropped: read them through the API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventDetail {
    /// Nothing more: the employee is all there is, or the type is not known.
    None,
    /// `table.entry.…`: the row of a table.
    TableEntry(TableEntry),
    /// `timeoff.request.…`: the request, if the body names it.
    TimeOff(Option<EntityId>),
    /// `todo.…`: the tasks.
    Tasks(TaskChange),
    /// `documents.eSign.completed`: the document.
    Document(SignedDocument),
}

/// A row of one of an employee's tables.
///
/// A row of a table with a history (work, employment, payroll, lifecycle) is named by the date
/// from which on it holds, a row of any other table by its id.
///
/// Source: HiBob's API documentation, *Table entry created* and *Table entry updated*. How the
/// table is named there is not documented; both `tableId` and `tableName` are read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableEntry {
    /// The table, such as `work`, or `category_…__table_…` for a custom one.
    pub table: Option<TableId>,
    /// The row, in a table without a history.
    pub row: Option<RowId>,
    /// The date from which on the row holds, in a table with a history. It may be in the future.
    pub effective_date: Option<Date>,
}

/// Tasks that were assigned, or whose status changed.
///
/// Source: HiBob's API documentation, *Tasks webhooks*.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskChange {
    /// The tasks.
    pub tasks: Vec<EntityId>,
    /// Whom the tasks are about.
    pub requested_for: Vec<EmployeeId>,
    /// Who is to do them.
    pub assignees: Vec<EmployeeId>,
    /// The status they have now.
    pub status: Option<EntityId>,
}

/// A document that all signers have signed.
///
/// Source: HiBob's API documentation, *Docs webhooks*.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedDocument {
    /// The document.
    pub document: Option<EntityId>,
    /// Who signed last.
    pub signed_by: Option<EmployeeId>,
}

/// Reads the detail from the part of the body that carries it.
pub(super) fn read(kind: &EventKind, data: &Data<'_>) -> EventDetail {
    match kind {
        EventKind::TableEntryCreated | EventKind::TableEntryUpdated => {
            EventDetail::TableEntry(TableEntry {
                table: id(data.table_id).or_else(|| id(data.table_name)),
                row: id(data.id),
                effective_date: text(data.effective_date).and_then(|date| date.parse().ok()),
            })
        }
        EventKind::TimeOff(_) => {
            let request = id(data.timeoff_request_id);
            EventDetail::TimeOff(request.or_else(|| id(data.request_id)))
        }
        EventKind::TaskAssigned | EventKind::TaskStatusChanged => EventDetail::Tasks(TaskChange {
            tasks: list(data.to_do_ids).filter_map(id).collect(),
            requested_for: list(data.to_do_requested_for_ids)
                .filter_map(employee)
                .collect(),
            assignees: list(data.to_do_assignee_ids).filter_map(employee).collect(),
            status: id(data.new_status),
        }),
        EventKind::DocumentSigned => EventDetail::Document(SignedDocument {
            document: id(data.document_id),
            signed_by: employee(data.signed_by),
        }),
        _ => EventDetail::None,
    }
}

/// The same for version 1 of the time-off family, which has no such part.
pub(super) fn of_time_off(kind: &EventKind, request: Option<&RawValue>) -> EventDetail {
    match kind {
        EventKind::TimeOff(_) => EventDetail::TimeOff(id(request)),
        _ => EventDetail::None,
    }
}

/// A string, or (but for tables) an integer.
fn id<'b, T: Deserialize<'b>>(raw: impl Into<Option<&'b RawValue>>) -> Option<T> {
    serde_json::from_str(raw.into()?.get()).ok()
}

/// A string of digits.
fn employee<'b>(raw: impl Into<Option<&'b RawValue>>) -> Option<EmployeeId> {
    EmployeeId::try_from(text(raw.into())?.as_ref()).ok()
}
