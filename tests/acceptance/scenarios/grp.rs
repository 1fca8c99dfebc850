//! Groups of many people at once.

use std::future::pending;

use provisioning_core::Reason;
use provisioning_core::policy::Depth;
use provisioning_core::sync::Situation;
use sandbox::{Api, BobAct, Group, Seed, User};
use system_tests::{POLICY, ReferenceHost};
use tokio::task::yield_now;

use super::World;
use crate::company::{in_step, user};

#[tokio::test]
async fn grp_10_many_additions_are_one_bulk_operation() {
    let (seed, policy) = with_group(220);
    let mut world = World::with_policy(seed, &policy).await;
    let run = world.begin(Depth::Deep).await;
    world.control().clear_log().await.expect("cleared");
    tokio::select! {
        settled = ReferenceHost::settle(world.host()) => drop(settled.expect("the host works")),
        () = it_is_submitted(&world) => unreachable!("it waits for ever"),
    }
    world.settle().await;
    let report = world.report(run).await;
    assert_eq!(report.get(Situation::Update), 220, "{}", report.tally);
    let log = world.control().log().await.expect("the sandbox answers");
    assert_eq!(log.count(Api::Learning360, "POST", BULK), 1);
    let alone = |route: &&String| route.contains("{role}");
    assert_eq!(log.counts.keys().find(alone), None);
    let state = world.state().await;
    let is_in = |user: &&User| user.memberships.iter().any(|it| it.group_id == GROUP);
    assert_eq!(state.users.values().filter(is_in).count(), 220);
}

#[tokio::test]
async fn grp_03_whom_no_rule_fits_is_reported_and_stays_where_everybody_is() {
    let (seed, policy) = with_group(2);
    let mut world = World::with_policy(seed, &policy).await;
    let act = BobAct::edit(Seed::employee_id(0), "work.title", "t2");
    world.bob(act).await;
    let decided = world.last(&Seed::employee_id(0));
    let found = decided.findings.iter().map(|found| found.reason);
    assert_eq!(found.collect::<Vec<_>>(), [Reason::GroupUnmapped]);
    let groups = world.user(&user(0)).await.memberships;
    let groups: Vec<_> = groups.iter().map(|it| &*it.group_id).collect();
    assert_eq!(groups, [Seed::LEARNERS_GROUP]);
}

/// So many people in step but for one group.
pub(super) fn with_group(people: u64) -> (Seed, String) {
    let group = Group::private(GROUP, "Engineers", Seed::ROOT_GROUP);
    let rule = format!("[[groups]]\ngroup = \"{GROUP}\"\nwhen = \"work.title == 't1'\"\n");
    (in_step(people).group(group), format!("{POLICY}{rule}"))
}

/// Lets 360Learning work on the bulk operation as soon as it has one.
async fn it_is_submitted(world: &World) {
    loop {
        let log = world.control().log_after(u64::MAX).await;
        let log = log.expect("the sandbox answers");
        if log.count(Api::Learning360, "POST", BULK) > 0 {
            world.control().advance(5).await.expect("time passes");
            return pending().await;
        }
        yield_now().await;
    }
}

const GROUP: &str = "6500000000000000000000c1";

const BULK: &str = "/api/v2/bulk/groups/memberships";
