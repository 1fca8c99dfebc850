use std::sync::Arc;

use http::Method;
use serde::Deserialize;
use tokio::time::Instant;

use super::Bulk;
use super::patience::Patience;
use crate::bulk::{BulkOperation, BulkOperationType, BulkResult, BulkStatus};
use crate::client::call::Call;
use crate::client::error::{Error, ErrorKind, Route, Sent};
use crate::client::exchange::Exchange;
use crate::client::filter::InstantFilter;
use crate::client::pager::Pager;
use crate::ids::BulkOperationId;

impl Bulk {
    /// Lists bulk operations, of all integrations of the company. Scope `bulkOperations:read`; pages
    /// of 20.
    ///
    /// This is where to look after the answer to a submission was lost.
    pub fn operations(&self) -> ListBulkOperations {
        ListBulkOperations {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, OPERATIONS, &[]),
        }
    }

    /// Gets a bulk operation. Scope `bulkOperations:read`.
    ///
    /// # Errors
    /// [`BulkOperationNotFound`](crate::ErrorCode::BulkOperationNotFound) with a 404.
    pub async fn operation(&self, id: &BulkOperationId) -> Result<BulkOperation, Error> {
        let call = self.call(Method::GET, OPERATION, &[id.as_str()]);
        self.exchange.execute(&call).await?.json()
    }

    /// What became of the items of an operation that has ended, in the order in which 360Learning
    /// lists them. Scope `bulkOperations:read`.
    ///
    /// How long the results are kept is not documented.
    ///
    /// # Errors
    /// [`BulkOperationNotRun`](crate::ErrorCode::BulkOperationNotRun) before it has run;
    /// [`BulkOperationNotFound`](crate::ErrorCode::BulkOperationNotFound) with a 404.
    pub async fn results(&self, id: &BulkOperationId) -> Result<Vec<BulkResult>, Error> {
        let call = self.call(Method::GET, RESULTS, &[id.as_str()]);
        // Documented without pages, although there may be 20,000 results: if there are, they count.
        let mut pages = Pager::new(self.exchange.clone(), call, |value| {
            Some(BulkResult::from_json(value))
        });
        let mut results = Vec::new();
        while let Some(page) = pages.next_page().await? {
            results.extend(page);
            if results.len() > MOST_RESULTS {
                return Err(Error::new(ErrorKind::Pagination, "the list has no end"));
            }
        }
        Ok(results)
    }

    /// Waits till an operation has ended, and shows each state that is seen. Scope
    /// `bulkOperations:read`.
    ///
    /// Looks once a second at first, and less and less often. A look that fails for a passing
    /// reason is made up for by the next. Dropping the future ends the waiting, not the operation.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] when the patience is at its end: the operation goes on, and may be
    /// waited for again.
    pub async fn wait(
        &self,
        id: &BulkOperationId,
        patience: Patience,
        mut watch: impl FnMut(&BulkOperation),
    ) -> Result<BulkOperation, Error> {
        self.wait_until(id, patience.deadline(), &mut watch).await
    }

    pub(super) async fn wait_until(
        &self,
        id: &BulkOperationId,
        deadline: Instant,
        watch: &mut impl FnMut(&BulkOperation),
    ) -> Result<BulkOperation, Error> {
        let mut pauses = Patience::between_looks();
        loop {
            match self.operation(id).await {
                Ok(operation) => {
                    watch(&operation);
                    if operation.has_ended() {
                        return Ok(operation);
                    }
                }
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
            if !pauses.sleep_before(deadline).await {
                let route = Route {
                    method: Method::GET,
                    template: OPERATION,
                };
                let problem = "the bulk operation has not ended in time";
                return Err(Error::new(ErrorKind::Timeout, problem)
                    .with_route(&route)
                    .with_sent(Sent::Yes));
            }
        }
    }
}

/// A list of bulk operations, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListBulkOperations {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListBulkOperations {
    /// Only those that were submitted then. Both bounds may be given.
    pub fn created_at(mut self, filter: InstantFilter) -> Self {
        self.call = self.call.with_instant_filter("createdAt", filter);
        self
    }

    /// Only those that stand there.
    pub fn status(mut self, status: &BulkStatus) -> Self {
        self.call = self.call.with_query("status[eq]", status.as_str());
        self
    }

    /// Only those that do this.
    pub fn kind(mut self, kind: &BulkOperationType) -> Self {
        self.call = self.call.with_query("type[eq]", kind.as_str());
        self
    }

    /// Goes through the pages, of 20 operations each.
    pub fn pages(self) -> Pager<BulkOperation> {
        Pager::new(self.exchange, self.call, |value| {
            BulkOperation::deserialize(value).ok()
        })
    }

    /// All operations of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<BulkOperation>, Error> {
        self.pages().all(|operation| operation.id().clone()).await
    }
}

const OPERATIONS: &str = "/api/v2/bulk/operations";

const OPERATION: &str = "/api/v2/bulk/operations/{bulkOperationId}";

const RESULTS: &str = "/api/v2/bulk/operations/{bulkOperationId}/results";

/// Ten times as many as an operation can have.
const MOST_RESULTS: usize = 200_000;
