use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Alarm, Call, Cause, Gate, Jitter, Lane, Quarantine};
use crate::facts::Side;
use crate::plan::ActionKind;

const LANES: [Lane; 3] = [Lane::Source, Lane::TargetReads, Lane::TargetWrites];

struct Desk {
    quarantine: Quarantine,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        Self {
            quarantine: Quarantine::default(),
            now: "2026-03-02T09:00:00Z".parse().expect("a time"),
        }
    }

    fn note(&mut self, lane: Lane, call: Call) -> Option<Alarm> {
        let jitter = Jitter::per_mille(1_000);
        self.quarantine.note(lane, call, jitter, self.now)
    }

    fn gate(&self, lane: Lane) -> Gate {
        self.quarantine.gate(lane, self.now)
    }

    /// How long the lane is closed, in seconds.
    fn closed(&self, lane: Lane) -> i64 {
        match self.gate(lane) {
            Gate::Closed(until) => until.duration_since(self.now).as_secs(),
            Gate::Open | Gate::Probe => 0,
        }
    }

    fn advance(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }
}

#[test]
fn err_04_three_refusals_stop_an_api_and_probes_come_ever_later() {
    let mut desk = Desk::new();
    assert_eq!(desk.note(Lane::Source, Call::Refused), None);
    assert_eq!(desk.note(Lane::Source, Call::Answered), None);
    assert_eq!(desk.note(Lane::Source, Call::Refused), None);
    assert_eq!(desk.note(Lane::Source, Call::Refused), None);
    let stopped = Alarm::Stopped {
        side: Side::Source,
        cause: Cause::Refused,
    };
    assert_eq!(desk.note(Lane::Source, Call::Refused), Some(stopped));
    assert_eq!(
        desk.gate(Lane::TargetWrites),
        Gate::Open,
        "the other one goes on"
    );
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(desk.closed(Lane::Source) / 60);
        // A late answer of a call that was under way changes nothing.
        assert_eq!(desk.note(Lane::Source, Call::Answered), None);
        desk.advance(desk.closed(Lane::Source));
        assert_eq!(desk.gate(Lane::Source), Gate::Probe);
        assert_eq!(
            desk.note(Lane::Source, Call::Refused),
            None,
            "one alarm is enough"
        );
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    desk.advance(3_600);
    let recovered = Alarm::Recovered { side: Side::Source };
    assert_eq!(desk.note(Lane::Source, Call::Answered), Some(recovered));
    assert_eq!(desk.gate(Lane::Source), Gate::Open);
    assert_eq!(desk.quarantine.cause(Side::Source), None);
}

#[test]
fn err_04_a_missing_scope_stops_that_kind_of_step_only() {
    let mut desk = Desk::new();
    let kind = ActionKind::SetCustomValues;
    let alarm = desk.quarantine.note_missing_scope(kind, desk.now);
    assert_eq!(alarm, Some(Alarm::ScopeMissing { kind }));
    assert_eq!(desk.quarantine.note_missing_scope(kind, desk.now), None);
    let is_closed =
        |desk: &Desk, kind| matches!(desk.quarantine.gate_of(kind, desk.now), Gate::Closed(_));
    assert!(is_closed(&desk, kind));
    assert!(!is_closed(&desk, ActionKind::Deactivate));
    assert!(LANES.iter().all(|lane| desk.gate(*lane) == Gate::Open));
    desk.advance(60);
    assert_eq!(desk.quarantine.gate_of(kind, desk.now), Gate::Probe);
    desk.quarantine.note_missing_scope(kind, desk.now);
    desk.advance(60);
    assert!(is_closed(&desk, kind), "twice as long");
    let lacking = |desk: &Desk| desk.quarantine.kinds_without_scope().count();
    assert_eq!(lacking(&desk), 1);
    desk.quarantine.note_scope(kind);
    assert_eq!(lacking(&desk), 0);
    assert_eq!(desk.quarantine.gate_of(kind, desk.now), Gate::Open);
}

#[test]
fn err_07_twenty_failures_among_fifty_calls_stop_an_api() {
    let mut desk = Desk::new();
    for call in 0..200 {
        // 19 of any 50.
        let call = if call % 50 < 19 {
            Call::Failed
        } else {
            Call::Answered
        };
        assert_eq!(desk.note(Lane::TargetReads, call), None);
    }
    let alarms: Vec<_> = (0..20)
        .filter_map(|_| desk.note(Lane::TargetWrites, Call::Failed))
        .collect();
    let stopped = Alarm::Stopped {
        side: Side::Target,
        cause: Cause::Failing,
    };
    assert_eq!(alarms, [stopped]);
    for lane in [Lane::TargetReads, Lane::TargetWrites] {
        assert_eq!(desk.closed(lane), 60, "both lanes are the same API");
    }
}

#[test]
fn err_07_what_is_said_of_a_person_or_of_the_data_never_counts() {
    let mut desk = Desk::new();
    for _ in 0..500 {
        assert_eq!(desk.note(Lane::TargetWrites, Call::Answered), None);
        assert_eq!(desk.note(Lane::TargetWrites, Call::Throttled(None)), None);
    }
    assert_eq!(desk.quarantine.cause(Side::Target), None);
}

#[test]
fn err_01_and_02_a_pause_is_as_long_as_the_api_says_and_of_one_lane() {
    let mut desk = Desk::new();
    let length = SignedDuration::from_secs(42);
    desk.note(Lane::Source, Call::Throttled(Some(length)));
    assert_eq!(desk.closed(Lane::Source), 42);
    assert_eq!(desk.closed(Lane::TargetReads), 0);
    desk.note(Lane::TargetWrites, Call::Throttled(Some(length)));
    assert_eq!(desk.closed(Lane::TargetWrites), 42);
    assert_eq!(desk.closed(Lane::TargetReads), 0, "reads go on");
    // A shorter one does not end a longer one.
    let shorter = SignedDuration::from_secs(3);
    desk.note(Lane::Source, Call::Throttled(Some(shorter)));
    assert_eq!(desk.closed(Lane::Source), 42);
    desk.advance(42);
    assert_eq!(desk.gate(Lane::Source), Gate::Open);
    let absurd = SignedDuration::from_hours(24 * 365);
    desk.note(Lane::Source, Call::Throttled(Some(absurd)));
    assert_eq!(desk.closed(Lane::Source), 3_600);
}

#[test]
fn err_03_without_a_length_pauses_double_up_to_five_minutes() {
    let mut desk = Desk::new();
    let mut pauses = Vec::new();
    for _ in 0..11 {
        desk.note(Lane::Source, Call::Throttled(None));
        // Others that were under way are throttled as well, and count once.
        desk.note(Lane::Source, Call::Throttled(Some(SignedDuration::ZERO)));
        pauses.push(desk.closed(Lane::Source));
        desk.advance(desk.closed(Lane::Source));
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    desk.note(Lane::Source, Call::Answered);
    desk.note(Lane::Source, Call::Throttled(None));
    assert_eq!(desk.closed(Lane::Source), 1, "an answer ends the row");
}

#[test]
fn err_03_half_of_a_pause_is_jitter() {
    for (share, most) in [(0, 500), (500, 750), (1_000, 1_000), (9_999, 1_000)] {
        let mut desk = Desk::new();
        let jitter = Jitter::per_mille(share);
        let call = Call::Throttled(None);
        desk.quarantine.note(Lane::Source, call, jitter, desk.now);
        let Gate::Closed(until) = desk.gate(Lane::Source) else {
            panic!("it is closed");
        };
        assert_eq!(until.duration_since(desk.now).as_millis(), most);
    }
}

#[test]
fn err_12_what_was_noted_before_the_clock_jumped_back_is_over() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        desk.note(Lane::Source, Call::Refused);
    }
    let pause = SignedDuration::from_mins(30);
    desk.note(Lane::TargetWrites, Call::Throttled(Some(pause)));
    desk.advance(-3_600);
    assert_eq!(desk.gate(Lane::Source), Gate::Probe);
    assert_eq!(desk.gate(Lane::TargetWrites), Gate::Open);
    desk.note(Lane::Source, Call::Refused);
    assert_eq!(desk.closed(Lane::Source), 120, "and it does not loop");
}

fn calls() -> impl Strategy<Value = Call> {
    prop_oneof![
        Just(Call::Answered),
        Just(Call::Failed),
        Just(Call::Refused),
        Just(Call::Throttled(None)),
        (-10..10_000_i64).prop_map(|secs| Call::Throttled(Some(SignedDuration::from_secs(secs)))),
    ]
}

proptest! {
    #[test]
    fn no_call_waits_in_the_past_or_longer_than_an_hour(
        moves in prop::collection::vec((0..3_usize, calls(), -4_000..4_000_i64), 0..150),
    ) {
        let mut desk = Desk::new();
        for (lane, call, seconds) in moves {
            desk.note(LANES[lane], call);
            desk.advance(seconds);
            for lane in LANES {
                if let Gate::Closed(until) = desk.gate(lane) {
                    let wait = until.duration_since(desk.now);
                    prop_assert!(wait.is_positive());
                    prop_assert!(wait <= SignedDuration::from_mins(61));
                }
            }
            let json = serde_json::to_string(&desk.quarantine).expect("plain data");
            let read: Quarantine = serde_json::from_str(&json).expect("the same data");
            prop_assert_eq!(&read, &desk.quarantine);
        }
    }
}
