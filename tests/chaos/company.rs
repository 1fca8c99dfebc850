//! The company at the beginning, and the policy.

use sandbox::{Group, List, Person, Seed, User, UserStatus};

/// People who are or will be employed.
pub const PEOPLE: u64 = 100;

/// Departments: the item of Bob's list, and the group in 360Learning.
pub const DEPARTMENTS: [(&str, &str); 3] = [
    ("d1", "650000000000000000000101"),
    ("d2", "650000000000000000000102"),
    ("d3", "650000000000000000000103"),
];

pub const TITLES: [(&str, &str); 4] = [
    ("t1", "Engineer"),
    ("t2", "Analyst"),
    ("t3", "Clerk"),
    ("t4", "Head"),
];

/// Nobody has this start in Bob; it is how the accounts of strangers are known.
const STRANGER: &str = "66000000000000000000";

pub const PLATFORM: &str = "chaos";

/// The rules of the set-up guide, with a job, a manager, and a group a department.
pub fn policy() -> String {
    let groups = DEPARTMENTS.map(|(item, group)| {
        format!("\n[[groups]]\ngroup = \"{group}\"\nwhen = \"work.department == '{item}'\"\n")
    });
    let user = format!(
        r#"
platform = "{PLATFORM}"

[time]
zone = "Europe/Paris"
sites = {{ "2606110" = "Europe/Paris", "2606111" = "Pacific/Auckland" }}

[user]
group = "{}"
mail = "email | trim | lower"
first_name = "firstName"
last_name = "surname"
job = "work.title | label('title')"

[manager]
from = "work.manager"
"#,
        Seed::LEARNERS_GROUP
    );
    user + &groups.concat()
}

/// Nobody is employed yet. Some addresses of those who will be are taken in 360Learning: by
/// deleted accounts of strangers, and by accounts that somebody made by hand.
pub fn seed() -> Seed {
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let titles = TITLES.iter().fold(List::new("title"), |list, (id, label)| {
        list.item(*id, *label)
    });
    let departments = DEPARTMENTS
        .iter()
        .fold(List::new("department"), |list, (id, _)| list.item(*id, *id));
    let mut seed = Seed::empty(now).list(titles).list(departments);
    for (_, group) in DEPARTMENTS {
        seed = seed.group(Group::private(group, group, Seed::ROOT_GROUP));
    }
    for index in 0..PEOPLE {
        let account = User::new(format!("{STRANGER}{index:04}"))
            .mail(mail(index))
            .names(first_name(index), surname(index))
            .member_of(Seed::LEARNERS_GROUP, "learner");
        match index % 20 {
            7 => seed = seed.user(account.status(UserStatus::Deleted)),
            13 => seed = seed.user(account.status(UserStatus::Active)),
            _ => {}
        }
    }
    for index in 0..5 {
        let other = User::new(format!("{STRANGER}{:04}", 9000 + index))
            .mail(format!("other{index}@elsewhere.example"))
            .names("Someone", "Else")
            .status(UserStatus::Active)
            .member_of(Seed::LEARNERS_GROUP, "learner");
        seed = seed.user(other);
    }
    seed
}

/// The n-th person, as he is hired.
pub fn person(index: u64, start: &str, rng: &mut fastrand::Rng) -> Person {
    let site = if rng.u8(..5) == 0 {
        Seed::AUCKLAND
    } else {
        Seed::PARIS
    };
    let person = Person::new(id(index))
        .mail(mail(index))
        .names(first_name(index), surname(index))
        .started(start)
        .site(site)
        .title(rng.choice(TITLES).unwrap().0)
        .department(rng.choice(DEPARTMENTS).unwrap().0);
    if index > 0 && rng.u8(..4) > 0 {
        person.manager(id(rng.u64(..index)))
    } else {
        person
    }
}

pub fn id(index: u64) -> String {
    Seed::employee_id(index)
}

/// Whether the person's address belongs to a deleted account of somebody else.
pub fn address_is_a_strangers(index: u64) -> bool {
    index % 20 == 7
}

/// Whether an account was there before the first person was hired.
pub fn was_there_before(user: &str) -> bool {
    user.starts_with(STRANGER)
}

fn mail(index: u64) -> String {
    format!("person{index}@example.com")
}

fn first_name(index: u64) -> String {
    ["Ada", "Zoë", "Łukasz", "محمد", "さくら"][usize::try_from(index % 5).unwrap()].to_owned()
}

fn surname(index: u64) -> String {
    format!("Number {index}")
}
