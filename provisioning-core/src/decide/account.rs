use std::fmt;

use learning360_client::{MappingId, User, UserId};

use crate::facts::{Link, Told};

/// The account that belongs to the employee, as far as it can be told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Account<'a> {
    /// No account is linked.
    None,
    /// An account is linked.
    Linked {
        user: &'a User,
        /// It is another one than we remember.
        mismatch: bool,
    },
    /// The link points to a user that does not exist.
    Broken(&'a MappingId),
    /// We remember the account; its external ID is gone.
    LinkLost(&'a User),
    /// We remember an account that is linked to somebody else by now.
    Taken,
    /// We may not see the links.
    Hidden,
    /// No usable answer.
    Unavailable,
}

impl<'a> Account<'a> {
    pub(crate) fn linked(
        link: &'a Link,
        user: Option<Told<&'a User>>,
        remembered: Option<&UserId>,
    ) -> Self {
        match user {
            Some(Told::Found(user)) => {
                let mismatch = remembered.is_some_and(|known| known != user.id());
                Self::Linked { user, mismatch }
            }
            Some(Told::NotFound) => Self::Broken(&link.mapping),
            Some(Told::Forbidden) => Self::Hidden,
            _ => Self::Unavailable,
        }
    }

    /// The user, if there is one that is or was ours.
    pub(crate) fn user(&self) -> Option<&'a User> {
        match self {
            Self::Linked { user, .. } | Self::LinkLost(user) => Some(user),
            _ => None,
        }
    }
}

impl fmt::Display for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no account is linked"),
            Self::Linked { user, .. } => write!(f, "user {} by link", user.id()),
            Self::Broken(_) => f.write_str("the link leads to nobody"),
            Self::LinkLost(user) => write!(f, "user {} by memory, whose link is lost", user.id()),
            Self::Taken => f.write_str("the account that we knew is linked to somebody else"),
            Self::Hidden => f.write_str("360Learning refuses to show the link or the account"),
            Self::Unavailable => f.write_str("360Learning gives no answer about the account"),
        }
    }
}
