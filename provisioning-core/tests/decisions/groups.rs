//! Groups: granted by rules, taken back only if we granted them.

use learning360_client::{Role, Visibility};
use provisioning_core::sync::{BatchKind, batch};
use provisioning_core::{Effect, Unavailable};
use provisioning_core::{Evidence, Memory, Next, Outcome, Policy, Reason, absorb};
use serde_json::json;

use crate::model::GROUP;
use crate::stage::{ADA, POLICY, Stage, USER, Way, both_ways, findings};

const MAIL: &str = "ada@example.com";
const ROOT: &str = "507f1f77bcf86cd799439000";
const A: &str = "507f1f77bcf86cd7994390aa";
const B: &str = "507f1f77bcf86cd7994390bb";
const RULES: &str = r#"
[[groups]]
group = "507f1f77bcf86cd7994390aa"
when = "work.department == 'a'"
[[groups]]
group = "507f1f77bcf86cd7994390bb"
when = "work.department == 'b'"
"#;

both_ways! {
    grp_01_a_department_makes_a_learner: grp_01_a_department_makes_a_learner_by_event,
        grp_01_a_department_makes_a_learner_by_sync;
    grp_02_another_name_moves_nobody: grp_02_another_name_moves_nobody_by_event,
        grp_02_another_name_moves_nobody_by_sync;
    grp_03_a_department_without_a_rule_is_reported: grp_03_a_department_without_a_rule_is_reported_by_event,
        grp_03_a_department_without_a_rule_is_reported_by_sync;
    grp_04_a_group_that_does_not_exist_stops_nothing:
        grp_04_a_group_that_does_not_exist_stops_nothing_by_event,
        grp_04_a_group_that_does_not_exist_stops_nothing_by_sync;
    grp_05_a_mover_leaves_the_group_that_we_granted:
        grp_05_a_mover_leaves_the_group_that_we_granted_by_event,
        grp_05_a_mover_leaves_the_group_that_we_granted_by_sync;
    grp_05_nothing_is_taken_back_where_the_policy_says_never:
        grp_05_nothing_is_taken_back_where_the_policy_says_never_by_event,
        grp_05_nothing_is_taken_back_where_the_policy_says_never_by_sync;
    grp_05_a_group_that_others_gave_stays: grp_05_a_group_that_others_gave_stays_by_event,
        grp_05_a_group_that_others_gave_stays_by_sync;
    grp_05_what_would_go_too_is_listed_and_stays: grp_05_what_would_go_too_is_listed_and_stays_by_event,
        grp_05_what_would_go_too_is_listed_and_stays_by_sync;
    grp_06_a_coach_stays_a_coach: grp_06_a_coach_stays_a_coach_by_event,
        grp_06_a_coach_stays_a_coach_by_sync;
}

/// Ada, linked, in a department.
fn ada_in(department: &str) -> Stage {
    let stage = ada(RULES);
    move_to(&stage, department);
    stage
}

/// Ada, linked, under these rules; all groups are private.
fn ada(rules: &str) -> Stage {
    let stage = Stage::plus(rules).linked(ADA, USER, MAIL);
    stage.model.group(ROOT, None, Visibility::Private);
    for group in [GROUP, A, B] {
        stage.model.group(group, Some(ROOT), Visibility::Private);
    }
    stage
}

fn move_to(stage: &Stage, department: &str) {
    stage.person(ADA, MAIL, &[("work.department", Some(department))]);
}

fn learner(groups: &[&str]) -> Vec<String> {
    groups
        .iter()
        .map(|group| format!("learner:{group}"))
        .collect()
}

async fn grp_01_a_department_makes_a_learner(way: Way) {
    let mut stage = ada_in("a");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let plan = format!("1. add_membership learner:{A} because granted");
    assert_eq!(decided.plan.to_string(), plan);
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, A]));
}

async fn grp_02_another_name_moves_nobody(way: Way) {
    let rule = format!("[[groups]]\ngroup = \"{A}\"\nwhen = \"work.title == 't1'\"\n");
    let mut stage = ada(&format!("job = \"work.title | label('title')\"\n{rule}"));
    stage.person(ADA, MAIL, &[("work.title", Some("t1"))]);
    stage.by(way, ADA, Evidence::Updated).await;
    "Another name".clone_into(&mut stage.model.lock().title);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.plan.to_string(), "1. edit job because difference");
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, A]));
}

async fn grp_03_a_department_without_a_rule_is_reported(way: Way) {
    let mut stage = ada_in("z");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["group_unmapped"]);
    assert_eq!(stage.model.roles(USER), learner(&[GROUP]));
}

async fn grp_04_a_group_that_does_not_exist_stops_nothing(way: Way) {
    // Known from the list of groups, or only when the call is refused.
    for broken in [None, Some("Groups")] {
        let mut stage = ada_in("a");
        stage
            .model
            .lock()
            .groups
            .retain(|group| group.id.as_str() != A);
        stage.model.lock().broken.extend(broken);
        stage.model.set(USER, "firstName", json!("Augusta"));
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(findings(&decided), [format!("group_not_found({A})")]);
        assert_eq!(stage.model.text(USER, "firstName").as_deref(), Some("Ada"));
        assert!(stage.after(3_600).await.len() <= 1, "no storm of retries");
    }
}

async fn grp_05_a_mover_leaves_the_group_that_we_granted(way: Way) {
    let mut stage = ada_in("a");
    stage.by(way, ADA, Evidence::Updated).await;
    move_to(&stage, "b");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let plan = format!(
        "1. add_membership learner:{B} because granted\n2. remove_membership learner:{A} because no_longer_granted"
    );
    assert_eq!(decided.plan.to_string(), plan);
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, B]));
}

async fn grp_05_nothing_is_taken_back_where_the_policy_says_never(way: Way) {
    let mut stage = ada(&format!("{RULES}[memberships]\nrevoke = \"never\"\n"));
    move_to(&stage, "a");
    stage.by(way, ADA, Evidence::Updated).await;
    move_to(&stage, "b");
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, A, B]));
}

#[tokio::test]
async fn grp_05_what_was_granted_without_an_answer_is_ours_too() {
    let mut stage = ada_in("a");
    stage.model.lock().surprises = vec![(true, Outcome::Unanswered)];
    stage.event(ADA, Evidence::Updated).await;
    stage.after(60).await;
    move_to(&stage, "b");
    stage.event(ADA, Evidence::Updated).await;
    stage.after(60).await;
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, B]));
}

async fn grp_05_a_group_that_others_gave_stays(way: Way) {
    let mut stage = ada_in("b");
    stage.model.role(USER, Role::Learner, A);
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, A, B]));
}

/// A public group below A is left with A, so A stays while somebody else's grant hangs on it.
async fn grp_05_what_would_go_too_is_listed_and_stays(way: Way) {
    const BELOW: &str = "507f1f77bcf86cd7994390ab";
    let mut stage = ada_in("a");
    stage.model.group(BELOW, Some(A), Visibility::Public);
    stage.by(way, ADA, Evidence::Updated).await;
    stage.model.role(USER, Role::Learner, BELOW);
    move_to(&stage, "b");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert!(decided.explanation.to_string().contains(BELOW));
    assert_eq!(stage.model.roles(USER), learner(&[GROUP, A, BELOW, B]));
}

async fn grp_06_a_coach_stays_a_coach(way: Way) {
    let mut stage = ada_in("b");
    stage.model.role(USER, Role::Coach, A);
    stage.by(way, ADA, Evidence::Updated).await;
    assert!(stage.model.roles(USER).contains(&format!("coach:{A}")));
}

#[tokio::test]
async fn grp_06_roles_that_we_may_not_read_change_nothing_and_are_not_asked_for_again() {
    let mut stage = ada_in("a");
    stage.model.lock().refused.insert("Roles");
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), [format!("fix_config({GROUP})")]);
    assert!(stage.model.effects().is_empty());
    stage.after(25).await;
    assert!(stage.after(3_600).await.is_empty());
}

#[tokio::test]
async fn grp_08_everybody_is_created_in_the_default_group() {
    let without = POLICY.replace(&format!("group = \"{GROUP}\""), "");
    assert!(Policy::parse(&without).is_err(), "known at load");
    let mut stage = ada_in("z");
    stage.model.lock().users.clear();
    stage.model.lock().links.clear();
    stage.event(ADA, Evidence::Created).await;
    let user = format!("{:024x}", 1);
    assert_eq!(stage.model.roles(&user), learner(&[GROUP]));
}

#[tokio::test]
async fn grp_10_five_thousand_additions_are_one_call_and_three_failures_concern_three_people() {
    let mut stage = ada_in("a");
    let decided = stage.event(ADA, Evidence::Updated).await;
    let people: Vec<hibob_client::EmployeeId> = (1..=5_000)
        .map(|id: u32| id.to_string().as_str().try_into().expect("an id"))
        .collect();
    let step = &decided.plan.steps()[0];
    let batches = batch(people.iter().map(|id| (id, step)), 200);
    assert_eq!(batches.len(), 1);
    assert_eq!(batches[0].kind, BatchKind::Add);
    assert_eq!(batches[0].items.len(), 5_000);
    let failed = [17, 400, 4_999];
    let after = |(index, id): (usize, &hibob_client::EmployeeId)| {
        let outcome = if failed.contains(&index) {
            Outcome::Unavailable(Unavailable::Broken)
        } else {
            Outcome::Done(Effect::Plain)
        };
        absorb(id, &Memory::default(), step, &outcome, stage.now).next
    };
    let next: Vec<_> = people.iter().enumerate().map(after).collect();
    let retried = next
        .iter()
        .filter(|next| matches!(next, Next::RetryAt(_, Reason::Unavailable)));
    assert_eq!(retried.count(), 3);
    let done = next.iter().filter(|next| **next == Next::Continue);
    assert_eq!(done.count(), 4_997);
}
