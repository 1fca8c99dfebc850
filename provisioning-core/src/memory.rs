//! What the core remembers of one employee between decisions; opaque to the host.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hibob_client::{EmployeeId, FieldId};
use jiff::Timestamp;
use jiff::civil::Date;
use learning360_client::{CustomFieldId, UserField, UserId};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::{Evidence, Hint, Seq};
use crate::facts::{MailKey, Membership, Username};
use crate::plan::{Action, CustomValues, Reason, Step};
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
    /// The invitation that the guards let through last; to try again costs nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invited: Option<Invited>,
    /// A deactivation of ours: admitted, and perhaps done.
    pub(crate) deactivated: Option<UserId>,
    /// That deactivation took place; if the account is active again, somebody else did it.
    pub(crate) gone: bool,
    /// What the deactivation took and a return gives back.
    pub(crate) taken: Option<Taken>,
    /// What a deactivation will have taken, if the guards let it through.
    pub(crate) leaving: Option<Taken>,
    /// Roles in groups that we gave.
    pub(crate) granted: BTreeSet<Membership>,
    /// Managers that we set.
    pub(crate) managers: BTreeSet<UserId>,
    /// Custom fields whose value we set.
    pub(crate) custom: BTreeSet<CustomFieldId>,
    /// The deactivation date that we set.
    pub(crate) scheduled: Option<Timestamp>,
    /// Keyed digests of the values last applied, by the name of the field.
    pub(crate) applied: BTreeMap<Box<str>, Digest>,
    /// Bob's fields that had a value when the record was last read.
    pub(crate) filled: BTreeSet<FieldId>,
    /// The policy of the last decision, and whether the person was in its scope.
    pub(crate) scope: Option<ScopeSeen>,
    /// Bob revoked the person's access at once; only a sign of activity lifts it.
    pub(crate) revoked: Option<Seq>,
    /// The account was restored, and its recovery is not complete.
    pub(crate) returned: bool,
    /// The start date that was last seen.
    pub(crate) start: Option<Date>,
    /// A sign of departure that the record has not confirmed yet.
    pub(crate) departure: Option<Departure>,
    /// Whose change of mail the person waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moving: Option<Moving>,
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
    /// What those who wait for this person were last told.
    pub(crate) told: News,
}

/// What others may wait for: the account, whether it is in use, and its mail.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct News {
    link: Option<UserId>,
    gone: bool,
    mail: Option<MailKey>,
}

/// What a deactivation took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Taken {
    /// Roles in groups, those that we did not give included.
    pub(crate) roles: BTreeSet<Membership>,
    /// The person's managers.
    pub(crate) managers: BTreeSet<UserId>,
    /// The people who had the person as manager.
    pub(crate) reports: BTreeSet<UserId>,
    /// People who may have had the person as manager again since: nobody heard the answer.
    pub(crate) offered: BTreeSet<UserId>,
    /// Custom values. Personal data; it is dropped with the return.
    pub(crate) custom: CustomValues,
    /// Whether nobody has seen yet that the account was deactivated at all.
    pub(crate) unconfirmed: bool,
}

impl Taken {
    /// Those of whom it is not sure that the deactivation took them, or that they were not given
    /// back: meanwhile their own plans may have given them another manager.
    pub(crate) fn doubted(&self) -> impl Iterator<Item = &UserId> {
        let reports = self.unconfirmed.then_some(&self.reports);
        self.offered.iter().chain(reports.into_iter().flatten())
    }

    /// Adds what an earlier deactivation took and no return gave back.
    pub(crate) fn owing(&mut self, owed: &Self) {
        self.roles.extend(owed.roles.iter().cloned());
        self.managers.extend(owed.managers.iter().cloned());
        self.offered.extend(owed.doubted().cloned());
        if !owed.unconfirmed {
            self.reports.extend(owed.reports.iter().cloned());
        }
        self.offered.retain(|report| !self.reports.contains(report));
        self.custom.fill_in(&owed.custom);
    }

    /// Whether nothing is owed.
    pub(crate) fn is_empty(&self) -> bool {
        self.roles.is_empty()
            && self.managers.is_empty()
            && self.reports.is_empty()
            && self.offered.is_empty()
            && self.custom.is_empty()
    }
}

/// Whether a person was in the scope of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScopeSeen {
    pub(crate) policy: Digest,
    pub(crate) covered: bool,
}

/// A create that was admitted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreateIntent {
    pub(crate) mail: Option<MailKey>,
    #[serde(default)]
    pub(crate) username: Option<Username>,
    /// How many creates with this mail were admitted without a known end.
    pub(crate) tries: u32,
}

/// An invitation that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invited {
    pub(crate) at: Timestamp,
    /// A person approved it.
    #[serde(default)]
    pub(crate) approved: bool,
}

/// The wanted mail is held by somebody who wants another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moving {
    pub(crate) since: Timestamp,
    /// Who holds it, who holds what he wants, and so on.
    pub(crate) way: Vec<EmployeeId>,
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

    /// Whether a linked account is there that we have not deactivated.
    pub fn is_linked_active(&self) -> bool {
        self.link.is_some() && self.deactivated.is_none()
    }

    /// Whether there is something that those who wait for this person were not told. It outlives a
    /// crash between a step and the telling.
    #[cfg(feature = "driver")]
    pub(crate) fn has_news(&self) -> bool {
        self.told != self.news()
    }

    /// Those who wait for this person were told.
    #[cfg(feature = "driver")]
    pub(crate) fn telling(self) -> Self {
        let told = self.news();
        Self { told, ..self }
    }

    #[cfg(feature = "driver")]
    fn news(&self) -> News {
        News {
            link: self.link.clone(),
            gone: self.deactivated.is_some(),
            mail: self.mail.clone(),
        }
    }

    /// Takes in the signs of a hint; they outlive the hint, which a commit clears.
    pub(crate) fn noting(mut self, hint: &Hint) -> Self {
        let seen = hint.seen().iter();
        let departed = seen
            .clone()
            .filter(|(evidence, _)| evidence.says_departed());
        // `deleted` is the strongest sign: no later one takes it back.
        let is_deleted = |evidence: Evidence| evidence == Evidence::Deleted;
        if let Some((evidence, sighting)) =
            departed.max_by_key(|(evidence, sight)| (is_deleted(**evidence), sight.seq))
        {
            let departure = Departure {
                evidence: *evidence,
                seq: sighting.seq,
                at: sighting.at,
            };
            let known = self.departure.filter(|it| is_deleted(it.evidence));
            if known.is_none() || is_deleted(*evidence) {
                self.departure = Some(departure);
            }
        }
        let active = seen.clone().filter(|(evidence, _)| evidence.says_active());
        let active = active.map(|(_, sighting)| sighting.seq).max();
        if self.departure.is_some_and(|departure| {
            !is_deleted(departure.evidence) && active > Some(departure.seq)
        }) {
            self.departure = None;
        }
        // A sync that misses somebody says less than any event, and nothing against a new one.
        let unlisted = seen
            .clone()
            .find(|(evidence, _)| **evidence == Evidence::NotListed);
        if let (None, Some((evidence, sighting))) = (self.departure, unlisted) {
            self.departure = Some(Departure {
                evidence: *evidence,
                seq: sighting.seq,
                at: sighting.at,
            });
        }
        let revoked = seen.clone().find(|(evidence, _)| evidence.is_revocation());
        if let Some((_, sighting)) = revoked {
            self.revoked = Some(sighting.seq);
        }
        if self.revoked.is_some_and(|revoked| active > Some(revoked)) {
            self.revoked = None;
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
                let username = values.get(UserField::Username).and_then(Username::parse);
                let same =
                    |intent: &CreateIntent| intent.mail == mail && intent.username == username;
                let known = self.create.take().filter(same);
                let tries = known.map_or(1, |intent| intent.tries.saturating_add(1));
                self.create = Some(CreateIntent {
                    mail,
                    username,
                    tries,
                });
            }
            Action::Deactivate if step.reason != Reason::UndoRestore => {
                self.deactivated = step.known_user().cloned();
                self.gone = false;
                self.taken = self.leaving.take();
                if let Some(taken) = &mut self.taken {
                    taken.unconfirmed = true;
                }
            }
            Action::AddReport { report } => {
                if let Some(taken) = &mut self.taken {
                    taken.reports.remove(report);
                    taken.offered.insert(report.clone());
                }
                // Whoever waits is told again, even if nobody hears the answer.
                self.told = News::default();
            }
            // Ours from here on, or nobody would take back what was given without an answer.
            Action::AddMembership { membership } if step.reason == Reason::Granted => {
                self.granted.insert(membership.clone());
            }
            Action::AddManager { manager } if step.reason == Reason::Granted => {
                self.managers.insert(manager.clone());
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
            invited: None,
            deactivated: None,
            gone: false,
            taken: None,
            leaving: None,
            granted: BTreeSet::new(),
            managers: BTreeSet::new(),
            custom: BTreeSet::new(),
            scheduled: None,
            applied: BTreeMap::new(),
            filled: BTreeSet::new(),
            scope: None,
            revoked: None,
            returned: false,
            start: None,
            departure: None,
            moving: None,
            invisible_since: None,
            wrong_account: None,
            attempts: 0,
            surprises: 0,
            wait: None,
            told: News::default(),
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
