//! Events and what the record makes of them.

use hibob_client::{EmployeeId, FieldId, FieldInventory};
use jiff::SignedDuration;
use provisioning_core::{
    Answer, Catalog, Changed, Decision, Disposition, Evidence, Facts, Hint, Memory, Policy, Query,
    Reason, Seq, Urgency, decide,
};
use serde_json::json;

use crate::stage::{ADA, NOW, POLICY, Stage, USER, active};

/// Hosts move turns between threads.
#[test]
fn a_turn_is_send() {
    fn check<T: Send>(_: T) {}
    let stage = Stage::new();
    check(stage.driver.turn(stage.now));
}

#[tokio::test]
async fn ev_01_a_new_employee_gets_an_account_that_is_linked_first() {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    let decided = stage.event(ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Provision));
    let user = format!("{:024x}", 1);
    assert_eq!(
        stage.model.effects(),
        [format!("create {user}"), format!("link {user}")]
    );
    assert_eq!(stage.model.text(&user, "firstName").as_deref(), Some("Ada"));
}

#[tokio::test]
async fn ev_02_an_account_in_sync_costs_four_reads_and_no_write() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "Ada@Example.com ");
    stage.event(ADA, Evidence::Updated).await;
    stage.model.lock().reads.clear();
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
    assert_eq!(
        stage.model.lock().reads.len(),
        4,
        "the record, the link, the user and the roles"
    );
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn ev_26_a_read_soon_after_an_event_is_repeated_once() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.due, Some(stage.now + SignedDuration::from_secs(23)));
    assert_eq!(stage.after(22).await.len(), 0);
    let second = stage.after(1).await.pop().expect("the second look");
    assert_eq!(second.due, None, "such a look never causes another");
}

#[tokio::test]
async fn ev_04_an_active_period_that_began_after_the_deactivation_restores() {
    let mut stage = Stage::new().linked(ADA, USER, "ada@example.com");
    let mut record = active("ada@example.com");
    record[5].1 = Some("2026-03-01");
    stage.model.person(ADA, &record);
    stage.model.set(USER, "status", json!("deleted"));
    stage
        .model
        .set(USER, "deletedAt", json!(["2026-02-01T10:00:00.000Z"]));
    let decided = stage.event(ADA, Evidence::Activated).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Returned));
    assert_eq!(stage.model.effects(), [format!("restore {USER}")]);
}

#[tokio::test]
async fn dat_01_a_hidden_field_changes_nothing_and_null_clears_only_if_allowed() {
    let policy = POLICY.replace(
        "last_name = \"surname\"",
        "last_name = \"surname\"\njob = \"work.title\"\nphone = { value = \"work.workPhone\", clear = true }\norganization = \"work.department\"",
    );
    let mut stage = Stage::with(&policy).linked(ADA, USER, "ada@example.com");
    let mut record = active("ada@example.com").to_vec();
    record.extend([("work.workPhone", None), ("work.department", None)]);
    stage.model.person(ADA, &record);
    for member in ["job", "phone", "organization"] {
        stage.model.set(USER, member, json!("kept"));
    }
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.plan.to_string(), "1. edit phone because difference");
    assert_eq!(decided.findings[0].to_string(), "source_field_missing(job)");
    assert_eq!(stage.model.text(USER, "phone"), None);
}

#[tokio::test]
async fn dat_10_a_default_is_for_new_accounts_only() {
    let policy = POLICY.replace(
        "last_name = \"surname\"",
        "last_name = \"surname\"\njob = { value = \"work.title\", default = \"Colleague\" }",
    );
    let mut stage = Stage::with(&policy).linked(ADA, USER, "ada@example.com");
    let mut record = active("ada@example.com").to_vec();
    record.push(("work.title", None));
    stage.model.person(ADA, &record);
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
    let mut record = active("grace@example.com").to_vec();
    record.push(("work.title", None));
    stage.model.person("102", &record);
    stage.event("102", Evidence::Created).await;
    assert_eq!(
        stage.model.text(&format!("{:024x}", 1), "job").as_deref(),
        Some("Colleague")
    );
}

#[test]
fn ord_07_answers_from_before_the_hint_are_asked_for_again() {
    let policy = Policy::parse(POLICY).expect("right");
    let employee = EmployeeId::try_from(ADA).expect("an id");
    let now = NOW.parse().expect("a time");
    let hint = Hint::new(
        Evidence::Inactivated,
        Changed::Unknown,
        Urgency::Urgent,
        now,
    );
    let hint = hint.stamped(Seq(5));
    let person = Query::Person(employee.clone());
    let needs = |after| {
        let mut facts = Facts::default();
        facts.insert(person.clone(), Seq(after), Answer::NotFound);
        match decide(&policy, &employee, &hint, &Memory::default(), &facts, now) {
            Decision::Need {
                queries,
                newer_than,
            } => {
                assert_eq!(newer_than, Seq(5));
                queries.contains(&person)
            }
            Decision::Verdict(verdict) => panic!("too early: {verdict:?}"),
        }
    };
    assert!(needs(4));
    assert!(!needs(5));
}

#[test]
fn ev_15_and_16_only_known_fields_that_nothing_uses_are_left_alone() {
    let policy = Policy::parse(POLICY).expect("right");
    let ids = [
        "root.id",
        "root.email",
        "root.firstName",
        "root.surname",
        "home.mobilePhone",
    ];
    let inventory: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    let inventory: FieldInventory = serde_json::from_value(json!(inventory)).expect("an inventory");
    let catalog = Catalog::default().with_fields(inventory);
    let bound = policy.bind(catalog).expect("it fits");
    let employee = EmployeeId::try_from(ADA).expect("an id");
    let now = NOW.parse().expect("a time");
    let is_left_alone = |policy: &Policy, fields: &[&str], memory: &Memory| {
        let fields = fields
            .iter()
            .map(|id| FieldId::parse(id).expect("an id"))
            .collect();
        let changed = Changed::Fields(fields);
        let hint = Hint::new(Evidence::Updated, changed, Urgency::Normal, now);
        let decision = decide(policy, &employee, &hint, memory, &Facts::default(), now);
        matches!(decision, Decision::Verdict(verdict)
            if verdict.disposition == Disposition::NoOp(Reason::Irrelevant))
    };
    let quiet = Memory::default();
    assert!(is_left_alone(&bound, &["home.mobilePhone"], &quiet));
    assert!(
        !is_left_alone(&policy, &["home.mobilePhone"], &quiet),
        "unbound"
    );
    assert!(
        !is_left_alone(&bound, &["home.mobilePhone", "root.email"], &quiet),
        "one is used"
    );
    assert!(
        !is_left_alone(&bound, &["home.newField"], &quiet),
        "one is unknown"
    );
    assert!(
        !is_left_alone(&bound, &["root.displayName"], &quiet),
        "another name of one"
    );
    for pending in [
        json!({ "create": { "mail": "ada@example.com", "tries": 1 } }),
        json!({ "attempts": 1 }),
        json!({ "wait": { "at": NOW, "on": [] } }),
        json!({ "departure": { "evidence": "deleted", "seq": 1, "at": NOW } }),
    ] {
        let memory: Memory = serde_json::from_value(pending.clone()).expect("a memory");
        assert!(
            !is_left_alone(&bound, &["home.mobilePhone"], &memory),
            "{pending}"
        );
    }
    let later = json!({ "wait": { "at": "2026-04-01T00:00:00Z", "on": [] } });
    let memory: Memory = serde_json::from_value(later).expect("a memory");
    assert!(
        is_left_alone(&bound, &["home.mobilePhone"], &memory),
        "what is planned stays so"
    );
}

#[tokio::test]
async fn ids_are_texts_and_numbers_are_numbers_in_expressions() {
    let policy = POLICY.replace(
        "[time]",
        "[scope]\nwhen = \"work.siteId in ['7'] and work.employeeIdInCompany > 41\"\n[time]",
    );
    for (site, number, inside) in [(7, 42, true), (8, 42, false), (7, 41, false)] {
        let mut stage = Stage::with(&policy).active(ADA, "ada@example.com");
        stage.model.edit(ADA, |record| {
            record["work"]["siteId"] = json!(site);
            record["work"]["employeeIdInCompany"] = json!(number);
        });
        let decided = stage.event(ADA, Evidence::Created).await;
        let expected = if inside {
            Disposition::Apply(Reason::Provision)
        } else {
            Disposition::NoOp(Reason::OutOfScope)
        };
        assert_eq!(decided.disposition, expected, "{site}, {number}");
    }
}

#[tokio::test]
async fn null_is_null_unless_the_expression_handles_it() {
    let policy = POLICY.replace(
        "[user]",
        "[user]\nphone = \"first_of(work.workPhone, work.workMobile)\"\njob = \"work.workPhone | trim\"",
    );
    let mut stage = Stage::with(&policy);
    let mut record = active("ada@example.com").to_vec();
    record.extend([("work.workPhone", None), ("work.workMobile", Some("0612"))]);
    stage.model.person(ADA, &record);
    let decided = stage.event(ADA, Evidence::Created).await;
    let user = format!("{:024x}", 1);
    assert_eq!(stage.model.text(&user, "phone").as_deref(), Some("0612"));
    assert_eq!(stage.model.text(&user, "job"), None);
    assert!(
        decided.findings.is_empty(),
        "an empty field is nothing to report"
    );
}
