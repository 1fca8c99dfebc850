use core::fmt;

use http::{StatusCode, header};
use serde::Serialize;
use tokio::time::Instant;

use super::Bulk;
use super::patience::Patience;
use super::report::{BulkEvent, BulkProgress, BulkReport};
use crate::bulk::{BulkItem, ItemOutcome, match_results};
use crate::client::answer::Answer;
use crate::client::call::Call;
use crate::client::error::{Error, ErrorKind, Sent};
use crate::error_code::ErrorCode;
use crate::ids::BulkOperationId;

/// Items for bulk operations, cut into parts of as many as 360Learning takes at once.
#[must_use = "nothing is submitted before `run`, or `submit` of each part"]
pub struct BulkRequest<T> {
    parts: Vec<BulkPart<T>>,
}

/// As many items as 360Learning takes in one bulk operation, or fewer.
///
/// For hosts that submit, wait and read the results at different times, for instance because the
/// end is told by a webhook. All others leave it to [`BulkRequest::run`].
#[derive(Clone)]
pub struct BulkPart<T> {
    bulk: Bulk,
    call: Call,
    items: Vec<T>,
}

impl<T> BulkRequest<T> {
    pub(super) fn new(
        bulk: &Bulk,
        call: &Call,
        most: usize,
        items: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut items = items.into_iter().peekable();
        let mut parts = Vec::new();
        while items.peek().is_some() {
            parts.push(BulkPart {
                bulk: bulk.clone(),
                call: call.clone(),
                items: items.by_ref().take(most).collect(),
            });
        }
        Self { parts }
    }

    /// The parts, in order. Without items there are none.
    pub fn parts(&self) -> &[BulkPart<T>] {
        &self.parts
    }

    /// The parts, in order. Without items there are none.
    pub fn into_parts(self) -> Vec<BulkPart<T>> {
        self.parts
    }
}

impl<T: BulkItem> BulkRequest<T> {
    /// Submits the parts one after the other, waits for the end of each, and tells what became of
    /// each item.
    ///
    /// One operation at a time leaves the others of the three that the company may have. If there
    /// is no place, it is waited for; if 360Learning has switched bulk operations off (503), it is
    /// not: make single calls instead. After an error nothing more is submitted, and the report
    /// says of each item whether it is [done](ItemOutcome::Done), [failed](ItemOutcome::Failed),
    /// [untouched](ItemOutcome::NotSubmitted), or [unknown](ItemOutcome::Unknown).
    ///
    /// Dropping the future ends the waiting, not an operation that was submitted: `watch` is told
    /// its id.
    pub async fn run(
        self,
        patience: Patience,
        mut watch: impl FnMut(BulkProgress<'_>),
    ) -> BulkReport<T> {
        let deadline = patience.deadline();
        let parts = self.parts.len();
        let mut report = BulkReport {
            items: Vec::with_capacity(self.parts.iter().map(|part| part.items.len()).sum()),
            operations: Vec::new(),
            error: None,
        };
        for (number, part) in self.parts.into_iter().enumerate() {
            let items = part.items.len();
            let mut tell = |event: BulkEvent<'_>| {
                watch(BulkProgress {
                    part: number,
                    parts,
                    items,
                    event,
                });
            };
            let outcomes = if report.error.is_some() {
                vec![ItemOutcome::NotSubmitted; items]
            } else {
                part.run(deadline, &mut report, &mut tell).await
            };
            report.items.extend(part.items.into_iter().zip(outcomes));
        }
        report
    }
}

impl<T> BulkPart<T> {
    /// The items.
    pub fn items(&self) -> &[T] {
        &self.items
    }
}

impl<T: BulkItem> BulkPart<T> {
    /// Submits the items, and gives the id of the operation that will carry them out.
    ///
    /// # Errors
    /// As [`Bulk`] lists them. If there is no place among the three operations that a company may
    /// have at work, that is an error here: nothing was begun.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused. If [`Error::sent`] is not
    /// [`Sent::No`] and there is no code, or the answer names no operation
    /// ([`ErrorKind::Decode`]), an operation may have begun: look in the
    /// [list](Bulk::operations).
    pub async fn submit(&self) -> Result<BulkOperationId, Error> {
        #[derive(Serialize)]
        struct Submission<'a, T> {
            input: &'a [T],
        }

        let submission = Submission { input: &self.items };
        let call = self.call.clone().with_json(&submission)?;
        let answer = self.bulk.exchange.execute(&call).await?;
        if answer.status != StatusCode::ACCEPTED {
            return Err(answer.error(ErrorKind::Decode, "not accepted for bulk operation"));
        }
        operation(&answer)
            .ok_or_else(|| answer.error(ErrorKind::Decode, "the answer names no bulk operation"))
    }

    /// What became of each item of the operation that [`submit`](Self::submit) began, after it has
    /// ended, in the order of the items. Scope `bulkOperations:read`.
    ///
    /// # Errors
    /// As with [`Bulk::results`].
    pub async fn outcomes(&self, operation: &BulkOperationId) -> Result<Vec<ItemOutcome>, Error> {
        let results = self.bulk.results(operation).await?;
        Ok(match_results(&self.items, results))
    }

    async fn run(
        &self,
        deadline: Instant,
        report: &mut BulkReport<T>,
        tell: &mut impl FnMut(BulkEvent<'_>),
    ) -> Vec<ItemOutcome> {
        let operation = match self.submit_before(deadline, tell).await {
            Ok(operation) => operation,
            Err(error) => {
                let outcome = if is_without_effect(&error) {
                    ItemOutcome::NotSubmitted
                } else {
                    ItemOutcome::Unknown
                };
                report.error = Some(error);
                return vec![outcome; self.items.len()];
            }
        };
        tell(BulkEvent::Submitted(&operation));
        report.operations.push(operation.clone());
        match self.finish(&operation, deadline, tell).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                report.error = Some(error);
                vec![ItemOutcome::Unknown; self.items.len()]
            }
        }
    }

    /// Submits, as often as it takes to find a place.
    async fn submit_before(
        &self,
        deadline: Instant,
        tell: &mut impl FnMut(BulkEvent<'_>),
    ) -> Result<BulkOperationId, Error> {
        let mut pauses = Patience::between_submissions();
        loop {
            let error = match self.submit().await {
                Ok(operation) => return Ok(operation),
                Err(error) => error,
            };
            let full = Some(&ErrorCode::BulkOperationsConcurrencyLimitReached);
            if error.code() != full {
                return Err(error);
            }
            tell(BulkEvent::Waiting);
            if !pauses.sleep_before(deadline).await {
                return Err(error);
            }
        }
    }

    async fn finish(
        &self,
        operation: &BulkOperationId,
        deadline: Instant,
        tell: &mut impl FnMut(BulkEvent<'_>),
    ) -> Result<Vec<ItemOutcome>, Error> {
        let mut watch = |seen: &_| tell(BulkEvent::Seen(seen));
        let bulk = &self.bulk;
        bulk.wait_until(operation, deadline, &mut watch).await?;
        self.outcomes(operation).await
    }
}

impl<T> fmt::Debug for BulkRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.parts).finish()
    }
}

impl<T> fmt::Debug for BulkPart<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkPart")
            .field("call", &self.call)
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}

/// The operation that `Location` names. It is not followed, so that it may lead anywhere.
fn operation(answer: &Answer) -> Option<BulkOperationId> {
    let location = answer.headers.get(header::LOCATION)?.to_str().ok()?;
    let url = answer.url.join(location).ok()?;
    let mut segments = url.path_segments()?.rev();
    let id = segments.find(|segment| !segment.is_empty())?;
    let parent = segments.next()?;
    (parent == "operations")
        .then(|| BulkOperationId::try_from(id).ok())
        .flatten()
}

/// Whether a failed submission surely began nothing.
fn is_without_effect(error: &Error) -> bool {
    let refused = error
        .status()
        .is_some_and(|status| status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT);
    error.sent() == Sent::No || error.is_bulk_refused() || refused
}
