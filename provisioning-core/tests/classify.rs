//! Classification: each delivery has an answer, and no data of it is believed.

use hibob_client::testing::{deliver, event};
use hibob_client::{CompanyId, FieldId};
use jiff::Timestamp;
use proptest::prelude::*;
use provisioning_core::{
    Changed, Classified, Delivery, Endpoint, Evidence, Flag, Hinted, Policy, Reason, Urgency,
    classify,
};
use serde_json::{Value, json};

/// A policy with this in its `[events]`.
fn policy(events: &str) -> Policy {
    let text = format!(
        "platform = \"p\"\n[time]\nzone = \"UTC\"\n[user]\n\
         group = \"507f1f77bcf86cd799439011\"\nmail = \"email\"\n[events]\n{events}"
    );
    Policy::parse(&text).expect("the policy is right")
}

fn body(kind: &str) -> Value {
    json!({
        "companyId": 7, "type": kind, "triggeredBy": "system",
        "triggeredAt": "2026-03-02T08:59:59.000001", "version": "v2",
        "data": { "employeeId": "101" },
    })
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("a time")
}

fn at(endpoint: Endpoint, body: &Value) -> Classified {
    under(&policy(""), endpoint, body)
}

fn under(policy: &Policy, endpoint: Endpoint, body: &Value) -> Classified {
    classify(policy, &Delivery::new(&event(body), endpoint), now())
}

fn hinted(endpoint: Endpoint, body: &Value) -> Hinted {
    match at(endpoint, body) {
        Classified::Hint(hinted) => hinted,
        other => panic!("no hint: {other:?}"),
    }
}

#[test]
fn ev_09_the_default_event_table_holds_row_by_row() {
    let table = [
        ("employee.created", Ok((Evidence::Created, Urgency::Normal))),
        ("employee.updated", Ok((Evidence::Updated, Urgency::Normal))),
        ("employee.joined", Ok((Evidence::Joined, Urgency::Normal))),
        (
            "employee.activated",
            Ok((Evidence::Activated, Urgency::Normal)),
        ),
        (
            "employee.inactivated",
            Ok((Evidence::Inactivated, Urgency::Urgent)),
        ),
        (
            "employee.terminated",
            Ok((Evidence::Terminated, Urgency::Urgent)),
        ),
        ("employee.deleted", Ok((Evidence::Deleted, Urgency::Urgent))),
        ("employee.left", Err(Reason::ByPolicy)),
        ("employee.access.revoked.immediately", Err(Reason::ByPolicy)),
        ("table.entry.created", Err(Reason::ByPolicy)),
        ("table.entry.updated", Err(Reason::ByPolicy)),
        ("employee.temporaryLeave", Err(Reason::ByPolicy)),
        ("timeoff.request.approved", Err(Reason::ByPolicy)),
        ("employee.teleported", Err(Reason::UnknownType)),
    ];
    for (kind, expected) in table {
        match (at(Endpoint::Upsert, &body(kind)), expected) {
            (Classified::Hint(hinted), Ok((evidence, urgency))) => {
                assert_eq!(hinted.employee.as_str(), "101", "{kind}");
                assert!(hinted.hint.seen().contains_key(&evidence), "{kind}");
                assert_eq!(hinted.hint.urgency(), urgency, "{kind}");
            }
            (Classified::Ignore(reason), Err(expected)) => assert_eq!(reason, expected, "{kind}"),
            (other, _) => panic!("{kind}: {other:?}"),
        }
    }
}

#[test]
fn ev_12_an_unknown_type_is_ignored_by_name() {
    for kind in [
        "employee.teleported",
        "",
        "Employee.Created",
        "employee.created ",
    ] {
        let ignored = Classified::Ignore(Reason::UnknownType);
        assert_eq!(at(Endpoint::Upsert, &body(kind)), ignored, "{kind}");
    }
}

#[test]
fn ev_13_a_ping_is_ignored_and_what_is_no_event_is_dead() {
    let of = |bytes: &[u8]| {
        let opened = deliver(bytes);
        let delivery = Delivery::new(&opened.delivery, Endpoint::Upsert);
        classify(&policy(""), &delivery, now())
    };
    for ping in ["Ping test", "\"Ping test\"", r#"{"text":"Ping test"}"#] {
        assert_eq!(
            of(ping.as_bytes()),
            Classified::Ignore(Reason::Ping),
            "{ping}"
        );
    }
    for broken in ["{}", "", "[]", "null", "\u{0}", "{\"type\":7}"] {
        let dead = Classified::Dead(Reason::Unparseable);
        assert_eq!(of(broken.as_bytes()), dead, "{broken}");
    }
}

fn version_1(first_name: &str) -> Value {
    json!({
        "companyId": 7, "type": "employee.updated", "creationDate": "2026-03-02T08:59:59.000",
        "employee": { "id": "101", "companyId": 7, "firstName": first_name, "email": "a@b.example" },
        "data": { "fieldUpdates": [{ "id": "work.title" }] },
    })
}

#[test]
fn ev_14_and_24_the_old_body_gives_the_same_hint_and_its_data_counts_for_nothing() {
    let mut new = body("employee.updated");
    new["data"]["fieldUpdates"] = json!([{ "id": "work.title" }]);
    let new = hinted(Endpoint::Upsert, &new);
    let old = hinted(Endpoint::Upsert, &version_1("Ada"));
    assert_eq!((&old.employee, &old.hint), (&new.employee, &new.hint));
    assert_eq!(old, hinted(Endpoint::Upsert, &version_1("Mallory")));
    let one = new.hint.clone().merge(old.hint);
    assert_eq!(one, new.hint, "both merge into one decision");
}

#[test]
fn ev_17_revoked_access_is_ignored_unless_the_policy_acts_on_it() {
    let revoked = body("employee.access.revoked.immediately");
    let ignored = Classified::Ignore(Reason::ByPolicy);
    assert_eq!(at(Endpoint::Deactivation, &revoked), ignored);
    let policy = policy("access_revoked = \"deactivate\"");
    let Classified::Hint(found) = under(&policy, Endpoint::Deactivation, &revoked) else {
        panic!("no hint");
    };
    assert!(found.hint.seen().contains_key(&Evidence::Revoked));
    assert!(Evidence::Revoked.is_revocation() && !Evidence::Revoked.says_departed());
    assert_eq!(found.hint.urgency(), Urgency::Urgent);
    assert!(!found.flags.contains(&Flag::WrongEndpoint));
}

#[test]
fn ev_18_table_entries_and_leaves_are_looked_at_if_the_policy_wants() {
    let table = [
        ("table.entry.created", "table_entries"),
        ("table.entry.updated", "table_entries"),
        ("employee.temporaryLeave", "temporary_leave"),
        ("employee.temporary.leave", "temporary_leave"),
    ];
    for (kind, key) in table {
        let mut body = body(kind);
        body["data"]["fieldUpdates"] = json!(["work.title"]);
        let ignored = Classified::Ignore(Reason::ByPolicy);
        assert_eq!(at(Endpoint::Upsert, &body), ignored, "{kind}");
        let policy = policy(&format!("{key} = \"refresh\""));
        let Classified::Hint(found) = under(&policy, Endpoint::Upsert, &body) else {
            panic!("{kind}: no hint");
        };
        assert!(found.hint.only_updates(), "{kind}");
        assert_eq!(*found.hint.changed(), Changed::Unknown, "{kind}");
        assert_eq!(found.hint.urgency(), Urgency::Normal, "{kind}");
    }
}

#[test]
fn ev_19_an_employee_that_is_no_string_of_digits_is_dead() {
    for employee in [json!("12x"), json!(""), json!(12), json!(null)] {
        let mut body = body("employee.updated");
        body["data"]["employeeId"] = employee;
        assert_eq!(
            at(Endpoint::Upsert, &body),
            Classified::Dead(Reason::Unparseable)
        );
    }
}

#[test]
fn ev_21_only_the_expected_company_is_accepted() {
    let delivery = event(body("employee.updated"));
    let of = |company| {
        let delivery = Delivery::new(&delivery, Endpoint::Upsert);
        classify(&policy(""), &delivery.of_company(company), now())
    };
    assert!(matches!(of(Some(CompanyId::from(7))), Classified::Hint(_)));
    assert!(matches!(of(None), Classified::Hint(_)));
    assert_eq!(
        of(Some(CompanyId::from(8))),
        Classified::Dead(Reason::WrongCompany)
    );
}

#[test]
fn ev_22_the_endpoint_counts_for_nothing_but_a_flag() {
    for kind in [
        "employee.updated",
        "employee.inactivated",
        "employee.deleted",
    ] {
        let there = hinted(Endpoint::Deactivation, &body(kind));
        let here = hinted(Endpoint::Upsert, &body(kind));
        assert_eq!((&here.hint, &here.employee), (&there.hint, &there.employee));
        let flagged = |hinted: &Hinted| hinted.flags.contains(&Flag::WrongEndpoint);
        assert_ne!(flagged(&here), flagged(&there), "{kind}");
    }
}

#[test]
fn ev_20_and_22_oddities_are_flagged_and_change_nothing() {
    let hint = hinted(Endpoint::Upsert, &body("employee.deleted"));
    assert_eq!(
        Vec::from_iter(hint.flags),
        [Flag::WrongEndpoint, Flag::ZoneAssumed]
    );
    let mut zoned = body("employee.deleted");
    zoned["triggeredAt"] = json!("2026-03-02T08:59:59Z");
    assert!(hinted(Endpoint::Deactivation, &zoned).flags.is_empty());
}

#[test]
fn ev_25_every_spelling_of_the_changed_fields_is_the_same_hint() {
    let spellings = [
        ("fieldUpdates", json!([{ "id": "work.title" }])),
        ("fieldUpdates", json!(["work.title"])),
        ("fieldUpdatesIds", json!([{ "id": "/work/title" }])),
        ("fieldUpdatesIds", json!(["/work/title"])),
    ];
    for (key, list) in spellings {
        let mut body = body("employee.updated");
        body["data"][key] = list;
        let title = FieldId::parse("work.title").expect("an id");
        let expected = Changed::Fields([title].into());
        assert_eq!(*hinted(Endpoint::Upsert, &body).hint.changed(), expected);
    }
}

#[test]
fn an_update_without_a_usable_list_may_have_changed_anything() {
    for list in [json!(null), json!([]), json!("work.title"), json!([7])] {
        let mut body = body("employee.updated");
        body["data"]["fieldUpdates"] = list;
        assert_eq!(
            *hinted(Endpoint::Upsert, &body).hint.changed(),
            Changed::Unknown
        );
    }
}

#[test]
fn sec_08_what_is_older_than_bobs_retries_is_a_refresh_and_no_sign() {
    let ages = [
        ("2026-02-26T09:00:01", false),
        ("2026-02-26T09:00:00", false),
        ("2026-02-26T08:59:59", true),
    ];
    for (triggered_at, stale) in ages {
        let mut body = body("employee.deleted");
        body["triggeredAt"] = json!(triggered_at);
        let hint = hinted(Endpoint::Deactivation, &body);
        assert_eq!(hint.flags.contains(&Flag::Stale), stale, "{triggered_at}");
        assert_eq!(hint.hint.seen().contains_key(&Evidence::Deleted), !stale);
        assert_eq!(hint.hint.latest_event().is_none(), stale);
    }
}

#[test]
fn every_flag_has_its_name() {
    let names = [
        (Flag::WrongEndpoint, "wrong_endpoint"),
        (Flag::ZoneAssumed, "zone_assumed"),
        (Flag::Stale, "stale"),
    ];
    for (flag, name) in names {
        assert_eq!(flag.as_str(), name);
    }
}

proptest! {
    #[test]
    fn every_delivery_has_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let opened = deliver(&bytes);
        for endpoint in [Endpoint::Upsert, Endpoint::Deactivation] {
            let classified = classify(&policy(""), &Delivery::new(&opened.delivery, endpoint), now());
            prop_assert!(!matches!(classified, Classified::Hint(_)));
        }
    }
}

#[test]
fn a_hint_of_more_than_updates_is_no_hint_of_updates_only() {
    let hint = |kind: &str| match at(Endpoint::Upsert, &body(kind)) {
        Classified::Hint(found) => found.hint,
        other => panic!("{kind}: {other:?}"),
    };
    assert!(hint("employee.updated").only_updates());
    assert!(!hint("employee.created").only_updates());
}
