//! `GET /profiles`

use http::Method;

use super::search::Found;
use super::{Client, Error, SearchResult};
use crate::client::quota::Bucket;
use crate::client::route::{Request, Route};

static PROFILES: Route = Route::read(Method::GET, "/profiles", Bucket::Profiles);

/// Reads the public part of all active people: names, e-mail address, title, department, site,
/// start date and manager. Made by [`People::profiles`](super::People::profiles).
///
/// Everybody who may use HiBob sees it, so that no permission for categories is needed.
///
/// Source: HiBob's API reference, *Read public profiles of all active employees*.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct ReadProfiles {
    client: Client,
}

impl ReadProfiles {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads the profiles.
    pub async fn send(self) -> Result<SearchResult, Error> {
        self.client
            .call(Request::new(&PROFILES), |body| {
                let mut found = Found::default();
                found.read(body)?;
                Ok(found.result)
            })
            .await
    }
}
