//! 429: nobody loses an attempt, and nothing is asked meanwhile.

use jiff::SignedDuration;
use provisioning_core::{Evidence, Outcome, Unavailable};
use serde_json::{Value, json};

use crate::world::{POLICY, World, employee};

fn pause(seconds: i64) -> Unavailable {
    Unavailable::Pause(SignedDuration::from_secs(seconds))
}

/// How many attempts an employee has lost.
fn attempts(world: &World, number: u32) -> Value {
    let memory = world.store().memory(&employee(number)).expect("known");
    let memory = serde_json::to_value(memory).expect("plain data");
    memory["attempts"].clone()
}

#[tokio::test]
async fn err_01_a_pause_of_bobs_holds_everybody_and_costs_nobody_an_attempt() {
    let mut world = World::with_people(POLICY, 20).await;
    world.ports.network().bob = Some(pause(40));
    world.calls();
    let turn = world.leave(0..3).await;
    assert_eq!(turn.postponed, 3);
    assert_eq!(
        turn.next_due,
        Some(world.now + SignedDuration::from_secs(40))
    );
    assert_eq!(world.calls().0, 1);
    // Others who come meanwhile wait as well, without a call.
    let turn = world.leave(3..6).await;
    assert_eq!((turn.postponed, world.calls()), (3, (0, 0, 0)));
    assert_eq!(attempts(&world, 0), json!(0));
    world.ports.network().bob = None;
    world.after(38).await;
    assert_eq!(world.deleted(), 5, "everybody whom the window lets through");
    assert_eq!(attempts(&world, 0), json!(0));
}

#[tokio::test]
async fn err_02_a_pause_of_writes_lets_reads_go_on() {
    let mut world = World::with_people(POLICY, 20).await;
    world.ports.network().writes = Some(Outcome::Unavailable(pause(30)));
    world.leave(0..4).await;
    world.calls();
    // Who needs no write is decided, who does waits.
    world.note(10, Evidence::Updated).await;
    world.leave(4..5).await;
    let (bob, reads, writes) = world.calls();
    assert!(bob > 0 && reads > 0);
    assert_eq!(writes, 0);
    assert!(world.store().memory(&employee(10)).is_some());
    world.ports.network().writes = None;
    world.after(30).await;
    assert_eq!(world.deleted(), 5);
    for number in 0..5 {
        assert_eq!(attempts(&world, number), json!(0));
    }
}

#[tokio::test]
async fn err_02_a_plan_goes_on_where_the_pause_struck() {
    let mut world = World::new(POLICY);
    world.hire(0);
    world.ports.network().kind = Some(("link", Outcome::Unavailable(pause(30))));
    world.note(0, Evidence::Created).await;
    world.after(2).await;
    assert_eq!(world.ports.model.effects().len(), 1, "created, not linked");
    world.ports.network().kind = None;
    world.live(60).await;
    let effects = world.ports.model.effects();
    let kinds: Vec<_> = effects
        .iter()
        .filter_map(|it| it.split(' ').next())
        .collect();
    assert_eq!(kinds, ["create", "link"], "in order, each once");
}

#[tokio::test]
async fn err_03_without_a_length_the_pause_grows() {
    let mut world = World::with_people(POLICY, 20).await;
    world.ports.network().bob = Some(pause(0));
    world.leave(0..1).await;
    let mut pauses = Vec::new();
    for _ in 0..10 {
        let turn = world.after(0).await;
        let next = turn.next_due.expect("it is tried again");
        let pause = next.duration_since(world.now);
        pauses.push(pause);
        world.now = next;
    }
    assert!(pauses.iter().all(SignedDuration::is_positive), "{pauses:?}");
    assert!(pauses[9] >= SignedDuration::from_mins(2), "{pauses:?}");
    assert!(
        pauses
            .iter()
            .all(|pause| *pause <= SignedDuration::from_mins(5))
    );
    world.ports.network().bob = None;
    world.live(600).await;
    assert_eq!(world.deleted(), 1);
}

#[tokio::test]
async fn err_12_a_clock_that_jumps_back_neither_loops_nor_waits_for_ever() {
    let mut world = World::with_people(POLICY, 20).await;
    world.ports.network().bob = Some(pause(30));
    world.leave(0..2).await;
    world.ports.network().bob = None;
    world.now -= SignedDuration::from_hours(1);
    world.calls();
    let decided = world.live(2 * 3600).await;
    assert_eq!(world.deleted(), 2);
    assert!(decided.len() < 40 && world.calls().0 < 40, "nothing loops");
}
