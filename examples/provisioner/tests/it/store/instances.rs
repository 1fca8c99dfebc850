//! Several instances on one PostgreSQL database.

use std::collections::BTreeSet;

use provisioning_core::driver::{Committed, LEASE, Noted, Store as _};
use provisioning_core::{Ledger, Memory};
use serde_json::json;
use tokio::task::JoinSet;

use super::{intake, now, two_claims};
use crate::support::commit::commit;
use crate::support::home::Home;

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn instances_share_the_work_and_nobody_is_taken_twice() {
    let home = Home::postgres();
    let stores = [home.open().await, home.open().await, home.open().await];
    for number in 1..=200 {
        stores[0].note(intake(number)).await.unwrap();
    }
    let mut workers = JoinSet::new();
    for store in stores.iter().cloned().cycle().take(9) {
        workers.spawn(async move {
            let mut taken = Vec::new();
            loop {
                let claims = store.claim(now(), 7).await.unwrap();
                if claims.is_empty() {
                    return taken;
                }
                taken.extend(claims);
            }
        });
    }
    let taken: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    let leases: BTreeSet<_> = taken.iter().map(|claim| claim.lease).collect();
    let people: BTreeSet<_> = taken.iter().map(|claim| &claim.employee).collect();
    assert_eq!((taken.len(), leases.len(), people.len()), (200, 200, 200));
}

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn a_start_leaves_the_leases_of_others_alone() {
    let home = Home::postgres();
    let first = home.open().await;
    let claims = two_claims(&first).await;
    let second = home.open().await;
    assert!(second.claim(now(), 10).await.unwrap().is_empty());
    let memory = Memory::default();
    let done = commit(&first, &claims[0], &memory, None, now()).await;
    assert_eq!(done, Committed::Done);
    assert!(first.record(&claims[0], &memory, now()).await.unwrap());
}

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn an_instance_that_dies_loses_its_leases_and_not_the_work() {
    let home = Home::postgres();
    let first = home.open().await;
    let claims = two_claims(&first).await;
    let second = home.open().await;
    let taken = second.claim(now() + LEASE, 10).await.unwrap();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].hint, claims[0].hint, "what was pending still is");
    // It was not dead after all: it may write nothing any more.
    let memory: Memory = serde_json::from_value(json!({"attempts": 3})).unwrap();
    let late = commit(&first, &claims[0], &memory, None, now()).await;
    assert_eq!(late, Committed::StaleHint);
    assert!(!first.record(&claims[0], &memory, now()).await.unwrap());
    first
        .release(&claims[0], Some(&memory), None)
        .await
        .unwrap();
    first.postpone(&claims[0], now()).await.unwrap();
    let done = commit(&second, &taken[0], &Memory::default(), None, now()).await;
    assert_eq!(done, Committed::Done);
}

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn a_delivery_to_two_instances_is_one_hint() {
    let home = Home::postgres();
    let stores = [home.open().await, home.open().await];
    let mut deliveries = JoinSet::new();
    for number in 1..=50 {
        for store in stores.clone() {
            deliveries.spawn(async move { store.note(intake(number)).await.unwrap() });
        }
    }
    let noted = deliveries.join_all().await;
    let new = noted.iter().filter(|noted| **noted != Noted::Duplicate);
    assert_eq!(new.count(), 50);
    assert_eq!(stores[0].seq().await.unwrap().0, 50);
}

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn the_ledger_is_spent_once() {
    let home = Home::postgres();
    let stores = [home.open().await, home.open().await];
    let mut spenders = JoinSet::new();
    for number in 0..20 {
        let store = stores[number % 2].clone();
        spenders.spawn(async move {
            loop {
                let known = store.ledger().await.unwrap();
                let mut ledger = serde_json::to_value(&known.value).unwrap();
                ledger["spent"].as_array_mut().unwrap().push(json!({
                    "employee": number.to_string(),
                    "step": "deactivate:507f1f77bcf86cd799439011",
                    "kind": "deactivation",
                    "at": "2026-03-02T09:00:00Z",
                }));
                let ledger: Ledger = serde_json::from_value(ledger).unwrap();
                if store.replace_ledger(&ledger, known.version).await.unwrap() {
                    return;
                }
            }
        });
    }
    spenders.join_all().await;
    let ledger = stores[0].ledger().await.unwrap();
    let spent = serde_json::to_value(&ledger.value).unwrap();
    assert_eq!(spent["spent"].as_array().unwrap().len(), 20);
    assert_eq!(ledger.version, 20);
}

#[tokio::test]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn notes_commits_and_wakes_at_once_end_in_no_deadlock() {
    let home = Home::postgres();
    let stores = [home.open().await, home.open().await];
    let waiting = |on: u32| -> Memory {
        let wait = json!({"at": null, "on": [on.to_string()]});
        serde_json::from_value(json!({"wait": wait})).unwrap()
    };
    let mut busy = JoinSet::new();
    for (index, store) in stores.iter().cloned().cycle().take(8).enumerate() {
        busy.spawn(async move {
            for round in 0..40_u32 {
                let number = 1 + (round * 7 + u32::try_from(index).unwrap()) % 10;
                let note = intake(number).keyed(format!("{index} {round}"));
                store.note(note).await.unwrap();
                for claim in store.claim(now(), 3).await.unwrap() {
                    let memory = waiting(1 + (number + 1) % 10);
                    let known = store.ledger().await.unwrap();
                    let ledger = Some((&known.value, known.version));
                    commit(&store, &claim, &memory, ledger, now()).await;
                    let woken = BTreeSet::from([claim.employee.clone()]);
                    store.wake(&woken, now()).await.unwrap();
                    store.release(&claim, Some(&memory), None).await.unwrap();
                }
            }
        });
    }
    busy.join_all().await;
    assert!(stores[0].seq().await.unwrap().0 >= 320);
}
