//! What the core remembers of one employee between decisions; opaque to the host.

use std::fmt;

use jiff::Timestamp;
use learning360_client::{UserField, UserId};
use serde::{Deserialize, Serialize};

use crate::event::{Evidence, Hint, Seq};
use crate::facts::MailKey;
use crate::plan::{Action, Reason, Step};
use crate::wait::Wait;

/// What the core remembers of one employee.
///
/// The host stores it as it is and hands it back. It is committed together with the admission of
/// a plan, before the plan's first step, so that a crash at any point is survived. If it is lost,
/// the link comes back from 360Learning and everything else counts as not ours.
///
/// The serialised form is versioned. It holds one mail address; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    version: u8,
    /// The linked user, as last seen.
    pub(crate) link: Option<UserId>,
    /// The mail last applied to the linked user.
    pub(crate) mail: Option<MailKey>,
    /// A create that was admitted and whose answer may have been lost.
    pub(crate) create: Option<CreateIntent>,
    /// A deactivation of ours: admitted, and perhaps done.
    pub(crate) deactivated: Option<UserId>,
    /// A sign of departure that the record has not confirmed yet.
    pub(crate) departure: Option<Departure>,
    /// Since when Bob shows nothing for the person.
    pub(crate) invisible_since: Option<Timestamp>,
    /// 360Learning gave us somebody else's account.
    pub(crate) wrong_account: Option<WrongAccount>,
    /// Failed attempts in a row.
    pub(crate) attempts: u32,
    /// Surprises in a row that made us decide again at once.
    pub(crate) surprises: u32,
    /// When to look again at the latest, as last decided.
    pub(crate) wait: Option<Wait>,
}

/// A create that was admitted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreateIntent {
    pub(crate) mail: MailKey,
    /// How many creates with this mail were admitted without a known end.
    pub(crate) tries: u32,
}

/// A sign that the person has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Departure {
    pub(crate) evidence: Evidence,
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
}

/// An account that is not the one we asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrongAccount {
    pub(crate) user: UserId,
    /// The mail we asked with; another mail is another question.
    pub(crate) mail: MailKey,
    /// Whether we brought it back by mistake, so that it has to be deactivated again.
    pub(crate) undo: bool,
}

impl Memory {
    /// The linked user, as last seen.
    pub fn link(&self) -> Option<&UserId> {
        self.link.as_ref()
    }

    /// When the employee is due at the latest, as last decided.
    pub fn wait(&self) -> Option<&Wait> {
        self.wait.as_ref()
    }

    /// Takes in the signs of a hint; they outlive the hint, which a commit clears.
    pub(crate) fn noting(mut self, hint: &Hint) -> Self {
        let seen = hint.seen().iter();
        let departed = seen
            .clone()
            .filter(|(evidence, _)| evidence.says_departed());
        // `deleted` is the strongest sign, and the order of `Evidence` puts it last.
        if let Some((evidence, sighting)) =
            departed.max_by_key(|(evidence, sight)| (sight.seq, **evidence))
        {
            let departure = Departure {
                evidence: *evidence,
                seq: sighting.seq,
                at: sighting.at,
            };
            self.departure = Some(departure);
        }
        let active = seen.clone().filter(|(evidence, _)| evidence.says_active());
        let active = active.map(|(_, sighting)| sighting.seq).max();
        if self
            .departure
            .is_some_and(|departure| active > Some(departure.seq))
        {
            self.departure = None;
        }
        if seen.clone().any(|(evidence, _)| evidence.is_event()) {
            self.attempts = 0;
            self.surprises = 0;
        }
        self
    }

    /// Notes what an admitted step is about to do, so that a lost answer is recognised.
    pub(crate) fn intending(mut self, step: &Step) -> Self {
        match &step.action {
            Action::Create { values, .. } => {
                let mail = values.get(UserField::Mail).and_then(MailKey::parse);
                self.create = mail.map(|mail| {
                    let known = self.create.filter(|intent| intent.mail == mail);
                    let tries = known.map_or(1, |intent| intent.tries.saturating_add(1));
                    CreateIntent { mail, tries }
                });
            }
            Action::Deactivate if step.reason != Reason::UndoRestore => {
                self.deactivated = step.known_user().cloned();
            }
            _ => {}
        }
        self
    }

    /// Whether nothing is pending, so that an irrelevant update can be left alone.
    pub(crate) fn is_quiet(&self, now: Timestamp) -> bool {
        let due = self
            .wait
            .as_ref()
            .and_then(Wait::at)
            .is_some_and(|at| at <= now);
        self.departure.is_none()
            && self.create.is_none()
            && self.wrong_account.is_none()
            && self.attempts == 0
            && !due
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            version: VERSION,
            link: None,
            mail: None,
            create: None,
            deactivated: None,
            departure: None,
            invisible_since: None,
            wrong_account: None,
            attempts: 0,
            surprises: 0,
            wait: None,
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("link", &self.link)
            .field("deactivated", &self.deactivated)
            .field("departure", &self.departure)
            .field("attempts", &self.attempts)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

/// The version of the serialised form.
const VERSION: u8 = 1;
