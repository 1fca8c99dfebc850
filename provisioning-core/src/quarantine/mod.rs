//! Whether the two APIs may be called: pauses that they asked for, and a stop after too many
//! failures.
//!
//! Pure, like everything here: the host tells what became of each call and asks before the next.
//! An employee whose API may not be called just waits; that costs no attempt.

mod api;
mod links;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::api::{Api, Stop};
use self::links::BrokenLinks;
use crate::facts::Side;
use crate::plan::ActionKind;

/// The state of both APIs. Serialisable, versioned, small, without any personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quarantine {
    version: u8,
    source: Api,
    target: Api,
    /// Kinds of steps whose permission is missing, by their names.
    kinds: BTreeMap<Box<str>, Stop>,
    broken_links: BrokenLinks,
}

/// A kind of call that can be paused on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "there are two systems, and Bob is only read"
)]
pub enum Lane {
    /// Reading Bob.
    Source,
    /// Reading 360Learning.
    TargetReads,
    /// Writing to 360Learning.
    TargetWrites,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "each counts in its own way")]
pub enum Call {
    /// It was answered, whatever the answer says of a person, a group or the data.
    Answered,
    /// A server error, no answer in time, or an answer that cannot be read.
    Failed,
    /// The credentials are refused: a 401, or a 403 on a call that names no person.
    Refused,
    /// Too many calls (429): a pause of this length is asked for, or one of unknown length.
    Throttled(Option<SignedDuration>),
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "yes, no, or one to see")]
pub enum Gate {
    /// It may.
    Open,
    /// One may, to see whether the API works again.
    Probe,
    /// None before this time.
    Closed(Timestamp),
}

/// Something that an operator has to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alarm {
    /// An API is not called any more, until it answers a probe.
    Stopped {
        /// The API.
        side: Side,
        /// Why.
        cause: Cause,
    },
    /// An API answers again.
    Recovered {
        /// The API.
        side: Side,
    },
    /// Steps of this kind are not tried any more, because the credentials lack a scope.
    ScopeMissing {
        /// The kind.
        kind: ActionKind,
    },
    /// Nothing is written any more, because the links of several people lead to users who do not
    /// exist: the region or the credentials may be those of another platform.
    WrongPlatform,
}

/// Why an API is not called any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "there are these two rules")]
pub enum Cause {
    /// It refused the credentials three times in a row.
    Refused,
    /// Too many of the last calls failed.
    Failing,
}

/// A random part of a pause, so that several hosts do not come back at once; from the host,
/// because the core draws no random numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jitter(u16);

impl Quarantine {
    /// Whether a call of this kind may be made now.
    ///
    /// After the clock jumped back, what was noted later than now is over.
    pub fn gate(&self, lane: Lane, now: Timestamp) -> Gate {
        let gate = self.api(lane.side()).gate(lane, now);
        let broken = self.broken_links.until(now);
        match (gate, broken.filter(|_| lane == Lane::TargetWrites)) {
            (Gate::Closed(until), Some(broken)) => Gate::Closed(until.max(broken)),
            (_, Some(broken)) => Gate::Closed(broken),
            (gate, None) => gate,
        }
    }

    /// Takes in that an employee's link leads to a user who does not exist.
    ///
    /// More than three people within an hour stop the writing until fewer are left of them: it
    /// seems to be another platform than the one that the links belong to.
    pub fn note_broken_link(&mut self, employee: &EmployeeId, now: Timestamp) -> Option<Alarm> {
        let too_many = self.broken_links.note(employee, now);
        too_many.then_some(Alarm::WrongPlatform)
    }

    /// Whether a step of this kind may be tried now, as far as its permission goes.
    pub fn gate_of(&self, kind: ActionKind, now: Timestamp) -> Gate {
        let stop = self.kinds.get(kind.as_str());
        stop.map_or(Gate::Open, |stop| stop.gate(now))
    }

    /// Takes in what became of a call.
    ///
    /// Three refusals in a row, or 40 % of failures and refusals among the last 50 calls, stop
    /// the API. It is probed after a minute, then after twice as long each time, an hour at most.
    /// A throttled call pauses its lane for as long as the API says, an hour at most, or for 1 s,
    /// 2 s, 4 s … up to 5 min if it does not say.
    pub fn note(
        &mut self,
        lane: Lane,
        call: Call,
        jitter: Jitter,
        now: Timestamp,
    ) -> Option<Alarm> {
        let side = lane.side();
        self.api_mut(side).note(lane, call, jitter, now)
    }

    /// Takes in that a step of this kind was refused for want of a scope. Only such steps stop.
    pub fn note_missing_scope(&mut self, kind: ActionKind, now: Timestamp) -> Option<Alarm> {
        if let Some(stop) = self.kinds.get_mut(kind.as_str()) {
            stop.failed_again(now);
            return None;
        }
        let stop = Stop::new(Cause::Refused, now);
        self.kinds.insert(kind.as_str().into(), stop);
        Some(Alarm::ScopeMissing { kind })
    }

    /// Takes in that a step of this kind was not refused for want of a scope.
    pub fn note_scope(&mut self, kind: ActionKind) {
        self.kinds.remove(kind.as_str());
    }

    /// The kinds of steps that were refused for want of a scope and not let through since, by
    /// their names.
    pub fn kinds_without_scope(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(AsRef::as_ref)
    }

    /// Why an API is not called any more; `None` = it is.
    pub fn cause(&self, side: Side) -> Option<Cause> {
        self.api(side).cause()
    }

    /// Until when nothing is written because the links of several people lead to users who do not
    /// exist; `None` = it is not for that.
    pub fn broken_links_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.broken_links.until(now)
    }

    fn api(&self, side: Side) -> &Api {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }

    fn api_mut(&mut self, side: Side) -> &mut Api {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }
}

impl Default for Quarantine {
    fn default() -> Self {
        Self {
            version: VERSION,
            source: Api::default(),
            target: Api::default(),
            kinds: BTreeMap::new(),
            broken_links: BrokenLinks::default(),
        }
    }
}

impl Lane {
    /// The system that is called.
    pub fn side(self) -> Side {
        match self {
            Self::Source => Side::Source,
            Self::TargetReads | Self::TargetWrites => Side::Target,
        }
    }
}

impl Jitter {
    /// So many thousandths of the random part; more than a thousand are a thousand.
    pub fn per_mille(share: u16) -> Self {
        Self(share.min(1_000))
    }
}

impl Alarm {
    /// The name used in logs, metrics and notifications.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped { .. } => "quarantine",
            Self::Recovered { .. } => "recovered",
            Self::ScopeMissing { .. } => "scope_missing",
            Self::WrongPlatform => "wrong_platform",
        }
    }
}

impl Cause {
    /// The name used in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Failing => "failing",
        }
    }
}

/// The version of the serialised form.
const VERSION: u8 = 1;
