//! The events of a storm: made and signed, copied and mixed up, from a seed.

use std::collections::{BTreeMap, VecDeque};

use axum::body::Bytes;
use axum::http::HeaderValue;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Storm;
use crate::bob::signature::Signer;
use crate::clock;
use crate::seed::Seed;

/// How many of the events are what, between 0 and 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    pub(super) deactivations: f64,
    pub(super) duplicates: f64,
    pub(super) reorder: f64,
}

/// A signed event.
#[derive(Clone, Debug)]
pub(super) struct Shot {
    pub(super) body: Bytes,
    pub(super) signature: HeaderValue,
    pub(super) door: Door,
    /// A copy of another one.
    pub(super) copy: bool,
    /// Later ones go out before it.
    pub(super) overtaken: bool,
}

/// Which of a host's two addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Upsert,
    Deactivation,
}

/// Makes the events, in the order in which they are sent.
#[derive(Debug)]
pub(super) struct Volley {
    random: fastrand::Rng,
    shares: Shares,
    employees: u32,
    company: u64,
    at: Timestamp,
    upsert: Signer,
    deactivation: Signer,
    made: u64,
    position: u64,
    /// Copies and overtaken ones, by the position at which they go out.
    held: BTreeMap<(u64, u64), Shot>,
    /// Keeps two at one position apart.
    holds: u64,
    ready: VecDeque<Shot>,
}

impl Volley {
    pub(super) fn new(storm: &Storm) -> Self {
        Self {
            random: fastrand::Rng::with_seed(storm.seed),
            shares: storm.shares,
            employees: storm.employees,
            company: storm.company,
            at: storm.at,
            upsert: Signer::new(&storm.upsert_secret),
            deactivation: Signer::new(&storm.deactivation_secret),
            made: 0,
            position: 0,
            held: BTreeMap::new(),
            holds: 0,
            ready: VecDeque::new(),
        }
    }

    /// Makes so many ahead.
    pub(super) fn prepare(&mut self, count: u64) {
        for _ in 0..count {
            let shot = self.make();
            self.ready.push_back(shot);
        }
    }

    /// The next one. A copy never comes before what it is a copy of.
    pub(super) fn next(&mut self) -> Shot {
        self.ready.pop_front().unwrap_or_else(|| self.make())
    }

    fn make(&mut self) -> Shot {
        loop {
            self.position += 1;
            let due = self.held.first_entry();
            if let Some(due) = due.filter(|it| it.key().0 <= self.position) {
                let shot = due.remove();
                self.copy(&shot);
                return shot;
            }
            let mut shot = self.event();
            if self.random.f64() >= self.shares.reorder {
                self.copy(&shot);
                return shot;
            }
            shot.overtaken = true;
            self.hold(shot, OVERTAKEN_BY);
        }
    }

    /// Lets some be followed by a copy.
    fn copy(&mut self, shot: &Shot) {
        if !shot.copy && self.random.f64() < self.shares.duplicates {
            let copy = Shot {
                copy: true,
                overtaken: false,
                ..shot.clone()
            };
            self.hold(copy, COPY_WITHIN);
        }
    }

    fn hold(&mut self, shot: Shot, within: u64) {
        let position = self.position + self.random.u64(1..=within);
        self.holds += 1;
        self.held.insert((position, self.holds), shot);
    }

    /// An event like no other: its time is its own.
    fn event(&mut self) -> Shot {
        let leaves = self.random.f64() < self.shares.deactivations;
        let (door, kind) = if leaves {
            let inactivated = self.random.bool();
            let kind = if inactivated {
                "employee.inactivated"
            } else {
                "employee.left"
            };
            (Door::Deactivation, kind)
        } else {
            let kind = match self.random.u8(..20) {
                0 => "employee.created",
                1 => "employee.activated",
                2 => "employee.joined",
                _ => "employee.updated",
            };
            (Door::Upsert, kind)
        };
        let employee = u64::from(self.random.u32(..self.employees));
        let mut data = json!({ "employeeId": Seed::employee_id(employee) });
        if kind == "employee.updated" {
            data["fieldUpdates"] = self.changed();
        }
        let micros = self.made % 1_000_000;
        let second = i64::try_from(self.made / 1_000_000).unwrap_or(i64::MAX);
        let body = json!({
            "companyId": self.company,
            "type": kind,
            "triggeredBy": "system",
            "triggeredAt": clock::micros(clock::plus(self.at, second), micros),
            "version": "v2",
            "data": data,
        });
        self.made += 1;
        let body = Bytes::from(body.to_string());
        let signer = match door {
            Door::Upsert => &self.upsert,
            Door::Deactivation => &self.deactivation,
        };
        let signature = HeaderValue::try_from(signer.sign(&body));
        Shot {
            // Base64 is always a header's value.
            signature: signature.unwrap_or(HeaderValue::from_static("")),
            body,
            door,
            copy: false,
            overtaken: false,
        }
    }

    /// One to three changed fields.
    fn changed(&mut self) -> Value {
        let first = self.random.usize(..CHANGED.len());
        let count = self.random.usize(1..=3);
        let ids = CHANGED.iter().cycle().skip(first).take(count);
        ids.map(|id| json!({ "id": id })).collect()
    }
}

/// Fields that change in an ordinary life.
const CHANGED: [&str; 6] = [
    "work.title",
    "root.surname",
    "work.department",
    "work.siteId",
    "work.manager",
    "root.firstName",
];

/// A copy follows at most so many events later.
const COPY_WITHIN: u64 = 50;

/// An event is overtaken by at most so many.
const OVERTAKEN_BY: u64 = 20;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn shots(storm: &Storm, count: usize) -> Vec<Shot> {
        let mut volley = Volley::new(storm);
        volley.prepare(10);
        (0..count).map(|_| volley.next()).collect()
    }

    fn storm() -> Storm {
        let target = "http://127.0.0.1:1".parse().expect("a URL");
        Storm::new(target, "upsert", "leave").seed(7)
    }

    #[test]
    fn every_event_is_unique_but_for_the_copies_that_follow_it() {
        let storm = storm().duplicates(0.2).reorder(0.3).employees(5);
        let mut seen = BTreeSet::new();
        let (mut copies, mut overtaken) = (0, 0);
        for shot in shots(&storm, 10_000) {
            assert_eq!(seen.insert(shot.body), !shot.copy);
            copies += u32::from(shot.copy);
            overtaken += u32::from(shot.overtaken);
        }
        // A sixth are copies of the rest; three tenths of the rest are overtaken.
        assert!((1400..1900).contains(&copies), "{copies}");
        assert!((2200..2800).contains(&overtaken), "{overtaken}");
    }

    #[test]
    fn overtaken_events_carry_an_earlier_time_than_those_before_them() {
        let time = |shot: &Shot| -> String {
            let body: Value = serde_json::from_slice(&shot.body).expect("JSON");
            body["triggeredAt"].as_str().expect("a time").to_owned()
        };
        let storm = storm().reorder(0.1);
        let mut latest = String::new();
        for shot in shots(&storm, 1000) {
            let at = time(&shot);
            assert!(at != latest && (shot.overtaken || at > latest), "{at}");
            latest = latest.max(at);
        }
    }

    #[test]
    fn the_seed_decides_and_each_address_has_its_events_and_its_secret() {
        let storm = storm().deactivations(0.5);
        let (once, twice) = (shots(&storm, 200), shots(&storm, 200));
        let bodies =
            |shots: &[Shot]| -> Vec<Bytes> { shots.iter().map(|it| it.body.clone()).collect() };
        assert_eq!(bodies(&once), bodies(&twice));
        assert_ne!(bodies(&once), bodies(&shots(&storm.seed(8), 200)));
        for shot in once {
            let body: Value = serde_json::from_slice(&shot.body).expect("JSON");
            let leaves = ["employee.inactivated", "employee.left"];
            let leaves = leaves.contains(&body["type"].as_str().expect("a type"));
            let secret = if leaves { "leave" } else { "upsert" };
            assert_eq!(leaves, shot.door == Door::Deactivation);
            let signed = Signer::new(&secret.into()).sign(&shot.body);
            assert_eq!(shot.signature, signed);
        }
    }
}
