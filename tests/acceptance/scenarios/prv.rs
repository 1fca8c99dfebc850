//! Privacy.

use std::collections::BTreeSet;

use provisioning_core::Policy;
use sandbox::{Api, BobAct, UserStatus};

use super::World;
use crate::{ADA, MAIL, USER, linked};

#[tokio::test]
async fn prv_04_bob_is_asked_for_the_fields_of_the_policy_and_no_others() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::edit(ADA, "work.title", "t2")).await;
    world.bob(BobAct::delete(ADA)).await;
    let policy = Policy::parse(system_tests::POLICY).expect("the policy is right");
    let expected: BTreeSet<_> = policy.fields().iter().map(ToString::to_string).collect();
    let log = world.control().log().await.expect("the sandbox answers");
    let reads = log
        .requests
        .iter()
        .filter(|request| request.api == Api::Bob && request.route.starts_with("/v1/people"));
    let mut routes = BTreeSet::new();
    for read in reads {
        routes.insert(read.route.clone());
        assert_eq!(
            read.fields.iter().cloned().collect::<BTreeSet<_>>(),
            expected
        );
    }
    assert_eq!(
        routes.len(),
        2,
        "the search, and the single read of somebody who is gone"
    );
}

#[tokio::test]
async fn prv_02_a_deleted_employee_is_deactivated_and_nothing_more() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::delete(ADA)).await;
    world.pass(40 * 24 * 60 * 60).await;
    let user = world.user(USER).await;
    assert_eq!(user.status, UserStatus::Deleted);
    assert_eq!(user.mail.as_deref(), Some(MAIL), "it keeps its values");
    assert_eq!(world.writes().await, ["DELETE /api/v2/users/{userId}"]);
}
