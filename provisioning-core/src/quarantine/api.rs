use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Alarm, Call, Cause, Gate, Jitter, Lane};

/// One API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Api {
    recent: Recent,
    /// Refusals in a row.
    refusals: u8,
    stop: Option<Stop>,
    reads: Pauses,
    writes: Pauses,
}

/// Which of the last calls failed; the newest is the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Recent(u64);

/// A time in which no call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Break {
    from: Timestamp,
    until: Timestamp,
}

/// The pauses of a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Pauses {
    pause: Option<Break>,
    /// How many there were since a call was answered.
    times: u32,
}

/// A stop that only a probe ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stop {
    cause: Cause,
    wait: Break,
    probes: u32,
}

impl Api {
    pub(super) fn cause(&self) -> Option<Cause> {
        self.stop.map(|stop| stop.cause)
    }

    pub(super) fn gate(&self, lane: Lane, now: Timestamp) -> Gate {
        let stop = self.stop.map_or(Gate::Open, |stop| stop.gate(now));
        let pause = self.pauses(lane).pause;
        match (stop, pause.filter(|pause| pause.holds(now))) {
            (Gate::Closed(until), Some(pause)) => Gate::Closed(until.max(pause.until)),
            (_, Some(pause)) => Gate::Closed(pause.until),
            (stop, None) => stop,
        }
    }

    pub(super) fn note(
        &mut self,
        lane: Lane,
        call: Call,
        jitter: Jitter,
        now: Timestamp,
    ) -> Option<Alarm> {
        match call {
            Call::Answered => self.pauses_mut(lane).times = 0,
            Call::Throttled(length) => {
                self.pauses_mut(lane).throttled(length, jitter, now);
                return None;
            }
            Call::Failed | Call::Refused => {}
        }
        match &mut self.stop {
            // Calls that were under way when it stopped say nothing.
            Some(stop) if matches!(stop.gate(now), Gate::Closed(_)) => None,
            Some(_) if call == Call::Answered => {
                self.stop = None;
                self.refusals = 0;
                self.recent = Recent::default();
                Some(Alarm::Recovered { side: lane.side() })
            }
            Some(stop) => {
                stop.failed_again(now);
                None
            }
            None => self.count(lane, call, now),
        }
    }

    fn count(&mut self, lane: Lane, call: Call, now: Timestamp) -> Option<Alarm> {
        self.recent.push(call != Call::Answered);
        self.refusals = match call {
            Call::Refused => self.refusals.saturating_add(1),
            Call::Answered => 0,
            _ => self.refusals,
        };
        let cause = if self.refusals >= REFUSALS {
            Cause::Refused
        } else if self.recent.failures() >= FAILURES {
            Cause::Failing
        } else {
            return None;
        };
        self.stop = Some(Stop::new(cause, now));
        let side = lane.side();
        Some(Alarm::Stopped { side, cause })
    }

    fn pauses(&self, lane: Lane) -> &Pauses {
        match lane {
            Lane::Source | Lane::TargetReads => &self.reads,
            Lane::TargetWrites => &self.writes,
        }
    }

    fn pauses_mut(&mut self, lane: Lane) -> &mut Pauses {
        match lane {
            Lane::Source | Lane::TargetReads => &mut self.reads,
            Lane::TargetWrites => &mut self.writes,
        }
    }
}

impl Recent {
    fn push(&mut self, failed: bool) {
        self.0 = (self.0 << 1 | u64::from(failed)) & LAST_CALLS;
    }

    fn failures(self) -> u32 {
        self.0.count_ones()
    }
}

impl Pauses {
    fn throttled(&mut self, length: Option<SignedDuration>, jitter: Jitter, now: Timestamp) {
        let running = self.pause.filter(|pause| pause.holds(now));
        if running.is_none() {
            self.times = self.times.saturating_add(1);
        }
        let named = length.filter(SignedDuration::is_positive);
        let length = match named {
            Some(length) => length.min(LONGEST),
            // Several calls that were under way at the same time are throttled once.
            None if running.is_some() => return,
            None => backoff(self.times, jitter),
        };
        let new = Break::new(now, length);
        let goes_on = |running: &Break| running.until >= new.until;
        if !running.as_ref().is_some_and(goes_on) {
            self.pause = Some(new);
        }
    }
}

impl Stop {
    pub(super) fn new(cause: Cause, now: Timestamp) -> Self {
        Self {
            cause,
            wait: Break::new(now, FIRST_PROBE),
            probes: 0,
        }
    }

    pub(super) fn gate(&self, now: Timestamp) -> Gate {
        if self.wait.holds(now) {
            Gate::Closed(self.wait.until)
        } else {
            Gate::Probe
        }
    }

    /// Twice as long until the next probe, an hour at most.
    pub(super) fn failed_again(&mut self, now: Timestamp) {
        if self.wait.holds(now) {
            return;
        }
        self.probes = self.probes.saturating_add(1);
        let minutes = 1_i64 << self.probes.min(6);
        let length = SignedDuration::from_mins(minutes).min(LONGEST);
        self.wait = Break::new(now, length);
    }
}

impl Break {
    fn new(from: Timestamp, length: SignedDuration) -> Self {
        let until = from.checked_add(length).unwrap_or(Timestamp::MAX);
        Self { from, until }
    }

    /// A break that begins in the future is one from before the clock jumped back, and is over;
    /// the clocks of two hosts may differ a little.
    fn holds(&self, now: Timestamp) -> bool {
        now < self.until && self.from.duration_since(now) <= SKEW
    }
}

/// 1 s, 2 s, 4 s … up to 5 min, of which one half is random.
fn backoff(times: u32, jitter: Jitter) -> SignedDuration {
    let doublings = times.saturating_sub(1).min(9);
    let whole = SignedDuration::from_secs(1_i64 << doublings).min(LONGEST_UNNAMED);
    let half = whole / 2;
    half + half * i32::from(jitter.0) / 1_000
}

/// ERR-04.
const REFUSALS: u8 = 3;

/// ERR-07: 40 % of 50.
const FAILURES: u32 = 20;

/// A bit for each of the last 50 calls.
const LAST_CALLS: u64 = (1 << 50) - 1;

const FIRST_PROBE: SignedDuration = SignedDuration::from_mins(1);

const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// ERR-03.
const LONGEST_UNNAMED: SignedDuration = SignedDuration::from_mins(5);

const SKEW: SignedDuration = SignedDuration::from_mins(1);
