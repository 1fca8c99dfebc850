//! The process ends at any point, and two processes work at the same time.

use provisioning_core::Evidence;
use provisioning_core::driver::{Commit, Committed, LEASE, Store};

use crate::world::{POLICY, World, employee, user};

type Story = fn(&mut World);

/// What happened when the process ended after so many writes and was started again.
async fn effects(story: Story, evidence: Evidence, crash_after: Option<usize>) -> Vec<String> {
    let policy = POLICY.replace("[user]", "[lifecycle]\nactivate = true\n[user]");
    let mut world = World::with_people(&policy, 2).await;
    story(&mut world);
    world.ports.model.lock().crash_after = crash_after;
    world.note(0, evidence).await;
    world.advance(2);
    let crashed = world.ports.model.lock().crashed.clone();
    tokio::select! {
        biased;
        () = crashed.notified() => {}
        () = async { world.driver.turn(world.now).await.expect("the store holds"); } => {}
    }
    world.ports.model.lock().crash_after = None;
    world.advance(LEASE.as_secs());
    world.live(3600).await;
    world.ports.model.effects()
}

fn mail_and_name_change(world: &mut World) {
    let id = crate::world::id(0);
    world.ports.model.edit(&id, |it| {
        it["surname"] = "King".into();
        it["email"] = "king@example.com".into();
    });
}

fn is_hired(world: &mut World) {
    let mut systems = world.ports.model.lock();
    systems.users.remove(&user(0));
    systems.links.clear();
}

fn leaves(world: &mut World) {
    world.terminate(0);
}

#[tokio::test]
async fn err_08_each_effect_takes_place_once_wherever_the_process_ends() {
    let stories: [(&str, Story, Evidence); 3] = [
        ("changes", mail_and_name_change, Evidence::Updated),
        ("hire", is_hired, Evidence::Created),
        ("leaves", leaves, Evidence::Inactivated),
    ];
    for (name, story, evidence) in stories {
        let wanted = effects(story, evidence, None).await;
        assert!(!wanted.is_empty(), "{name}");
        for step in 1..=wanted.len() {
            let got = effects(story, evidence, Some(step)).await;
            assert_eq!(got, wanted, "{name}: the process ended after step {step}");
        }
    }
}

#[tokio::test]
async fn ord_06_the_slower_of_two_workers_loses_and_nothing_else() {
    let mut world = World::with_people(POLICY, 2).await;
    world.terminate(0);
    world.note(0, Evidence::Inactivated).await;
    world.advance(2);
    let slow = world.store().claim(world.now, 1).await.expect("holds");
    let slow = slow.first().expect("due").clone();
    assert_eq!(slow.employee, employee(0));
    // The other one takes over when the lease has run out, and is done.
    world.advance(LEASE.as_secs());
    world.after(0).await;
    assert_eq!(world.deleted(), 1);
    let known = world.store().memory(&employee(0));
    let commit = Commit::new(&slow, &slow.memory, world.now);
    let committed = world.store().commit(commit).await.expect("holds");
    assert_eq!(committed, Committed::StaleHint);
    assert!(
        !world
            .store()
            .record(&slow, &slow.memory, world.now)
            .await
            .expect("holds")
    );
    world
        .store()
        .postpone(&slow, world.now)
        .await
        .expect("holds");
    assert_eq!(world.store().memory(&employee(0)), known, "no lost update");
}
