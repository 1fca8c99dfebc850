//! Companies of any size, from a number.

use std::collections::BTreeMap;

use fastrand::Rng;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::company::{DEPARTMENTS, LANGUAGE_FIELD, LANGUAGES, SITES, TITLES, company};
use super::names::FAMILIES;
use super::{Access, LifecycleRow, Person, Seed};
use crate::clock;

impl Seed {
    /// A company of so many people with names of many scripts, in eight sites with zones of their
    /// own and eight departments, each but the first with a manager. Of a hundred, about five have
    /// not begun yet, six have left, three are on leave, two will leave, and one has no access.
    ///
    /// The same numbers make the same company. 360Learning is empty; see [`Seed::provisioned`].
    ///
    /// ```
    /// use sandbox::Seed;
    ///
    /// let seed = Seed::generate(1000, 7);
    /// assert_eq!(seed.employees.len(), 1000);
    /// assert_eq!(seed, Seed::generate(1000, 7));
    /// ```
    pub fn generate(people: u32, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut company = company(monday());
        let mut mails = BTreeMap::new();
        company.employees = (0..u64::from(people))
            .map(|index| person(index, u64::from(people), &mut random, &mut mails))
            .collect();
        company.company.administrator = Self::employee_id(0);
        company
    }
}

/// The Monday on which ready and generated companies begin.
pub(super) fn monday() -> Timestamp {
    TODAY
        .at(8, 0, 0, 0)
        .to_zoned_datetime(TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

fn person(index: u64, people: u64, random: &mut Rng, mails: &mut BTreeMap<String, u32>) -> Person {
    let family = &FAMILIES[random.usize(..FAMILIES.len())];
    let (first, latin_first) = family.firsts[random.usize(..family.firsts.len())];
    let (surname, latin_surname) = family.surnames[random.usize(..family.surnames.len())];
    let name = format!("{latin_first}.{latin_surname}");
    let namesakes = mails.entry(name.clone()).or_default();
    *namesakes += 1;
    let mail = match *namesakes {
        1 => format!("{name}@example.com"),
        number => format!("{name}{number}@example.com"),
    };
    let (site, _, _) = SITES[random.usize(..SITES.len())];
    let (department, _) = DEPARTMENTS[random.usize(..DEPARTMENTS.len())];
    let manages = index * SPAN + 1 < people;
    let (title, _) = if index == 0 {
        TITLES[0]
    } else if manages {
        TITLES[1]
    } else {
        TITLES[random.usize(2..TITLES.len())]
    };
    let (language, _, _) = LANGUAGES[random.usize(..LANGUAGES.len())];
    let mut person = Person::new(Seed::employee_id(index))
        .names(first, surname)
        .mail(mail)
        .site(site)
        .department(department)
        .title(title)
        .field(LANGUAGE_FIELD, language);
    if random.u8(..3) == 0 {
        let phone = format!(
            "+1 555 {:03} {:04}",
            random.u16(..1000),
            random.u16(..10_000)
        );
        person = person.field("work.workPhone", phone);
    }
    if let Some(chief) = index.checked_sub(1).map(|index| index / SPAN) {
        person = person.manager(Seed::employee_id(chief));
    }
    // Whoever manages somebody is there.
    let fate = if manages { 100 } else { random.u8(..100) };
    life(person, fate, random)
}

/// Start, leaves and end.
fn life(person: Person, fate: u8, random: &mut Rng) -> Person {
    let start = later(date(2012, 1, 1), random.i32(0..5000));
    let person = match fate {
        0..=4 => return person.started(later(TODAY, random.i32(1..60)).to_string()),
        5..=10 => {
            let end = later(start, random.i32(60..5000)).min(later(TODAY, -1));
            return person
                .started(start.to_string())
                .terminated(end.to_string());
        }
        11..=13 => {
            let from = later(TODAY, -random.i32(1..90));
            let mut leave = LifecycleRow::new(from, "parental leave");
            // One in four keeps his access.
            leave.access = (random.u8(..4) == 0).then_some(Access::Active);
            person.row(LifecycleRow::new(start, "employed")).row(leave)
        }
        14 | 15 => person.terminated(later(TODAY, random.i32(1..60)).to_string()),
        16 => person
            .field("root.state", "uninvited")
            .field("internal.status", "Inactive"),
        _ => person,
    };
    person.started(start.to_string())
}

pub(super) fn later(day: Date, days: i32) -> Date {
    clock::later(day, days.into()).unwrap_or(day)
}

/// Day on which ready and generated companies begin.
pub(super) const TODAY: Date = date(2026, 3, 2);

/// So many people have the same manager.
const SPAN: u64 = 8;
