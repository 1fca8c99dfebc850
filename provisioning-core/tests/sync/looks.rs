//! What a host can ask without anything being done: one person, or another policy.

use provisioning_core::driver::{Store, SurveyError, Whom};
use provisioning_core::policy::Depth;
use provisioning_core::preview::Effect;
use provisioning_core::quarantine::{Call, Jitter, Lane};
use provisioning_core::{ActionKind, Disposition, Policy, Reason, Side};
use serde_json::json;

use crate::world::{POLICY, World, employee, user};

#[tokio::test]
async fn explain_says_what_would_be_done_now_and_does_nothing() {
    let mut world = World::new();
    world.in_step(0..40);
    world.sync(Depth::Light).await;
    world.terminate(1);
    let before = world.store().memory(&employee(1));
    for _ in 0..2 {
        let explained = world.driver.explain(&employee(1), world.now).await;
        let explained = explained.expect("it can be read");
        assert_eq!(explained.disposition, Disposition::Apply(Reason::Leaver));
        assert_eq!(explained.run.len(), 1);
        assert!(explained.is_known);
        let text = explained.verdict.explanation.to_string();
        assert!(text.contains("leaver on 2026-03-02"), "{text}");
    }
    assert!(world.effects().is_empty());
    assert_eq!(world.store().memory(&employee(1)), before);
    let ledger = world.store().ledger().await.expect("the store holds");
    assert_eq!(ledger.value, provisioning_core::Ledger::default());
    assert!(
        world.after(3_600).await.decided.is_empty(),
        "nobody is queued"
    );
}

#[tokio::test]
async fn explain_says_what_the_guards_would_hold() {
    let mut world = World::new();
    world.in_step(0..40);
    world.sync(Depth::Light).await;
    for number in 0..5 {
        world.terminate(number);
    }
    world.sync(Depth::Light).await;
    world.terminate(9);
    let explained = world.driver.explain(&employee(9), world.now).await;
    let explained = explained.expect("it can be read");
    let held = Disposition::Hold(Reason::MassDeactivation);
    assert_eq!(explained.disposition, held);
    assert_eq!((explained.run.len(), explained.held.len()), (0, 1));
    let ledger = world.store().ledger().await.expect("the store holds").value;
    assert_eq!(ledger.holds().len(), 0, "nothing was held for it");
}

#[tokio::test]
async fn explain_knows_people_who_are_gone_or_were_never_there() {
    let world = World::new();
    world.in_step(0..2);
    let nobody = world.driver.explain(&employee(77), world.now).await;
    let nobody = nobody.expect("it can be read");
    assert_eq!(nobody.disposition, Disposition::NoOp(Reason::NotVisible));
    assert!(!nobody.is_known);
}

#[tokio::test]
async fn explain_and_survey_do_not_call_an_api_that_is_stopped() {
    let world = World::new();
    world.in_step(0..2);
    let mut quarantine = world.store().quarantine().await.expect("the store holds");
    for _ in 0..3 {
        quarantine.note(Lane::Source, Call::Refused, Jitter::default(), world.now);
    }
    let stored = world.store().replace_quarantine(&quarantine).await;
    stored.expect("the store holds");
    let explained = world.driver.explain(&employee(1), world.now).await;
    let closed = |error: SurveyError| {
        matches!(
            error,
            SurveyError::Closed {
                side: Side::Source,
                ..
            }
        )
    };
    assert!(explained.is_err_and(closed));
    assert!(world.try_survey(Depth::Light).await.is_err_and(closed));
    assert_eq!(world.calls(), crate::world::Calls::default());
}

#[tokio::test]
async fn preview_compares_two_policies_over_everybody_and_writes_nothing() {
    let world = World::new();
    world.in_step(0..150);
    world.model().set(&user(3), "job", json!("Boss"));
    let new = Policy::parse(&format!("{POLICY}organization = \"work.title\"\n"));
    let new = new.expect("the policy is right");
    let mut told = Vec::new();
    let preview = world
        .driver
        .preview(&new, &Whom::Everybody, world.now, &mut |it| told.push(it))
        .await
        .expect("both can be listed");
    assert_eq!((preview.compared(), preview.undecided()), (150, 0));
    let changes: Vec<_> = preview.changes().collect();
    let people: Vec<_> = changes
        .iter()
        .map(|(effect, it)| (*effect, it.people))
        .collect();
    // One of them is edited under both, with another field under the new one.
    let expected = [(Effect::Does(ActionKind::Edit), 149), (Effect::Differs, 1)];
    assert_eq!(people, expected);
    assert_eq!(changes[1].1.samples, [employee(3)]);
    assert!(world.effects().is_empty());
    let calls = world.calls();
    assert_eq!((calls.lists, calls.searches, calls.writes), (3, 2, 0));
    assert_eq!(told.len(), 5);
}

#[tokio::test]
async fn preview_of_some_people_asks_for_them_only() {
    let world = World::new();
    world.in_step(0..10);
    let new = Policy::parse(&POLICY.replace("job = \"work.title\"", ""));
    let new = new.expect("the policy is right");
    world.model().set(&user(3), "job", json!("Boss"));
    let some = Whom::These([employee(2), employee(3)].into());
    let preview = world
        .driver
        .preview(&new, &some, world.now, &mut |_| {})
        .await
        .expect("they can be read");
    assert_eq!(preview.compared(), 2);
    let changes: Vec<_> = preview
        .changes()
        .map(|(effect, it)| (effect, it.people))
        .collect();
    assert_eq!(changes, [(Effect::Leaves(ActionKind::Edit), 1)]);
    assert_eq!(world.calls().lists, 0);
}
