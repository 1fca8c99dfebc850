//! The HTTP client.

mod answer;
mod api_error;
mod breaker;
mod builder;
mod call;
mod error;
mod gate;
mod metadata;
mod people;
mod quota;
mod retry;
mod wait_hint;

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use http::HeaderValue;
use url::Url;

pub use api_error::ApiError;
use breaker::Breaker;
pub use builder::{ClientBuilder, Environment};
pub use error::{Error, ErrorKind, Sent};
use gate::Gate;
pub use metadata::Metadata;
pub use people::{GetPerson, People, SearchPeople, SearchResult};
pub use quota::Quota;
use quota::Quotas;
pub use retry::RetryPolicy;

/// A client of HiBob's API.
///
/// Cheap to clone; clones share connections, quotas, and the pause after a refusal for going too
/// fast. Nothing runs in the background, and dropping a future cancels its call.
///
/// # Retries
///
/// All calls here are reads. They are repeated after 429, 5xx, a failed connection, a broken
/// answer and a time-out, see [`RetryPolicy`]; 401 and 403 never are, because HiBob blocks
/// credentials that collect 50 refusals in 10 seconds. After 10 refusals in a row of calls that
/// name no person, all calls fail at once for five minutes
/// ([`ErrorKind::Suspended`]).
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
    breaker: Breaker,
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
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.0.base.as_str())
            .finish_non_exhaustive()
    }
}
