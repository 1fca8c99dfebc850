//! What an event is about.

use core::fmt;

/// The type of an event, by its name on the wire.
///
/// Source: HiBob's API documentation, *Employee data webhooks*, *Time off events v2*, *Tasks
/// webhooks*, *Docs webhooks*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// `employee.created`: a record was made, perhaps long before the start date.
    EmployeeCreated,
    /// `employee.updated`: a field changed. Calculated fields are not listed.
    EmployeeUpdated,
    /// `employee.joined`: access was granted, at midnight of the site's zone.
    EmployeeJoined,
    /// `employee.left`: terminated or put on garden leave, whichever comes first. HiBob's
    /// settings call it *Terminated*.
    EmployeeLeft,
    /// `employee.activated`: access was enabled.
    EmployeeActivated,
    /// `employee.inactivated`: went on leave or was terminated.
    EmployeeInactivated,
    /// `employee.terminated`: not documented; read in case it comes.
    EmployeeTerminated,
    /// `employee.deleted`: the record is gone and can no longer be read.
    EmployeeDeleted,
    /// `employee.access.revoked.immediately`: access was revoked ahead of the termination date.
    AccessRevokedImmediately,
    /// `table.entry.created`: a row was added to one of the employee's tables.
    TableEntryCreated,
    /// `table.entry.updated`: a row of one of the employee's tables changed. Removing a row sends
    /// nothing.
    TableEntryUpdated,
    /// `timeoff.request.…`: a request for time off changed.
    TimeOff(TimeOffChange),
    /// `todo.assign`: a task list was triggered.
    TaskAssigned,
    /// `todo.changedStatus`: a task's status changed.
    TaskStatusChanged,
    /// `documents.eSign.completed`: the last signer has signed.
    DocumentSigned,
    /// A type this crate does not know, as it was sent.
    Other(Box<str>),
}

/// What happened to a request for time off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TimeOffChange {
    /// `timeoff.request.requested`
    Requested,
    /// `timeoff.request.approved`
    Approved,
    /// `timeoff.request.declined`
    Declined,
    /// `timeoff.request.cancelled`
    Cancelled,
    /// `timeoff.request.deleted`
    Deleted,
    /// `timeoff.request.updated`
    Updated,
    /// `timeoff.request.imported`
    Imported,
}

/// The generation of an event's body. Both may be sent for one change by two webhooks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventVersion {
    /// Bodies with a summary of the employee, which this crate drops.
    V1,
    /// Bodies with ids only.
    V2,
    /// A later generation, as it was named; read like [`V2`](EventVersion::V2).
    Other(Box<str>),
}

impl EventKind {
    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::EmployeeCreated => "employee.created",
            Self::EmployeeUpdated => "employee.updated",
            Self::EmployeeJoined => "employee.joined",
            Self::EmployeeLeft => "employee.left",
            Self::EmployeeActivated => "employee.activated",
            Self::EmployeeInactivated => "employee.inactivated",
            Self::EmployeeTerminated => "employee.terminated",
            Self::EmployeeDeleted => "employee.deleted",
            Self::AccessRevokedImmediately => "employee.access.revoked.immediately",
            Self::TableEntryCreated => "table.entry.created",
            Self::TableEntryUpdated => "table.entry.updated",
            Self::TimeOff(TimeOffChange::Requested) => "timeoff.request.requested",
            Self::TimeOff(TimeOffChange::Approved) => "timeoff.request.approved",
            Self::TimeOff(TimeOffChange::Declined) => "timeoff.request.declined",
            Self::TimeOff(TimeOffChange::Cancelled) => "timeoff.request.cancelled",
            Self::TimeOff(TimeOffChange::Deleted) => "timeoff.request.deleted",
            Self::TimeOff(TimeOffChange::Updated) => "timeoff.request.updated",
            Self::TimeOff(TimeOffChange::Imported) => "timeoff.request.imported",
            Self::TaskAssigned => "todo.assign",
            Self::TaskStatusChanged => "todo.changedStatus",
            Self::DocumentSigned => "documents.eSign.completed",
            Self::Other(text) => text,
        }
    }

    /// Whether this crate knows the type.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<&str> for EventKind {
    fn from(text: &str) -> Self {
        KNOWN
            .iter()
            .find(|kind| kind.as_str() == text)
            .cloned()
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl EventVersion {
    /// The name on the wire; version 1 has none there and is `v1` here.
    pub fn as_str(&self) -> &str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for EventVersion {
    fn from(text: &str) -> Self {
        match text {
            "v1" => Self::V1,
            "v2" => Self::V2,
            other => Self::Other(other.into()),
        }
    }
}

const KNOWN: &[EventKind] = &[
    EventKind::EmployeeUpdated,
    EventKind::EmployeeCreated,
    EventKind::EmployeeJoined,
    EventKind::EmployeeLeft,
    EventKind::EmployeeActivated,
    EventKind::EmployeeInactivated,
    EventKind::EmployeeTerminated,
    EventKind::EmployeeDeleted,
    EventKind::AccessRevokedImmediately,
    EventKind::TableEntryCreated,
    EventKind::TableEntryUpdated,
    EventKind::TimeOff(TimeOffChange::Requested),
    EventKind::TimeOff(TimeOffChange::Approved),
    EventKind::TimeOff(TimeOffChange::Declined),
    EventKind::TimeOff(TimeOffChange::Cancelled),
    EventKind::TimeOff(TimeOffChange::Deleted),
    EventKind::TimeOff(TimeOffChange::Updated),
    EventKind::TimeOff(TimeOffChange::Imported),
    EventKind::TaskAssigned,
    EventKind::TaskStatusChanged,
    EventKind::DocumentSigned,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name() {
        for kind in KNOWN {
            assert!(kind.is_known());
            assert_eq!(EventKind::from(kind.as_str()), *kind);
        }
    }

    #[test]
    fn unknown_kinds_keep_their_name() {
        for text in [
            "employee.teleported",
            "",
            "Employee.Created",
            "employee.created ",
        ] {
            let kind = EventKind::from(text);
            assert!(!kind.is_known());
            assert_eq!(kind.to_string(), text);
        }
    }
}
