//! What the outcome of a step means for the person.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use learning360_client::{ErrorClass, ErrorCode, UserField, UserId};

use crate::facts::{MailKey, Unavailable};
use crate::memory::{Memory, WrongAccount};
use crate::plan::{Action, Change, CustomValues, Disposition, Reason, Step};
use crate::wait::retry_at;

/// What came of applying a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Done(Effect),
    /// It was refused, so it had no effect.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The code, if the answer carried one.
        code: Option<ErrorCode>,
    },
    /// It cannot be sent as it is, so it was not.
    Unsendable,
    /// Its precondition did not hold any more, so it was not sent.
    Stale,
    /// It may have been done: it was sent, and no answer came.
    Unanswered,
    /// It was surely not done.
    Unavailable(Unavailable),
}

/// What 360Learning said it did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// What was asked for.
    Plain,
    /// It made a new account.
    Created(UserId),
    /// It brought a deactivated account back.
    Restored(UserId),
}

/// What to do after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absorbed {
    /// The memory afterwards; store it before the next step.
    pub memory: Memory,
    /// How to go on.
    pub next: Next,
    /// Employees whose waiting ends: everybody who waits on one of these is looked at again.
    pub wake: BTreeSet<EmployeeId>,
}

/// How to go on after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Next {
    /// With the next step.
    Continue,
    /// With the next step that does not need this one, which was refused for this reason.
    Skip(Reason),
    /// The facts have changed: read them again and decide again.
    DecideAgain,
    /// Not now: decide again at this time.
    RetryAt(Timestamp, Reason),
    /// Not at all, until something new happens.
    Stop(Disposition),
}

/// Takes in the outcome of a step.
pub fn absorb(
    employee: &EmployeeId,
    memory: &Memory,
    step: &Step,
    outcome: &Outcome,
    now: Timestamp,
) -> Absorbed {
    let mut memory = memory.clone();
    let mut wake = BTreeSet::new();
    let next = match outcome {
        Outcome::Done(effect) => {
            memory.attempts = 0;
            memory.surprises = 0;
            let next = done(&mut memory, step, effect);
            if memory.wrong_account.is_none() && wakes(&step.action) {
                wake.insert(employee.clone());
            }
            next
        }
        Outcome::Refused { code, .. } => refused(&mut memory, step, code.as_ref(), now),
        Outcome::Unsendable => Next::Stop(Disposition::Dead(Reason::FixData)),
        Outcome::Stale => again(&mut memory, now, Reason::Stale),
        // The facts will tell whether it was done.
        Outcome::Unanswered => again(&mut memory, now, Reason::Unanswered),
        // Being asked to wait is no failed attempt.
        Outcome::Unavailable(Unavailable::Pause(pause)) => {
            let at = now
                .checked_add((*pause).max(SignedDuration::ZERO))
                .unwrap_or(now);
            Next::RetryAt(at, Reason::Unavailable)
        }
        Outcome::Unavailable(Unavailable::Refused) => later(&mut memory, now, Reason::FixConfig),
        Outcome::Unavailable(_) => later(&mut memory, now, Reason::Unavailable),
    };
    Absorbed { memory, next, wake }
}

fn done(memory: &mut Memory, step: &Step, effect: &Effect) -> Next {
    match (&step.action, effect) {
        (Action::Create { .. }, Effect::Created(user)) => {
            // Known from here on, even if the process ends before the link is made.
            memory.link = Some(user.clone());
            Next::Continue
        }
        (Action::Create { values, .. }, Effect::Restored(user)) => {
            memory.create = None;
            let mail = values.get(UserField::Mail).and_then(MailKey::parse);
            wrong(memory, user, mail, true)
        }
        (Action::Restore { mail, .. }, Effect::Restored(user)) => {
            if step.known_user() != Some(user) {
                return wrong(memory, user, Some(mail.clone()), true);
            }
            memory.deactivated = None;
            memory.gone = false;
            memory.returned = true;
            memory.mail = Some(mail.clone());
            // What is left of groups, managers and values is read before it is given back. An
            // account that was not linked is linked first, so that it stays ours.
            if memory.link.as_ref() == Some(user) {
                Next::DecideAgain
            } else {
                Next::Continue
            }
        }
        (Action::Restore { mail, .. }, Effect::Created(user)) => {
            wrong(memory, user, Some(mail.clone()), false)
        }
        (Action::Link { .. } | Action::Relink { .. }, _) => {
            if let Some(intent) = memory.create.take() {
                memory.mail = intent.mail;
            }
            memory.link = step.known_user().cloned().or(memory.link.take());
            if memory.returned || step.reason == Reason::RelinkProposal {
                return Next::DecideAgain;
            }
            Next::Continue
        }
        (Action::Edit { changes }, _) => {
            if let Some(Change::Set(mail)) = changes.get(UserField::Mail) {
                memory.mail = MailKey::parse(mail);
            }
            Next::Continue
        }
        (Action::Deactivate, _) => {
            deactivated(memory, step);
            Next::Continue
        }
        (Action::AddMembership { membership }, _) => {
            if step.reason == Reason::Granted {
                memory.granted.insert(membership.clone());
            }
            given_back(memory, &step.action);
            Next::Continue
        }
        (Action::RemoveMembership { membership }, _) => {
            memory.granted.remove(membership);
            Next::Continue
        }
        (Action::AddManager { manager }, _) => {
            if step.reason == Reason::Granted {
                memory.managers.insert(manager.clone());
            }
            given_back(memory, &step.action);
            Next::Continue
        }
        (Action::RemoveManager { manager }, _) => {
            memory.managers.remove(manager);
            Next::Continue
        }
        (Action::SetCustomValues { before, after }, _) => {
            for field in before.differing(after) {
                if after.get(field).is_some() {
                    memory.custom.insert(field.clone());
                } else {
                    memory.custom.remove(field);
                }
            }
            given_back(memory, &step.action);
            Next::Continue
        }
        (Action::Schedule { at }, _) => {
            memory.scheduled = *at;
            Next::Continue
        }
        (Action::Activate, _) => {
            memory.returned = false;
            Next::Continue
        }
        (Action::AddReport { .. }, _) => {
            given_back(memory, &step.action);
            Next::Continue
        }
        // An answer that says neither what it made nor what it brought back.
        (Action::Create { .. } | Action::Restore { .. }, Effect::Plain) => Next::DecideAgain,
    }
}

fn deactivated(memory: &mut Memory, step: &Step) {
    memory.gone = step.known_user() == memory.deactivated.as_ref();
    memory.scheduled = None;
    match &mut memory.taken {
        Some(taken) => taken.unconfirmed = false,
        None => {
            // Nothing of these is left, and after a rehire the rules speak anew. Managers stay.
            memory.granted.clear();
            memory.custom.clear();
        }
    }
    if let Some(wrong) = &mut memory.wrong_account {
        if step.known_user() == Some(&wrong.user) {
            wrong.undo = false;
        }
    }
}

/// What a return gave back, or what cannot be given back, is no longer owed.
fn given_back(memory: &mut Memory, action: &Action) {
    let Some(taken) = &mut memory.taken else {
        return;
    };
    match action {
        Action::AddMembership { membership } => {
            taken.roles.remove(membership);
        }
        Action::AddManager { manager } => {
            taken.managers.remove(manager);
        }
        Action::AddReport { report } => {
            taken.reports.remove(report);
            taken.offered.remove(report);
        }
        Action::SetCustomValues { .. } => taken.custom = CustomValues::default(),
        _ => {}
    }
    if taken.is_empty() {
        memory.taken = None;
    }
}

/// A refusal that concerns one group, manager or value, and not the person.
///
/// `None` = it does; `Some(None)` = what was wanted is so already.
#[allow(clippy::option_option, reason = "a refusal can be good news")]
fn beside(step: &Step, code: &ErrorCode) -> Option<Option<Reason>> {
    let reason = match (&step.action, code.as_str()) {
        (Action::RemoveMembership { .. }, "userNotFoundInGroup") => return Some(None),
        (Action::AddMembership { .. } | Action::RemoveMembership { .. }, "groupNotFound") => {
            Reason::GroupNotFound
        }
        (Action::AddMembership { .. } | Action::RemoveMembership { .. }, "analystUnavailable") => {
            Reason::RoleNotGivenBack
        }
        (Action::AddManager { .. }, "managerDeleted" | "managerNotFound")
        | (Action::AddReport { .. }, "userDeleted" | "userNotFound") => Reason::ManagerDeleted,
        (Action::SetCustomValues { .. }, "unauthorizedValue" | "wrongTypeValue") => {
            Reason::UnauthorizedValue
        }
        (Action::SetCustomValues { .. }, "customFieldNotFound") => Reason::CustomFieldNotFound,
        (Action::Edit { .. }, "notMemberOfPrimaryGroup") => Reason::NotMemberOfPrimaryGroup,
        // An identifier is edited on its own, and the account has the one that it had.
        (Action::Edit { .. }, "mailInvalid" | "userShouldHaveAtLeastOneValidIdentifier") => {
            Reason::NoIdentifier
        }
        (Action::Edit { .. }, "usernameNotAllowed") => Reason::FixSettings,
        // Somebody's whom we cannot see: usernames are unique among all platforms.
        (Action::Edit { .. }, "usernameAlreadyUsed") => Reason::MailHeldByOther,
        // The net fails; the deactivation on the day itself does not need it.
        (Action::Schedule { .. }, "deactivationDateInvalid")
        | (Action::SetCustomValues { .. }, "multipleValuesForSingleCustomField") => Reason::FixData,
        (Action::Schedule { .. }, "ownerDeactivationNotAllowed") => Reason::Protected,
        _ => return None,
    };
    Some(Some(reason))
}

/// MAT-23: the person is stopped, and what is not ours is put back by the next decision.
fn wrong(memory: &mut Memory, user: &UserId, mail: Option<MailKey>, undo: bool) -> Next {
    let Some(mail) = mail else {
        return Next::Stop(Disposition::Conflict(Reason::WrongAccount));
    };
    memory.wrong_account = Some(WrongAccount {
        user: user.clone(),
        mail,
        undo,
    });
    Next::DecideAgain
}

fn refused(memory: &mut Memory, step: &Step, code: Option<&ErrorCode>, now: Timestamp) -> Next {
    let mail_in_use = code == Some(&ErrorCode::MailAlreadyUsed);
    if let Action::AddMembership { membership } = &step.action {
        memory.granted.remove(membership);
    }
    if matches!(step.action, Action::Create { .. }) {
        // "Already used" may name the account that an earlier, unanswered create of ours made.
        let earlier = memory
            .create
            .as_ref()
            .is_some_and(|intent| intent.tries > 1);
        if !(mail_in_use && earlier) {
            memory.create = None;
        }
    }
    if step.action == Action::Deactivate {
        memory.deactivated = None;
        memory.taken = None;
    }
    let Some(code) = code else {
        return unknown(memory, now);
    };
    match beside(step, code) {
        Some(None) => return done(memory, step, &Effect::Plain),
        Some(Some(reason)) => {
            given_back(memory, &step.action);
            return Next::Skip(reason);
        }
        None => {}
    }
    if mail_in_use && matches!(step.action, Action::Edit { .. }) && is_tired(memory) {
        // The lists show nobody who has it, so asking again says nothing new.
        return Next::Skip(Reason::MailHeldByOther);
    }
    match code.class() {
        // A manager who is none any more may have gone just now, and his return would give him the
        // person back: so he stays ours, and the new decision waits for him.
        ErrorClass::Conflict | ErrorClass::Gone => again(memory, now, Reason::FixData),
        ErrorClass::FixData => Next::Stop(Disposition::Dead(Reason::FixData)),
        ErrorClass::FixSettings => later(memory, now, Reason::FixSettings),
        ErrorClass::Protected => Next::Stop(Disposition::NoOp(Reason::Protected)),
        ErrorClass::Retry => later(memory, now, Reason::Unavailable),
        _ => unknown(memory, now),
    }
}

/// Decides again at once, and after a few times in vain with growing pauses.
fn again(memory: &mut Memory, now: Timestamp, reason: Reason) -> Next {
    if !is_tired(memory) {
        memory.surprises = memory.surprises.saturating_add(1);
        return Next::DecideAgain;
    }
    later(memory, now, reason)
}

/// Whether it was decided again at once so often that this is of no more use.
fn is_tired(memory: &Memory) -> bool {
    memory.surprises >= QUICK_TRIES
}

fn later(memory: &mut Memory, now: Timestamp, reason: Reason) -> Next {
    memory.attempts = memory.attempts.saturating_add(1);
    match retry_at(memory.attempts, now) {
        Some(at) => Next::RetryAt(at, reason),
        None => Next::Stop(Disposition::Dead(Reason::GivenUp)),
    }
}

/// ERR-06: a refusal that nobody documented is tried three more times.
fn unknown(memory: &mut Memory, now: Timestamp) -> Next {
    if memory.attempts >= UNKNOWN_TRIES {
        memory.attempts = 0;
        return Next::Stop(Disposition::Dead(Reason::UnknownCode));
    }
    later(memory, now, Reason::UnknownCode)
}

/// Whether others may have waited for this step.
fn wakes(action: &Action) -> bool {
    match action {
        Action::Link { .. }
        | Action::Relink { .. }
        | Action::Restore { .. }
        | Action::AddReport { .. }
        | Action::Deactivate => true,
        Action::Edit { changes } => [UserField::Mail, UserField::Username]
            .into_iter()
            .any(|field| changes.get(field).is_some()),
        _ => false,
    }
}

const QUICK_TRIES: u32 = 2;

const UNKNOWN_TRIES: u32 = 3;
