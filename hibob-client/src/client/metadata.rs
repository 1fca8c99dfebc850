//! `GET /company/people/fields` and `GET /company/named-lists`

mod access;

use http::Method;
use serde_json::Value;

pub use access::{CheckAccess, FieldAccess};

use super::Client;
use super::call::place;
use super::error::Error;
use super::quota::Bucket;
use super::route::{Request, Route};
use crate::{FieldId, FieldInventory, ListName, NamedList, NamedLists};

static FIELDS: Route = Route::read(Method::GET, "/company/people/fields", Bucket::Metadata);

static LISTS: Route = Route::read(Method::GET, "/company/named-lists", Bucket::Metadata);

static LIST: Route = Route::read(Method::GET, "/company/named-lists/{name}", Bucket::Metadata);

/// Reading the company's fields and lists. Made by [`Client::metadata`].
///
/// Source: HiBob's API reference, *Company metadata*.
#[derive(Clone, Debug)]
pub struct Metadata {
    client: Client,
}

impl Metadata {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads all fields of the company, custom ones too, whatever the permissions.
    pub async fn fields(self) -> Result<FieldInventory, Error> {
        self.client
            .call(Request::new(&FIELDS), |body| {
                FieldInventory::from_slice(body).map_err(|error| place(&error))
            })
            .await
    }

    /// Reads one named list. Names are case-sensitive and irregular (`terminationreason`,
    /// `lifecycleReasonType`); [`FieldDefinition::list`](crate::FieldDefinition) holds them.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is no list of this name.
    pub async fn list(self, name: &ListName) -> Result<NamedList, Error> {
        self.client
            .call(Request::new(&LIST).argument(name.as_str()), |body| {
                let value: Value = serde_json::from_slice(body).map_err(|error| place(&error))?;
                NamedList::from_json(&value, Some(name))
                    .ok_or_else(|| "it is not a named list".to_owned())
            })
            .await
    }

    /// Reads all named lists, with items that can no longer be chosen, because records may still
    /// hold them.
    pub async fn lists(self) -> Result<NamedLists, Error> {
        let request = Request::new(&LISTS).query("includeArchived", "true");
        self.client
            .call(request, |body| {
                NamedLists::from_slice(body).map_err(|error| place(&error))
            })
            .await
    }

    /// Checks which of these fields the service user can really read.
    pub fn check_access<I>(self, fields: I) -> CheckAccess
    where
        I: IntoIterator,
        I::Item: Into<FieldId>,
    {
        CheckAccess::new(self.client, fields.into_iter().map(Into::into).collect())
    }
}
