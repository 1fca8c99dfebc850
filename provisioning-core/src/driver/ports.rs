use std::collections::BTreeSet;
use std::error::Error;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use hibob_client::{Employee, EmployeeId};
use jiff::{SignedDuration, Timestamp};
use learning360_client::{User, UserId};

use super::run_store::RunStore;
use crate::absorb::Outcome;
use crate::admit::{Ledger, Population};
use crate::event::{Hint, Seq, Urgency};
use crate::facts::{Answer, Link, Query, Unavailable};
use crate::memory::Memory;
use crate::plan::Step;
use crate::quarantine::Quarantine;
use crate::sync::Batch;

/// Bob.
///
/// An answer also tells how the call went, and the driver stops calling an API that does not work:
/// [`Unavailable::Refused`](crate::Unavailable) is for credentials that are refused,
/// [`Answer::Forbidden`] for a person that may not be seen; a request for a pause of unknown length
/// is a pause of zero.
#[async_trait]
pub trait Source: Send + Sync {
    /// Answers the queries of [`crate::Side::Source`]; a query that is left out counts as
    /// unavailable. Never fails as a whole.
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)>;

    /// Lists everybody whom Bob shows, people without access to Bob included, one after the other,
    /// with the fields that the policy uses.
    ///
    /// An error ends the stream, and what came before it is no list. A stream that ends without
    /// one is whole. A port that cannot list says [`Unavailable::NotAsked`]: it serves events, and
    /// no full synchronization.
    fn people(&self) -> Listing<'_, Shown> {
        unlisted()
    }
}

/// 360Learning. What is said of answers at [`Source`] holds for outcomes too; a step that lacks a
/// scope is [`Outcome::Refused`] with the code `invalid_scope`.
#[async_trait]
pub trait Target: Send + Sync {
    /// Answers the queries of [`crate::Side::Target`]; a query that is left out counts as
    /// unavailable. Never fails as a whole.
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)>;

    /// Applies one step; `created` is the user that an earlier step of the plan made.
    async fn apply(&self, step: &Step, created: Option<&UserId>) -> Outcome;

    /// Applies many group steps with one bulk call, and tells what became of each, in their order;
    /// `None` if there is no such call, and nothing was done.
    ///
    /// What 360Learning says of a single item is prose: whatever failed is tried again on its own.
    async fn apply_batch(&self, _batch: &Batch) -> Option<Vec<Outcome>> {
        None
    }

    /// Lists all users, deactivated ones included. What is said of [`Source::people`] holds here
    /// too. A user may come twice; the later one counts.
    fn users(&self) -> Listing<'_, User> {
        unlisted()
    }

    /// Lists all links of the policy's platform.
    fn links(&self) -> Listing<'_, Mapped> {
        unlisted()
    }
}

/// A list that passes by, item by item.
pub type Listing<'a, T> = BoxStream<'a, Result<T, Unavailable>>;

/// One record of the list of people.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "it can be read or not")]
pub enum Shown {
    /// The record.
    Person(Box<Employee>),
    /// A record that cannot be read. Nobody knows whose it is.
    Unreadable,
}

/// One external ID of the policy's platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it can be read or not")]
pub enum Mapped {
    /// It joins an employee and a user.
    Link(Link),
    /// It names no employee: this user is linked to nobody knows whom.
    Unreadable(UserId),
}

/// The durable state: one row per employee, and the company's ledger. What a full synchronization
/// keeps is in [`RunStore`].
#[async_trait]
pub trait Store: RunStore {
    /// Takes in a hint, durably, under the next position; merges it with what is pending.
    ///
    /// A delivery whose key was seen before is a duplicate and changes nothing.
    async fn note(&self, intake: Intake) -> Result<Noted, StoreError>;

    /// The newest position that was given out.
    async fn seq(&self) -> Result<Seq, StoreError>;

    /// Leases up to `limit` employees that are due, the most overdue first.
    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError>;

    /// The ledger with its version.
    async fn ledger(&self) -> Result<Versioned<Ledger>, StoreError>;

    /// The company as the guards see it.
    async fn population(&self) -> Result<Population, StoreError>;

    /// Stores memory and ledger in one transaction and clears the claimed hint, if the lease is
    /// still held, no newer hint has come, and the ledger is still of that version.
    ///
    /// Afterwards the employee is due again when the lease runs out, so that a crash is survived.
    async fn commit(&self, commit: Commit<'_>) -> Result<Committed, StoreError>;

    /// Stores the memory after a step and renews the lease; `false` if the lease was lost.
    async fn record(
        &self,
        claim: &Claim,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends the lease. The employee is due at `due`, or when a hint says so.
    ///
    /// With a memory, stores it, and from now on the changes of `memory.wait().on()` wake the
    /// employee; without, nothing but the lease changes.
    async fn release(
        &self,
        claim: &Claim,
        memory: Option<&Memory>,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Makes everybody due who waits on one of these employees; and whoever is leased now and will
    /// turn out to wait on one of them, for his facts may be older than this.
    async fn wake(&self, changed: &BTreeSet<EmployeeId>, now: Timestamp) -> Result<(), StoreError>;

    /// Ends the lease without a decision: memory and hint stay as they are, and nothing but a
    /// newer hint makes the employee due before `until`.
    async fn postpone(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError>;

    /// Stores a ledger that was made from this version; `false` if somebody else wrote meanwhile.
    async fn replace_ledger(&self, ledger: &Ledger, version: i64) -> Result<bool, StoreError>;

    /// Whether an operator has paused the work.
    async fn paused(&self) -> Result<bool, StoreError>;

    /// Pauses the work, for every driver on this Store: hints are taken in, and nobody is
    /// decided about. A turn that runs does not begin with anybody else.
    async fn pause(&self) -> Result<(), StoreError>;

    /// Lets the work go on.
    async fn resume(&self) -> Result<(), StoreError>;

    /// The state of the two APIs.
    async fn quarantine(&self) -> Result<Quarantine, StoreError>;

    /// Stores the state of the two APIs. The last one to write wins: it is an estimate.
    async fn replace_quarantine(&self, quarantine: &Quarantine) -> Result<(), StoreError>;

    /// When the next employee is due; `None` = nobody.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// A hint on its way into the Store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intake {
    /// Whom it is about.
    pub employee: EmployeeId,
    /// The hint, not stamped yet.
    pub hint: Hint,
    /// The delivery's key, if it came as one.
    pub key: Option<Box<str>>,
    /// When it arrived.
    pub at: Timestamp,
}

/// What became of an intake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a delivery is new or it is not")]
pub enum Noted {
    /// It is stored.
    New(Seq),
    /// The same delivery was stored before.
    Duplicate,
}

/// An employee that a worker may decide about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The employee.
    pub employee: EmployeeId,
    /// The right to write.
    pub lease: Lease,
    /// What is pending.
    pub hint: Hint,
    /// What is remembered.
    pub memory: Memory,
}

/// The right to write one employee's row, until it runs out or is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease(pub i64);

/// A value with the version that a compare-and-set needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// Its version.
    pub version: i64,
}

/// What a commit stores.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Commit<'a> {
    /// The claim it is made under.
    pub claim: &'a Claim,
    /// The memory to store.
    pub memory: &'a Memory,
    /// The ledger to store, and the version it was made from; `None` = unchanged.
    pub ledger: Option<(&'a Ledger, i64)>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "each has its own cure")]
pub enum Committed {
    /// It is stored.
    Done,
    /// A newer hint came, or the lease was lost: decide again.
    StaleHint,
    /// Somebody else wrote the ledger: admit again.
    StaleLedger,
}

/// The Store failed; nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("the store failed: {0}")]
pub struct StoreError(#[source] Box<dyn Error + Send + Sync>);

impl Intake {
    /// A hint about an employee that arrived at this time.
    pub fn new(employee: EmployeeId, hint: Hint, at: Timestamp) -> Self {
        Self {
            employee,
            hint,
            key: None,
            at,
        }
    }

    /// The key by which a repeated delivery is recognised.
    #[must_use]
    pub fn keyed(self, key: impl Into<Box<str>>) -> Self {
        Self {
            key: Some(key.into()),
            ..self
        }
    }

    /// When the employee is due because of this hint, if hints have been pending since `first`.
    ///
    /// Urgent hints are due at once, others after two quiet seconds, thirty at the most.
    pub fn due(&self, urgency: Urgency, first: Option<Timestamp>) -> Timestamp {
        if urgency == Urgency::Urgent {
            return self.at;
        }
        let quiet = later(self.at, QUIET);
        match first {
            // A clock that jumped back must not put the due time off.
            Some(first) => {
                let furthest = later(self.at, -PATIENCE);
                quiet.min(later(first.max(furthest), PATIENCE)).max(self.at)
            }
            None => quiet,
        }
    }
}

impl Claim {
    /// A claim as a Store hands it out.
    pub fn new(employee: EmployeeId, lease: Lease, hint: Hint, memory: Memory) -> Self {
        Self {
            employee,
            lease,
            hint,
            memory,
        }
    }
}

impl<'a> Commit<'a> {
    /// A commit of a memory; the ledger is unchanged.
    pub fn new(claim: &'a Claim, memory: &'a Memory, now: Timestamp) -> Self {
        Self {
            claim,
            memory,
            ledger: None,
            now,
        }
    }

    /// Also stores this ledger, which was made from that version.
    pub fn with_ledger(self, ledger: &'a Ledger, version: i64) -> Self {
        Self {
            ledger: Some((ledger, version)),
            ..self
        }
    }
}

impl<T> Versioned<T> {
    /// A value with its version.
    pub fn new(value: T, version: i64) -> Self {
        Self { value, version }
    }
}

impl StoreError {
    /// A failure of the Store, with its cause.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

fn unlisted<'a, T: Send + 'a>() -> Listing<'a, T> {
    stream::once(async { Err(Unavailable::NotAsked) }).boxed()
}

/// So long after a time, as far as the calendar goes.
pub(super) fn later(at: Timestamp, delay: SignedDuration) -> Timestamp {
    at.checked_add(delay).unwrap_or(at)
}

/// How long a worker may go without a sign of life before its employees are taken over.
pub const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// After the last hint of a burst, so long nothing happens.
const QUIET: SignedDuration = SignedDuration::from_secs(2);

/// However long a burst lasts, nobody waits longer than this.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
