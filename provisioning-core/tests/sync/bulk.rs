//! Many people's group steps in one call.

use jiff::SignedDuration;
use provisioning_core::driver::{RunMode, Store};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use provisioning_core::{Disposition, Membership, Outcome, Reason, Unavailable};

use crate::world::{Bulk, GROUP, OTHER_GROUP, SILENT, World, employee, user};

const RULE: &str =
    "[[groups]]\ngroup = \"507f1f77bcf86cd799439012\"\nwhen = \"work.title == 'Engineer'\"\n";

/// So many people in step but for one group.
fn world(people: u32) -> World {
    let world = World::plus(RULE);
    world.in_step(0..people);
    world
}

fn learners(world: &World, group: &str) -> usize {
    let learner = Membership::learner(group.parse().expect("an id"));
    let systems = world.model().lock();
    let roles = systems.roles.values();
    roles.filter(|held| held.contains(&learner)).count()
}

#[tokio::test]
async fn grp_10_many_additions_are_one_bulk_call_and_failed_items_are_retried_alone() {
    let mut world = world(450);
    let failing = [3, 70, 400].map(|number| user(number).parse().expect("an id"));
    world.ports.network().bulk = Bulk::Works {
        failing: failing.into(),
    };
    let survey = world.survey(Depth::Deep).await;
    world.calls();
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    let calls = world.calls();
    assert_eq!((calls.bulks, calls.writes), (1, 0));
    let report = &turn.ended[0];
    assert_eq!(report.get(Situation::Update), 447, "{}", report.tally);
    assert_eq!(report.get(Situation::Error), 3);
    let retried: Vec<_> = turn
        .decided
        .iter()
        .filter(|it| it.disposition == Disposition::Retry(Reason::Unavailable))
        .map(|it| it.employee.clone())
        .collect();
    assert_eq!(retried, [employee(3), employee(400), employee(70)].sorted());
    assert_eq!(learners(&world, GROUP), 447);
    // What was given is known to be ours, also of those who were done in one call.
    world.ports.network().bulk = Bulk::Missing;
    world.after(60).await;
    assert_eq!(learners(&world, GROUP), 450);
    assert_eq!(world.calls().writes, 3, "one call each");
    assert_eq!(world.survey(Depth::Deep).await.people, []);
}

#[tokio::test]
async fn few_additions_are_made_one_by_one() {
    let mut world = world(150);
    world.ports.network().bulk = Bulk::Works { failing: [].into() };
    world.sync(Depth::Deep).await;
    let calls = world.calls();
    assert_eq!((calls.bulks, calls.writes), (0, 150));
}

#[tokio::test]
async fn without_bulk_calls_all_are_made_one_by_one() {
    let mut world = world(250);
    world.sync(Depth::Deep).await;
    let calls = world.calls();
    assert_eq!((calls.bulks, calls.writes), (0, 250));
    assert_eq!(learners(&world, GROUP), 250);
}

#[tokio::test]
async fn err_09_while_others_are_at_work_nobody_loses_an_attempt() {
    let mut world = world(300);
    let pause = SignedDuration::from_secs(60);
    world.ports.network().bulk = Bulk::Says(Outcome::Unavailable(Unavailable::Pause(pause)));
    let survey = world.survey(Depth::Deep).await;
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(world.calls().bulks, 1, "no second submission");
    assert_eq!(turn.ended[0].get(Situation::Error), 300);
    let memory = world.store().memory(&employee(1)).expect("it is known");
    let memory = serde_json::to_value(memory).expect("plain data");
    assert_eq!(memory["attempts"], 0);
    world.ports.network().bulk = Bulk::Works { failing: [].into() };
    world.after(60).await;
    assert_eq!(learners(&world, GROUP), 300);
}

#[tokio::test]
async fn err_10_a_bulk_call_that_is_switched_off_is_tried_again_later() {
    let mut world = world(300);
    world.ports.network().bulk = Bulk::Says(Outcome::Unavailable(Unavailable::Broken));
    let survey = world.survey(Depth::Deep).await;
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].get(Situation::Error), 300);
    let quarantine = world.store().quarantine().await.expect("the store holds");
    let side = provisioning_core::Side::Target;
    assert_eq!(
        quarantine.cause(side),
        None,
        "one call says nothing of the API"
    );
    world.ports.network().bulk = Bulk::Missing;
    world.after(60).await;
    assert_eq!(learners(&world, GROUP), 300);
}

#[tokio::test]
async fn additions_come_before_removals_and_other_steps_keep_their_order() {
    let mut world = world(300);
    world.sync(Depth::Deep).await;
    world.effects();
    world.calls();
    // Everybody moves to another group, which a person has approved, and one has a new title.
    world.adopt(&format!(
        "{}[guards]\ngroup_removals = {{ per_day = 1000, per_run = 1000 }}\n",
        RULE.replace(GROUP, OTHER_GROUP)
    ));
    world.ports.network().bulk = Bulk::Works {
        failing: [user(5).parse().expect("an id")].into(),
    };
    let report = world.sync(Depth::Deep).await;
    assert_eq!(world.calls().bulks, 2);
    assert_eq!(report.get(Situation::Update), 299);
    assert_eq!(report.get(Situation::Error), 1);
    assert_eq!(learners(&world, OTHER_GROUP), 299);
    // Whoever was not added has not lost the old group either.
    assert_eq!(learners(&world, GROUP), 1);
}

#[tokio::test]
async fn new_accounts_join_their_groups_in_one_call_too() {
    let rules = format!("{SILENT}{RULE}{}", RULE.replace(GROUP, OTHER_GROUP));
    let mut world = World::plus(&rules);
    world.ports.network().bulk = Bulk::Works { failing: [].into() };
    for number in 0..200 {
        world.hire(number);
    }
    world.sync(Depth::Light).await;
    let calls = world.calls();
    assert_eq!(
        (calls.bulks, calls.writes),
        (2, 400),
        "created and linked one by one"
    );
    assert_eq!(learners(&world, GROUP), 200);
    assert_eq!(learners(&world, OTHER_GROUP), 200);
    assert_eq!(world.survey(Depth::Deep).await.people, []);
}

trait Sorted {
    fn sorted(self) -> Self;
}

impl<T: Ord, const N: usize> Sorted for [T; N] {
    fn sorted(mut self) -> Self {
        self.sort();
        self
    }
}
