//! Reading and editing people.

mod compare;
mod edit;
mod email;
mod get;
mod profiles;
mod search;
mod start_date;
mod stream;

pub use compare::Compared;
pub use edit::EditPerson;
pub use email::ChangeEmail;
pub use get::{GetPerson, PersonKey};
pub use profiles::ReadProfiles;
pub use search::{SearchPeople, SearchResult};
pub use start_date::ChangeStartDate;
pub use stream::EmployeeStream;
#[cfg(feature = "test-util")]
pub(super) use stream::decode_all;

use http::Method;
use jiff::civil::Date;

use super::Client;
use super::error::Error;
use super::quota::Bucket;
use super::route::Route;
use crate::{EmailAddress, EmployeeId, FieldId, fields};

pub(super) static SEARCH: Route = Route::read(Method::POST, "/people/search", Bucket::Search);

pub(super) static GET: Route =
    Route::read(Method::POST, "/people/{id}", Bucket::Person).of_a_person();

/// The most fields that one request may ask for.
pub(super) const MOST_FIELDS: usize = 400;

/// Reading and editing people. Made by [`Client::people`].
///
/// # Permissions
///
/// A service user sees nothing by default. It needs *People's data* permissions for the categories
/// of the fields, and a population (*access data for*) with everybody of interest: a population of
/// *Employed* people hides those who have not started yet and those who left. Editing needs the
/// *edit* permission of each category.
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

    /// Reads one person, active or not, by id or work e-mail address.
    pub fn get(&self, who: impl Into<PersonKey>) -> GetPerson {
        GetPerson::new(self.client.clone(), who.into())
    }

    /// Reads the public part of all active people.
    pub fn profiles(&self) -> ReadProfiles {
        ReadProfiles::new(self.client.clone())
    }

    /// Edits one person's fields.
    pub fn edit(&self, id: impl Into<EmployeeId>) -> EditPerson {
        EditPerson::new(self.client.clone(), id.into())
    }

    /// Changes one person's work e-mail address.
    pub fn change_email(
        &self,
        id: impl Into<EmployeeId>,
        email: impl Into<EmailAddress>,
    ) -> ChangeEmail {
        ChangeEmail::new(self.client.clone(), id.into(), email.into())
    }

    /// Changes one person's start date.
    pub fn change_start_date(&self, id: impl Into<EmployeeId>, date: Date) -> ChangeStartDate {
        ChangeStartDate::new(self.client.clone(), id.into(), date)
    }
}

/// The fields to ask for: no field stands twice, and these first ones are always among them.
fn requested<'a>(
    always: &[&'static str],
    fields: &'a [FieldId],
) -> Result<Option<Vec<&'a str>>, Error> {
    if fields.is_empty() {
        return Ok(None);
    }
    let mut requested = Vec::with_capacity(fields.len() + 2);
    let mut seen = std::collections::BTreeSet::new();
    let always = core::iter::once(fields::ROOT_ID).chain(always.iter().copied());
    for field in always.chain(fields.iter().map(FieldId::as_str)) {
        if seen.insert(field) {
            requested.push(field);
        }
    }
    if requested.len() > MOST_FIELDS {
        return Err(Error::request("more than 400 fields, the id among them"));
    }
    Ok(Some(requested))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: &str) -> FieldId {
        FieldId::parse(id).unwrap()
    }

    #[test]
    fn the_id_is_always_requested_and_nothing_twice() {
        let fields = [field("work.title"), field("/work/title"), field("root.id")];
        assert_eq!(
            requested(&[], &fields).unwrap().unwrap(),
            ["root.id", "work.title"]
        );
        assert_eq!(
            requested(&[fields::ROOT_EMAIL], &fields).unwrap().unwrap(),
            ["root.id", "root.email", "work.title"]
        );
        assert_eq!(requested(&[fields::ROOT_EMAIL], &[]).unwrap(), None);
    }

    #[test]
    fn at_most_four_hundred_fields() {
        let mut fields: Vec<_> = (0..399)
            .map(|n| field(&format!("work.custom.field_{n}")))
            .collect();
        assert_eq!(requested(&[], &fields).unwrap().unwrap().len(), 400);
        fields.push(field("work.title"));
        assert!(requested(&[], &fields).is_err());
    }
}
