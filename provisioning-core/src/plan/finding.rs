use std::fmt;

use learning360_client::{GroupId, UserField, UserId};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::reason::Reason;

/// Something an operator may want to know; it stands beside the disposition and stops nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// What was found.
    pub reason: Reason,
    /// The other account involved, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// A custom field, by the name or id that the policy gives it.
    CustomField(Box<str>),
    /// A group.
    Group(GroupId),
    /// The manager.
    Manager,
    /// What a deactivation took.
    GiveBack,
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

impl Subject {
    /// What an action is about.
    #[cfg_attr(
        not(feature = "driver"),
        expect(dead_code, reason = "the driver reports with it")
    )]
    pub(crate) fn of(action: &Action) -> Self {
        match action {
            Action::AddMembership { membership } | Action::RemoveMembership { membership } => {
                Self::Group(membership.group.clone())
            }
            Action::AddManager { .. } | Action::RemoveManager { .. } => Self::Manager,
            Action::AddReport { .. } => Self::GiveBack,
            Action::Link { .. } | Action::Relink { .. } => Self::Link,
            Action::Edit { changes } => {
                let mut fields = changes.iter().map(|(field, _)| field);
                match (fields.next(), fields.next()) {
                    (Some(field), None) => Self::Field(field),
                    _ => Self::Person,
                }
            }
            _ => Self::Person,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person => f.write_str("person"),
            Self::Field(field) => f.write_str(field.as_str()),
            Self::Link => f.write_str("link"),
            Self::Record => f.write_str("record"),
            Self::CustomField(name) => f.write_str(name),
            Self::Group(group) => write!(f, "{group}"),
            Self::Manager => f.write_str("manager"),
            Self::GiveBack => f.write_str("give back"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Person => write!(f, "{}", self.reason)?,
            subject => write!(f, "{}({subject})", self.reason)?,
        }
        match &self.user {
            Some(user) => write!(f, " by user {user}"),
            None => Ok(()),
        }
    }
}
