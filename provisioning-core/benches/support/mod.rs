//! A company of any size, made up person by person.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::fmt::Write as _;
use std::sync::Arc;

use hibob_client::{Employee, EmployeeId, NamedList};
use jiff::Timestamp;
use learning360_client::{CustomFieldId, GroupId, MappingId, User, UserId, Visibility};
use provisioning_core::{
    Answer, CustomField, CustomFieldKind, Data, DigestKey, Group, GroupTree, Link, Membership,
    Memory, Policy, Query,
};
use serde_json::json;

/// How a person differs from the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Not at all.
    Agrees,
    /// In a title, a group and a custom value.
    Moved,
    /// There is no account yet.
    Hired,
    /// The account has to go.
    Left,
}

/// The policy: nine fields and the manager, five custom fields, twenty rules for groups.
pub(crate) fn policy() -> Policy {
    let mut text = POLICY.to_owned();
    for rule in 0..20 {
        let _ = write!(
            text,
            "[[groups]]\ngroup = \"{}\"\nwhen = \"work.department == 'd{rule}' and \
             work.siteId in ['1', '2', '3']\"\n",
            group(rule)
        );
    }
    let policy = Policy::parse(&text).expect("the policy is right");
    policy.with_digest_key(DigestKey::new(*b"a key for measuring"))
}

pub(crate) fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("a time")
}

pub(crate) fn employee(number: u32, kind: Kind) -> Employee {
    let title = if kind == Kind::Moved { "t2" } else { "t1" };
    let department = number % 20 + u32::from(kind == Kind::Moved);
    let (access, lifecycle) = match kind {
        Kind::Left => ("Inactive", "terminated"),
        _ => ("Active", "employed"),
    };
    let record = json!({
        "/root/id": { "value": id(number) },
        "/root/email": { "value": mail(number) },
        "/root/firstName": { "value": "Ada" },
        "/root/surname": { "value": format!("Lovelace {number}") },
        "/work/title": { "value": title },
        "/work/department": { "value": format!("d{department}") },
        "/work/site": { "value": "Paris" },
        "/work/siteId": { "value": number % 3 + 1 },
        "/work/startDate": { "value": "2024-04-01" },
        "/work/workPhone": { "value": null },
        "/work/workMobile": { "value": format!("+33 {number}") },
        "/work/employeeIdInCompany": { "value": number },
        "/work/manager": { "value": id(number / 10) },
        "/internal/status": { "value": access },
        "/internal/lifecycleStatus": { "value": lifecycle },
        "/internal/terminationDate": { "value": null },
    });
    Employee::from_json(record).expect("a record")
}

/// The account of a person who agrees.
pub(crate) fn user(number: u32) -> User {
    let user = json!({
        "_id": user_id(number).as_str(),
        "status": "active",
        "mail": mail(number),
        "username": format!("e{number}"),
        "firstName": "Ada",
        "lastName": format!("Lovelace {number}"),
        "job": "Engineer",
        "phone": format!("+33 {number}"),
        "organization": "France",
        "custom": format!("{number}"),
        "lang": "fr",
        "lastLoginDate": "2026-02-01T08:00:00.000Z",
    });
    serde_json::from_value(user).expect("a user")
}

pub(crate) fn link(number: u32) -> Link {
    let mapping = MappingId::try_from(format!("{number:024x}").as_str()).expect("an id");
    Link::new(mapping, employee_id(number), user_id(number))
}

pub(crate) fn memory(number: u32) -> Memory {
    let memory = json!({ "link": user_id(number).as_str(), "mail": mail(number) });
    serde_json::from_value(memory).expect("a memory")
}

/// What both systems say of a person and everything around them.
pub(crate) fn answer(query: &Query, number: u32, kind: Kind) -> Answer {
    let data = match query {
        Query::Person(_) => Data::Person(Box::new(employee(number, kind))),
        Query::NamedList(_) => Data::NamedList(titles()),
        Query::LinkOf(id) if *id == employee_id(number) && kind == Kind::Hired => {
            return Answer::NotFound;
        }
        Query::LinkOf(id) => Data::Link(link(number_of(id))),
        Query::LinkTo(_) => return Answer::NotFound,
        Query::User(id) if *id == user_id(number) => Data::User(Box::new(user(number))),
        Query::User(_) => Data::User(Box::new(user(number / 10))),
        Query::UsersByMail(_) | Query::UsersByUsername(_) => Data::Users(Vec::new()),
        Query::Groups => Data::Groups(Arc::new(groups())),
        Query::CustomFields => Data::CustomFields(custom_fields().into()),
        Query::Roles(_) => {
            let groups = [20, number % 20].map(|index| Membership::learner(group(index)));
            Data::Roles(groups.into_iter().collect())
        }
        Query::CustomValues(_) => {
            let values = ["Engineer", "d-", "Paris", "2024-06-30", "mine", "theirs"];
            let values = (0..).zip(values).map(|(index, value)| {
                let department = format!("d{}", number % 20);
                let value = if index == 1 {
                    department
                } else {
                    value.to_owned()
                };
                (custom_field(index), value)
            });
            Data::CustomValues(values.collect())
        }
        Query::Managers(_) => Data::UserIds([user_id(number / 10)].into()),
        _ => Data::UserIds([].into()),
    };
    Answer::Found(data)
}

pub(crate) fn employee_id(number: u32) -> EmployeeId {
    EmployeeId::try_from(id(number)).expect("an id")
}

pub(crate) fn titles() -> Arc<NamedList> {
    let items = json!([
        { "id": "t1", "name": "Engineer" },
        { "id": "t2", "name": "Architect" },
    ]);
    let list = json!({ "name": "title", "items": items });
    Arc::new(serde_json::from_value(list).expect("a list"))
}

fn groups() -> GroupTree {
    let root = group(99);
    let top = Group::new(root.clone(), "root", None, Visibility::Private);
    let below = (0..=20).map(|index| {
        let name = format!("group {index}");
        Group::new(group(index), name, Some(root.clone()), Visibility::Private)
    });
    below.chain([top]).collect()
}

fn custom_fields() -> Vec<CustomField> {
    let names = ["Title", "Department", "Site", "Review", "Badge", "Other"];
    let fields = (0..)
        .zip(names)
        .map(|(index, name)| CustomField::new(custom_field(index), name, CustomFieldKind::Text));
    fields.collect()
}

fn group(index: u32) -> GroupId {
    GroupId::try_from(format!("507f1f77bcf86cd7994390{index:02}").as_str()).expect("an id")
}

fn custom_field(index: u32) -> CustomFieldId {
    CustomFieldId::try_from(format!("5f{index:022}").as_str()).expect("an id")
}

fn user_id(number: u32) -> UserId {
    UserId::try_from(format!("{number:024x}").as_str()).expect("an id")
}

fn number_of(id: &EmployeeId) -> u32 {
    let number: u64 = id.as_str().parse().expect("a number");
    u32::try_from(number - FIRST).expect("one of ours")
}

fn id(number: u32) -> String {
    (FIRST + u64::from(number)).to_string()
}

fn mail(number: u32) -> String {
    format!("ada.lovelace{number}@example.com")
}

/// Ids of Bob's have nineteen digits.
const FIRST: u64 = 3_332_883_894_000_000_000;

const POLICY: &str = r#"
platform = "example-provisioner"
[scope]
when = "work.siteId in ['1', '2', '3']"
[time]
zone = "Europe/Paris"
[user]
group = "507f1f77bcf86cd799439020"
mail = "email | trim | lower"
username = "'e' ~ work.employeeIdInCompany"
first_name = "firstName | squeeze"
last_name = "surname | squeeze"
job = "work.title | label('title')"
phone = { value = "first_of(work.workPhone, work.workMobile)", clear = true }
organization = "work.site | table('country')"
custom = "work.employeeIdInCompany"
lang = { value = "lookup(work.siteId, {'1': 'fr', '2': 'de'})", default = "en", when = "create_only" }
[tables.country]
Paris = "France"
else = "Elsewhere"
[custom_fields]
"Title" = "work.title | label('title')"
"Department" = "work.department"
"Site" = "work.site"
"Review" = { value = "work.startDate | add_days(90)", when = "fill_if_empty" }
"Badge" = { value = "work.employeeIdInCompany", when = "create_only" }
[manager]
from = "work.manager"
"#;
