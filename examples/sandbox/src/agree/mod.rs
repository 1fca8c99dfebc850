//! Whether both sides agree under a policy: a second opinion that shares nothing with the host.
//!
//! Both sides agree if, for every employee in scope, the user's state, mapped fields, owned groups
//! and manager equal what the policy wants. The policy is read and judged here anew, from its
//! description, against the truth of both stand-ins; no permission hides anything. *Owned* is what
//! came over the API: roles and managers that an administrator gave by hand are nobody's business.
//!
//! What cannot be judged is said, and is no agreement.

mod expression;
mod filters;
mod judge;
mod manager;
mod policy;
mod record;
mod standing;
mod values;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::judge::Judge;
use self::policy::Policy;
use crate::engine::World;
use crate::seed::Invalid;

/// Whether both sides agree, and where not (`POST /_sandbox/agree`). `Display` is a few lines for
/// people. Neither holds personal values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Agreement {
    /// True if nothing differs and everything could be judged.
    pub agree: bool,
    /// Virtual time.
    pub now: Timestamp,
    /// The External-ID platform of the policy.
    pub platform: String,
    /// Employees about whom the policy wants something, deleted ones with a user among them.
    pub compared: usize,
    /// All other employees: out of scope, not yet due, or with a standing that decides nothing.
    pub left_out: usize,
    /// Users whom the policy leaves as they are although it would want something else: deactivated
    /// by hand, protected, or the owner.
    pub respected: Vec<String>,
    /// What differs, by employee.
    pub differences: Vec<Difference>,
    /// What could not be judged.
    pub not_judged: Vec<NotJudged>,
}

/// Something that is not as the policy wants it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The employee.
    pub employee: String,
    /// The linked user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What it is about.
    pub what: What,
    /// Which one: the field's name in the policy, a group, or a manager's user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another user who has the mail that is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// No user is linked, and one is wanted.
    NoUser,
    /// The user is deleted, and should not be.
    Deleted,
    /// The user is not deleted, and should be.
    NotDeleted,
    /// The user is invited, and should be active.
    NotActive,
    /// A field of the user.
    Field,
    /// A custom field of the user.
    CustomField,
    /// The user should be a learner of a group.
    NotInGroup,
    /// The user is a learner of a group by the API, and should not be.
    InGroup,
    /// The user should have a manager.
    NoManager,
    /// The user has a manager by the API, and should not.
    Manager,
}

/// Something that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotJudged {
    /// The employee; absent = the policy itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// Which part of the policy.
    pub part: String,
    /// Why.
    pub why: String,
}

impl World {
    /// Judges both sides by a policy, the text of a TOML file.
    pub(crate) fn agreement(&self, policy: &str) -> Result<Agreement, Invalid> {
        let policy = Policy::parse(policy)?;
        let environment = filters::environment(&self.bob, &policy);
        Ok(Judge::new(self, &policy, &environment)?.judge())
    }
}

impl What {
    /// In words.
    const fn words(self) -> &'static str {
        match self {
            Self::NoUser => "no user is linked",
            Self::Deleted => "the user is deleted",
            Self::NotDeleted => "the user is not deleted",
            Self::NotActive => "the user is not active",
            Self::Field => "differs in field",
            Self::CustomField => "differs in custom field",
            Self::NotInGroup => "is no learner of group",
            Self::InGroup => "is still a learner of group",
            Self::NoManager => "lacks as manager user",
            Self::Manager => "still has as manager user",
        }
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.agree {
            "both sides agree"
        } else if self.differences.is_empty() {
            "nothing differs, but not everything could be judged"
        } else {
            "both sides do not agree"
        };
        write!(
            f,
            "{verdict}: {} people compared, {} left out, {} differences",
            self.compared,
            self.left_out,
            self.differences.len()
        )?;
        if !self.respected.is_empty() {
            write!(f, ", {} left as they are", self.respected.len())?;
        }
        for it in self.differences.iter().take(SHOWN) {
            write!(f, "\n  employee {}: {}", it.employee, it.what.words())?;
            if let Some(name) = &it.name {
                write!(f, " {name}")?;
            }
            if let Some(user) = &it.held_by {
                write!(f, " (user {user} has the mail)")?;
            }
        }
        let more = self.differences.len().saturating_sub(SHOWN);
        if more > 0 {
            write!(f, "\n  and {more} more")?;
        }
        for it in self.not_judged.iter().take(SHOWN) {
            write!(f, "\n  not judged: {}", it.part)?;
            if let Some(employee) = &it.employee {
                write!(f, " of employee {employee}")?;
            }
            write!(f, ", because {}", it.why)?;
        }
        let more = self.not_judged.len().saturating_sub(SHOWN);
        if more > 0 {
            write!(f, "\n  and {more} more that were not judged")?;
        }
        Ok(())
    }
}

/// Lines for people, of each kind.
const SHOWN: usize = 20;
