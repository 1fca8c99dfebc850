//! Reading people.

mod get;
mod search;

pub use get::GetPerson;
pub use search::{SearchPeople, SearchResult};

use super::Client;
use super::call::Route;
use super::error::Error;
use super::quota::Bucket;
use crate::{EmployeeId, FieldId, fields};

pub(super) static SEARCH: Route = Route {
    method: http::Method::POST,
    template: "/people/search",
    bucket: Bucket::Search,
    names_a_person: false,
    idempotent: true,
};

pub(super) static GET: Route = Route {
    method: http::Method::POST,
    template: "/people/{id}",
    bucket: Bucket::Person,
    names_a_person: true,
    idempotent: true,
};

/// The most fields that one request may ask for.
const MOST_FIELDS: usize = 400;

/// Reading people. Made by [`Client::people`].
///
/// # Permissions
///
/// A service user sees nothing by default. It needs *People's data* permissions for the categories
/// of the fields, and a population (*access data for*) with everybody of interest: a population of
/// *Employed* people hides those who have not started yet and those who left.
#[derive(Clone, Debug)]
pub struct People {
    client: Client,
}

impl People {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads many people at once.
    pub fn search(&self) -> SearchPeople {
        SearchPeople::new(self.client.clone())
    }

    /// Reads one person, active or not.
    pub fn get(&self, id: impl Into<EmployeeId>) -> GetPerson {
        GetPerson::new(self.client.clone(), id.into())
    }
}

/// The fields to ask for: no field stands twice, and the id is always among them.
fn requested(fields: &[FieldId]) -> Result<Vec<&str>, Error> {
    let mut requested = Vec::with_capacity(fields.len() + 1);
    let mut seen = std::collections::BTreeSet::new();
    for field in core::iter::once(fields::ROOT_ID).chain(fields.iter().map(FieldId::as_str)) {
        if seen.insert(field) {
            requested.push(field);
        }
    }
    if requested.len() > MOST_FIELDS {
        return Err(Error::request("more than 400 fields, the id among them"));
    }
    Ok(requested)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_always_requested_and_nothing_twice() {
        let field = |id: &str| FieldId::parse(id).unwrap();
        let fields = [field("work.title"), field("/work/title"), field("root.id")];
        assert_eq!(requested(&fields).unwrap(), ["root.id", "work.title"]);
    }

    #[test]
    fn at_most_four_hundred_fields() {
        let mut fields: Vec<_> = (0..399)
            .map(|n| FieldId::parse(&format!("work.custom.field_{n}")).unwrap())
            .collect();
        assert_eq!(requested(&fields).unwrap().len(), 400);
        fields.push(FieldId::parse("work.title").unwrap());
        assert!(requested(&fields).is_err());
    }
}
