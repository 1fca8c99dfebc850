mod operations;
mod patience;
mod report;
mod request;

use std::sync::Arc;

use http::Method;

pub use self::operations::ListBulkOperations;
pub use self::patience::Patience;
pub use self::report::{BulkEvent, BulkProgress, BulkReport};
pub use self::request::{BulkPart, BulkRequest};
use super::call::Call;
use super::exchange::Exchange;
use crate::bulk::{GroupDeletion, MailSubscription};
use crate::group::UserMembership;
use crate::job::UserJobs;

/// The calls that carry out many changes at once. Source: 360Learning's API v2 reference, *Bulk*,
/// and the developer guide, *Bulk operations*.
///
/// Items are submitted in parts of at most as many as 360Learning takes, carried out behind the
/// scenes, and reported one by one: some may fail while others do not. A company may have three
/// operations at work at a time, of all its integrations together; a fourth is refused
/// ([`Error::is_bulk_refused`](super::Error::is_bulk_refused)).
///
/// Submitting needs the scope that stands with each call; waiting and results need
/// `bulkOperations:read`.
///
/// ```no_run
/// # async fn make(client: learning360_client::Client) {
/// use learning360_client::{Patience, UserMembership};
///
/// # let memberships: Vec<UserMembership> = Vec::new();
/// let report = client
///     .bulk()
///     .add_roles(memberships)
///     .run(Patience::default(), |progress| println!("{progress:?}"))
///     .await;
/// for (membership, outcome) in report.items() {
///     println!("{membership:?}: {outcome:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Bulk {
    exchange: Arc<Exchange>,
}

/// # Errors
/// Each submission may be refused with [`InvalidInput`](crate::ErrorCode::InvalidInput),
/// [`InputTooLong`](crate::ErrorCode::InputTooLong),
/// [`BulkOperationsConcurrencyLimitReached`](crate::ErrorCode::BulkOperationsConcurrencyLimitReached)
/// with a 429, or [`BulkApiDisabled`](crate::ErrorCode::BulkApiDisabled) with a 503.
///
/// # Retries
/// A submission is never repeated once it may have been sent, whatever its method, unless it was
/// refused: two operations for one list would contradict each other in their results.
impl Bulk {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Gives users roles in groups. Scope `groups:bulk`; parts of 20,000.
    pub fn add_roles(
        &self,
        memberships: impl IntoIterator<Item = UserMembership>,
    ) -> BulkRequest<UserMembership> {
        self.request(Method::POST, MEMBERSHIPS, 20_000, memberships)
    }

    /// Takes users' roles in groups away. Scope `groups:bulk`; parts of 20,000.
    ///
    /// With the role of a learner goes that in all public groups below, down to the first private
    /// one.
    pub fn remove_roles(
        &self,
        memberships: impl IntoIterator<Item = UserMembership>,
    ) -> BulkRequest<UserMembership> {
        self.request(Method::DELETE, MEMBERSHIPS, 20_000, memberships)
    }

    /// Deletes groups, all groups below them, and all that is in them. There is no way back. Scope
    /// `groups:bulk`; parts of 2,000.
    pub fn delete_groups(
        &self,
        groups: impl IntoIterator<Item = GroupDeletion>,
    ) -> BulkRequest<GroupDeletion> {
        self.request(Method::DELETE, GROUPS, 2_000, groups)
    }

    /// Replaces users' jobs. Scope `skillsJobs:bulk`; parts of 10,000.
    ///
    /// A submission may also be refused with
    /// [`SkillSolutionNotEnabled`](crate::ErrorCode::SkillSolutionNotEnabled) or
    /// [`TooManyJobs`](crate::ErrorCode::TooManyJobs).
    pub fn replace_jobs(&self, jobs: impl IntoIterator<Item = UserJobs>) -> BulkRequest<UserJobs> {
        self.request(Method::PUT, JOBS, 10_000, jobs)
    }

    /// Switches 360Learning's mails to addresses on or off. Scope `subscriptions:bulk`, which
    /// 360Learning grants on request only; parts of 20,000, although a guide speaks of 100,000.
    pub fn switch_mails(
        &self,
        subscriptions: impl IntoIterator<Item = MailSubscription>,
    ) -> BulkRequest<MailSubscription> {
        self.request(Method::POST, SUBSCRIPTIONS, 20_000, subscriptions)
    }

    fn request<T>(
        &self,
        method: Method,
        template: &'static str,
        most: usize,
        items: impl IntoIterator<Item = T>,
    ) -> BulkRequest<T> {
        let call = self.call(method, template, &[]).unrepeatable();
        BulkRequest::new(self, &call, most, items)
    }

    fn call(&self, method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call::new(&self.exchange.base, method, template, ids)
    }
}

const MEMBERSHIPS: &str = "/api/v2/bulk/groups/memberships";

const GROUPS: &str = "/api/v2/bulk/groups";

const JOBS: &str = "/api/v2/bulk/skills/users/jobs";

const SUBSCRIPTIONS: &str = "/api/v2/bulk/notifications/subscriptions";
