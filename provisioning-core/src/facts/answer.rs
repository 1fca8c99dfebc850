use std::collections::BTreeSet;
use std::sync::Arc;

use hibob_client::{Employee, EmployeeId, NamedList};
use jiff::SignedDuration;
use learning360_client::{MappingId, User, UserId};

use super::catalog::{CustomField, GroupTree};
use super::rows::{LifecycleRow, Membership};
use crate::plan::CustomValues;

/// What a system said to a query.
///
/// The three ways of not getting the data are different facts: nothing there, not for us, and
/// no answer.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a decision has to tell all four apart"
)]
pub enum Answer {
    /// The data.
    Found(Data),
    /// There is nothing under this key.
    NotFound,
    /// It may exist, but we may not see it.
    Forbidden,
    /// No usable answer.
    Unavailable(Unavailable),
}

/// The data in an answer; which variant it is follows from the query.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// To [`crate::Query::Person`].
    Person(Box<Employee>),
    /// To [`crate::Query::NamedList`].
    NamedList(Arc<NamedList>),
    /// To [`crate::Query::LinkOf`] and [`crate::Query::LinkTo`].
    Link(Link),
    /// To [`crate::Query::User`].
    User(Box<User>),
    /// To [`crate::Query::UsersByMail`] and [`crate::Query::UsersByUsername`]; may be empty.
    Users(Vec<User>),
    /// To [`crate::Query::LifecycleRows`], in any order.
    LifecycleRows(Vec<LifecycleRow>),
    /// To [`crate::Query::Groups`].
    Groups(Arc<GroupTree>),
    /// To [`crate::Query::CustomFields`].
    CustomFields(Arc<[CustomField]>),
    /// To [`crate::Query::Roles`].
    Roles(BTreeSet<Membership>),
    /// To [`crate::Query::CustomValues`].
    CustomValues(CustomValues),
    /// To [`crate::Query::Learners`].
    Count(u32),
    /// To [`crate::Query::Managers`] and [`crate::Query::Subordinates`].
    UserIds(BTreeSet<UserId>),
}

/// An external ID of our platform that joins an employee and a user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The mapping's own id.
    pub mapping: MappingId,
    /// The employee.
    pub employee: EmployeeId,
    /// The user.
    pub user: UserId,
}

impl Link {
    /// A link as 360Learning shows it.
    pub fn new(mapping: MappingId, employee: EmployeeId, user: UserId) -> Self {
        Self {
            mapping,
            employee,
            user,
        }
    }
}

/// Why there is no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unavailable {
    /// The system asks for a pause of this length.
    Pause(SignedDuration),
    /// No answer, a server error, or an answer that cannot be read.
    Broken,
    /// The credentials or their permissions are refused.
    Refused,
    /// Nobody asked; a defect of the core if it is ever seen.
    NotAsked,
}
