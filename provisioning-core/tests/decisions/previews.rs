//! What a changed policy would do, before it is put in force.

use hibob_client::EmployeeId;
use learning360_client::Visibility;
use provisioning_core::driver::Source;
use provisioning_core::preview::{Effect, Preview};
use provisioning_core::{ActionKind, DigestKey, Facts, Memory, Policy, Seq};

use crate::model::GROUP;
use crate::stage::{POLICY, Stage};

const TEAM: &str = "507f1f77bcf86cd7994390aa";
const PEOPLE: u32 = 12;

/// Twelve people with accounts in step; every third is in department 1.
fn company() -> Stage {
    let mut stage = Stage::new();
    stage.model.group(GROUP, None, Visibility::Private);
    stage.model.group(TEAM, Some(GROUP), Visibility::Private);
    for number in 0..PEOPLE {
        let (id, user, mail) = (id(number), format!("{number:024x}"), mail(number));
        let department = if number % 3 == 0 { "1" } else { "2" };
        stage.person(&id, &mail, &[("work.department", Some(department))]);
        stage = stage.linked(&id, &user, &mail);
    }
    stage
}

fn id(number: u32) -> String {
    (200 + number).to_string()
}

fn mail(number: u32) -> String {
    format!("p{number}@example.com")
}

fn policy(lines: &str) -> Policy {
    let policy = Policy::parse(&format!("{POLICY}{lines}")).expect("the policy is right");
    policy.with_digest_key(DigestKey::new(*b"a key of the test"))
}

/// Compares both policies for everybody; the facts come from the model.
async fn preview(stage: &Stage, old: &Policy, new: &Policy) -> Preview {
    let mut preview = Preview::default();
    for number in 0..PEOPLE {
        let employee = EmployeeId::try_from(id(number)).expect("an id");
        let mut facts = Facts::default();
        for round in 0.. {
            let memory = Memory::default();
            let open = preview.compare(old, new, &employee, &memory, &facts, stage.now);
            let Err(queries) = open else { break };
            assert!(round < 5 && !queries.is_empty(), "{queries:?}");
            for (query, answer) in Source::fetch(&stage.model, &queries).await {
                facts.insert(query, Seq(0), answer);
            }
        }
    }
    preview
}

/// How many people each effect concerns.
fn counts(preview: &Preview) -> Vec<(Effect, u64)> {
    let changes = preview.changes();
    changes
        .map(|(effect, affected)| (effect, affected.people))
        .collect()
}

#[tokio::test]
async fn the_same_policy_changes_nothing() {
    let stage = company();
    let preview = preview(&stage, &policy(""), &policy("")).await;
    assert_eq!(preview.compared(), u64::from(PEOPLE));
    assert_eq!(preview.undecided(), 0);
    assert_eq!(counts(&preview), []);
    assert!(stage.model.effects().is_empty(), "nothing is written");
}

#[tokio::test]
async fn a_new_rule_and_its_end_are_steps_that_come_and_go() {
    let stage = company();
    let rule = format!("[[groups]]\ngroup = \"{TEAM}\"\nwhen = \"work.department == '1'\"\n");
    let (old, new) = (policy(""), policy(&rule));
    let joins = Effect::Does(ActionKind::AddMembership);
    assert_eq!(counts(&preview(&stage, &old, &new).await), [(joins, 4)]);
    let stays = Effect::Leaves(ActionKind::AddMembership);
    assert_eq!(counts(&preview(&stage, &new, &old).await), [(stays, 4)]);
}

#[tokio::test]
async fn other_values_of_the_same_steps_differ() {
    let stage = company();
    let (old, new) = (policy("job = \"'Poet'\"\n"), policy("job = \"'Nurse'\"\n"));
    let preview = preview(&stage, &old, &new).await;
    assert_eq!(counts(&preview), [(Effect::Differs, 12)]);
    let samples = preview
        .changes()
        .next()
        .map(|(_, affected)| affected.samples.clone());
    let samples: Vec<_> = samples.iter().flatten().map(ToString::to_string).collect();
    let first: Vec<_> = (0..10).map(id).collect();
    assert_eq!(samples, first, "the first few are named");
}

#[tokio::test]
async fn a_narrower_scope_is_another_reason_or_a_deactivation() {
    let stage = company();
    let scope = "[scope]\nwhen = \"work.department == '1'\"\n";
    let (wide, narrow) = (policy(""), policy(scope));
    let kept = preview(&stage, &wide, &narrow).await;
    assert_eq!(counts(&kept), [(Effect::Reason, 8)]);
    let leaves = format!("{scope}[lifecycle]\non_out_of_scope = \"deactivate\"\n");
    let gone = preview(&stage, &wide, &policy(&leaves)).await;
    let deactivates = Effect::Does(ActionKind::Deactivate);
    assert_eq!(counts(&gone), [(deactivates, 8)]);
}

#[tokio::test]
async fn whoever_cannot_be_decided_is_counted() {
    let stage = company();
    stage.model.lock().bob_is_down = true;
    let mut preview = preview(&stage, &policy(""), &policy("")).await;
    assert_eq!((preview.compared(), preview.undecided()), (12, 12));
    preview.give_up_on();
    assert_eq!((preview.compared(), preview.undecided()), (12, 13));
}

#[tokio::test]
async fn questions_of_both_policies_are_asked_together() {
    let stage = company();
    let employee = EmployeeId::try_from(id(0)).expect("an id");
    let label = policy("job = \"work.title | label('title')\"\n");
    let mut preview = Preview::default();
    let (memory, facts) = (Memory::default(), Facts::default());
    let open = preview.compare(&policy(""), &label, &employee, &memory, &facts, stage.now);
    let open = format!("{:?}", open.expect_err("nothing is known"));
    assert!(
        open.contains("Person") && open.contains("NamedList"),
        "{open}"
    );
    assert_eq!(preview.compared(), 0, "counted once it is decided");
    assert_eq!(counts(&preview), []);
}
