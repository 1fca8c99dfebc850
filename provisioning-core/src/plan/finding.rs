use std::fmt;

use learning360_client::{UserField, UserId};

use super::reason::Reason;

/// Something an operator may want to know; it stands beside the disposition and stops nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// What was found.
    pub reason: Reason,
    /// The other account involved, if there is one.
    pub user: Option<UserId>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// The person as a whole.
    Person,
    /// One field of the account.
    Field(UserField),
    /// The link between the two.
    Link,
    /// The record in Bob.
    Record,
}

impl Finding {
    /// A finding about something.
    pub fn new(subject: Subject, reason: Reason) -> Self {
        Self {
            subject,
            reason,
            user: None,
        }
    }

    /// The same finding, naming the other account.
    #[must_use]
    pub fn with_user(self, user: UserId) -> Self {
        Self {
            user: Some(user),
            ..self
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Person => write!(f, "{}", self.reason)?,
            Subject::Field(field) => write!(f, "{}({})", self.reason, field.as_str())?,
            Subject::Link => write!(f, "{}(link)", self.reason)?,
            Subject::Record => write!(f, "{}(record)", self.reason)?,
        }
        match &self.user {
            Some(user) => write!(f, " by user {user}"),
            None => Ok(()),
        }
    }
}
