//! Links that somebody else takes away, and links that cannot be read.

use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, Stage, USER, Way, active, both_ways};

const MAIL: &str = "ada@example.com";

both_ways! {
    a_link_that_was_taken_away_is_set_again_with_all_else:
        a_link_that_was_taken_away_is_set_again_with_all_else_by_event,
        a_link_that_was_taken_away_is_set_again_with_all_else_by_sync;
    who_leaves_without_the_link_is_deactivated_and_not_linked:
        who_leaves_without_the_link_is_deactivated_and_not_linked_by_event,
        who_leaves_without_the_link_is_deactivated_and_not_linked_by_sync;
}

/// Ada is linked and known, and then somebody removes her external ID in 360Learning.
async fn unlinked_by_hand() -> Stage {
    let mut stage = Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL);
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
    stage.model.lock().links.clear();
    stage
}

async fn a_link_that_was_taken_away_is_set_again_with_all_else(way: Way) {
    let mut stage = unlinked_by_hand().await;
    stage.model.set(USER, "firstName", json!("Augusta"));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let plan = "1. link because link_missing\n2. edit firstName because difference";
    assert_eq!(decided.plan.to_string(), plan);
    assert_eq!(stage.model.lock().links[ADA], USER);
}

async fn who_leaves_without_the_link_is_deactivated_and_not_linked(way: Way) {
    let mut stage = unlinked_by_hand().await;
    let mut gone = active(MAIL);
    gone[3].1 = Some("Inactive");
    gone[4].1 = Some("terminated");
    stage.model.person(ADA, &gone);
    stage.by(way, ADA, Evidence::Terminated).await;
    assert_eq!(stage.model.effects(), [format!("deactivate {USER}")]);
}

#[tokio::test]
async fn what_bob_hides_is_named_although_the_links_cannot_be_read_either() {
    let mut stage = Stage::new().active(ADA, MAIL);
    stage.model.lock().broken.insert("LinkOf");
    stage.person(ADA, MAIL, &[("internal.status", None)]);
    let decided = stage.event(ADA, Evidence::Updated).await;
    let expected = Disposition::NoOp(Reason::PermissionGap);
    assert_eq!(decided.disposition, expected);
    stage.model.lock().forbidden.insert(ADA.to_owned());
    let decided = stage.event(ADA, Evidence::Updated).await;
    let expected = Disposition::Retry(Reason::FixConfig);
    assert_eq!(decided.disposition, expected);
}
