//! `GET /company/people/fields` and `GET /company/named-lists/{name}`

use serde_json::Value;

use super::Client;
use super::call::{Request, Route, place};
use super::error::Error;
use super::quota::Bucket;
use crate::{FieldInventory, ListName, NamedList};

static FIELDS: Route = Route {
    method: http::Method::GET,
    template: "/company/people/fields",
    bucket: Bucket::Metadata,
    names_a_person: false,
    idempotent: true,
};

static LIST: Route = Route {
    method: http::Method::GET,
    template: "/company/named-lists/{name}",
    bucket: Bucket::Metadata,
    names_a_person: false,
    idempotent: true,
};

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
}
