//! What a verdict says of itself: names and ids, stage by stage, and never a value.

use provisioning_core::{Evidence, Outcome, Unavailable};
use serde_json::json;

use crate::model::GROUP;
use crate::stage::{ADA, POLICY, Stage, USER, on_leave};

const MAIL: &str = "canary@example.com";

/// A policy that reads something for everything.
fn policy() -> String {
    let policy = POLICY.replace("[user]", "[scope]\nwhen = \"work.site == 'here'\"\n[user]");
    format!(
        r#"{policy}
job = {{ value = "work.title", when = "fill_if_empty" }}
lang = {{ value = "'fr'", when = "create_only" }}
[custom_fields]
"Team" = "work.department"
[manager]
from = "work.reportsTo.id"
[[groups]]
group = "507f1f77bcf86cd799439012"
when = "work.department == 'canary'"
"#
    )
}

fn stage() -> Stage {
    let stage = Stage::with(&policy());
    let more = [
        ("work.site", Some("here")),
        ("work.title", Some("canary")),
        ("work.department", Some("canary")),
        ("work.reportsTo", None),
    ];
    stage.person(ADA, MAIL, &more);
    stage.model.custom_field("5f0000000000000000000001", "Team");
    for group in [GROUP, "507f1f77bcf86cd799439012"] {
        let visible = learning360_client::Visibility::Private;
        stage.model.group(group, None, visible);
    }
    stage
}

const ORIGINS: &str = "\
origin    scope from work.site
origin    mail from root.email
origin    firstName from root.firstName
origin    lastName from root.surname
origin    job from work.title, where there is nothing yet
origin    lang, the same for everybody, for new accounts only
origin    custom field Team from work.department
origin    manager from work.reportsTo
origin    group 507f1f77bcf86cd799439012 from work.department
";

#[tokio::test]
async fn a_new_account_is_explained_from_its_standing_to_its_reason() {
    let mut stage = stage();
    let explained = stage.event(ADA, Evidence::Created).await.explanation;
    let expected = format!(
        "\
standing  active on 2026-03-02
scope     in scope
match     no account is linked, and none has the mail
{ORIGINS}fields    custom field Team differs
groups    learner of group 507f1f77bcf86cd799439012 by a rule
guard     create is charged as invitation
reason    apply(provision)"
    );
    assert_eq!(explained.to_string(), expected);
}

#[tokio::test]
async fn a_difference_is_explained_with_what_it_costs() {
    let mut stage = stage().linked(ADA, USER, "old@example.com");
    stage.model.set(USER, "firstName", json!("Augusta"));
    let explained = stage.event(ADA, Evidence::Updated).await.explanation;
    let expected = format!(
        "\
standing  active on 2026-03-02
scope     in scope
match     user {USER} by link
{ORIGINS}fields    mail differs
fields    firstName differs
fields    job differs
fields    custom field Team differs
groups    learner of group 507f1f77bcf86cd799439012 by a rule
guard     edit is charged as email_change
reason    apply(difference)"
    );
    assert_eq!(explained.to_string(), expected);
}

#[tokio::test]
async fn what_is_left_alone_is_explained_too() {
    let mut stage = stage().linked(ADA, USER, MAIL);
    stage.person(ADA, MAIL, &[("work.site", Some("there"))]);
    let explained = stage.event(ADA, Evidence::Updated).await.explanation;
    let expected = format!(
        "\
standing  active on 2026-03-02
scope     out of scope
match     user {USER} by link
origin    scope from work.site
reason    no_op(out_of_scope)"
    );
    assert_eq!(explained.to_string(), expected);
}

#[tokio::test]
async fn what_the_guards_hold_stands_before_the_reason() {
    let policy = format!("{POLICY}[guards]\ndeactivations = 0\n");
    let mut stage = Stage::with(&policy).linked(ADA, USER, MAIL);
    stage.model.person(ADA, &on_leave(MAIL));
    let explained = stage.event(ADA, Evidence::Inactivated).await.explanation;
    let expected = format!(
        "\
standing  on_leave on 2026-03-02
scope     in scope
match     user {USER} by link
guard     deactivate is charged as deactivation
guard     deactivate:{USER} is held: mass_deactivation
reason    apply(leave_began)"
    );
    assert_eq!(explained.to_string(), expected);
}

#[tokio::test]
async fn a_step_says_on_what_evidence_it_stands() {
    // Bob deleted the record.
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    let decided = stage.event(ADA, Evidence::Deleted).await;
    let plan = "1. deactivate because source_gone, by the sign deleted and absence";
    assert_eq!(decided.plan.to_string(), plan);
    // Bob revoked the access, and the record is active until its day.
    let revoking = format!("{POLICY}[events]\naccess_revoked = \"deactivate\"\n");
    let mut stage = Stage::with(&revoking)
        .active(ADA, MAIL)
        .linked(ADA, USER, MAIL);
    let decided = stage.event(ADA, Evidence::Revoked).await;
    let plan = "1. deactivate because revoked_at_once, by the sign revoked";
    assert_eq!(decided.plan.to_string(), plan);
    // Bob announced it, and gives no answer since.
    let alone = format!("{POLICY}[lifecycle]\nact_on_event_after = \"1h\"\n");
    let mut stage = Stage::with(&alone).linked(ADA, USER, MAIL);
    stage.model.lock().broken.insert("Person");
    stage.event(ADA, Evidence::Inactivated).await;
    let decided = stage.after(3_600).await.pop().expect("it is due");
    let plan = "1. deactivate because event_only, by the sign inactivated";
    assert_eq!(decided.plan.to_string(), plan);
    // The record says so itself.
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    stage.model.person(ADA, &on_leave(MAIL));
    let decided = stage.event(ADA, Evidence::Inactivated).await;
    assert_eq!(
        decided.plan.to_string(),
        "1. deactivate because leave_began"
    );
    // It stands in the stored form, and that of before it did can be read.
    let mut stored = serde_json::to_value(&decided.plan).expect("plain data");
    assert_eq!(stored[0]["grounds"], "record");
    stored[0].as_object_mut().expect("a step").remove("grounds");
    let read: provisioning_core::Plan = serde_json::from_value(stored).expect("a plan");
    assert_eq!(read, decided.plan);
}

#[tokio::test]
async fn an_explanation_holds_no_value() {
    let mut stage = stage();
    let unanswered = (true, Outcome::Unavailable(Unavailable::Broken));
    stage.model.lock().surprises.push(unanswered);
    for evidence in [Evidence::Created, Evidence::Updated, Evidence::Deleted] {
        let decided = stage.event(ADA, evidence).await;
        let text = format!(
            "{} {:?} {}",
            decided.explanation, decided.findings, decided.plan
        );
        assert!(
            !text.contains("canary") && !text.contains("Lovelace"),
            "{text}"
        );
    }
}
