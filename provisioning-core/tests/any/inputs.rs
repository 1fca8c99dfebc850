//! Records, memories and values of any kind.

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use provisioning_core::Evidence;
use serde_json::{Map, Value, json};

pub(crate) fn times() -> impl Strategy<Value = Timestamp> {
    let second = |second| Timestamp::from_second(second).expect("in range");
    prop_oneof![
        8 => (1_740_000_000_i64..1_790_000_000).prop_map(second),
        1 => select(vec![Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX]),
    ]
}

pub(crate) fn texts() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "-",
        "0",
        "1",
        "101",
        "102",
        "Active",
        "inactive",
        "employed",
        "Hired",
        "terminated",
        "garden leave",
        "2024-04-01",
        "2026-03-02",
        "2026-03-02T00:00:00Z",
        "9999-12-31",
        "-9999-01-01",
        "ada@example.com",
        "ADA@Example.com ",
        "a@b@c",
        "@",
        "deleted",
        "active",
        "invited",
        "learner",
        "0000000000000000000000aa",
        "0000000000000000000000bb",
        "507f1f77bcf86cd799439011",
        "\u{0}",
        "\u{202e}Ada",
        "null",
        "t1",
        "7",
        "fr",
    ];
    let known = known.map(str::to_owned).to_vec();
    prop_oneof![4 => select(known), 1 => ".{0,12}"]
}

pub(crate) fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(|number| json!(number)),
        8 => texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        let name = select(vec![
            "id", "value", "name", "items", "work", "status", "mail",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4).prop_map(|members| {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect())
            }),
        ]
    })
}

/// A record of Bob's in one of its two forms, with any values.
pub(crate) fn record() -> impl Strategy<Value = Value> {
    let fields = [
        "root.email",
        "root.firstName",
        "root.surname",
        "internal.status",
        "internal.lifecycleStatus",
        "internal.terminationDate",
        "internal.currentActiveStatusStartDate",
        "work.startDate",
        "work.title",
        "work.department",
        "work.siteId",
        "work.site",
        "work.manager",
        "work.workPhone",
        "home.privateEmail",
    ];
    let fields = prop::collection::btree_map(select(fields.to_vec()), json_value(), 0..15);
    let sane = prop::option::weighted(0.7, select(vec!["Active", "Inactive"]));
    (fields, sane, any::<bool>()).prop_map(|(mut fields, sane, flat)| {
        if let Some(access) = sane {
            fields.insert("internal.status", json!(access));
            fields.insert("internal.lifecycleStatus", json!("employed"));
            fields.insert("root.email", json!("ada@example.com"));
        }
        let mut record = Map::from_iter([("id".to_owned(), json!("101"))]);
        for (field, value) in fields {
            let (category, name) = field.split_once('.').expect("two parts");
            if flat {
                record.insert(format!("/{category}/{name}"), json!({ "value": value }));
            } else if category == "root" {
                record.insert(name.to_owned(), value);
            } else {
                let category = record.entry(category).or_insert_with(|| json!({}));
                category[name] = value;
            }
        }
        Value::Object(record)
    })
}

/// What may be remembered.
pub(crate) fn memory() -> impl Strategy<Value = Value> {
    let id = select(vec![USERS[0], USERS[1]]);
    let ids = || prop::collection::btree_set(id.clone(), 0..3);
    let user = || prop::option::of(id.clone());
    let mail = || select(vec!["ada@example.com", "a@b", "other@example.org"]);
    let time = || times().prop_map(|at| at.to_string());
    let roles = || {
        let role = select(vec!["learner", "coach", "admin", "nobody knows"]);
        let one = (select(vec![GROUP, OTHER_GROUP]), role);
        prop::collection::vec(one, 0..3).prop_map(|roles| {
            let role = |(group, role)| json!({ "group": group, "role": role });
            roles.into_iter().map(role).collect::<Value>()
        })
    };
    let departure = (0..EVIDENCE.len(), 0_u64..4, time()).prop_map(|(evidence, seq, at)| {
        json!({ "evidence": EVIDENCE[evidence].as_str(), "seq": seq, "at": at })
    });
    let create = (
        prop::option::of(mail()),
        prop::option::of(Just("ada")),
        0_u32..4,
    )
        .prop_map(|(mail, name, tries)| json!({ "mail": mail, "username": name, "tries": tries }));
    let wrong = (id.clone(), mail(), any::<bool>())
        .prop_map(|(user, mail, undo)| json!({ "user": user, "mail": mail, "undo": undo }));
    let taken = || {
        (roles(), ids(), ids(), texts()).prop_map(|(roles, managers, reports, value)| {
            json!({
                "roles": roles, "managers": managers, "reports": reports,
                "custom": { FIELD: value },
            })
        })
    };
    let moving = (
        time(),
        prop::collection::vec(select(vec!["101", "102"]), 0..4),
    )
        .prop_map(|(since, way)| json!({ "since": since, "way": way }));
    let wait = (prop::option::of(time()), select(vec![vec![], vec!["102"]]))
        .prop_map(|(at, on)| json!({ "at": at, "on": on }));
    let account = (
        user(),
        user(),
        prop::option::of(mail()),
        prop::option::of(create),
    );
    let ours = (
        roles(),
        ids(),
        prop::option::of(taken()),
        prop::option::of(taken()),
    );
    let signs = (
        prop::option::of(departure),
        prop::option::of(wrong),
        prop::option::of(moving),
        prop::option::of(wait),
    );
    let times = (
        prop::option::of(time()),
        prop::option::of(time()),
        prop::option::of(time()),
    );
    let numbers = (any::<u32>(), any::<u32>(), any::<[bool; 3]>());
    (account, ours, signs, times, numbers).prop_map(|(account, ours, signs, times, numbers)| {
        let (link, deactivated, mail, create) = account;
        let (granted, managers, taken, leaving) = ours;
        let (departure, wrong, moving, wait) = signs;
        let (scheduled, invisible, start) = times;
        let (attempts, surprises, [gone, returned, revoked]) = numbers;
        json!({
            "link": link, "deactivated": deactivated, "mail": mail, "create": create,
            "granted": granted, "managers": managers, "taken": taken, "leaving": leaving,
            "departure": departure, "wrong_account": wrong, "moving": moving, "wait": wait,
            "scheduled": scheduled, "invisible_since": invisible,
            "start": start.and_then(|at| at.split_once('T').map(|(day, _)| day.to_owned())),
            "attempts": attempts % 40, "surprises": surprises % 5,
            "gone": gone, "returned": returned, "revoked": revoked.then_some(surprises % 4),
            "custom": [FIELD], "filled": ["work.title"],
        })
    })
}

pub(crate) const EVIDENCE: [Evidence; 10] = [
    Evidence::Created,
    Evidence::Updated,
    Evidence::Activated,
    Evidence::Joined,
    Evidence::Inactivated,
    Evidence::Terminated,
    Evidence::Revoked,
    Evidence::Deleted,
    Evidence::NotListed,
    Evidence::Refresh,
];

pub(crate) const USERS: [&str; 3] = [
    "0000000000000000000000aa",
    "0000000000000000000000bb",
    "0000000000000000000000cc",
];

pub(crate) const GROUP: &str = "507f1f77bcf86cd799439011";

pub(crate) const FIELD: &str = "5f0000000000000000000001";

pub(crate) const OTHER_GROUP: &str = "507f1f77bcf86cd7994390aa";
