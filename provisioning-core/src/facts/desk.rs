use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use hibob_client::{Employee, EmployeeId, ListName, NamedList};
use learning360_client::{User, UserId};

use super::{
    Answer, CustomField, Data, Facts, GroupTree, LifecycleRow, Link, MailKey, Membership, Query,
    Unavailable, Username,
};
use crate::event::Seq;
use crate::plan::CustomValues;

/// Where the stages put their questions.
///
/// It hands out what the facts hold and notes what they lack, so that one pass over the stages
/// finds every question that can be asked now.
pub(crate) struct Desk<'a> {
    facts: &'a Facts,
    newer_than: Seq,
    missing: RefCell<BTreeSet<Query>>,
}

/// An answer of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told<T> {
    Found(T),
    NotFound,
    Forbidden,
    Unavailable(Unavailable),
}

impl<'a> Desk<'a> {
    pub(crate) fn new(facts: &'a Facts, newer_than: Seq) -> Self {
        Self {
            facts,
            newer_than,
            missing: RefCell::default(),
        }
    }

    /// The questions that were asked and have no answer yet.
    pub(crate) fn missing(self) -> BTreeSet<Query> {
        self.missing.into_inner()
    }

    pub(crate) fn person(&self, id: &EmployeeId) -> Option<Told<&'a Employee>> {
        self.ask(Query::Person(id.clone()), |data| match data {
            Data::Person(employee) => Some(&**employee),
            _ => None,
        })
    }

    pub(crate) fn list(&self, name: &ListName) -> Option<Told<&'a Arc<NamedList>>> {
        self.ask(Query::NamedList(name.clone()), |data| match data {
            Data::NamedList(list) => Some(list),
            _ => None,
        })
    }

    pub(crate) fn link_of(&self, id: &EmployeeId) -> Option<Told<&'a Link>> {
        self.ask(Query::LinkOf(id.clone()), link)
    }

    pub(crate) fn link_to(&self, id: &UserId) -> Option<Told<&'a Link>> {
        self.ask(Query::LinkTo(id.clone()), link)
    }

    pub(crate) fn user(&self, id: &UserId) -> Option<Told<&'a User>> {
        self.ask(Query::User(id.clone()), |data| match data {
            Data::User(user) => Some(&**user),
            _ => None,
        })
    }

    pub(crate) fn users_by_mail(&self, mail: &MailKey) -> Option<Told<&'a [User]>> {
        self.ask(Query::UsersByMail(mail.clone()), |data| match data {
            Data::Users(users) => Some(users.as_slice()),
            _ => None,
        })
    }

    pub(crate) fn users_by_username(&self, name: &Username) -> Option<Told<&'a [User]>> {
        self.ask(Query::UsersByUsername(name.clone()), |data| match data {
            Data::Users(users) => Some(users.as_slice()),
            _ => None,
        })
    }

    pub(crate) fn lifecycle_rows(&self, id: &EmployeeId) -> Option<Told<&'a [LifecycleRow]>> {
        self.ask(Query::LifecycleRows(id.clone()), |data| match data {
            Data::LifecycleRows(rows) => Some(rows.as_slice()),
            _ => None,
        })
    }

    pub(crate) fn groups(&self) -> Option<Told<&'a GroupTree>> {
        self.ask(Query::Groups, |data| match data {
            Data::Groups(groups) => Some(&**groups),
            _ => None,
        })
    }

    pub(crate) fn custom_fields(&self) -> Option<Told<&'a [CustomField]>> {
        self.ask(Query::CustomFields, |data| match data {
            Data::CustomFields(fields) => Some(&**fields),
            _ => None,
        })
    }

    pub(crate) fn roles(&self, id: &UserId) -> Option<Told<&'a BTreeSet<Membership>>> {
        self.ask(Query::Roles(id.clone()), |data| match data {
            Data::Roles(roles) => Some(roles),
            _ => None,
        })
    }

    pub(crate) fn custom_values(&self, id: &UserId) -> Option<Told<&'a CustomValues>> {
        self.ask(Query::CustomValues(id.clone()), |data| match data {
            Data::CustomValues(values) => Some(values),
            _ => None,
        })
    }

    pub(crate) fn managers(&self, id: &UserId) -> Option<Told<&'a BTreeSet<UserId>>> {
        self.ask(Query::Managers(id.clone()), user_ids)
    }

    pub(crate) fn subordinates(&self, id: &UserId) -> Option<Told<&'a BTreeSet<UserId>>> {
        self.ask(Query::Subordinates(id.clone()), user_ids)
    }

    fn ask<T>(&self, query: Query, pick: impl Fn(&'a Data) -> Option<T>) -> Option<Told<T>> {
        let Some(answer) = self.facts.answer(&query, self.newer_than) else {
            self.missing.borrow_mut().insert(query);
            return None;
        };
        Some(match answer {
            // Data of another kind than asked for is as good as no answer.
            Answer::Found(data) => {
                pick(data).map_or(Told::Unavailable(Unavailable::Broken), Told::Found)
            }
            Answer::NotFound => Told::NotFound,
            Answer::Forbidden => Told::Forbidden,
            Answer::Unavailable(why) => Told::Unavailable(*why),
        })
    }
}

impl<T> Told<T> {
    pub(crate) fn found(self) -> Option<T> {
        match self {
            Self::Found(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Forbidden)
    }

    /// For settling: a question that no want asked counts as unavailable, never as absent.
    pub(crate) fn settled(told: Option<Self>) -> Self {
        told.unwrap_or(Self::Unavailable(Unavailable::NotAsked))
    }
}

fn user_ids(data: &Data) -> Option<&BTreeSet<UserId>> {
    match data {
        Data::UserIds(ids) => Some(ids),
        _ => None,
    }
}

fn link(data: &Data) -> Option<&Link> {
    match data {
        Data::Link(link) => Some(link),
        _ => None,
    }
}
