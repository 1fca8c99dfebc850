//! What people do: one act at a time, drawn from what is possible now.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sandbox::BobAct;

use crate::company::{self, DEPARTMENTS, PEOPLE, TITLES};

/// The lives so far.
#[derive(Default)]
pub struct Lives {
    people: Vec<Life>,
}

/// Something that somebody does, and where he stands if Bob lets him.
pub struct Act {
    pub what: BobAct,
    person: u64,
    becomes: Option<Life>,
}

/// Where a person stands, as far as it decides what can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Employed,
    Leaving,
    OnLeave,
    Gone,
    Deleted,
}

impl Lives {
    /// Whether everybody has been hired.
    pub fn are_all_hired(&self) -> bool {
        self.hired() == PEOPLE
    }

    /// Everybody whose record exists.
    pub fn records(&self) -> Vec<String> {
        let records = self.people.iter().zip(0..);
        records
            .filter(|(life, _)| **life != Life::Deleted)
            .map(|(_, index)| company::id(index))
            .collect()
    }

    /// The next thing that somebody does.
    pub fn next(&self, rng: &mut fastrand::Rng, now: Timestamp) -> Act {
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        if self.hired() < PEOPLE && (self.hired() < 5 || rng.u8(..10) < 6) {
            return self.hire(rng, today);
        }
        let person = rng.u64(..self.hired());
        let id = company::id(person);
        let choice = rng.u8(..100);
        let (act, becomes) = match (self.of(person), choice) {
            (Life::Employed, 0..8) => {
                let leave = BobAct::leave(id, today, "parental leave");
                (leave, Life::OnLeave)
            }
            // Today is the last day; tomorrow he is gone.
            (Life::Employed, 8..14) => (BobAct::terminate(id, today), Life::Gone),
            (Life::Employed, 14..18) => {
                let on = days_after(today, rng.i64(20..60));
                (BobAct::terminate(id, on), Life::Leaving)
            }
            (Life::Leaving, 0..50) => (BobAct::CancelTermination { id }, Life::Employed),
            (Life::OnLeave, 0..60) => (BobAct::return_on(id, today), Life::Employed),
            (Life::Gone, 0..40) => {
                let start = days_after(today, 1);
                (BobAct::rehire(id, start), Life::Employed)
            }
            (Life::Gone, 40..46) => (BobAct::delete(id), Life::Deleted),
            (Life::Deleted, _) => {
                let others = (0..self.hired()).find(|it| self.of(*it) != Life::Deleted);
                return self.edit(rng, others.expect("somebody is left"));
            }
            _ => return self.edit(rng, person),
        };
        Act {
            what: act,
            person,
            becomes: Some(becomes),
        }
    }

    /// Bob has let him.
    pub fn done(&mut self, act: &Act) {
        let Some(becomes) = act.becomes else { return };
        let index = usize::try_from(act.person).unwrap();
        match self.people.get_mut(index) {
            Some(life) => *life = becomes,
            None => self.people.push(becomes),
        }
    }

    fn hired(&self) -> u64 {
        u64::try_from(self.people.len()).unwrap()
    }

    fn of(&self, person: u64) -> Life {
        self.people[usize::try_from(person).unwrap()]
    }

    fn hire(&self, rng: &mut fastrand::Rng, today: Date) -> Act {
        let person = self.hired();
        // Most have begun; some begin one of the next days.
        let start = if rng.u8(..5) == 0 {
            days_after(today, rng.i64(1..6))
        } else {
            days_after(today, -rng.i64(0..1000))
        };
        Act {
            what: BobAct::Hire(company::person(person, &start.to_string(), rng)),
            person,
            becomes: Some(Life::Employed),
        }
    }

    fn edit(&self, rng: &mut fastrand::Rng, person: u64) -> Act {
        let id = company::id(person);
        let act = match rng.u8(..12) {
            0..4 => BobAct::edit(id, "work.title", rng.choice(TITLES).unwrap().0),
            4..7 => BobAct::edit(id, "work.department", rng.choice(DEPARTMENTS).unwrap().0),
            7..9 => {
                let manager = rng.u64(..self.hired());
                let manager = if manager == person { 0 } else { manager };
                BobAct::edit(id, "work.manager", company::id(manager))
            }
            9 if !company::address_is_a_strangers(person) => {
                let mail = format!("person{person}.{}@example.com", rng.u16(..));
                BobAct::edit(id, "root.email", mail)
            }
            _ => {
                let name = format!("Number {person} {}", rng.u8(..));
                BobAct::edit(id, "root.surname", name)
            }
        };
        Act {
            what: act,
            person,
            becomes: None,
        }
    }
}

fn days_after(date: Date, days: i64) -> Date {
    date.checked_add(SignedDuration::from_hours(24 * days))
        .unwrap()
}
