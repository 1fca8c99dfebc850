//! A run goes exactly by what was approved, or by the facts: one or the other.

use provisioning_core::driver::{Approval, Begun, RunMode, RunState, RunStore, Store};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use provisioning_core::{Disposition, Evidence, Outcome, Reason, Unavailable};
use serde_json::json;

use crate::world::{SILENT, World, employee, user};

#[tokio::test]
async fn cfg_03_whoever_needs_something_else_by_then_is_refused_as_stale() {
    let mut world = World::new();
    world.in_step(0..5);
    for number in 1..4 {
        world.model().set(&user(number), "job", json!("Boss"));
    }
    let survey = world.survey(Depth::Light).await;
    assert_eq!(survey.people.len(), 3);
    // One is in step again, one needs something else.
    world.model().set(&user(2), "job", json!("Engineer"));
    world.record(3, &[("work.title", Some("Director"))]);
    let run = world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(world.effects(), [format!("edit {}", user(1))]);
    let report = &turn.ended[0];
    assert_eq!(report.get(Situation::Update), 1);
    assert_eq!(report.get(Situation::Stale), 1);
    assert_eq!(report.get(Situation::InSync), 3);
    let stale = world.store().finished(run, Situation::Stale).await;
    let stale = stale.expect("the store holds");
    assert_eq!(stale, [(employee(3), Reason::PlanStale)]);
    let refused = turn.decided.iter().find(|it| it.employee == employee(3));
    let refused = refused.expect("it is told");
    assert_eq!(refused.disposition, Disposition::NoOp(Reason::PlanStale));
    assert_eq!(refused.run, Some(run));
    assert!(refused.applied.is_empty());
    // Nothing of it is left in the queue.
    assert_eq!(turn.next_due, None);
}

#[tokio::test]
async fn a_fresh_run_goes_by_the_facts() {
    let mut world = World::new();
    world.in_step(0..3);
    world.model().set(&user(1), "job", json!("Boss"));
    let survey = world.survey(Depth::Light).await;
    world.record(1, &[("work.title", Some("Director"))]);
    world.approved(&survey, RunMode::Fresh).await;
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].get(Situation::Update), 1);
    assert_eq!(
        world.model().text(&user(1), "job").as_deref(),
        Some("Director")
    );
}

#[tokio::test]
async fn rec_03_an_event_during_the_run_lifts_the_exactness() {
    let mut world = World::new();
    world.in_step(0..3);
    world.model().set(&user(1), "job", json!("Boss"));
    let survey = world.survey(Depth::Light).await;
    world.record(1, &[("work.title", Some("Director"))]);
    world.approved(&survey, RunMode::Exact).await;
    world.note(1, Evidence::Updated).await;
    let turn = world.after(2).await;
    assert_eq!(world.effects(), [format!("edit {}", user(1))]);
    assert_eq!(
        world.model().text(&user(1), "job").as_deref(),
        Some("Director")
    );
    assert_eq!(turn.ended[0].get(Situation::Update), 1);
    assert_eq!(turn.ended[0].get(Situation::Stale), 0);
}

#[tokio::test]
async fn rec_03_an_event_that_comes_first_does_the_work_of_the_run() {
    let mut world = World::new();
    world.in_step(0..3);
    world.terminate(1);
    let survey = world.survey(Depth::Light).await;
    world.hire(1);
    world.approved(&survey, RunMode::Exact).await;
    world.note(1, Evidence::Activated).await;
    let turn = world.after(2).await;
    assert!(world.effects().is_empty(), "the record counts");
    assert_eq!(turn.ended[0].get(Situation::Deactivate), 0);
    assert_eq!(turn.ended[0].get(Situation::InSync), 3);
}

#[tokio::test]
async fn cfg_03_plans_of_another_policy_are_refused() {
    let mut world = World::new();
    world.in_step(0..3);
    for number in 10..20 {
        world.hire(number);
    }
    let survey = world.survey(Depth::Light).await;
    world.adopt("organization = \"work.department\"\n");
    let begun = world.begin(&survey, RunMode::Exact, Approval::ByPerson);
    assert_eq!(begun.await, Begun::PolicyChanged);
    assert!(
        world
            .store()
            .runs(1)
            .await
            .expect("the store holds")
            .is_empty()
    );
}

#[tokio::test]
async fn cfg_03_a_run_ends_when_the_policy_changes_under_it() {
    for mode in [RunMode::Exact, RunMode::Fresh] {
        let mut world = World::silent();
        for number in 0..400 {
            world.hire(number);
        }
        let survey = world.survey(Depth::Light).await;
        let run = world.approved(&survey, mode).await;
        world.driver.turn(world.now).await.expect("the store holds");
        let done = world.effects().len();
        assert!(done > 0);
        world.adopt(&format!("organization = \"work.department\"\n{SILENT}"));
        let turn = world.settle().await;
        assert!(
            world.effects().is_empty(),
            "nobody is worked on by the old plans"
        );
        assert_eq!(turn.ended.len(), 1);
        assert_eq!(turn.ended[0].run.state, RunState::Dropped);
        assert!(turn.ended[0].open > 0);
        assert_eq!(turn.ended[0].run.id, run);
        // Planned again under the new one.
        let report = world.sync(Depth::Light).await;
        assert!(report.get(Situation::Create) > 0);
        assert_eq!(report.get(Situation::Stale), 0);
    }
}

#[tokio::test]
async fn an_exact_run_does_not_work_on_whom_it_cannot_read() {
    let mut world = World::new();
    world.in_step(0..3);
    world.model().set(&user(1), "job", json!("Boss"));
    let survey = world.survey(Depth::Light).await;
    world.model().lock().broken.insert("Person");
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert!(world.effects().is_empty());
    assert_eq!(turn.ended[0].get(Situation::Update), 0);
    world.model().lock().broken.clear();
    let due = turn.next_due;
    world.after(86_400).await;
    assert!(
        world.effects().is_empty(),
        "it was not approved for later ({due:?})"
    );
}

#[tokio::test]
async fn a_person_whose_write_fails_is_an_error_of_the_run_and_goes_on_later() {
    let mut world = World::new();
    world.in_step(0..3);
    world.model().set(&user(1), "job", json!("Boss"));
    let survey = world.survey(Depth::Light).await;
    world.ports.network().writes = Some(Outcome::Unavailable(Unavailable::Broken));
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].get(Situation::Error), 1);
    world.ports.network().writes = None;
    world.after(60).await;
    assert_eq!(world.effects(), [format!("edit {}", user(1))]);
}

#[tokio::test]
async fn a_pause_holds_a_run_up_and_loses_nothing() {
    let mut world = World::new();
    for number in 0..30 {
        world.hire(number);
    }
    let survey = world.survey(Depth::Light).await;
    world.approved(&survey, RunMode::Exact).await;
    world.store().pause().await.expect("the store holds");
    world.after(3_600).await;
    assert!(world.effects().is_empty());
    world.store().resume().await.expect("the store holds");
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].get(Situation::Create), 30);
}
