//! Events and what the record makes of them.

use jiff::SignedDuration;
use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, POLICY, Stage, USER, active};

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
async fn ev_02_an_account_in_sync_costs_three_reads_and_no_write() {
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
        3,
        "the record, the link and the user"
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
