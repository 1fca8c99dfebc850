//! Classification: each delivery has an answer, and no data of it is believed.

use hibob_client::testing::event;
use hibob_client::{CompanyId, FieldId};
use jiff::Timestamp;
use provisioning_core::{
    Changed, Classified, Delivery, Endpoint, Evidence, Flag, Hinted, Reason, Urgency, classify,
};
use serde_json::{Value, json};

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
    classify(&Delivery::new(&event(body), endpoint), now())
}

fn hinted(endpoint: Endpoint, body: &Value) -> Hinted {
    match at(endpoint, body) {
        Classified::Hint(hinted) => hinted,
        other => panic!("no hint: {other:?}"),
    }
}

#[test]
fn the_event_table_holds_row_by_row() {
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
        classify(&delivery.of_company(company), now())
    };
    assert!(matches!(of(Some(CompanyId::from(7))), Classified::Hint(_)));
    assert!(matches!(of(None), Classified::Hint(_)));
    assert_eq!(
        of(Some(CompanyId::from(8))),
        Classified::Dead(Reason::WrongCompany)
    );
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
