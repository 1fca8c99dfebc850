use std::fmt;

use hibob_client::{EmployeeId, ListName};
use learning360_client::{GroupId, UserId};
use serde::{Deserialize, Serialize};

/// One question to Bob or to 360Learning.
///
/// `Debug` shows no mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Query {
    /// The employee's record in Bob.
    Person(EmployeeId),
    /// A named list of Bob's, to turn ids into labels.
    NamedList(ListName),
    /// The user that our platform's external ID joins to the employee.
    LinkOf(EmployeeId),
    /// The employee that our platform's external ID joins to the user.
    LinkTo(UserId),
    /// A user, deleted or not.
    User(UserId),
    /// All users with this mail, deleted ones included.
    UsersByMail(MailKey),
    /// All users with this username, deleted ones included.
    UsersByUsername(Username),
    /// The rows of the employee's lifecycle table.
    LifecycleRows(EmployeeId),
    /// The company's groups, as a tree.
    Groups,
    /// The company's custom fields for users, with their authorised values.
    CustomFields,
    /// The user's roles in groups.
    Roles(UserId),
    /// The user's custom values.
    CustomValues(UserId),
    /// The user's managers.
    Managers(UserId),
    /// The users whom the user manages.
    Subordinates(UserId),
    /// How many learners a group has. No decision asks for it; the guards do, to know how much a
    /// share of them is.
    Learners(GroupId),
}

/// Which of the two systems answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums, reason = "there are two systems")]
pub enum Side {
    /// Bob.
    Source,
    /// 360Learning.
    Target,
}

impl Query {
    /// The system that answers it.
    pub fn side(&self) -> Side {
        match self {
            Self::Person(_) | Self::NamedList(_) | Self::LifecycleRows(_) => Side::Source,
            _ => Side::Target,
        }
    }
}

/// A mail address in the form in which two of them are compared: trimmed and in lower case.
///
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailKey(Box<str>);

impl MailKey {
    /// The key of an address, or `None` if the text cannot be a mail address.
    ///
    /// The check is coarse on purpose: something before one `@`, a host name after it, no blanks,
    /// no control characters, at most 254 characters. 360Learning has the last word.
    pub fn parse(text: &str) -> Option<Self> {
        let key = text.trim().to_lowercase();
        let (local, host) = key.split_once('@')?;
        let plausible = !local.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !host.starts_with(['.', '-'])
            && !host.ends_with(['.', '-'])
            && key.chars().count() <= 254
            && !key.chars().any(|c| c.is_whitespace() || c.is_control());
        plausible.then(|| Self(key.into_boxed_str()))
    }

    /// The address. Personal data: keep it out of logs and errors.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, host)| host)
    }
}

/// A username in the form in which two of them are compared: trimmed and in lower case.
///
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(Box<str>);

impl Username {
    /// The key of a username; `None` if it is blank.
    pub fn parse(text: &str) -> Option<Self> {
        let key = text.trim().to_lowercase();
        (!key.is_empty()).then(|| Self(key.into_boxed_str()))
    }

    /// The username. Personal data: keep it out of logs and errors.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Username([personal])")
    }
}

impl fmt::Debug for MailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailKey([personal])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_without_case_and_blanks() {
        assert_eq!(
            MailKey::parse(" Ada@Example.COM "),
            MailKey::parse("ada@example.com")
        );
    }

    #[test]
    fn what_cannot_be_a_mail_has_no_key() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "a@b@c",
            "a@.com",
        ] {
            assert_eq!(MailKey::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn debug_hides_the_address() {
        let key = MailKey::parse("ada@example.com").expect("valid");
        assert!(!format!("{:?}", Query::UsersByMail(key)).contains("ada"));
    }
}
