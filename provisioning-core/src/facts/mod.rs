//! What is known: questions to the two systems, and their answers.
//!
//! A [`Query`] names one read. [`Facts`] holds the [`Answer`]s, each with the position in the
//! order of the Store after which it was read. [`crate::decide()`] says which queries it needs.

mod answer;
mod catalog;
mod desk;
mod query;
mod rows;

use std::collections::BTreeMap;

pub use self::answer::{Answer, Data, Link, Unavailable};
pub use self::catalog::{CustomField, CustomFieldKind, Group, GroupTree};
pub(crate) use self::desk::{Desk, Told};
pub use self::query::{MailKey, Query, Side, Username};
pub use self::rows::{LifecycleRow, Membership};
use crate::event::Seq;

/// The answers gathered so far for one decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    read: BTreeMap<Query, Read>,
}

#[derive(Clone, Debug, PartialEq)]
struct Read {
    after: Seq,
    answer: Answer,
}

impl Facts {
    /// Adds an answer that was read after this position; the newer of two answers stays.
    pub fn insert(&mut self, query: Query, after: Seq, answer: Answer) {
        match self.read.get(&query) {
            Some(known) if known.after > after => {}
            _ => {
                self.read.insert(query, Read { after, answer });
            }
        }
    }

    /// The answer to a query, if it was read after this position.
    pub fn answer(&self, query: &Query, newer_than: Seq) -> Option<&Answer> {
        let read = self.read.get(query)?;
        (read.after >= newer_than).then_some(&read.answer)
    }

    /// How many queries are answered.
    pub fn len(&self) -> usize {
        self.read.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.read.is_empty()
    }
}
