//! The HTTP client.

mod answer;
mod api_error;
mod attempt;
mod breaker;
mod builder;
mod call;
mod error;
mod gate;
mod metadata;
mod people;
mod quota;
mod rate_limit;
mod retry;
mod route;
mod splitter;
mod tables;
mod wait_hint;
mod written;

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderValue;
use url::Url;

pub use api_error::ApiError;
pub use attempt::Attempt;
use attempt::Observer;
use breaker::{Breaker, Refusals};
pub use builder::{ClientBuilder, Environment};
pub use error::{Error, ErrorKind, Sent};
use gate::Gate;
pub use metadata::{CheckAccess, FieldAccess, Metadata};
pub use people::{
    ChangeEmail, ChangeStartDate, Compared, EditPerson, EmployeeStream, GetPerson, People,
    PersonKey, ReadProfiles, SearchPeople, SearchResult,
};
pub use quota::Quota;
use quota::Quotas;
pub use rate_limit::RateLimit;
use rate_limit::RateLimits;
pub use retry::RetryPolicy;
pub use tables::{AddTraining, BulkPage, BulkPager, DeleteTraining, ReadBulk, ReadTable, Tables};
pub use written::Written;

/// A client of HiBob's API.
///
/// Cheap to clone; clones share connections, quotas, and the pause after a refusal for going too
/// fast. Nothing runs in the background, and dropping a future cancels its call.
///
/// # Retries
///
/// Calls are repeated after 429, 5xx, a failed connection, a broken answer and a time-out, see
/// [`RetryPolicy`]; a write that is not the same twice only if it certainly did nothing. 401 and 403
/// never are, because HiBob blocks credentials that collect 50 refusals in 10 seconds: after 10
/// refusals in a row of calls that name no person, all calls fail at once for five minutes
/// ([`ErrorKind::Suspended`]), and after 30 refusals of any kind within 10 seconds all calls wait
/// for the rest of these.
///
/// # Limits
///
/// The client stays below HiBob's documented quotas ([`Quota`]), and obeys `X-RateLimit-*` and
/// `Retry-After`: an endpoint whose minute is used up waits for the next one, and after a 429 all
/// clones pause together. [`rate_limits`](Client::rate_limits) shows what HiBob said last.
///
/// # Example
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use hibob_client::{Client, EmployeeId, FieldId, fields};
///
/// let client = Client::builder().service_user("SERVICE-1", "token").build()?;
/// let found = client
///     .people()
///     .search()
///     .ids([EmployeeId::try_from("3332883894235038486")?])
///     .fields([FieldId::parse(fields::ROOT_EMAIL)?])
///     .show_inactive(true)
///     .send()
///     .await?;
/// assert!(found.employees.len() <= 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base: Url,
    /// Marked as sensitive, so that it is never shown.
    authorization: HeaderValue,
    attempt_timeout: Duration,
    call_timeout: Duration,
    retry: RetryPolicy,
    gate: Gate,
    quotas: Quotas,
    rate_limits: RateLimits,
    breaker: Breaker,
    refusals: Refusals,
    observer: Observer,
}

impl Client {
    /// Collects the settings of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Reading people.
    pub fn people(&self) -> People {
        People::new(self.clone())
    }

    /// Reading the company's fields and lists.
    pub fn metadata(&self) -> Metadata {
        Metadata::new(self.clone())
    }

    /// Reading employees' tables, and writing training rows.
    pub fn tables(&self) -> Tables {
        Tables::new(self.clone())
    }

    /// What HiBob last said about the rate limit of each endpoint, by its path below the base URL
    /// with placeholders instead of ids. All clones see the same.
    pub fn rate_limits(&self) -> BTreeMap<&'static str, RateLimit> {
        self.0.rate_limits.all()
    }

    /// How long to wait for the next piece of an answer.
    fn patience(&self) -> Duration {
        self.0.attempt_timeout
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.0.base.as_str())
            .finish_non_exhaustive()
    }
}

/// For fuzzing only: what becomes of a body in pieces of these sizes, over and over. `None` stands
/// for a record over the limit.
#[cfg(feature = "test-util")]
#[doc(hidden)]
pub fn split_for_tests(
    body: &[u8],
    sizes: &[usize],
    largest: usize,
) -> (Vec<Option<Vec<u8>>>, Option<String>) {
    splitter::split(body, sizes, largest)
}

/// For benches only: how many employees a body in pieces of this size holds.
#[cfg(feature = "test-util")]
#[doc(hidden)]
pub fn decode_for_tests(body: &[u8], size: usize) -> usize {
    people::decode_all(body, size)
}
