//! The guards in a full synchronization.

use provisioning_core::driver::{Review, RunMode, Store, review};
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use provisioning_core::{Disposition, Membership, Reason};
use serde_json::json;

use crate::world::{GROUP, OTHER_GROUP, World, employee, id, user};

#[tokio::test]
async fn grd_01_a_mass_deactivation_is_held_in_the_plan_and_in_the_run() {
    let mut world = World::new();
    world.in_step(0..40);
    world.sync(Depth::Light).await;
    for number in 0..20 {
        world.terminate(number);
    }
    let survey = world.survey(Depth::Light).await;
    // The plan says beforehand what the guards will say.
    assert_eq!(survey.tally.get(Situation::Deactivate), 5);
    assert_eq!(survey.tally.get(Situation::Held), 15);
    assert_eq!(survey.to_change().count(), 5);
    world.approved(&survey, RunMode::Exact).await;
    let turn = world.settle().await;
    assert_eq!(turn.ended[0].get(Situation::Deactivate), 5);
    assert_eq!(turn.ended[0].get(Situation::Held), 15);
    assert_eq!(world.effects().len(), 5);
    assert_eq!(turn.alerts.len(), 1, "one alert: {:?}", turn.alerts);
    let ledger = world.store().ledger().await.expect("the store holds").value;
    let held: Vec<_> = ledger.held().map(|hold| hold.id).collect();
    assert_eq!(held.len(), 15);
    // Approved, they are decided again and done.
    let approved = review(world.store(), Review::Approve, &held, world.now);
    approved.await.expect("the store holds");
    world.after(2).await;
    assert_eq!(world.effects().len(), 15);
}

#[tokio::test]
async fn rec_01_the_share_of_a_run_is_that_of_the_whole_company() {
    let mut world = World::new();
    world.in_step(0..300);
    // Nothing is remembered of anybody, so only the lists know how many there are.
    for number in 0..20 {
        world.terminate(number);
    }
    let report = world.sync(Depth::Light).await;
    // Three of a hundred in an hour.
    assert_eq!(report.get(Situation::Deactivate), 9);
    assert_eq!(report.get(Situation::Held), 11);
}

#[tokio::test]
async fn lif_23_and_grd_10_those_whom_bob_no_longer_shows_are_held() {
    let mut world = World::new();
    world.in_step(0..40);
    world.sync(Depth::Light).await;
    world.model().lock().people.remove(&id(3));
    let survey = world.survey(Depth::Light).await;
    let [planned] = survey.people.as_slice() else {
        panic!("one person is gone: {:?}", survey.people);
    };
    assert_eq!(planned.employee, employee(3));
    assert_eq!(planned.disposition, Disposition::Hold(Reason::SourceGone));
    assert!(!planned.changes());
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Held), 1);
    assert!(world.effects().is_empty());
    let ledger = world.store().ledger().await.expect("the store holds").value;
    let held: Vec<_> = ledger.held().map(|hold| hold.id).collect();
    let approved = review(world.store(), Review::Approve, &held, world.now);
    approved.await.expect("the store holds");
    world.after(2).await;
    assert_eq!(world.effects(), [format!("deactivate {}", user(3))]);
}

#[tokio::test]
async fn grd_14_people_whom_a_new_policy_leaves_out_are_held() {
    let mut world = World::new();
    world.in_step(0..30);
    world.sync(Depth::Deep).await;
    for number in 0..10 {
        world.record(number, &[("work.department", Some("7"))]);
    }
    world.model().set(&user(20), "job", json!("Boss"));
    world.adopt(
        "[scope]\nwhen = \"work.department is none or work.department != '7'\"\n\
         [lifecycle]\non_out_of_scope = \"deactivate\"\n",
    );
    for number in 10..30 {
        world.record(number, &[("work.department", None)]);
    }
    let survey = world.survey(Depth::Light).await;
    let exits = survey.people.iter();
    let exits = exits.filter(|it| it.disposition == Disposition::Hold(Reason::ScopeExit));
    assert_eq!(exits.count(), 10, "{:?}", survey.tally);
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Held), 10);
    // Everything else flows.
    assert_eq!(world.effects(), [format!("edit {}", user(20))]);
}

#[tokio::test]
async fn grp_07_a_rule_change_that_moves_most_people_is_held_and_adds_proceed() {
    let rule = |group: &str| {
        format!("[[groups]]\ngroup = \"{group}\"\nwhen = \"work.title == 'Engineer'\"\n")
    };
    let mut world = World::plus(&rule(GROUP));
    world.in_step(0..300);
    world.sync(Depth::Deep).await;
    let effects = world.effects();
    assert_eq!(effects.len(), 300);
    // Everybody is moved to another group.
    world.adopt(&rule(OTHER_GROUP));
    world.advance(86_400);
    let survey = world.survey(Depth::Deep).await;
    assert_eq!(survey.people.len(), 300);
    let held: usize = survey.people.iter().map(|it| it.held.len()).sum();
    // A tenth of the members of the group may go, and it has three hundred.
    assert_eq!(held, 270);
    assert_eq!(survey.tally.get(Situation::Update), 300);
    world.approved(&survey, RunMode::Exact).await;
    world.settle().await;
    let effects = world.effects();
    let count = |kind: &str| effects.iter().filter(|it| it.starts_with(kind)).count();
    assert_eq!(count("add_membership"), 300);
    assert_eq!(count("remove_membership"), 30);
    let learner = Membership::learner(GROUP.parse().expect("an id"));
    let systems = world.model().lock();
    let members = systems.roles.values().filter(|it| it.contains(&learner));
    assert_eq!(members.count(), 270);
}

#[tokio::test]
async fn dat_03_what_nearly_everybody_lost_at_once_is_held_from_the_first_person_on() {
    let lines = "phone = { value = \"work.workPhone\", clear = true }\n";
    let mut world = World::plus(lines);
    world.in_step(0..60);
    for number in 0..60 {
        world.record(number, &[("work.workPhone", Some("123"))]);
        world.model().set(&user(number), "phone", json!("123"));
    }
    world.sync(Depth::Light).await;
    assert!(world.effects().is_empty());
    // They all read as empty from now on.
    for number in 0..60 {
        world.record(number, &[("work.workPhone", None)]);
    }
    let survey = world.survey(Depth::Light).await;
    let lost: Vec<_> = survey.suspected.iter().map(ToString::to_string).collect();
    assert_eq!(lost, ["work.workPhone"]);
    assert_eq!(survey.tally.get(Situation::Held), 60);
    let report = world.sync(Depth::Light).await;
    assert_eq!(report.get(Situation::Held), 60);
    assert!(
        world.effects().is_empty(),
        "not even the first ones are emptied"
    );
}
