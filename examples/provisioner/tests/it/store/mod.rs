//! The Stores: one contract for all, what only a database can show, and several instances on one.

mod instances;
mod ledger;

use jiff::{SignedDuration, Timestamp};
use provisioner::SqlStore;
use provisioning_core::driver::{Claim, Intake, MemoryStore, Noted, Store as _};
use provisioning_core::{Changed, Evidence, Hint, Memory, Reason, Urgency};
use tokio::task::JoinSet;

use crate::support::commit::commit;
use crate::support::contract::*;
use crate::support::home::Home;
use crate::support::run_contract::*;

/// What every database does, beyond the contract of the port.
macro_rules! database_tests {
    ($attributes:tt $home:expr) => {
        store_contract! { $attributes $crate::store::fresh($home) }
        run_store_contract! { $attributes $crate::store::fresh($home) }
        store_tests! { $attributes $crate::store::fresh($home);
            keys_are_kept_for_seven_days
            a_dead_letter_that_comes_again_is_counted
            a_closed_database_is_an_error_and_no_panic
            many_writers_at_once_lose_nothing
            a_caller_who_goes_away_takes_nobody_along
            the_population_is_counted_by_what_is_remembered
        }
    };
}

mod memory {
    use super::*;

    store_contract! { [] async { (MemoryStore::new(), ()) } }
    run_store_contract! { [] async { (MemoryStore::new(), ()) } }
}

mod sqlite {
    use super::*;

    database_tests! { [] Home::sqlite() }

    #[tokio::test]
    async fn what_a_host_works_on_when_it_ends_is_due_at_once() {
        ends(&Home::sqlite()).await;
    }

    #[tokio::test]
    async fn what_was_noted_outlives_the_process() {
        outlives(&Home::sqlite()).await;
    }

    #[tokio::test]
    async fn a_ledger_that_another_process_wrote_is_seen() {
        ledger::is_seen_by_others(&Home::sqlite()).await;
    }

    #[tokio::test]
    async fn an_older_database_keeps_its_ledger() {
        ledger::moves_along(&Home::sqlite()).await;
    }

    #[tokio::test]
    async fn leases_of_an_earlier_process_are_dropped_and_its_work_is_due_at_once() {
        let home = Home::sqlite();
        let store = home.open().await;
        let claims = two_claims(&store).await;
        let memory: Memory = serde_json::from_str(r#"{"attempts": 3}"#).unwrap();
        commit(&store, &claims[0], &memory, None, now()).await;
        // It does not end as it should.
        drop(store);
        let store = home.open().await;
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
    async fn a_second_host_is_locked_out_and_operators_are_not() {
        let home = Home::sqlite();
        let store = home.open().await;
        let claims = two_claims(&store).await;
        let error = SqlStore::open(home.url()).await.unwrap_err().to_string();
        assert!(error.contains("another host works with"), "{error}");
        assert!(error.contains("PostgreSQL"), "{error}");
        let beside = SqlStore::attach(home.url()).await.unwrap();
        assert_eq!(beside.seq().await.unwrap().0, 2);
        assert!(beside.claim(now(), 10).await.unwrap().is_empty());
        // Neither of them has ended the host's leases.
        let kept = store.record(&claims[0], &Memory::default(), now()).await;
        assert!(kept.unwrap());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn prv_01_the_file_and_those_beside_it_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let home = Home::sqlite();
        let store = home.open().await;
        two_claims(&store).await;
        let files = std::fs::read_dir(home.path()).unwrap().map(Result::unwrap);
        let modes = files.map(|file| (file.path(), file.metadata().unwrap().permissions().mode()));
        let of_the_database: Vec<_> = modes
            // The lock beside it is empty.
            .filter(|(path, _)| path.to_string_lossy().contains(".db"))
            .filter(|(path, _)| !path.to_string_lossy().ends_with(".lock"))
            .collect();
        assert!(of_the_database.len() > 1, "{of_the_database:?}");
        for (path, mode) in of_the_database {
            assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
        }
    }

    #[tokio::test]
    async fn what_does_not_outlive_the_process_is_refused() {
        for url in ["sqlite::memory:", "sqlite://x?mode=memory"] {
            let error = format!("{:#}", SqlStore::open(url).await.unwrap_err());
            assert!(error.contains("must name a file"), "{error}");
        }
    }
}

mod postgres {
    use super::*;

    database_tests! { [#[ignore = "needs a server: bash .ci/with-postgres"]] Home::postgres() }

    #[tokio::test]
    #[ignore = "needs a server: bash .ci/with-postgres"]
    async fn what_a_host_works_on_when_it_ends_is_due_at_once() {
        ends(&Home::postgres()).await;
    }

    #[tokio::test]
    #[ignore = "needs a server: bash .ci/with-postgres"]
    async fn what_was_noted_outlives_the_process() {
        outlives(&Home::postgres()).await;
    }

    #[tokio::test]
    #[ignore = "needs a server: bash .ci/with-postgres"]
    async fn a_ledger_that_another_process_wrote_is_seen() {
        ledger::is_seen_by_others(&Home::postgres()).await;
    }

    #[tokio::test]
    #[ignore = "needs a server: bash .ci/with-postgres"]
    async fn an_older_database_keeps_its_ledger() {
        ledger::moves_along(&Home::postgres()).await;
    }
}

async fn fresh(home: Home) -> (SqlStore, Home) {
    (home.open().await, home)
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn intake(number: u32) -> Intake {
    let hint = Hint::new(Evidence::Created, Changed::Unknown, Urgency::Urgent, now());
    let employee = hibob_client::EmployeeId::try_from(number.to_string()).unwrap();
    Intake::new(employee, hint, now()).keyed(format!("key {number}"))
}

async fn two_claims(store: &SqlStore) -> Vec<Claim> {
    for number in 1..=2 {
        store.note(intake(number)).await.unwrap();
    }
    let claims = store.claim(now(), 10).await.unwrap();
    assert_eq!(claims.len(), 2);
    claims
}

async fn ends(home: &Home) {
    let store = home.open().await;
    let claims = two_claims(&store).await;
    store.close().await;
    let store = home.open().await;
    let again = store.claim(now(), 10).await.unwrap();
    assert_eq!(again.len(), 2);
    assert!(again[0].lease > claims[1].lease);
}

async fn outlives(home: &Home) {
    let store = home.open().await;
    store.note(intake(1)).await.unwrap();
    store.close().await;
    let store = home.open().await;
    assert_eq!(store.claim(now(), 10).await.unwrap().len(), 1);
    assert_eq!(store.note(intake(1)).await.unwrap(), Noted::Duplicate);
}

async fn keys_are_kept_for_seven_days(store: SqlStore) {
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

async fn a_dead_letter_that_comes_again_is_counted(store: SqlStore) {
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

async fn a_closed_database_is_an_error_and_no_panic(store: SqlStore) {
    store.probe().await.unwrap();
    store.close().await;
    assert!(store.probe().await.is_err());
    assert!(store.note(intake(1)).await.is_err());
    assert!(store.claim(now(), 1).await.is_err());
}

async fn many_writers_at_once_lose_nothing(store: SqlStore) {
    let mut writers = JoinSet::new();
    for number in 1..=500 {
        let store = store.clone();
        let note = intake(number % 10 + 1).keyed((number % 400).to_string());
        writers.spawn(async move { store.note(note).await });
    }
    let mut positions = std::collections::BTreeSet::new();
    while let Some(noted) = writers.join_next().await {
        if let Noted::New(position) = noted.unwrap().unwrap() {
            assert!(positions.insert(position), "a position is given once");
        }
    }
    assert_eq!(positions.len(), 400);
    assert_eq!(store.seq().await.unwrap().0, 400);
    assert_eq!(store.claim(now(), 100).await.unwrap().len(), 10);
}

async fn a_caller_who_goes_away_takes_nobody_along(store: SqlStore) {
    let mut writers = JoinSet::new();
    for number in 1..=100 {
        let store = store.clone();
        writers.spawn(async move {
            let note = store.note(intake(number));
            if number % 2 == 0 {
                return Some(note.await);
            }
            // Bob has hung up at this moment.
            tokio::select! {
                biased;
                _ = note => None,
                () = std::future::ready(()) => None,
            }
        });
    }
    let mut noted = 0;
    while let Some(one) = writers.join_next().await {
        if let Some(one) = one.unwrap() {
            assert!(matches!(one.unwrap(), Noted::New(_)));
            noted += 1;
        }
    }
    assert_eq!(noted, 50);
}

async fn the_population_is_counted_by_what_is_remembered(store: SqlStore) {
    use provisioning_core::Population;

    let claims = two_claims(&store).await;
    assert_eq!(store.population().await.unwrap(), Population::of(0));
    let linked = r#"{"link": "507f1f77bcf86cd799439011"}"#;
    let left = r#"{"link": "507f1f77bcf86cd799439012", "deactivated": "507f1f77bcf86cd799439012"}"#;
    let linked: Memory = serde_json::from_str(linked).unwrap();
    let left: Memory = serde_json::from_str(left).unwrap();
    commit(&store, &claims[0], &linked, None, now()).await;
    commit(&store, &claims[1], &linked, None, now()).await;
    assert_eq!(store.population().await.unwrap(), Population::of(2));
    assert!(store.record(&claims[0], &left, now()).await.unwrap());
    assert_eq!(store.population().await.unwrap(), Population::of(1));
    store.release(&claims[1], None, None).await.unwrap();
    assert_eq!(store.population().await.unwrap(), Population::of(1));
    store
        .release(&claims[0], Some(&linked), None)
        .await
        .unwrap();
    assert_eq!(store.population().await.unwrap(), Population::of(2));
}
