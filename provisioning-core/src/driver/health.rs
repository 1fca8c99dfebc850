use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use learning360_client::ErrorCode;

use crate::absorb::Outcome;
use crate::facts::{Answer, Query, Side, Unavailable};
use crate::plan::{ActionKind, Step};
use crate::quarantine::{Alarm, Call, Cause, Gate, Jitter, Lane, Quarantine};

/// The quarantine during a turn: asked before each call, told after it.
#[derive(Debug)]
pub(super) struct Health {
    state: Mutex<State>,
    seed: u64,
    now: Timestamp,
}

#[derive(Debug)]
struct State {
    quarantine: Quarantine,
    changed: bool,
    alarms: Vec<Alarm>,
    calls: u64,
}

impl Health {
    pub(super) fn new(quarantine: Quarantine, seed: u64, now: Timestamp) -> Self {
        let state = State {
            quarantine,
            changed: false,
            alarms: Vec::new(),
            calls: 0,
        };
        Self {
            state: Mutex::new(state),
            seed,
            now,
        }
    }

    /// Until when calls of this kind wait; `None` = they do not.
    pub(super) fn closed(&self, lane: Lane) -> Option<Timestamp> {
        match self.state().quarantine.gate(lane, self.now) {
            Gate::Closed(until) => Some(until),
            Gate::Open | Gate::Probe => None,
        }
    }

    /// Until when steps of this kind wait for their permission; `None` = they do not.
    pub(super) fn lacks_scope(&self, kind: ActionKind) -> Option<Timestamp> {
        match self.state().quarantine.gate_of(kind, self.now) {
            Gate::Closed(until) => Some(until),
            Gate::Open | Gate::Probe => None,
        }
    }

    /// Why Bob is not called any more.
    pub(super) fn source_stopped(&self) -> Option<Unavailable> {
        let cause = self.state().quarantine.cause(Side::Source);
        let answer = |cause| match cause {
            Cause::Refused => Unavailable::Refused,
            Cause::Failing => Unavailable::Broken,
        };
        self.closed(Lane::Source).and(cause).map(answer)
    }

    /// Whether every call may be made.
    pub(super) fn is_open(&self) -> bool {
        let lanes = [Lane::Source, Lane::TargetReads, Lane::TargetWrites];
        lanes.into_iter().all(|lane| self.closed(lane).is_none())
    }

    /// Whether the next calls are to show that an API works again.
    pub(super) fn is_probing(&self) -> bool {
        let state = self.state();
        let lanes = [Lane::Source, Lane::TargetReads];
        lanes
            .iter()
            .any(|lane| state.quarantine.gate(*lane, self.now) == Gate::Probe)
    }

    /// Takes in the answers of one fetch. People are read from Bob with one call. What a port may
    /// have kept from an earlier call says nothing of the API, unless it failed.
    pub(super) fn note_answers(&self, lane: Lane, answers: &BTreeMap<Query, Answer>) {
        let is_person = |query: &Query| lane == Lane::Source && matches!(query, Query::Person(_));
        let people = answers.iter().filter(|(query, _)| is_person(query));
        let people: Vec<_> = people.filter_map(|(_, answer)| call(answer)).collect();
        // One person about whom there is no answer says nothing of the API.
        let search = people.iter().find(|call| **call == Call::Answered);
        let search = search.or(people.first()).copied();
        let others = answers.iter().filter(|(query, _)| !is_person(query));
        let others = others.filter(|(query, answer)| !may_be_kept(query, answer));
        let others = others.filter_map(|(_, answer)| call(answer));
        for call in search.into_iter().chain(others) {
            self.note(lane, call);
        }
    }

    /// Takes in the outcome of a step, and returns it with the pause that is really made.
    pub(super) fn note_outcome(&self, step: &Step, outcome: Outcome) -> Outcome {
        let kind = step.action.kind();
        if lacks_scope(&outcome) {
            let mut state = self.state();
            let alarm = state.quarantine.note_missing_scope(kind, self.now);
            state.alarms.extend(alarm);
            state.changed = true;
        } else if matches!(outcome, Outcome::Done(_)) && self.knows_scope(kind) {
            let mut state = self.state();
            state.quarantine.note_scope(kind);
            state.changed = true;
        }
        let call = match &outcome {
            Outcome::Done(_) | Outcome::Refused { .. } => Call::Answered,
            Outcome::Unanswered => Call::Failed,
            Outcome::Unavailable(why) => match missed(*why) {
                Some(call) => call,
                None => return outcome,
            },
            Outcome::Unsendable | Outcome::Stale => return outcome,
        };
        self.note(Lane::TargetWrites, call);
        match (call, self.pause(Lane::TargetWrites)) {
            (Call::Throttled(_), Some(pause)) => Outcome::Unavailable(Unavailable::Pause(pause)),
            _ => outcome,
        }
    }

    /// Takes in whose links lead to nobody.
    pub(super) fn note_broken_links<'e>(&self, employees: impl Iterator<Item = &'e EmployeeId>) {
        let mut state = self.state();
        for employee in employees {
            let alarm = state.quarantine.note_broken_link(employee, self.now);
            state.alarms.extend(alarm);
            state.changed = true;
        }
    }

    /// Takes in the outcomes of one bulk call. Single items that failed say nothing of the API.
    pub(super) fn note_batch(&self, outcomes: &[Outcome]) {
        let mut answered = outcomes
            .iter()
            .filter(|it| matches!(it, Outcome::Done(_) | Outcome::Refused { .. }));
        let call = match (answered.next(), outcomes.first()) {
            (Some(_), _) => Some(Call::Answered),
            (None, Some(Outcome::Unanswered)) => Some(Call::Failed),
            (None, Some(Outcome::Unavailable(why))) => missed(*why),
            _ => None,
        };
        if let Some(call) = call {
            self.note(Lane::TargetWrites, call);
        }
    }

    /// How long calls of this kind wait; `None` = they do not.
    pub(super) fn pause(&self, lane: Lane) -> Option<SignedDuration> {
        let until = self.closed(lane)?;
        Some(until.duration_since(self.now))
    }

    /// The quarantine, if it is to be stored.
    pub(super) fn changed(&self) -> Option<Quarantine> {
        let state = self.state();
        state.changed.then(|| state.quarantine.clone())
    }

    pub(super) fn take_alarms(&self) -> Vec<Alarm> {
        mem::take(&mut self.state().alarms)
    }

    fn knows_scope(&self, kind: ActionKind) -> bool {
        self.state().quarantine.gate_of(kind, self.now) != Gate::Open
    }

    fn note(&self, lane: Lane, call: Call) {
        let mut state = self.state();
        state.calls += 1;
        let jitter = jitter(self.seed, self.now, state.calls);
        let before = state.quarantine.clone();
        let alarm = state.quarantine.note(lane, call, jitter, self.now);
        state.alarms.extend(alarm);
        state.changed |= state.quarantine != before;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is valid at every point where a panic could strike.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a step was refused because the credentials lack the scope for its kind.
pub(super) fn lacks_scope(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Refused {
            code: Some(ErrorCode::InvalidScope),
            ..
        }
    )
}

/// The queries of one side.
pub(super) fn of_side(queries: &BTreeSet<Query>, side: Side) -> BTreeSet<Query> {
    let of_it = queries.iter().filter(|query| query.side() == side);
    of_it.cloned().collect()
}

/// Whether a port may have given this answer without a call.
fn may_be_kept(query: &Query, answer: &Answer) -> bool {
    let is_kept = matches!(
        query,
        Query::NamedList(_) | Query::LinkOf(_) | Query::Groups | Query::CustomFields
    );
    is_kept && matches!(answer, Answer::Found(_))
}

/// The lane in which a query is answered.
pub(super) fn lane(query: &Query) -> Lane {
    match query.side() {
        Side::Source => Lane::Source,
        Side::Target => Lane::TargetReads,
    }
}

fn call(answer: &Answer) -> Option<Call> {
    match answer {
        Answer::Found(_) | Answer::NotFound | Answer::Forbidden => Some(Call::Answered),
        Answer::Unavailable(why) => missed(*why),
    }
}

fn missed(why: Unavailable) -> Option<Call> {
    match why {
        Unavailable::Pause(length) => Some(Call::Throttled(
            Some(length).filter(SignedDuration::is_positive),
        )),
        Unavailable::Broken => Some(Call::Failed),
        Unavailable::Refused => Some(Call::Refused),
        Unavailable::NotAsked => None,
    }
}

/// Different for hosts of different seeds; it need not be more random than that.
fn jitter(seed: u64, now: Timestamp, call: u64) -> Jitter {
    let mut mixed = seed ^ now.as_second().unsigned_abs().wrapping_add(call);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let share = (mixed ^ mixed >> 31) % 1_001;
    Jitter::per_mille(u16::try_from(share).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::facts::{Data, GroupTree};

    #[test]
    fn err_04_what_was_kept_does_not_hide_that_every_call_is_refused() {
        let user = "507f1f77bcf86cd799439011".try_into().expect("an id");
        let groups = Answer::Found(Data::Groups(Arc::new(GroupTree::default())));
        let refused = Answer::Unavailable(Unavailable::Refused);
        let answers = BTreeMap::from([(Query::User(user), refused), (Query::Groups, groups)]);
        let health = Health::new(Quarantine::default(), 0, Timestamp::UNIX_EPOCH);
        for _ in 0..3 {
            health.note_answers(Lane::TargetReads, &answers);
        }
        let (side, cause) = (Side::Target, Cause::Refused);
        assert_eq!(health.take_alarms(), [Alarm::Stopped { side, cause }]);
    }
}
