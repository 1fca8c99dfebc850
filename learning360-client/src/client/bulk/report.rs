use core::fmt;

use crate::bulk::{BulkOperation, ItemOutcome};
use crate::client::error::Error;
use crate::ids::BulkOperationId;

/// What a request for bulk operations is doing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BulkProgress<'a> {
    /// Which part of the request it is about, from 0 on.
    pub part: usize,
    /// How many parts there are.
    pub parts: usize,
    /// How many items the part has.
    pub items: usize,
    /// What happened.
    pub event: BulkEvent<'a>,
}

/// What happened to a part of a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum BulkEvent<'a> {
    /// It was refused, because three operations of the company are at work; it will be submitted
    /// again.
    Waiting,
    /// It was accepted. Keep the id, if you want to look at the results after a crash.
    Submitted(&'a BulkOperationId),
    /// It was looked at.
    Seen(&'a BulkOperation),
}

/// What became of a request for bulk operations, item by item.
///
/// `Debug` shows how many items have which outcome.
#[derive(Clone)]
pub struct BulkReport<T> {
    pub(super) items: Vec<(T, ItemOutcome)>,
    pub(super) operations: Vec<BulkOperationId>,
    pub(super) error: Option<Error>,
}

impl<T> BulkReport<T> {
    /// Each item with what became of it, in the order in which they were given.
    pub fn items(&self) -> &[(T, ItemOutcome)] {
        &self.items
    }

    /// Each item with what became of it, in the order in which they were given.
    pub fn into_items(self) -> Vec<(T, ItemOutcome)> {
        self.items
    }

    /// The operations that were begun.
    pub fn operations(&self) -> &[BulkOperationId] {
        &self.operations
    }

    /// What put an end to the request. After an error nothing more is submitted.
    ///
    /// If [`Error::sent`] is [`Sent::Maybe`](crate::Sent::Maybe), the answer to a submission was
    /// lost: look in the [list of operations](super::Bulk::operations), or at the items themselves,
    /// before submitting them again.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Whether every item was carried out.
    pub fn is_done(&self) -> bool {
        self.error.is_none() && self.items.iter().all(|(_, outcome)| outcome.is_done())
    }

    fn count(&self, is: fn(&ItemOutcome) -> bool) -> usize {
        self.items.iter().filter(|(_, outcome)| is(outcome)).count()
    }
}

impl<T> fmt::Debug for BulkReport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = |outcome: &ItemOutcome| matches!(outcome, ItemOutcome::Failed { .. });
        let unknown = |outcome: &ItemOutcome| *outcome == ItemOutcome::Unknown;
        let unsubmitted = |outcome: &ItemOutcome| *outcome == ItemOutcome::NotSubmitted;
        f.debug_struct("BulkReport")
            .field("done", &self.count(ItemOutcome::is_done))
            .field("failed", &self.count(failed))
            .field("not_submitted", &self.count(unsubmitted))
            .field("unknown", &self.count(unknown))
            .field("operations", &self.operations)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
