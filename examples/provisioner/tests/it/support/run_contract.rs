//! What every Store has to do for full synchronizations. Each case runs against each Store.

use std::collections::{BTreeMap, BTreeSet};

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{
    Committed, Intake, NewRun, Noted, RunId, RunMode, RunState, Store, Task,
};
use provisioning_core::sync::Situation;
use provisioning_core::{Digest, Evidence, Hint, Memory, Reason};
use serde_json::json;

use super::commit::commit;

/// Runs every case against a Store that the expression makes.
macro_rules! run_store_contract {
    ($attributes:tt $fresh:expr) => {
        store_tests! { $attributes $fresh;
            memories_are_read_of_those_who_are_known
            what_is_learned_is_kept_where_nothing_was
            what_is_learned_is_due_and_wakes
            the_baseline_is_kept
            runs_are_numbered_and_the_newest_comes_first
            a_run_is_not_begun_beside_another
            a_planned_run_is_dropped_for_a_newer_one
            a_run_moves_only_from_the_state_that_is_named
            tasks_wait_in_order_until_they_are_queued
            a_task_is_finished_once
            progress_counts_every_task
            tasks_of_two_runs_are_kept_apart
        }
    };
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn id(number: u32) -> EmployeeId {
    EmployeeId::try_from(number.to_string()).unwrap()
}

fn run(state: RunState, people: u64) -> NewRun {
    serde_json::from_value(json!({
        "depth": "light",
        "mode": "exact",
        "policy": Digest::of(b"policy"),
        "planned": now(),
        "listed": 1_000,
        "linked_active": 900,
        "people": people,
        "found": {"situations": {"update": people, "in_sync": 7}, "reasons": {"in_sync": 7}},
        "rest": {"situations": {"in_sync": 7}, "reasons": {"in_sync": 7}},
        "state": state,
    }))
    .unwrap()
}

fn task(number: u32) -> Task {
    let evidence = if number == 3 {
        Evidence::NotListed
    } else {
        Evidence::Planned
    };
    let plan = Digest::of(&number.to_be_bytes());
    Task::new(id(number), plan, evidence, number)
}

async fn begun(store: &impl Store, people: &[u32]) -> RunId {
    let tasks: Vec<_> = people.iter().copied().map(task).collect();
    let people = u64::try_from(people.len()).unwrap();
    let run = run(RunState::Running, people);
    let begun = store.begin_run(&run, &tasks).await.unwrap();
    begun.expect("no other is running")
}

/// A memory that is looked at again, and waits for somebody's change.
fn waiting(seconds: i64, on: u32) -> Memory {
    let wait = json!({"at": at(seconds), "on": [on.to_string()]});
    serde_json::from_value(json!({"wait": wait, "attempts": 7})).unwrap()
}

/// What is remembered after a decision.
async fn remember(store: &impl Store, number: u32, memory: &Memory) {
    let intake = Intake::new(id(number), Hint::refresh(now()), now());
    assert!(matches!(store.note(intake).await.unwrap(), Noted::New(_)));
    let claims = store.claim(at(2), 10).await.unwrap();
    let claim = claims.iter().find(|it| it.employee == id(number)).unwrap();
    let committed = commit(store, claim, memory, None, at(2)).await;
    assert_eq!(committed, Committed::Done);
    store.release(claim, Some(memory), None).await.unwrap();
}

pub async fn memories_are_read_of_those_who_are_known(store: impl Store) {
    let memory = waiting(60, 9);
    remember(&store, 1, &memory).await;
    let intake = Intake::new(id(2), Hint::refresh(now()), now());
    store.note(intake).await.unwrap();
    let memories = store.memories(&[id(1), id(2), id(3)]).await.unwrap();
    assert_eq!(memories, BTreeMap::from([(id(1), memory)]));
    assert!(store.memories(&[]).await.unwrap().is_empty());
}

pub async fn what_is_learned_is_kept_where_nothing_was(store: impl Store) {
    let known = waiting(60, 9);
    remember(&store, 1, &known).await;
    let intake = Intake::new(id(2), Hint::refresh(now()), now());
    store.note(intake).await.unwrap();
    let learned = waiting(600, 8);
    let memories = [1, 2, 3].map(|number| (id(number), learned.clone()));
    store.learn(&BTreeMap::from(memories)).await.unwrap();
    let memories = store.memories(&[id(1), id(2), id(3)]).await.unwrap();
    let expected = [
        (id(1), known),
        (id(2), learned.clone()),
        (id(3), learned.clone()),
    ];
    assert_eq!(memories, BTreeMap::from(expected));
    // The hint that was pending is still there.
    let claims = store.claim(at(2), 10).await.unwrap();
    let ids: Vec<_> = claims.iter().map(|claim| claim.employee.clone()).collect();
    assert_eq!(ids, [id(2)]);
    assert_eq!(claims[0].memory, learned);
}

pub async fn what_is_learned_is_due_and_wakes(store: impl Store) {
    let memories = BTreeMap::from([(id(1), waiting(60, 9)), (id(2), Memory::default())]);
    store.learn(&memories).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(60)));
    store.wake(&BTreeSet::from([id(9)]), at(10)).await.unwrap();
    let claims = store.claim(at(12), 10).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert!(claims[0].hint.seen().contains_key(&Evidence::Woken));
    assert_eq!(claims[0].memory, waiting(60, 9));
}

pub async fn the_baseline_is_kept(store: impl Store) {
    assert_eq!(store.baseline().await.unwrap(), None);
    for listed in [1_000, 0, 100_000] {
        store.replace_baseline(listed).await.unwrap();
        assert_eq!(store.baseline().await.unwrap(), Some(listed));
    }
}

pub async fn runs_are_numbered_and_the_newest_comes_first(store: impl Store) {
    assert!(store.runs(10).await.unwrap().is_empty());
    assert_eq!(store.running().await.unwrap(), None);
    let first = begun(&store, &[1]).await;
    assert!(
        store
            .move_run(first, RunState::Running, RunState::Done, at(5))
            .await
            .unwrap()
    );
    let second = begun(&store, &[1, 2]).await;
    assert!(second > first);
    let runs = store.runs(10).await.unwrap();
    let seen: Vec<_> = runs.iter().map(|run| (run.id, run.state)).collect();
    assert_eq!(seen, [(second, RunState::Running), (first, RunState::Done)]);
    assert_eq!(runs[1].changed, at(5));
    assert_eq!(runs[0].begun, run(RunState::Running, 2));
    assert_eq!(runs[0].begun.mode, RunMode::Exact);
    assert_eq!(store.runs(1).await.unwrap().len(), 1);
    assert_eq!(store.running().await.unwrap(), Some(runs[0].clone()));
    assert_eq!(store.run(first).await.unwrap(), Some(runs[1].clone()));
    assert_eq!(store.run(RunId(77)).await.unwrap(), None);
}

pub async fn a_run_is_not_begun_beside_another(store: impl Store) {
    let first = begun(&store, &[1]).await;
    for state in [RunState::Running, RunState::Planned] {
        let second = store.begin_run(&run(state, 1), &[task(2)]).await.unwrap();
        assert_eq!(second, None);
    }
    assert_eq!(store.runs(10).await.unwrap().len(), 1);
    assert_eq!(store.waiting(first, 10).await.unwrap(), [task(1)]);
}

pub async fn a_planned_run_is_dropped_for_a_newer_one(store: impl Store) {
    let planned = run(RunState::Planned, 1);
    let planned = store.begin_run(&planned, &[task(1)]).await.unwrap();
    let planned = planned.expect("no other is running");
    assert_eq!(store.running().await.unwrap(), None);
    let second = begun(&store, &[2]).await;
    let state = |run: Option<provisioning_core::driver::Run>| run.unwrap().state;
    assert_eq!(state(store.run(planned).await.unwrap()), RunState::Dropped);
    assert_eq!(state(store.run(second).await.unwrap()), RunState::Running);
}

pub async fn a_run_moves_only_from_the_state_that_is_named(store: impl Store) {
    let id = begun(&store, &[1]).await;
    let moves = [
        (RunState::Planned, RunState::Running, false),
        (RunState::Running, RunState::Dropped, true),
        (RunState::Running, RunState::Done, false),
    ];
    for (from, to, expected) in moves {
        assert_eq!(store.move_run(id, from, to, at(1)).await.unwrap(), expected);
    }
    let missing = store.move_run(RunId(77), RunState::Planned, RunState::Running, now());
    assert!(!missing.await.unwrap());
}

pub async fn tasks_wait_in_order_until_they_are_queued(store: impl Store) {
    let run = begun(&store, &[5, 3, 4]).await;
    let waiting = store.waiting(run, 10).await.unwrap();
    assert_eq!(waiting, [task(5), task(3), task(4)]);
    assert_eq!(store.waiting(run, 1).await.unwrap(), [task(5)]);
    store.queued(run, &[id(5), id(4), id(99)]).await.unwrap();
    assert_eq!(store.waiting(run, 10).await.unwrap(), [task(3)]);
    let open = store.tasks(run, &[id(5), id(3), id(99)]).await.unwrap();
    assert_eq!(open, BTreeMap::from([(id(5), task(5)), (id(3), task(3))]));
}

pub async fn a_task_is_finished_once(store: impl Store) {
    let run = begun(&store, &[1, 2]).await;
    let ends = [
        (Situation::Update, Reason::Difference),
        (Situation::Error, Reason::Unavailable),
    ];
    for (what, why) in ends {
        store.finish(run, &id(1), what, why).await.unwrap();
    }
    assert!(store.tasks(run, &[id(1)]).await.unwrap().is_empty());
    assert_eq!(store.waiting(run, 10).await.unwrap(), [task(2)]);
    // Whoever comes late does not bring it back.
    store.queued(run, &[id(1)]).await.unwrap();
    assert!(store.tasks(run, &[id(1)]).await.unwrap().is_empty());
    let updated = store.finished(run, Situation::Update).await.unwrap();
    assert_eq!(updated, [(id(1), Reason::Difference)]);
    assert!(
        store
            .finished(run, Situation::Error)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn progress_counts_every_task(store: impl Store) {
    let run = begun(&store, &[10, 1, 2, 3, 4]).await;
    store.queued(run, &[id(1), id(2)]).await.unwrap();
    let ends = [
        (10, Situation::Conflict, Reason::SharedIdentity),
        (2, Situation::Conflict, Reason::RecycledIdentity),
        (3, Situation::InSync, Reason::InSync),
    ];
    for (number, what, why) in ends {
        store.finish(run, &id(number), what, why).await.unwrap();
    }
    let progress = store.progress(run).await.unwrap();
    assert_eq!((progress.waiting, progress.queued), (1, 1));
    assert_eq!(progress.open(), 2);
    assert_eq!(progress.finished.get(Situation::Conflict), 2);
    assert_eq!(progress.finished.get(Situation::InSync), 1);
    let reasons: Vec<_> = progress.finished.reasons().map(|it| it.1).collect();
    assert_eq!(reasons, [1, 1, 1]);
    let conflicts = store.finished(run, Situation::Conflict).await.unwrap();
    assert_eq!(
        conflicts,
        [
            (id(10), Reason::SharedIdentity),
            (id(2), Reason::RecycledIdentity)
        ]
    );
}

pub async fn tasks_of_two_runs_are_kept_apart(store: impl Store) {
    let first = begun(&store, &[1, 2]).await;
    store
        .move_run(first, RunState::Running, RunState::Dropped, at(1))
        .await
        .unwrap();
    let second = begun(&store, &[2]).await;
    store.queued(second, &[id(2)]).await.unwrap();
    let (what, why) = (Situation::Update, Reason::Difference);
    store.finish(second, &id(2), what, why).await.unwrap();
    assert_eq!(store.waiting(first, 10).await.unwrap(), [task(1), task(2)]);
    assert_eq!(store.progress(first).await.unwrap().open(), 2);
    assert_eq!(store.progress(second).await.unwrap().open(), 0);
}
