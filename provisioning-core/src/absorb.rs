//! What the outcome of a step means for the person.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use learning360_client::{ErrorClass, ErrorCode, UserField, UserId};

use crate::facts::{MailKey, Unavailable};
use crate::memory::{Memory, WrongAccount};
use crate::plan::{Action, Change, Disposition, Reason, Step};
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
            if next == Next::Continue && wakes(&step.action) {
                wake.insert(employee.clone());
            }
            next
        }
        Outcome::Refused { code, .. } => refused(&mut memory, step, code.as_ref(), now),
        Outcome::Unsendable => Next::Stop(Disposition::Dead(Reason::FixData)),
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
            memory.mail = Some(mail.clone());
            Next::Continue
        }
        (Action::Restore { mail, .. }, Effect::Created(user)) => {
            wrong(memory, user, Some(mail.clone()), false)
        }
        (Action::Link { .. } | Action::Relink { .. }, _) => {
            if let Some(intent) = memory.create.take() {
                memory.mail = Some(intent.mail);
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
            if let Some(wrong) = &mut memory.wrong_account {
                if step.known_user() == Some(&wrong.user) {
                    wrong.undo = false;
                }
            }
            Next::Continue
        }
        (Action::Activate, _) => Next::Continue,
        // An answer that says neither what it made nor what it brought back.
        (Action::Create { .. } | Action::Restore { .. }, Effect::Plain) => Next::DecideAgain,
    }
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
    }
    let Some(code) = code else {
        return unknown(memory, now);
    };
    match code.class() {
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
    if memory.surprises < QUICK_TRIES {
        memory.surprises = memory.surprises.saturating_add(1);
        return Next::DecideAgain;
    }
    later(memory, now, reason)
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
        | Action::Deactivate => true,
        Action::Edit { changes } => changes.get(UserField::Mail).is_some(),
        Action::Create { .. } | Action::Activate => false,
    }
}

const QUICK_TRIES: u32 = 2;

const UNKNOWN_TRIES: u32 = 3;
