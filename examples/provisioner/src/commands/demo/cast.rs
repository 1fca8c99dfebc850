//! Who is in the story: the sandbox's company of twelve, a trainer, and three who come later.

use std::collections::BTreeMap;

use sandbox::{List, Person, Seed, User, UserStatus};

/// The company at the beginning. One employee has an account already, and so has a trainer whom
/// nobody employs.
pub(super) fn company() -> Seed {
    let mut seed = Seed::demo();
    seed.lists.retain(|list| list.name != "department");
    let departments = List::new("department")
        .item(PEOPLE, "People & Culture")
        .item(ENGINEERING, "Engineering")
        .item(CARE, "Customer Care")
        // Neither a rule of the policy nor 360Learning's custom field knows it.
        .item(RESEARCH, "Research");
    let account = |id: &str, mail: &str| {
        let account = User::new(id).mail(mail).status(UserStatus::Active);
        account.member_of(Seed::LEARNERS_GROUP, "learner")
    };
    let ada = account(ADAS_ACCOUNT, "ada@example.com");
    let trainer = account("650000000000000000000101", "trainer@example.org");
    seed.list(departments)
        .user(ada.names("Ada", "Lovelace").job("Engineer"))
        .user(trainer.names("Tina", "Trainer"))
}

/// A colleague whose manager is entered later.
pub(super) fn lena() -> Person {
    let lena = newcomer(LENA, "Lena", "Grün", "lena", "2026-05-11", Seed::PARIS);
    lena.manager(TOMAS)
}

/// The manager who is entered later.
pub(super) fn tomas() -> Person {
    let tomas = newcomer(TOMAS, "Tomás", "Ríos", "tomas", "2026-05-11", Seed::PARIS);
    tomas.manager(HANA)
}

/// Somebody who starts while nobody listens.
pub(super) fn aroha() -> Person {
    let aroha = newcomer(
        AROHA,
        "Aroha",
        "Ngata",
        "aroha",
        "2026-12-08",
        Seed::AUCKLAND,
    );
    aroha.manager(NGAIO)
}

/// Full names by employee id; only the demonstration, whose people do not exist, shows names.
pub(super) fn names(seed: &Seed) -> BTreeMap<String, String> {
    let newcomers = [lena(), tomas(), aroha()];
    let everybody = seed.employees.iter().chain(&newcomers);
    let named = everybody.map(|person| {
        let field = |id| person.fields.get(id).and_then(|value| value.as_str());
        let (first, last) = (field("root.firstName"), field("root.surname"));
        let name = format!("{} {}", first.unwrap_or_default(), last.unwrap_or_default());
        (person.id.clone(), name)
    });
    named.collect()
}

fn newcomer(id: &str, first: &str, last: &str, mail: &str, start: &str, site: i64) -> Person {
    Person::new(id)
        .names(first, last)
        .mail(format!("{mail}@example.com"))
        .started(start)
        .site(site)
        .department(CARE)
        .title("253904")
}

pub(super) const HANA: &str = "3332883894235038400";
pub(super) const ADA: &str = "3332883894235038401";
pub(super) const JOSE: &str = "3332883894235038402";
pub(super) const MINJUN: &str = "3332883894235038403";
pub(super) const OLENA: &str = "3332883894235038404";
pub(super) const NGAIO: &str = "3332883894235038405";
pub(super) const MOHAMMED: &str = "3332883894235038406";
pub(super) const SAKURA: &str = "3332883894235038407";
pub(super) const ZOE: &str = "3332883894235038408";
pub(super) const DIMITRA: &str = "3332883894235038409";
pub(super) const VIJAY: &str = "3332883894235038410";
pub(super) const LENA: &str = "3332883894235038412";
pub(super) const TOMAS: &str = "3332883894235038413";
pub(super) const AROHA: &str = "3332883894235038414";

/// The account that Ada has before anybody is synchronized.
pub(super) const ADAS_ACCOUNT: &str = "650000000000000000000100";

pub(super) const PEOPLE: &str = "253890";
pub(super) const ENGINEERING: &str = "253891";
pub(super) const CARE: &str = "253892";
pub(super) const RESEARCH: &str = "253893";
