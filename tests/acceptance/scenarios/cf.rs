//! Custom fields.

use provisioning_core::Reason;
use sandbox::{BobAct, CustomField, CustomValue, Mapping, UserStatus};
use system_tests::{POLICY, person};

use super::World;
use crate::{ADA, MAIL, USER, account};

#[tokio::test]
async fn cf_02_a_value_that_is_not_allowed_is_left_out_and_the_others_are_written() {
    let [team, desk, other] = [1, 2, 3].map(|number| format!("6500000000000000000000d{number}"));
    let ada = account(USER, MAIL, UserStatus::Active)
        .custom_value(CustomValue::text(&team, "Bridges"))
        .custom_value(CustomValue::text(&other, "hers"));
    let seed = World::seed()
        .custom_field(CustomField::text(&team, "Team").allow(["Bridges"]))
        .custom_field(CustomField::text(&desk, "Desk"))
        .custom_field(CustomField::text(&other, "Other"))
        .employee(person(ADA, MAIL))
        .user(ada)
        .mapping(Mapping::user("test-provisioner", USER, ADA));
    let rules = "[custom_fields]\nTeam = \"firstName\"\nDesk = \"surname\"\n";
    let mut world = World::with_policy(seed, &format!("{POLICY}{rules}")).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    let found = world.last(ADA).findings.iter().map(|found| found.reason);
    assert_eq!(found.collect::<Vec<_>>(), [Reason::UnauthorizedValue]);
    let user = world.user(USER).await;
    let mut values: Vec<_> = user.custom_values.iter().map(|it| &*it.value).collect();
    values.sort_unstable();
    assert_eq!(values, ["Bridges", "Lovelace", "hers"]);
}
