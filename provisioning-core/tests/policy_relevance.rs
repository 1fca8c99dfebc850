//! Which updates a policy can leave alone.

use hibob_client::{EmployeeId, FieldId, FieldInventory};
use jiff::Timestamp;
use provisioning_core::{
    Catalog, Changed, Decision, Disposition, Evidence, Facts, Hint, Memory, Policy, Reason,
    Urgency, decide,
};
use serde_json::json;

const POLICY: &str = r#"
platform = "p"
[scope]
when = "work.siteId == '1'"
[time]
zone = "UTC"
[user]
group = "507f1f77bcf86cd799439011"
mail = "email"
first_name = "firstName"
[custom_fields]
"Unit" = "work.custom.field_1 | table('units')"
[tables.units]
A = "B"
[manager]
from = "work.reportsTo.id"
[[groups]]
group = "507f1f77bcf86cd799439012"
when = "work.department == '2'"
"#;

/// The fields that the company has; whatever else is named is unknown.
const KNOWN: [&str; 24] = [
    "about.hobbies",
    "employee.lastDayOfWork",
    "employee.recentLeaveStartDate",
    "home.mobilePhone",
    "internal.lifecycleStatus",
    "internal.notice",
    "internal.status",
    "internal.terminationDate",
    "root.displayName",
    "root.email",
    "root.firstName",
    "root.fullName",
    "root.id",
    "work.custom.field_1",
    "work.custom.field_2",
    "work.department",
    "work.manager",
    "work.originalStartDate",
    "work.reportsTo",
    "work.site",
    "work.siteId",
    "work.startDate",
    "work.title",
    "work.workPhone",
];

fn bound(text: &str) -> Policy {
    let inventory: Vec<_> = KNOWN.iter().map(|id| json!({ "id": id })).collect();
    let inventory: FieldInventory = serde_json::from_value(json!(inventory)).expect("an inventory");
    let policy = Policy::parse(text).expect("the policy is right");
    let catalog = Catalog::default().with_fields(inventory);
    policy.bind(catalog).expect("it fits")
}

/// Whether an update of these fields is left alone without any read.
fn is_left_alone(policy: &Policy, fields: &[&str]) -> bool {
    let now: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a time");
    let employee = EmployeeId::try_from("101").expect("an id");
    let fields = fields
        .iter()
        .map(|id| FieldId::parse(id).expect("an id"))
        .collect();
    let hint = Hint::new(
        Evidence::Updated,
        Changed::Fields(fields),
        Urgency::Normal,
        now,
    );
    let memory = Memory::default();
    let decision = decide(policy, &employee, &hint, &memory, &Facts::default(), now);
    matches!(decision, Decision::Verdict(verdict)
        if verdict.disposition == Disposition::NoOp(Reason::Irrelevant))
}

#[test]
fn ev_15_fields_that_no_rule_reads_are_left_alone() {
    let policy = bound(POLICY);
    let idle = [
        "about.hobbies",
        "home.mobilePhone",
        "work.custom.field_2",
        "work.title",
        "work.workPhone",
    ];
    for field in idle {
        assert!(is_left_alone(&policy, &[field]), "{field}");
    }
    assert!(is_left_alone(&policy, &idle));
}

#[test]
fn ev_15_fields_of_every_rule_their_aliases_and_all_dates_matter() {
    let policy = bound(POLICY);
    for field in [
        // Account fields, and another name of one.
        "root.email",
        "root.firstName",
        "root.displayName",
        // The scope, a custom field, the manager, a group.
        "work.siteId",
        "work.site",
        "work.custom.field_1",
        "work.reportsTo",
        "work.manager",
        "work.department",
        // Lifecycle and dates.
        "internal.status",
        "internal.lifecycleStatus",
        "internal.terminationDate",
        "internal.notice",
        "employee.lastDayOfWork",
        "employee.recentLeaveStartDate",
        "work.startDate",
        "work.originalStartDate",
    ] {
        assert!(!is_left_alone(&policy, &[field]), "{field}");
        assert!(!is_left_alone(&policy, &["work.title", field]), "{field}");
    }
}

#[test]
fn ev_15_with_a_calculated_field_nothing_is_left_alone() {
    let policy = bound(&POLICY.replace("\"firstName\"", "\"fullName\""));
    assert!(!is_left_alone(&policy, &["about.hobbies"]));
}

#[test]
fn ev_16_a_field_that_nobody_knows_is_looked_at() {
    let policy = bound(POLICY);
    assert!(!is_left_alone(&policy, &["work.newField"]));
    assert!(!is_left_alone(&policy, &["about.hobbies", "work.newField"]));
    let unbound = Policy::parse(POLICY).expect("the policy is right");
    assert!(!is_left_alone(&unbound, &["about.hobbies"]));
    assert!(!is_left_alone(&policy, &[]), "an empty list tells nothing");
}
