//! A policy that changes while people stay as they are.

use learning360_client::Visibility;
use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::model::GROUP;
use crate::world::{POLICY, World, employee, user};

const ROOT: &str = "507f1f77bcf86cd799439000";
const OLD: &str = "507f1f77bcf86cd7994390aa";
const NEW: &str = "507f1f77bcf86cd7994390bb";
const PEOPLE: u32 = 40;

/// Everybody is decided again.
async fn look_at_everybody(world: &mut World) -> Vec<(u32, Disposition)> {
    for number in 0..PEOPLE {
        world.note(number, Evidence::Refresh).await;
    }
    let decided = world.after(2).await.decided;
    let numbers = 0..PEOPLE;
    numbers
        .filter_map(|number| {
            let id = employee(number);
            let one = decided.iter().find(|one| one.employee == id)?;
            Some((number, one.disposition))
        })
        .collect()
}

/// Every fifth person stays in department 1, the others are in department 2.
fn place(world: &World) {
    for number in 0..PEOPLE {
        let department = if number % 5 == 0 { "1" } else { "2" };
        world.ports.model.edit(&crate::world::id(number), |record| {
            record["work"]["department"] = json!(department);
        });
    }
}

#[tokio::test]
async fn grd_14_a_policy_that_puts_many_out_of_scope_is_held_for_them() {
    let leaves = "[lifecycle]\non_out_of_scope = \"deactivate\"\n";
    let wide = format!("{POLICY}{leaves}");
    let mut world = World::with_people(&wide, PEOPLE).await;
    place(&world);
    look_at_everybody(&mut world).await;
    let narrow = wide.replace(
        "[time]",
        "[scope]\nwhen = \"work.department == '1'\"\n[time]",
    );
    let mut world = world.under(&narrow);
    world.ports.model.edit(&crate::world::id(0), |record| {
        record["surname"] = "King".into();
    });
    for (number, disposition) in look_at_everybody(&mut world).await {
        let expected = match number {
            0 => Disposition::Apply(Reason::Difference),
            _ if number % 5 == 0 => Disposition::NoOp(Reason::InSync),
            _ => Disposition::Hold(Reason::ScopeExit),
        };
        assert_eq!(disposition, expected, "{number}");
    }
    assert_eq!(world.deleted(), 0, "whoever would fall out is held");
    // Somebody who moves is no matter of the policy's.
    world.ports.model.edit(&crate::world::id(5), |record| {
        record["work"]["department"] = json!("2");
    });
    world.note(5, Evidence::Updated).await;
    world.after(2).await;
    assert_eq!(world.deleted(), 1);
}

#[tokio::test]
async fn grp_07_a_rule_that_moves_most_people_is_held_for_the_removals() {
    let rule = |group: &str, department: &str| {
        format!("[[groups]]\ngroup = \"{group}\"\nwhen = \"work.department == '{department}'\"\n")
    };
    let before = format!("{POLICY}{}{}", rule(OLD, "2"), rule(NEW, "1"));
    let mut world = World::with_people(POLICY, PEOPLE).await;
    let model = &world.ports.model;
    model.group(ROOT, None, Visibility::Private);
    for group in [GROUP, OLD, NEW] {
        model.group(group, Some(ROOT), Visibility::Private);
    }
    place(&world);
    world = world.under(&before);
    look_at_everybody(&mut world).await;
    let learners = |world: &World, group: &str| {
        let is_in = |number: &u32| {
            let roles = world.ports.model.roles(&user(*number));
            roles.contains(&format!("learner:{group}"))
        };
        (0..PEOPLE).filter(is_in).count()
    };
    assert_eq!((learners(&world, OLD), learners(&world, NEW)), (32, 8));
    let after = format!("{POLICY}{}{}", rule(NEW, "2"), rule(NEW, "1"));
    world = world.under(&after);
    look_at_everybody(&mut world).await;
    assert_eq!(learners(&world, NEW), 40, "the additions go on");
    let ledger = world.ledger().await;
    let reasons = ledger.held().map(|hold| hold.reason);
    let removals = reasons.filter(|reason| *reason == Reason::GroupRemoval);
    let held = removals.count();
    assert_eq!(learners(&world, OLD), held, "the rest is held");
    assert_eq!(held, 32 - 20, "the floor of one group and window");
}
