//! Full synchronization: everybody decided from what the two systems list.
//!
//! [`Directory`] indexes what 360Learning lists: users by id, mail and username, and the links.
//! [`Synchronization`] then takes one employee after the other, in any order, and decides with the
//! same [`decide`](crate::decide()) as any event, so that listings of any length pass by without
//! being kept. What the listings cannot answer comes back as [`Listed::Needs`], with the facts so
//! far; fetch those and call `decide` as usual. At the end [`Synchronization::not_listed`] names
//! those whom Bob did not list.
//!
//! ```
//! use provisioning_core::sync::{Directory, Listed, Synchronization, Tally};
//! use provisioning_core::{Memory, Policy};
//! # fn example(
//! #     policy: &Policy,
//! #     users: Vec<learning360_client::User>,
//! #     links: Vec<provisioning_core::Link>,
//! #     employees: Vec<hibob_client::Employee>,
//! #     now: jiff::Timestamp,
//! # ) {
//! let directory = Directory::new(users, links);
//! let mut sync = Synchronization::new(policy, &directory, now);
//! let mut tally = Tally::default();
//! for employee in employees {
//!     match sync.decide(employee, &Memory::default()) {
//!         Listed::Verdict(verdict) => tally.count(&verdict),
//!         Listed::Needs(needs) => println!("{} queries more", needs.queries.len()),
//!     }
//! }
//! println!("{tally}");
//! # }
//! ```

mod batch;
mod directory;
mod health;
mod tally;

use std::collections::BTreeSet;

use hibob_client::{Employee, EmployeeId};
use jiff::Timestamp;

pub use self::batch::{Batch, BatchKind, Item, batch};
pub use self::directory::Directory;
pub use self::health::{SourceHealth, source_health};
pub use self::tally::{Situation, Tally};
use crate::decide::{Decision, Verdict, decide};
use crate::event::{Changed, Evidence, Hint, Seq, Urgency};
use crate::facts::{Answer, Data, Facts, Query};
use crate::memory::Memory;
use crate::policy::{Depth, Policy};

/// Decides about everybody whom Bob lists.
#[derive(Debug)]
pub struct Synchronization<'a> {
    policy: Policy,
    directory: &'a Directory,
    catalogs: Facts,
    listed: BTreeSet<EmployeeId>,
    now: Timestamp,
}

/// What the listings say of one employee.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "either the listings suffice or they do not"
)]
pub enum Listed {
    /// It is decided.
    Verdict(Box<Verdict>),
    /// More has to be known than the listings show.
    Needs(Box<Needs>),
}

/// What the listings leave open about one employee.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Needs {
    /// The employee.
    pub employee: EmployeeId,
    /// The questions.
    pub queries: BTreeSet<Query>,
    /// What the listings answered.
    pub facts: Facts,
}

impl<'a> Synchronization<'a> {
    /// A light synchronization: it looks at what is listed.
    pub fn new(policy: &Policy, directory: &'a Directory, now: Timestamp) -> Self {
        Self::at_depth(policy, Depth::Light, directory, now)
    }

    /// A synchronization of this depth; a deep one asks for what each user has.
    pub fn at_depth(
        policy: &Policy,
        depth: Depth,
        directory: &'a Directory,
        now: Timestamp,
    ) -> Self {
        Self {
            policy: policy.at_depth(depth),
            directory,
            catalogs: Facts::default(),
            listed: BTreeSet::new(),
            now,
        }
    }

    /// Adds an answer that serves everybody, such as a named list, the groups or the custom fields.
    pub fn know(&mut self, query: Query, answer: Answer) {
        self.catalogs.insert(query, Seq::default(), answer);
    }

    /// The policy as it is applied here; continue with it after [`Listed::Needs`].
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides about one employee whom Bob listed.
    pub fn decide(&mut self, employee: Employee, memory: &Memory) -> Listed {
        let id = employee.id().clone();
        self.listed.insert(id.clone());
        let person = Answer::Found(Data::Person(Box::new(employee)));
        let mut facts = self.catalogs.clone();
        facts.insert(Query::Person(id.clone()), Seq::default(), person);
        self.settle(id, &Hint::default(), memory, facts)
    }

    /// Decides about an employee whom Bob did not list, although an account is linked.
    pub fn decide_unlisted(&self, employee: EmployeeId, memory: &Memory) -> Listed {
        let hint = not_listed(self.now);
        let mut facts = self.catalogs.clone();
        let person = Query::Person(employee.clone());
        facts.insert(person, Seq::default(), Answer::NotFound);
        self.settle(employee, &hint, memory, facts)
    }

    /// Decides about everybody in turn.
    pub fn people<'s, I>(&'s mut self, people: I) -> impl Iterator<Item = Listed> + use<'s, 'a, I>
    where
        I: IntoIterator<Item = (Employee, Memory)>,
    {
        let people = people.into_iter();
        people.map(move |(employee, memory)| self.decide(employee, &memory))
    }

    /// The employees with a link whom Bob did not list, in a fixed order. Ask for them one by one
    /// before anything is concluded: somebody who answers has only left the view.
    pub fn not_listed(&self) -> impl Iterator<Item = &EmployeeId> {
        self.directory
            .linked_employees()
            .filter(|employee| !self.listed.contains(*employee))
    }

    /// Whether Bob listed an employee so far.
    pub fn has_listed(&self, employee: &EmployeeId) -> bool {
        self.listed.contains(employee)
    }

    /// How many employees were decided about.
    pub fn listed(&self) -> usize {
        self.listed.len()
    }

    fn settle(&self, employee: EmployeeId, hint: &Hint, memory: &Memory, facts: Facts) -> Listed {
        let mut facts = facts;
        for _ in 0..ROUNDS {
            match decide(&self.policy, &employee, hint, memory, &facts, self.now) {
                Decision::Verdict(verdict) => return Listed::Verdict(verdict),
                Decision::Need { queries, .. } => {
                    let answered = queries
                        .iter()
                        .filter_map(|query| Some((query, self.directory.answer(query)?)));
                    let answered: Vec<_> = answered.collect();
                    if answered.is_empty() {
                        return Listed::Needs(Box::new(Needs {
                            employee,
                            queries,
                            facts,
                        }));
                    }
                    for (query, answer) in answered {
                        facts.insert(query.clone(), Seq::default(), answer);
                    }
                }
            }
        }
        // More rounds than a decision has; the host may still ask in its own way.
        Listed::Needs(Box::new(Needs {
            employee,
            queries: BTreeSet::new(),
            facts,
        }))
    }
}

/// The hint for an employee whom a full synchronization did not list although an account is linked.
pub fn not_listed(now: Timestamp) -> Hint {
    Hint::new(Evidence::NotListed, Changed::Unknown, Urgency::Normal, now)
}

/// Every round answers at least one query, and a decision has at most four.
const ROUNDS: usize = 16;
