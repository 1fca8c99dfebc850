//! What has to be true at the end, told from the truth of both sides and without the rules of the
//! core.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sandbox::{EmployeeState, HappeningRecord, Seed, State, User, UserStatus};
use serde_json::Value;

use crate::company::{self, DEPARTMENTS, PEOPLE, PLATFORM, TITLES};

/// Where the two sides differ, except for those whose address is a deleted stranger's: that is an
/// open conflict, and nobody may be given that account.
pub fn differences(state: &State) -> BTreeMap<String, Vec<String>> {
    let strangers: BTreeSet<_> = (0..PEOPLE)
        .filter(|index| company::address_is_a_strangers(*index))
        .map(company::id)
        .collect();
    let records = state.employees.values();
    let records = records.filter(|person| !strangers.contains(&person.id));
    let here = records.map(|person| (person.id.clone(), of_record(state, person)));
    let gone = state.deleted_employees.iter().map(|id| {
        let account = state.linked(PLATFORM, id);
        let asleep = account.is_none_or(|user| user.status == UserStatus::Deleted);
        let differences = if asleep {
            Vec::new()
        } else {
            vec!["not deactivated".to_owned()]
        };
        (id.clone(), differences)
    });
    let all = here.chain(gone);
    all.filter(|(_, differences)| !differences.is_empty())
        .collect()
}

/// What must never have happened, however the two sides look now.
pub fn wrongs(state: &State) -> Vec<String> {
    let mut wrongs = Vec::new();
    let mut linked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    for mapping in state.mappings.values().filter(|it| it.platform == PLATFORM) {
        linked
            .entry(&mapping.target_id)
            .or_default()
            .push(&mapping.value);
        *people.entry(&mapping.value).or_default() += 1;
    }
    for (employee, accounts) in people {
        if accounts > 1 {
            wrongs.push(format!("{employee} is linked {accounts} times"));
        }
    }
    for user in state.users.values().filter(|user| !user.owner) {
        let links = linked.get(user.id.as_str()).map_or(0, Vec::len);
        let before = company::was_there_before(&user.id);
        if links > 1 {
            wrongs.push(format!("{} is linked to {links} people", user.id));
        }
        if before && !user.reactivated_at.is_empty() && links == 0 {
            wrongs.push(format!("{} is a stranger's and was restored", user.id));
        }
    }
    for index in (0..PEOPLE).filter(|index| company::address_is_a_strangers(*index)) {
        if state
            .linked(PLATFORM, &company::id(index))
            .is_some_and(|it| company::was_there_before(&it.id))
        {
            wrongs.push(format!("person {index} was given a stranger's account"));
        }
    }
    let mut invitations: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in state.mails.iter().filter(|mail| mail.kind == "invitation") {
        *invitations.entry(&mail.user_id).or_default() += 1;
    }
    for (user, times) in invitations {
        if times > 1 {
            wrongs.push(format!("{user} was invited {times} times"));
        }
    }
    for (user, employees) in linked {
        let user = &state.users[user];
        let cut_off = user
            .deleted_at
            .iter()
            .filter(|at| employees.iter().any(|it| is_active(state, it, **at)));
        for at in cut_off {
            wrongs.push(format!(
                "{} was cut off at {at}, while active in Bob",
                user.id
            ));
        }
    }
    wrongs
}

/// Accounts that were made and that nobody is linked to: it may take a full synchronization, but
/// not more, until whoever made one without hearing of it finds it again.
pub fn strays(state: &State) -> Vec<String> {
    let mappings = state.mappings.values();
    let linked: BTreeSet<_> = mappings
        .filter(|it| it.platform == PLATFORM)
        .map(|it| it.target_id.as_str())
        .collect();
    let users = state.users.values().filter(|user| !user.owner);
    users
        .filter(|user| !company::was_there_before(&user.id) && !linked.contains(user.id.as_str()))
        .map(|user| format!("{} was made, and nobody is linked to it", user.id))
        .collect()
}

/// Everything about one employee that helps to understand a difference.
pub fn story(state: &State, employee: &str) -> String {
    let mut lines = Vec::new();
    if let Some(record) = state.employees.get(employee) {
        lines.push((
            None,
            format!("record {:?} {:?}", record.fields, record.lifecycle),
        ));
    }
    let account = state.linked(PLATFORM, employee);
    if let Some(user) = account {
        lines.push((
            None,
            format!("account {}", serde_json::to_string(user).unwrap()),
        ));
    }
    for event in state.events.iter().filter(|it| it.employee_id == employee) {
        let tries = state
            .deliveries
            .iter()
            .filter(|it| it.event == event.number);
        let tries: Vec<_> = tries.map(|it| format!("{} {}", it.at, it.status)).collect();
        lines.push((
            Some(event.at),
            format!("event {} {:?}: {tries:?}", event.kind, event.fields),
        ));
    }
    let about = |it: &&HappeningRecord| account.is_some_and(|user| user.id == it.about);
    for happening in state.happenings.iter().filter(about) {
        lines.push((Some(happening.at), format!("account: {}", happening.kind)));
    }
    lines.sort_by_key(|(at, _)| *at);
    let lines = lines
        .into_iter()
        .map(|(at, line)| at.map_or(line.clone(), |at| format!("{at} {line}")));
    lines.collect::<Vec<_>>().join("\n  ")
}

/// Whether the record was active at that time and for a while before: reads may be old.
fn is_active(state: &State, employee: &str, at: Timestamp) -> bool {
    let mut active = None;
    for event in state
        .events
        .iter()
        .filter(|it| it.employee_id == employee && it.at <= at)
    {
        match event.kind.as_str() {
            "employee.activated" => active = Some(event.at),
            "employee.inactivated" | "employee.deleted" => active = None,
            _ => {}
        }
    }
    active.is_some_and(|since| at.duration_since(since) > SLACK)
}

fn of_record(state: &State, person: &EmployeeState) -> Vec<String> {
    let active = text(person, "internal.status") == "Active";
    let account = state.linked(PLATFORM, &person.id);
    let awake = account.filter(|user| user.status != UserStatus::Deleted);
    if !active {
        // Whoever begins later may have an account already, and need not.
        let later = text(person, "internal.lifecycleStatus").eq_ignore_ascii_case("hired");
        return match awake {
            Some(_) if !later => vec!["not deactivated".to_owned()],
            _ => Vec::new(),
        };
    }
    let Some(user) = awake else {
        let what = if account.is_some() {
            "deactivated"
        } else {
            "no account"
        };
        return vec![what.to_owned()];
    };
    let title = text(person, "work.title");
    let title = TITLES
        .iter()
        .find(|(id, _)| *id == title)
        .map_or("", |(_, label)| label);
    let fields = [
        ("mail", text(person, "root.email"), &user.mail),
        (
            "first name",
            text(person, "root.firstName"),
            &user.first_name,
        ),
        ("last name", text(person, "root.surname"), &user.last_name),
        ("job", title, &user.job),
    ];
    let fields = fields
        .into_iter()
        .filter(|(_, wanted, actual)| actual.as_deref() != Some(wanted));
    let mut differences: Vec<_> = fields
        .map(|(field, ..)| format!("{field} differs"))
        .collect();
    differences.extend(of_groups(person, user));
    differences.extend(of_manager(state, person, user));
    differences
}

fn of_groups(person: &EmployeeState, user: &User) -> Option<String> {
    let department = text(person, "work.department");
    let departments = DEPARTMENTS.iter().filter(|(item, _)| *item == department);
    let wanted = departments
        .map(|(_, group)| *group)
        .chain([Seed::LEARNERS_GROUP]);
    let actual: BTreeSet<_> = user
        .memberships
        .iter()
        .map(|it| it.group_id.as_str())
        .collect();
    (actual != wanted.collect()).then(|| "groups differ".to_owned())
}

/// A manager who has no account, or none that is awake, changes nothing yet.
fn of_manager(state: &State, person: &EmployeeState, user: &User) -> Option<String> {
    let manager = state.linked(PLATFORM, text(person, "work.manager"))?;
    let employee = state.employees.get(text(person, "work.manager"))?;
    let there =
        manager.status != UserStatus::Deleted && text(employee, "internal.status") == "Active";
    let only: BTreeSet<_> = [manager.id.clone()].into();
    (there && user.managers != only).then(|| "manager differs".to_owned())
}

fn text<'a>(person: &'a EmployeeState, field: &str) -> &'a str {
    person
        .fields
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// How old the facts of a deactivation may be: Bob's reads lag, and time passes while a host works.
const SLACK: SignedDuration = SignedDuration::from_mins(5);
