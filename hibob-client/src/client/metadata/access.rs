//! Which fields a service user can really read.

use std::collections::{BTreeMap, BTreeSet};

use super::{Client, Error};
use crate::client::people::MOST_FIELDS;
use crate::{EmployeeId, FieldId};

/// Checks which fields the service user can read. Made by
/// [`Metadata::check_access`](super::Metadata::check_access).
///
/// HiBob leaves fields out without a word that a service user may not see, and knows no question
/// about permissions. So this reads the company's fields and some known people, and compares.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CheckAccess {
    client: Client,
    fields: BTreeSet<FieldId>,
    people: Vec<EmployeeId>,
}

/// What a service user can read of some fields, as far as some known people show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldAccess {
    /// The fields that somebody's record has, with a value or empty.
    pub readable: BTreeSet<FieldId>,
    /// The fields that the company has and no record shows, with the category whose *view*
    /// permission they need, if HiBob names one.
    pub hidden: BTreeMap<FieldId, Option<Box<str>>>,
    /// The fields that the company does not have.
    pub unknown: BTreeSet<FieldId>,
    /// The people who were not found: the service user's population (*access data for*) may leave
    /// them out. If it is everybody, `readable` and `hidden` are empty, since nothing is known.
    pub invisible: BTreeSet<EmployeeId>,
}

impl FieldAccess {
    /// The categories whose *view* permission is missing.
    pub fn missing_categories(&self) -> BTreeSet<&str> {
        self.hidden.values().flatten().map(AsRef::as_ref).collect()
    }

    /// Whether all fields are readable and all people visible.
    pub fn is_complete(&self) -> bool {
        self.hidden.is_empty() && self.unknown.is_empty() && self.invisible.is_empty()
    }
}

impl CheckAccess {
    pub(super) fn new(client: Client, fields: BTreeSet<FieldId>) -> Self {
        Self {
            client,
            fields,
            people: Vec::new(),
        }
    }

    /// People who are known to be there: one each who is employed, has not started yet, is on leave
    /// and has left tells most. Several calls add up.
    pub fn people<I>(mut self, people: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<EmployeeId>,
    {
        self.people.extend(people.into_iter().map(Into::into));
        self
    }

    /// Reads and compares.
    ///
    /// # Errors
    ///
    /// If one of the reads fails; and [`ErrorKind::Request`](crate::ErrorKind::Request) without
    /// people.
    pub async fn send(self) -> Result<FieldAccess, Error> {
        if self.people.is_empty() {
            return Err(Error::request("there is nobody to compare"));
        }
        let inventory = self.client.metadata().fields().await?;
        let mut access = FieldAccess {
            invisible: self.people.iter().cloned().collect(),
            ..FieldAccess::default()
        };
        let (known, unknown) = self
            .fields
            .into_iter()
            .partition::<BTreeSet<_>, _>(|field| inventory.contains(field));
        access.unknown = unknown;
        let known: Vec<_> = known.into_iter().collect();
        let mut somebody = false;
        // One place is for the id.
        for some in known.chunks(MOST_FIELDS - 1) {
            let search = self.client.people().search();
            let found = search
                .ids(self.people.iter())
                .fields(some)
                .show_inactive(true)
                .send()
                .await?;
            for employee in found.employees {
                somebody = true;
                access.invisible.remove(employee.id());
                let shown = some.iter().filter(|id| !employee.field(id).is_missing());
                access.readable.extend(shown.cloned());
            }
        }
        if somebody {
            access.hidden = known
                .into_iter()
                .filter(|field| !access.readable.contains(field))
                .map(|field| {
                    let definition = inventory.get(&field);
                    let category = definition.and_then(|field| field.category_id.clone());
                    (field, category)
                })
                .collect();
        }
        Ok(access)
    }
}
