//! Answers and outcomes of any kind.

use std::sync::Arc;

use hibob_client::{Employee, EmployeeId, NamedList};
use jiff::SignedDuration;
use jiff::civil::Date;
use learning360_client::{
    CustomFieldId, ErrorCode, GroupId, MappingId, Role, User, UserId, Visibility,
};
use proptest::sample::Index;
use provisioning_core::{
    CustomField, CustomFieldKind, Data, Effect, Group, LifecycleRow, Link, Membership, Outcome,
    Query, Unavailable,
};
use serde_json::{Value, json};

use crate::inputs::{FIELD, GROUP, USERS};

pub(crate) fn data_of(query: &Query, value: &Value, index: Index, person: &Value) -> Option<Data> {
    let other = USERS[index.index(USERS.len())];
    let user_id = UserId::try_from(other).expect("an id");
    let group = GroupId::try_from(GROUP).expect("an id");
    Some(match query {
        Query::Person(id) => {
            let mut record = person.clone();
            record["id"] = json!(id.as_str());
            record["/root/id"] = json!({ "value": id.as_str() });
            Data::Person(Box::new(Employee::from_json(record).ok()?))
        }
        Query::NamedList(name) => {
            let list = json!({ "name": name.as_str(), "items": [{ "id": "t1", "name": value }] });
            let list: NamedList = serde_json::from_value(list).ok()?;
            Data::NamedList(Arc::new(list))
        }
        Query::LinkOf(id) => Data::Link(Link::new(mapping(), id.clone(), user_id)),
        Query::LinkTo(id) => {
            let employee = EmployeeId::try_from(["101", "102"][index.index(2)]).expect("an id");
            Data::Link(Link::new(mapping(), employee, id.clone()))
        }
        Query::User(id) => Data::User(Box::new(user(id.as_str(), value)?)),
        Query::UsersByMail(_) | Query::UsersByUsername(_) => {
            let users = USERS[..index.index(3)].iter();
            Data::Users(users.filter_map(|id| user(id, value)).collect())
        }
        Query::LifecycleRows(_) => {
            let day = [Date::MIN, Date::MAX][index.index(2)];
            Data::LifecycleRows(vec![LifecycleRow::new(day, value.to_string())])
        }
        Query::Groups => {
            let parent = (index.index(2) == 0).then(|| group.clone());
            let one = Group::new(group, value.to_string(), parent, Visibility::Public);
            Data::Groups(Arc::new([one].into_iter().collect()))
        }
        Query::CustomFields => {
            let id = CustomFieldId::try_from(FIELD).expect("an id");
            let kind = [CustomFieldKind::Text, CustomFieldKind::Date][index.index(2)];
            Data::CustomFields(Arc::new([CustomField::new(id, "Team", kind)]))
        }
        Query::Roles(_) => {
            let role =
                [Role::Owner, Role::Admin, Role::Coach, Role::Learner][index.index(4)].clone();
            Data::Roles([Membership::new(group, role)].into())
        }
        Query::CustomValues(_) => {
            let id = CustomFieldId::try_from(FIELD).expect("an id");
            Data::CustomValues([(id, value.to_string())].into_iter().collect())
        }
        _ => Data::UserIds([user_id].into()),
    })
}

/// A user whose members are any values; those that no user can have are left out.
fn user(id: &str, value: &Value) -> Option<User> {
    let text = value.as_str().unwrap_or("active");
    let members = [
        ("mail", json!("ada@example.com")),
        ("mail", json!(text)),
        ("firstName", value.clone()),
        ("job", value.clone()),
        ("deletedAt", json!([text])),
        ("deletedAt", json!(["2026-02-01T10:00:00.000Z"])),
        ("toBeDeactivatedAt", value.clone()),
    ];
    let status = if ["deleted", "invited"].contains(&text) {
        text
    } else {
        "active"
    };
    let mut user = json!({ "_id": id, "status": status, "lang": "en" });
    for (name, value) in members {
        let mut with = user.clone();
        with[name] = value;
        if serde_json::from_value::<User>(with.clone()).is_ok() {
            user = with;
        }
    }
    serde_json::from_value(user).ok()
}

fn mapping() -> MappingId {
    MappingId::try_from("0000000000000000000000c1").expect("an id")
}

pub(crate) fn outcome_of(choice: u8) -> Outcome {
    let user = |index: usize| UserId::try_from(USERS[index]).expect("an id");
    let refused = |code: &str| Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::from(code)),
    };
    match choice % 16 {
        0 => Outcome::Done(Effect::Created(user(0))),
        1 => Outcome::Done(Effect::Restored(user(1))),
        2 => Outcome::Unsendable,
        3 => Outcome::Stale,
        4 => Outcome::Unanswered,
        5 => Outcome::Unavailable(WHY[usize::from(choice) % WHY.len()]),
        6 => Outcome::Refused {
            status: 500,
            code: None,
        },
        7 => refused("mailAlreadyUsed"),
        8 => refused("userDeleted"),
        9 => refused("nobodyKnows"),
        10 => refused("groupNotFound"),
        11 => refused("invalidScope"),
        _ => Outcome::Done(Effect::Plain),
    }
}

pub(crate) const WHY: [Unavailable; 6] = [
    Unavailable::Broken,
    Unavailable::Refused,
    Unavailable::NotAsked,
    Unavailable::Pause(SignedDuration::MIN),
    Unavailable::Pause(SignedDuration::MAX),
    Unavailable::Pause(SignedDuration::ZERO),
];
