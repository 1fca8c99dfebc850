//! The company of the demonstration: twelve people, two sites, three departments.

use super::generate::monday;
use super::{List, Person, Seed};

/// First name, surname, mail, start date, site, department, title.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static str,
    &'static str,
);

#[rustfmt::skip] // one line per person
const PEOPLE: [Row; 12] = [
    ("Hana", "Kovářová", "hana", "2019-02-01", Seed::PARIS, "253890", "253901"),
    ("Ada", "Lovelace", "ada", "2024-04-01", Seed::PARIS, "253891", "253902"),
    ("José", "Álvarez Núñez", "jose", "2021-09-06", Seed::PARIS, "253891", "253903"),
    ("김", "민준", "minjun", "2022-01-10", Seed::AUCKLAND, "253892", "253903"),
    ("Olena", "Шевченко", "olena", "2023-05-15", Seed::PARIS, "253891", "253903"),
    ("Ngaio", "Tūhoe", "ngaio", "2020-11-02", Seed::AUCKLAND, "253892", "253902"),
    ("محمد", "الفارسي", "mohammed", "2024-10-01", Seed::PARIS, "253892", "253904"),
    ("さくら", "田中", "sakura", "2025-01-06", Seed::AUCKLAND, "253891", "253903"),
    ("Zoë", "O’Brien-Smythe", "zoe", "2018-06-01", Seed::PARIS, "253890", "253904"),
    ("Δήμητρα", "Παπαδοπούλου", "dimitra", "2025-07-01", Seed::PARIS, "253892", "253904"),
    ("विजय", "शर्मा", "vijay", "2023-03-20", Seed::AUCKLAND, "253891", "253903"),
    ("Søren", "Ærø", "soren", "2026-04-01", Seed::PARIS, "253891", "253903"),
];

/// Builds the seed. The first person manages everybody at his site, the last one starts later.
pub(super) fn seed() -> Seed {
    let mut seed = Seed::empty(monday())
        .with_departments()
        .list(
            List::new("department")
                .item("253890", "People & Culture")
                .item("253891", "Engineering")
                .item("253892", "Customer Care"),
        )
        .list(
            List::new("title")
                .item("253901", "Chief People Officer")
                .item("253902", "Team Lead")
                .item("253903", "Engineer")
                .item("253904", "Adviser"),
        );
    for (index, (first, surname, mail, start, site, department, title)) in (0_u64..).zip(PEOPLE) {
        let mut person = Person::new(Seed::employee_id(index))
            .names(first, surname)
            .mail(format!("{mail}@example.com"))
            .started(start)
            .site(site)
            .department(department)
            .title(title);
        if index > 0 {
            // Ngaio leads Auckland, Hana leads Paris and is herself nobody's report.
            let manager = if site == Seed::AUCKLAND && index != 5 {
                5
            } else {
                0
            };
            person = person.manager(Seed::employee_id(manager));
        }
        seed = seed.employee(person);
    }
    seed.company.administrator = Seed::employee_id(0);
    seed
}
