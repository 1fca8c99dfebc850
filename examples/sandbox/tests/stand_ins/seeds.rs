//! Ready and generated companies.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Control, Sandbox, Seed, State, UserStatus};
use serde_json::{Value, json};

use crate::support::search;

async fn start(seed: Seed) -> (Sandbox, Control) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let control = sandbox.control();
    (sandbox, control)
}

/// How many people are in which lifecycle status, with which access.
fn statuses(state: &State) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for person in state.employees.values() {
        let text = |field: &str| person.fields[field].as_str().unwrap().to_owned();
        let key = (text("internal.lifecycleStatus"), text("internal.status"));
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn count(counts: &BTreeMap<(String, String), usize>, status: &str, access: &str) -> usize {
    let key = (status.to_owned(), access.to_owned());
    counts.get(&key).copied().unwrap_or_default()
}

#[tokio::test]
async fn the_ready_company_has_fifty_people_in_every_situation() {
    let (sandbox, control) = start(Seed::company()).await;
    let state = control.state().await.unwrap();
    assert_eq!(state.employees.len(), 50);
    let counts = statuses(&state);
    assert_eq!(count(&counts, "hired", "Inactive"), 2);
    assert_eq!(count(&counts, "terminated", "Inactive"), 2);
    assert_eq!(count(&counts, "parental leave", "Inactive"), 1);
    assert_eq!(count(&counts, "sabbatical", "Active"), 1);
    assert_eq!(count(&counts, "garden leave", "Inactive"), 1);
    assert_eq!(count(&counts, "employed", "Active"), 43);

    let people = search(
        &sandbox,
        json!({ "showInactive": true, "fields": [
        "root.id", "root.email", "work.site", "work.reportsTo", "work.department",
        "home.privateEmail",
    ] }),
    )
    .await;
    let values = |path: &str| {
        people
            .iter()
            .filter_map(|it| it.pointer(path))
            .collect::<Vec<_>>()
    };
    let sites: BTreeSet<&str> = values("/work/site")
        .iter()
        .filter_map(|it| it.as_str())
        .collect();
    assert!(sites.len() >= 7, "{sites:?}");
    let nobody = values("/work/reportsTo")
        .iter()
        .filter(|it| it.is_null())
        .count();
    assert_eq!(nobody, 1);
    assert_eq!(values("/email").iter().filter(|it| it.is_null()).count(), 1);
    let private = values("/home/privateEmail");
    let private: Vec<_> = private.into_iter().filter(|it| !it.is_null()).collect();
    assert_eq!(private.len(), 2);
    assert_eq!(private[0], private[1]);
    // Somebody moves to another site in April.
    let state = {
        let april = "2026-04-01T12:00:00Z".parse().unwrap();
        control.advance_to(april).await.unwrap();
        control.state().await.unwrap()
    };
    let mover = &state.employees[&Seed::employee_id(10)];
    assert_eq!(mover.fields["work.siteId"], Seed::AUCKLAND);
    assert_eq!(mover.fields["work.department"], "253891");
}

#[tokio::test]
async fn a_generated_company_is_whole_and_the_same_every_time() {
    let seed = Seed::generate(2000, 7);
    assert_eq!(seed, Seed::generate(2000, 7));
    assert_ne!(seed, Seed::generate(2000, 8));
    assert_eq!(seed.employees[1999].id, Seed::employee_id(1999));
    let scripts = |from: char, to: char| {
        let text = |it: &sandbox::Person| it.fields["root.firstName"].to_string();
        seed.employees
            .iter()
            .any(|it| text(it).chars().any(|c| (from..=to).contains(&c)))
    };
    for (from, to) in [
        ('α', 'ω'),
        ('а', 'я'),
        ('א', 'ת'),
        ('ا', 'ي'),
        ('अ', 'ह'),
        ('ก', 'ฮ'),
        ('가', '힣'),
    ] {
        assert!(scripts(from, to), "{from}");
    }
    let (_sandbox, control) = start(seed).await;
    let state = control.state().await.unwrap();
    let mails: BTreeSet<&str> = state
        .employees
        .values()
        .filter_map(|it| it.fields["root.email"].as_str())
        .collect();
    assert_eq!(mails.len(), 2000);
    assert!(mails.iter().all(|mail| mail.is_ascii()));
    let counts = statuses(&state);
    for (status, access, about) in [
        ("hired", "Inactive", 100),
        ("terminated", "Inactive", 120),
        ("parental leave", "Inactive", 45),
        ("parental leave", "Active", 15),
        ("employed", "Inactive", 20),
    ] {
        let found = count(&counts, status, access);
        assert!(
            (about / 3..about * 2).contains(&found),
            "{status} {access}: {found}"
        );
    }
    for person in state.employees.values() {
        let chief = person.fields.get("work.manager").and_then(Value::as_str);
        let chief = chief.map(|id| &state.employees[id].fields);
        let works = chief.is_none_or(|it| it["internal.status"] == "Active");
        assert!(works && (chief.is_some() || person.id == Seed::employee_id(0)));
    }
}

#[tokio::test]
async fn users_of_a_provisioned_company_are_linked_and_follow_their_people() {
    let seed = Seed::generate(400, 1).provisioned(300).unwrap();
    let (_sandbox, control) = start(seed).await;
    let state = control.state().await.unwrap();
    assert_eq!(state.mappings.len(), 300);
    assert_eq!(state.users.len(), 301);
    let mut managed = 0;
    for index in 0..300 {
        let id = Seed::employee_id(index);
        let user = state.linked(Seed::PLATFORM, &id).unwrap();
        assert_eq!(user.id, Seed::user_id(index));
        let fields = &state.employees[&id].fields;
        let expected = match (
            fields["internal.lifecycleStatus"].as_str().unwrap(),
            fields["internal.status"].as_str().unwrap(),
        ) {
            (_, "Active") => UserStatus::Active,
            ("hired", _) => UserStatus::Invited,
            _ => UserStatus::Deleted,
        };
        assert_eq!(user.status, expected);
        assert_eq!(user.mail.as_deref(), fields["root.email"].as_str());
        assert_eq!(
            user.memberships.len(),
            if expected == UserStatus::Deleted {
                0
            } else {
                2
            }
        );
        managed += user.managers.len();
    }
    assert!(managed > 200, "{managed}");
    assert!(
        state
            .linked(Seed::PLATFORM, &Seed::employee_id(300))
            .is_none()
    );
}

#[tokio::test]
async fn a_seed_is_one_file() {
    for seed in [
        Seed::named("company").unwrap(),
        Seed::named("demo").unwrap(),
        Seed::named("empty").unwrap(),
        Seed::generate(50, 3).provisioned(50).unwrap(),
    ] {
        let text = serde_json::to_string(&seed).unwrap();
        assert_eq!(serde_json::from_str::<Seed>(&text).unwrap(), seed);
        start(seed).await;
    }
    assert_eq!(Seed::named("nonsense"), None);
}
