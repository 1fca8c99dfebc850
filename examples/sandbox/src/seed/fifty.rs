//! The ready company of fifty people.

use jiff::civil::date;
use serde_json::json;

use super::company::{DEPARTMENTS, LANGUAGE_FIELD, LANGUAGES, SITES, TITLES, company};
use super::generate::monday;
use super::{Access, LifecycleRow, Person, Seed, User, UserStatus};

/// First name, surname, mail, start date, site, department, title, manager.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    usize,
    usize,
    usize,
    u64,
);

#[rustfmt::skip] // one line per person
const PEOPLE: [Row; 50] = [
    ("Hana", "Kovářová", "hana", "2019-02-01", 0, 0, 0, 0),
    ("Ada", "Lovelace", "ada", "2024-04-01", 0, 1, 1, 0),
    ("Ngaio", "Tūhoe", "ngaio", "2020-11-02", 1, 2, 1, 0),
    ("Grace", "Hopper", "grace", "2015-06-15", 2, 3, 1, 0),
    ("विजय", "शर्मा", "vijay", "2018-03-20", 3, 7, 1, 0),
    ("João", "Gonçalves", "joao", "2017-09-04", 4, 4, 1, 0),
    ("陽菜", "渡邊", "hina", "2016-04-01", 5, 6, 1, 0),
    ("José", "Álvarez Núñez", "jose", "2021-09-06", 0, 1, 2, 1),
    ("Олена", "Шевченко", "olena", "2023-05-15", 0, 1, 2, 1),
    ("Søren", "Ærø", "soren", "2022-02-01", 0, 1, 2, 1),
    ("Łukasz", "Brzęczyszczykiewicz", "lukasz", "2020-07-01", 0, 1, 2, 1),
    ("Işıl", "Yıldız", "isil", "2024-10-01", 0, 1, 2, 1),
    ("Đức", "Nguyễn", "duc", "2025-01-13", 0, 1, 2, 1),
    ("Þórdís", "Guðmundsdóttir", "thordis", "2019-11-18", 0, 1, 2, 1),
    ("김", "민준", "minjun", "2022-01-10", 1, 2, 3, 2),
    ("Hēmi", "Pōmare", "hemi", "2021-03-08", 1, 2, 3, 2),
    ("Ānaru", "Te Kanawa", "anaru", "2023-08-28", 1, 2, 3, 2),
    ("สมชาย", "ศรีสุวรรณ", "somchai", "2024-02-05", 1, 2, 3, 2),
    ("Siobhán", "Ní Dhuibhne", "siobhan", "2020-01-06", 7, 2, 3, 2),
    ("Eoin", "Mac an tSaoir", "eoin", "2025-06-02", 7, 2, 3, 2),
    ("Zoë", "O’Brien-Smythe", "zoe", "2018-06-01", 2, 3, 4, 3),
    ("Jean-François", "d’Alembert", "jean.francois", "2019-04-15", 2, 3, 4, 3),
    ("نور", "الفارسي", "nour", "2021-10-11", 2, 3, 4, 3),
    ("נועה", "בן־דוד", "noa", "2022-05-02", 2, 3, 4, 3),
    ("Δήμητρα", "Παπαδοπούλου", "dimitra", "2025-07-01", 0, 3, 4, 3),
    ("प्रिया", "चतुर्वेदी", "priya", "2020-08-17", 3, 7, 2, 4),
    ("தமிழ்ச்செல்வி", "இராமசாமி", "tamilselvi", "2021-01-04", 3, 7, 2, 4),
    ("अंजलि", "ज्ञानेश्वर", "anjali", "2023-02-13", 3, 7, 2, 4),
    ("சுப்பிரமணியன்", "கிருஷ்ணன்", "subramanian", "2024-07-08", 6, 7, 2, 4),
    ("Käthe", "von Gründgens", "kaethe", "2019-09-09", 0, 7, 2, 4),
    ("Begoña", "Muñoz", "begona", "2022-11-07", 4, 4, 5, 5),
    ("Conceição", "Simões", "conceicao", "2016-02-29", 4, 4, 5, 5),
    ("Íñigo", "de la Fuente", "inigo", "2024-09-16", 4, 4, 5, 5),
    ("健太", "髙橋", "kenta", "2018-10-01", 5, 6, 7, 6),
    ("さくら", "田中", "sakura", "2025-01-06", 5, 6, 7, 6),
    ("子涵", "歐陽", "zihan", "2021-06-21", 5, 6, 7, 6),
    ("𠮷祥", "王", "jixiang", "2023-12-04", 5, 6, 7, 6),
    ("Jiří", "Dvořák", "jiri", "2017-05-22", 0, 5, 6, 0),
    ("Çağla", "Öztürk", "cagla", "2022-08-08", 0, 5, 6, 37),
    ("محمد", "بن خلدون", "mohammed", "2024-10-01", 0, 0, 3, 0),
    // People in special situations, see below.
    ("Niall", "St. John", "niall", "2014-01-20", 7, 6, 7, 6),
    ("Grażyna", "Wójcik", "grazyna", "2019-03-04", 0, 5, 6, 37),
    ("Maëlys", "Le Bœuf", "maelys", "2026-03-09", 0, 1, 2, 1),
    ("도윤", "남궁", "doyun", "2026-04-01", 1, 2, 3, 2),
    ("Kaʻiulani", "Kahananui", "kaiulani", "2021-02-15", 2, 3, 4, 3),
    ("Φωτεινή", "Ξενάκης", "fotini", "2020-10-05", 4, 4, 5, 5),
    ("Tāne", "Ngāta", "tane", "2019-07-29", 1, 2, 3, 2),
    ("आरव", "त्रिपाठी", "aarav", "2026-02-16", 3, 7, 2, 4),
    ("Jürgen", "Weiß", "", "2023-01-09", 0, 6, 7, 6),
    ("Ελένη", "Weiß", "eleni", "2023-01-09", 0, 6, 7, 6),
];

impl Seed {
    /// A ready company of fifty people with names of many scripts, in eight sites with zones of
    /// their own and eight departments, each but the first with a manager: two leavers, two who
    /// have not begun, two on leave (one of them with access), one on garden leave, one rehired,
    /// one who will move to another site, one without a work mail, and two who share a private
    /// address. Two users exist in 360Learning already: one to take over, and one deleted.
    ///
    /// [`Seed::POLICY`] is a policy for it.
    pub fn company() -> Self {
        let mut seed = company(monday());
        for (index, row) in (0_u64..).zip(PEOPLE) {
            seed = seed.employee(situation(index, person(index, &row)));
        }
        seed.company.administrator = Self::employee_id(0);
        let existing = User::new("650000000000000000000100")
            .mail("ada@example.com")
            .names("Ada", "Lovelace")
            .status(UserStatus::Active)
            .member_of(Self::LEARNERS_GROUP, "learner");
        let deleted = User::new("650000000000000000000101")
            .mail("niall@example.com")
            .names("Niall", "St. John")
            .status(UserStatus::Deleted);
        seed.user(existing).user(deleted)
    }
}

fn person(index: u64, row: &Row) -> Person {
    let (first, surname, mail, start, site, department, title, manager) = *row;
    let (language, ..) = LANGUAGES[usize::try_from(index).unwrap_or_default() % LANGUAGES.len()];
    let mut person = Person::new(Seed::employee_id(index))
        .names(first, surname)
        .started(start)
        .site(SITES[site].0)
        .department(DEPARTMENTS[department].0)
        .title(TITLES[title].0)
        .field(LANGUAGE_FIELD, language);
    if !mail.is_empty() {
        person = person.mail(format!("{mail}@example.com"));
    }
    if index > 0 {
        person = person.manager(Seed::employee_id(manager));
    }
    person
}

/// What is special about some of them.
fn situation(index: u64, person: Person) -> Person {
    let employed = |start| LifecycleRow::new(start, "employed");
    match index {
        // Moved to another department a year ago, and will move to another site in April.
        10 => person
            .table_row(
                "work",
                json!({ "effectiveDate": "2020-07-01", "siteId": Seed::PARIS,
                "department": DEPARTMENTS[2].0, "title": TITLES[3].0 }),
            )
            .table_row(
                "work",
                json!({ "effectiveDate": "2025-03-01", "siteId": Seed::PARIS,
                "department": DEPARTMENTS[1].0, "title": TITLES[2].0,
                "reportsTo": { "id": Seed::employee_id(1) } }),
            )
            .table_row(
                "work",
                json!({ "effectiveDate": "2026-04-01", "siteId": Seed::AUCKLAND,
                "department": DEPARTMENTS[1].0, "title": TITLES[2].0,
                "reportsTo": { "id": Seed::employee_id(1) } }),
            ),
        // Left last year, and last Friday.
        40 => person.terminated("2025-09-30"),
        41 => person.terminated("2026-02-27"),
        // On parental leave.
        44 => person
            .row(employed(date(2021, 2, 15)))
            .row(LifecycleRow::new(date(2026, 1, 12), "parental leave")),
        // On a leave that keeps access to Bob.
        45 => {
            let mut leave = LifecycleRow::new(date(2026, 2, 2), "sabbatical");
            leave.access = Some(Access::Active);
            person.row(employed(date(2020, 10, 5))).row(leave)
        }
        // On garden leave until the end of March.
        46 => person
            .field("internal.terminationDate", "2026-03-31")
            .field("employee.lastDayOfWork", "2026-02-20")
            .row(employed(date(2019, 7, 29)))
            .row(LifecycleRow::new(date(2026, 2, 21), "garden leave"))
            .row(LifecycleRow::new(date(2026, 3, 31), "terminated")),
        // Was there before, and came back.
        47 => person
            .field("internal.terminationDate", "2024-08-31")
            .field("work.originalStartDate", "2021-05-10")
            .row(employed(date(2021, 5, 10)))
            .row(LifecycleRow::new(date(2024, 8, 31), "terminated"))
            .row(employed(date(2026, 2, 16))),
        // A couple with one private address, and one of them without a work mail.
        48 | 49 => person.field("home.privateEmail", "familie.weiss@example.org"),
        _ => person,
    }
}
