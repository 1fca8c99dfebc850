//! Values that are there, empty, or hidden.

use provisioning_core::Reason;
use sandbox::{Api, BobAct, Effect, Fault};

use super::World;
use crate::{ADA, USER, linked};

#[tokio::test]
async fn dat_01_what_is_hidden_stays_as_it_is_and_the_rest_is_applied() {
    let mut world = World::start(linked()).await;
    let fields = vec!["work.title".to_owned()];
    let hidden = Fault::new(Api::Bob, Effect::HiddenFields { fields });
    world.fault(hidden.on("POST", "/v1/people/search")).await;
    world.bob(BobAct::edit(ADA, "root.surname", "Byron")).await;
    let user = world.user(USER).await;
    assert_eq!(user.last_name.as_deref(), Some("Byron"));
    assert_eq!(user.job.as_deref(), Some("Engineer"));
    let found = world.last(ADA).findings.iter().map(|found| found.reason);
    assert_eq!(found.collect::<Vec<_>>(), [Reason::SourceFieldMissing]);
}
