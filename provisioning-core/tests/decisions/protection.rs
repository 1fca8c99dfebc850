//! Accounts that no rule may take away.

use learning360_client::{Role, Visibility};
use provisioning_core::{Disposition, Evidence, Reason};

use crate::model::GROUP;
use crate::stage::{ADA, Stage, USER, Way, active, both_ways, findings};

const MAIL: &str = "ada@example.com";
const ROOT: &str = "507f1f77bcf86cd799439000";

both_ways! {
    grd_11_the_owner_stays: grd_11_the_owner_stays_by_event, grd_11_the_owner_stays_by_sync;
    grd_12_a_listed_account_stays: grd_12_a_listed_account_stays_by_event,
        grd_12_a_listed_account_stays_by_sync;
    grd_12_an_administrator_of_everything_is_held:
        grd_12_an_administrator_of_everything_is_held_by_event,
        grd_12_an_administrator_of_everything_is_held_by_sync;
    grd_12_other_roles_are_normal: grd_12_other_roles_are_normal_by_event,
        grd_12_other_roles_are_normal_by_sync;
}

/// Ada has left, and has this role in the group.
fn leaver(lines: &str, role: Role, group: &str) -> Stage {
    let stage = Stage::plus(lines).linked(ADA, USER, MAIL);
    let mut record = active(MAIL);
    record[3].1 = Some("Inactive");
    record[4].1 = Some("terminated");
    stage.model.person(ADA, &record);
    stage.model.group(ROOT, None, Visibility::Private);
    stage.model.group(GROUP, Some(ROOT), Visibility::Private);
    stage.model.role(USER, role, group);
    stage
}

async fn grd_11_the_owner_stays(way: Way) {
    let mut stage = leaver("", Role::Owner, ROOT);
    let decided = stage.by(way, ADA, Evidence::Terminated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::Protected));
    let found = format!("protected by user {USER}");
    assert_eq!(findings(&decided), [found]);
    assert!(decided.plan.is_empty(), "no call is made");
    assert!(stage.model.effects().is_empty());
}

async fn grd_12_a_listed_account_stays(way: Way) {
    let rule = format!("[guards]\nprotected = [\"{USER}\"]\n");
    let mut stage = leaver(&rule, Role::Coach, GROUP);
    let decided = stage.by(way, ADA, Evidence::Terminated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::Protected));
    assert!(stage.model.effects().is_empty());
}

async fn grd_12_an_administrator_of_everything_is_held(way: Way) {
    let mut stage = leaver("", Role::Admin, ROOT);
    let decided = stage.by(way, ADA, Evidence::Terminated).await;
    assert_eq!(decided.disposition, Disposition::Hold(Reason::Privileged));
    assert_eq!(decided.held.len(), 1);
    assert!(stage.model.effects().is_empty());
}

async fn grd_12_other_roles_are_normal(way: Way) {
    let mut stage = leaver("", Role::Admin, GROUP);
    stage.by(way, ADA, Evidence::Terminated).await;
    assert_eq!(stage.status(USER), "deleted");
}
