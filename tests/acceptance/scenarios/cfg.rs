//! The policy in force, and plans made under another.

use provisioning_core::driver::RunState;
use provisioning_core::policy::Depth;
use sandbox::{Api, Effect, Fault, Moment};
use system_tests::POLICY;

use super::World;
use crate::company::newcomers;

#[tokio::test]
async fn cfg_03_plans_of_an_older_policy_are_refused_and_made_again() {
    let silent = format!("{POLICY}[lifecycle]\ninvite = false\n");
    let mut world = World::with_policy(newcomers(PEOPLE.try_into().expect("a few")), &silent).await;
    let run = world.begin(Depth::Light).await;
    let moment = Moment::After;
    let cut = Fault::new(Api::Learning360, Effect::Cut { moment });
    let cut = cut.on("POST", "/api/v2/users").nth(11);
    world.fault(cut).await;
    world.crash_while_working(1).await;
    world.control().clear_faults().await.expect("cleared");

    let changed = silent.replace("\"surname\"", "\"surname | upper\"");
    world.restart_under(&changed).await;
    for seconds in [3, 300, 600, 3600] {
        world.pass(seconds).await;
    }
    let report = world.report(run).await;
    assert_eq!(report.run.state, RunState::Dropped);
    assert!(report.open > 0, "{}", report.tally);
    let linked = world.state().await.mappings.len();
    assert!(linked < PEOPLE, "nobody more is worked on by the old plans");

    world.sync(Depth::Light).await;
    let state = world.state().await;
    let named = state.users.values();
    let named = named.filter(|user| user.last_name.as_deref() == Some("LOVELACE"));
    assert_eq!((named.count(), state.mappings.len()), (PEOPLE, PEOPLE));
}

/// More than are worked on at the same time.
const PEOPLE: usize = 130;
