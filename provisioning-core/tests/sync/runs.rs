//! Runs: what is carried out, by whom, in which order, and what is reported at the end.

use provisioning_core::driver::{
    Approval, Begun, RunMode, RunState, RunStore, Whom, approve, cancel,
};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use provisioning_core::{Evidence, Reason};
use serde_json::json;

use crate::world::{SILENT, World, employee, id, user};

#[tokio::test]
async fn a_run_creates_updates_deactivates_restores_and_reports() {
    let mut world = World::new();
    world.in_step(0..20);
    world.sync(Depth::Light).await;
    world.hire(30);
    world.model().set(&user(1), "job", json!("Boss"));
    world.terminate(2);
    world.model().set(&user(3), "status", json!("deleted"));
    let before = json!(["2024-01-01T10:00:00.000Z"]);
    world.model().set(&user(3), "deletedAt", before);
    world.hire(31);
    world
        .model()
        .user(&user(31), "deleted", &crate::world::mail(31));
    let report = world.sync(Depth::Light).await;
    let counts = [
        (Situation::Create, 1),
        (Situation::Update, 1),
        (Situation::Deactivate, 1),
        (Situation::Restore, 1),
        (Situation::Conflict, 1),
        (Situation::InSync, 17),
        (Situation::Error, 0),
        (Situation::Stale, 0),
    ];
    for (situation, count) in counts {
        assert_eq!(
            report.get(situation),
            count,
            "{situation:?}: {}",
            report.tally
        );
    }
    assert_eq!(report.open, 0);
    assert_eq!(report.run.state, RunState::Done);
    assert_eq!(world.status(2), "deleted");
    assert_eq!(world.status(3), "invited");
}

#[tokio::test]
async fn rec_06_a_second_run_at_once_has_nothing_to_do() {
    let mut world = World::new();
    world.in_step(0..10);
    for number in 20..60 {
        world.hire(number);
    }
    for depth in [Depth::Light, Depth::Deep] {
        world.sync(depth).await;
        world.effects();
        world.calls();
        let survey = world.survey(depth).await;
        assert_eq!(survey.people, [], "{depth:?}");
        let report = world.sync(depth).await;
        assert_eq!(report.get(Situation::InSync), 50, "{depth:?}");
        assert_eq!(world.calls().writes, 0);
        assert!(world.effects().is_empty());
    }
}

#[tokio::test]
async fn reports_of_people_who_have_no_account_yet_come_before_their_managers() {
    let mut world = World::plus("[manager]\nfrom = \"work.manager\"\n");
    // A chain of managers, so that in any other order somebody's plan would go stale.
    for number in 0..6 {
        let boss = (number < 5).then(|| id(number + 1));
        world.record(number, &[("work.manager", boss.as_deref())]);
    }
    // Two who manage each other.
    for (number, boss) in [(6, 7), (7, 6)] {
        let boss = id(boss);
        world.record(number, &[("work.manager", Some(boss.as_str()))]);
    }
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Create), 8, "{}", report.tally);
    assert_eq!(report.get(Situation::Stale), 0, "{}", report.tally);
    // The managers' accounts wake those who waited for them.
    world.after(2).await;
    let effects = world.effects();
    let managers = effects.iter().filter(|it| it.starts_with("add_manager"));
    assert_eq!(managers.count(), 7, "{effects:?}");
    assert_eq!(world.survey(Depth::Deep).await.people, []);
}

#[tokio::test]
async fn an_event_does_not_wait_behind_a_run() {
    let mut world = World::silent();
    for number in 0..600 {
        world.hire(number);
    }
    world.in_step(900..901);
    let survey = world.survey(Depth::Light).await;
    world.approved(&survey, RunMode::Exact).await;
    world.model().set(&user(900), "job", json!("Boss"));
    world.note(900, Evidence::Updated).await;
    world.advance(2);
    let turn = world.driver.turn(world.now).await.expect("the store holds");
    assert!(turn.decided.iter().any(|it| it.employee == employee(900)));
    assert!(turn.decided.len() < 200, "{}", turn.decided.len());
    assert_eq!(turn.next_due, Some(world.now), "the rest follows");
    assert!(turn.ended.is_empty());
}

#[tokio::test]
async fn rec_02_a_run_that_is_killed_goes_on_and_does_nothing_twice() {
    let mut world = World::silent();
    for number in 0..300 {
        world.hire(number);
    }
    let survey = world.survey(Depth::Light).await;
    let run = world.approved(&survey, RunMode::Exact).await;
    world.driver.turn(world.now).await.expect("the store holds");
    world.kill_after(37).await;
    let report = world.report(run).await;
    assert!(report.open > 0 && report.open < 300, "{}", report.open);
    // Another process begins where this one ended, once its leases have run out.
    world.adopt(SILENT);
    world.advance(300);
    let begun = world.begin(&survey, RunMode::Exact, Approval::ByPerson);
    assert_eq!(begun.await, Begun::Busy);
    let turn = world.settle().await;
    assert_eq!(turn.ended.len(), 1);
    assert_eq!(turn.ended[0].open, 0);
    assert_eq!(turn.ended[0].get(Situation::Error), 0);
    let effects = world.effects();
    for kind in ["create", "link"] {
        let count = effects.iter().filter(|it| it.starts_with(kind)).count();
        assert_eq!(count, 300, "each account is made and linked once: {kind}");
    }
}

#[tokio::test]
async fn what_a_run_shows_of_dates_to_come_is_remembered() {
    let mut world = World::plus("[lifecycle]\ncreate_at = \"start\"\n");
    world.in_step(0..3);
    world.sync(Depth::Light).await;
    // Its event was lost, and the account's time has not come.
    world.record(
        9,
        &[
            ("work.startDate", Some("2026-03-10")),
            ("internal.lifecycleStatus", Some("hired")),
        ],
    );
    // Known already, and about to leave; that event was lost, too.
    world.record(1, &[("internal.terminationDate", Some("2026-03-09"))]);
    world.sync(Depth::Light).await;
    assert!(world.effects().is_empty());
    assert_eq!(world.survey(Depth::Light).await.people, []);
    world.after(9 * 86_400).await;
    assert_eq!(world.status(1), "deleted");
    let effects = world.effects();
    assert!(
        effects.iter().any(|it| it.starts_with("create")),
        "{effects:?}"
    );
}

#[tokio::test]
async fn mat_17_after_the_database_was_lost_everything_is_learned_again_without_a_write() {
    let mut world = World::new();
    world.in_step(0..200);
    world.sync(Depth::Light).await;
    world.forget("");
    let survey = world.survey(Depth::Light).await;
    assert_eq!(survey.people, []);
    world.sync(Depth::Light).await;
    assert!(world.effects().is_empty());
    let population = provisioning_core::driver::Store::population(world.store());
    let population = population.await.expect("the store holds");
    assert_eq!(
        population.linked_active, 200,
        "the guards know the company again"
    );
}

#[tokio::test]
async fn grd_13_the_first_run_waits_for_a_person_and_events_flow_meanwhile() {
    let mut world = World::new();
    world.in_step(0..20);
    world.hire(30);
    world.terminate(1);
    let survey = world.survey(Depth::Light).await;
    let begun = world
        .begin(&survey, RunMode::Fresh, Approval::Standing)
        .await;
    let Begun::Waiting(run) = begun else {
        panic!("it must wait: {begun:?}");
    };
    assert!(world.after(3_600).await.decided.is_empty());
    world.note(1, Evidence::Inactivated).await;
    world.after(2).await;
    assert_eq!(world.effects(), [format!("deactivate {}", user(1))]);
    assert!(
        approve(world.store(), run, world.now)
            .await
            .expect("the store holds")
    );
    assert!(
        !approve(world.store(), run, world.now)
            .await
            .expect("the store holds")
    );
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].run.id, run);
    assert_eq!(turn.ended[0].get(Situation::Create), 1);
    // From now on nobody has to be asked.
    world.hire(31);
    let survey = world.survey(Depth::Light).await;
    let begun = world.begin(&survey, RunMode::Fresh, Approval::Standing);
    assert!(matches!(begun.await, Begun::Running(_)));
}

#[tokio::test]
async fn a_pilot_does_not_count_as_the_first_run() {
    let mut world = World::new();
    world.in_step(0..3);
    world.hire(9);
    let whom = Whom::These([employee(9)].into());
    let survey = world
        .driver
        .survey(Depth::Light, &whom, world.now, &mut |_| {})
        .await
        .expect("they can be read");
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].get(Situation::Create), 1);
    assert_eq!(
        world.store().baseline().await.expect("the store holds"),
        None
    );
    let survey = world.survey(Depth::Light).await;
    let begun = world.begin(&survey, RunMode::Fresh, Approval::Standing);
    assert!(matches!(begun.await, Begun::Waiting(_)));
}

#[tokio::test]
async fn a_run_can_be_cancelled_and_leaves_nobody_behind() {
    let mut world = World::silent();
    for number in 0..300 {
        world.hire(number);
    }
    let survey = world.survey(Depth::Light).await;
    let run = world.approved(&survey, RunMode::Exact).await;
    world.driver.turn(world.now).await.expect("the store holds");
    let done = world.effects().len();
    assert!(
        cancel(world.store(), run, world.now)
            .await
            .expect("the store holds")
    );
    let turn = world.settle().await;
    assert!(turn.decided.is_empty());
    assert_eq!(turn.next_due, None);
    assert_eq!(world.effects().len(), 0);
    let report = world.report(run).await;
    assert_eq!(report.run.state, RunState::Dropped);
    assert!(report.open > 0, "{done} effects before");
    // A new one may begin.
    let survey = world.survey(Depth::Light).await;
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(turn.ended.len(), 1);
}

#[tokio::test]
async fn err_11_one_poison_employee_costs_nobody_else() {
    let mut world = World::new();
    for number in 0..50 {
        world.hire(number);
    }
    // No usable mail, so no account can be made.
    world.record(7, &[("root.email", Some("nobody"))]);
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Create), 49);
    assert_eq!(report.get(Situation::Conflict), 1);
    let reasons: Vec<_> = report.tally.reasons().collect();
    assert!(reasons.contains(&(Reason::NoIdentifier, 1)), "{reasons:?}");
}
