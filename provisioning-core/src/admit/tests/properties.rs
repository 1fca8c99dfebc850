//! Whatever happens in whatever order: no window is exceeded, no hold lost, nothing paid twice.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use proptest::prelude::*;

use super::desk::{Desk, deactivated, in_sync, leaver};
use crate::admit::{HoldState, Ledger};
use crate::plan::{ChargeKind, Reason};

#[derive(Clone, Debug)]
enum Move {
    Leaves(u32),
    Revoked(u32),
    Stays(u32),
    Unreadable(u32),
    Approve(usize),
    Reject(usize),
    Alerts,
    Minutes(i64),
    /// The clock is set back; no time passes.
    JumpBack(i64),
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let person = 0..30_u32;
    let one = prop_oneof![
        12 => person.clone().prop_map(Move::Leaves),
        2 => person.clone().prop_map(Move::Revoked),
        2 => person.clone().prop_map(Move::Stays),
        2 => person.prop_map(Move::Unreadable),
        2 => (0..20_usize).prop_map(Move::Approve),
        1 => (0..20_usize).prop_map(Move::Reject),
        2 => Just(Move::Alerts),
        4 => (0..600_i64).prop_map(Move::Minutes),
        1 => (0..90_i64).prop_map(Move::JumpBack),
        1 => Just(Move::Restart),
    ];
    prop::collection::vec(one, 0..120)
}

proptest! {
    #[test]
    fn the_guards_keep_their_promises(moves in moves()) {
        let mut desk = Desk::of(40);
        // What ran without an approval, and who was paid for, by the time that really passed.
        let mut ran: Vec<(ChargeKind, jiff::Timestamp)> = Vec::new();
        let mut elapsed = desk.now;
        let mut paid: BTreeMap<u32, jiff::Timestamp> = BTreeMap::new();
        for step in moves {
            let before = desk.ledger.clone();
            let held: BTreeSet<_> = before.held().map(|hold| hold.employee.clone()).collect();
            let mut may_end = BTreeSet::new();
            match step {
                Move::Leaves(person) | Move::Revoked(person) => {
                    let verdict = match step {
                        Move::Leaves(_) => leaver(person),
                        _ => deactivated(
                            person,
                            Reason::RevokedAtOnce,
                            ChargeKind::UrgentDeactivation,
                        ),
                    };
                    let approved = before.holds().iter().any(|hold| {
                        hold.employee == verdict.employee && hold.state == HoldState::Approved
                    });
                    let was_held = held.contains(&verdict.employee);
                    let admission = desk.ask(&verdict);
                    let ran_now = !admission.run.is_empty();
                    let mut spent = desk.ledger.spent.iter();
                    let new = spent.find(|it| !before.spent.contains(it)).cloned();
                    if let Some(spent) = new.filter(|_| ran_now) {
                        prop_assert!(!spent.approved || approved, "nobody approved it");
                        prop_assert!(
                            !was_held || spent.approved
                                || spent.kind == ChargeKind::UrgentDeactivation,
                            "what is held runs only when approved or urgent"
                        );
                        if let Some(at) = paid.get(&person) {
                            prop_assert!(
                                elapsed.duration_since(*at) >= SignedDuration::from_hours(24),
                                "paid twice"
                            );
                        }
                        paid.insert(person, elapsed);
                        if !spent.approved {
                            ran.push((spent.kind, elapsed));
                        }
                        may_end.insert(verdict.employee.clone());
                    }
                    prop_assert!(ran_now || !admission.held.is_empty(), "neither run nor held");
                }
                Move::Stays(person) => {
                    desk.ask(&in_sync(person));
                    may_end.insert(super::desk::employee(person));
                }
                Move::Unreadable(person) => {
                    let retry = crate::plan::Disposition::Retry(Reason::Unavailable);
                    desk.ask(&super::desk::verdict(person, retry));
                }
                Move::Approve(index) | Move::Reject(index) => {
                    let hold = before.held().nth(index);
                    if let Some(hold) = hold {
                        may_end.insert(hold.employee.clone());
                        match step {
                            Move::Approve(_) => desk.ledger.approve(&[hold.id], desk.now),
                            _ => desk.ledger.reject(&[hold.id], desk.now),
                        };
                    }
                }
                Move::Alerts => {
                    desk.ledger.alerts(desk.now);
                    let week = SignedDuration::from_hours(7 * 24);
                    let old = before.held().filter(|it| desk.now.duration_since(it.since) >= week);
                    may_end.extend(old.map(|hold| hold.employee.clone()));
                }
                Move::Minutes(minutes) => {
                    desk.now += SignedDuration::from_mins(minutes);
                    elapsed += SignedDuration::from_mins(minutes);
                }
                Move::JumpBack(minutes) => desk.now -= SignedDuration::from_mins(minutes),
                Move::Restart => {
                    let json = serde_json::to_string(&desk.ledger).expect("plain data");
                    let read: Ledger = serde_json::from_str(&json).expect("the same data");
                    prop_assert_eq!(&read, &desk.ledger);
                    desk.ledger = read;
                }
            }
            let now_held: BTreeSet<_> =
                desk.ledger.held().map(|hold| hold.employee.clone()).collect();
            for employee in held.difference(&now_held) {
                prop_assert!(may_end.contains(employee), "a hold was lost");
            }
        }
        for (kind, most, length) in [
            (ChargeKind::Deactivation, 5, 1),
            (ChargeKind::Deactivation, 10, 24),
            (ChargeKind::UrgentDeactivation, 10, 1),
        ] {
            let times: Vec<_> = ran.iter().filter(|it| it.0 == kind).map(|it| it.1).collect();
            for start in &times {
                let end = *start + SignedDuration::from_hours(length);
                let within = times.iter().filter(|at| *start <= **at && **at < end).count();
                prop_assert!(within <= most, "{within} of {kind:?} in {length} h");
            }
        }
    }
}
