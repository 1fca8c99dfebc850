//! The Stores: one contract for both, and what only a file can show.

use jiff::{SignedDuration, Timestamp};
use provisioner::SqliteStore;
use provisioning_core::driver::{Intake, MemoryStore, Noted, Store as _};
use provisioning_core::{Changed, Evidence, Hint, Memory, Reason, Urgency};
use tempfile::TempDir;

mod memory {
    use super::MemoryStore;

    store_contract!(async { (MemoryStore::new(), ()) });
}

mod sqlite {
    use super::fresh;

    store_contract!(fresh());
}

async fn fresh() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (open(&folder).await, folder)
}

async fn open(folder: &TempDir) -> SqliteStore {
    let file = folder.path().join("provisioner.db");
    SqliteStore::open(&format!("sqlite://{}", file.display()))
        .await
        .unwrap()
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn intake(number: u32) -> Intake {
    let hint = Hint::new(Evidence::Created, Changed::Unknown, Urgency::Urgent, now());
    let employee = hibob_client::EmployeeId::try_from(number.to_string()).unwrap();
    Intake::new(employee, hint, now()).keyed(format!("key {number}"))
}

#[tokio::test]
async fn what_was_noted_outlives_the_process() {
    let (store, folder) = fresh().await;
    store.note(intake(1)).await.unwrap();
    drop(store);
    let store = open(&folder).await;
    assert_eq!(store.claim(now(), 10).await.unwrap().len(), 1);
    assert_eq!(store.note(intake(1)).await.unwrap(), Noted::Duplicate);
}

#[tokio::test]
async fn leases_of_an_earlier_process_are_dropped_and_its_work_is_due_at_once() {
    let (store, folder) = fresh().await;
    for number in 1..=2 {
        store.note(intake(number)).await.unwrap();
    }
    let claims = store.claim(now(), 10).await.unwrap();
    let memory: Memory = serde_json::from_str(r#"{"attempts": 3}"#).unwrap();
    crate::support::commit::commit(&store, &claims[0], &memory, None, now()).await;
    drop(store);
    let store = open(&folder).await;
    assert_eq!(store.next_due().await.unwrap(), Some(now()));
    let again = store.claim(now(), 10).await.unwrap();
    assert_eq!(again.len(), 2);
    assert_eq!(again[0].memory, memory);
    assert!(
        again[0].lease > claims[1].lease,
        "leases are never given twice"
    );
    assert!(!store.record(&claims[0], &memory, now()).await.unwrap());
}

#[tokio::test]
async fn keys_are_kept_for_seven_days() {
    let (store, _folder) = fresh().await;
    store.note(intake(1)).await.unwrap();
    let later = |hours| now() + SignedDuration::from_hours(hours);
    assert_eq!(store.sweep(later(7 * 24)).await.unwrap(), 0);
    assert_eq!(store.note(intake(1)).await.unwrap(), Noted::Duplicate);
    assert_eq!(store.sweep(later(7 * 24 + 1)).await.unwrap(), 1);
    assert!(matches!(
        store.note(intake(1)).await.unwrap(),
        Noted::New(_)
    ));
}

#[tokio::test]
async fn a_dead_letter_that_comes_again_is_counted() {
    let (store, _folder) = fresh().await;
    for hours in [0, 1] {
        let at = now() + SignedDuration::from_hours(hours);
        store
            .bury("abc", "upsert", Reason::Unparseable, at)
            .await
            .unwrap();
    }
    let letters = store.dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].times, letters[0].reason.as_str()),
        (2, "unparseable")
    );
    assert_eq!(letters[0].last_at, now() + SignedDuration::from_hours(1));
}

#[tokio::test]
async fn a_closed_file_is_an_error_and_no_panic() {
    let (store, _folder) = fresh().await;
    store.probe().await.unwrap();
    store.close().await;
    assert!(store.probe().await.is_err());
    assert!(store.note(intake(1)).await.is_err());
    assert!(store.claim(now(), 1).await.is_err());
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let (store, _folder) = fresh().await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 1..=50 {
        let store = store.clone();
        writers.spawn(async move {
            store
                .note(intake(number % 10 + 1).keyed(number.to_string()))
                .await
        });
    }
    while let Some(noted) = writers.join_next().await {
        assert!(matches!(noted.unwrap().unwrap(), Noted::New(_)));
    }
    assert_eq!(store.seq().await.unwrap().0, 50);
    assert_eq!(store.claim(now(), 100).await.unwrap().len(), 10);
}
