//! What every Store has to do. Each case runs against each Store.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Claim, Committed, Intake, LEASE, Noted, Store};
use provisioning_core::quarantine::{Call, Gate, Jitter, Lane};
use provisioning_core::{Changed, Evidence, Hint, Ledger, Memory, Quarantine, Seq, Urgency};
use serde_json::json;

use super::commit::commit;

/// Makes a test of each case of the module above, with attributes of one's own, against a Store that
/// the expression makes together with what it lives in.
macro_rules! store_tests {
    (@one [$($attribute:tt)*] ($fresh:expr) $case:ident) => {
        #[tokio::test]
        $($attribute)*
        async fn $case() {
            let (store, _kept) = $fresh.await;
            super::$case(store).await;
        }
    };
    ($attributes:tt $fresh:expr; $($case:ident)+) => {
        $( store_tests! { @one $attributes ($fresh) $case } )+
    };
}

/// Runs every case against a Store that the expression makes.
macro_rules! store_contract {
    ($attributes:tt $fresh:expr) => {
        store_tests! { $attributes $fresh;
            a_hint_is_due_after_a_quiet_moment
            an_urgent_hint_is_due_at_once
            a_burst_is_not_put_off_for_ever
            hints_merge_under_rising_positions
            a_key_is_taken_once
            the_most_overdue_come_first_and_only_so_many
            a_leased_employee_is_not_claimed_again_until_the_lease_runs_out
            a_commit_clears_the_hint_and_keeps_the_memory
            a_commit_does_not_clear_a_newer_hint
            a_commit_needs_the_lease
            a_commit_needs_the_version_of_the_ledger
            a_stale_ledger_leaves_everything_as_it_was
            after_a_commit_the_employee_comes_back_when_the_lease_runs_out
            a_record_renews_the_lease
            a_record_needs_the_lease
            a_release_sets_the_next_look
            a_release_without_memory_changes_the_lease_only
            a_release_needs_the_lease
            those_who_wait_are_woken
            a_wait_that_is_over_wakes_nobody
            the_next_look_counts_leases
            a_postponed_employee_keeps_hint_and_memory
            a_postponement_needs_the_lease
            a_ledger_is_replaced_by_compare_and_set
            a_pause_lasts_until_it_is_ended
            the_state_of_the_apis_is_kept
            a_change_during_the_decision_wakes_all_the_same
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

fn hint(evidence: Evidence, at: Timestamp) -> Hint {
    let urgency = if evidence == Evidence::Inactivated {
        Urgency::Urgent
    } else {
        Urgency::Normal
    };
    Hint::new(evidence, Changed::Unknown, urgency, at)
}

fn intake(number: u32, evidence: Evidence, at: Timestamp) -> Intake {
    Intake::new(id(number), hint(evidence, at), at)
}

/// A memory that waits for somebody's change.
fn waiting_on(number: u32) -> Memory {
    let wait = json!({"at": null, "on": [number.to_string()]});
    serde_json::from_value(json!({"wait": wait, "attempts": 7})).unwrap()
}

async fn noted(store: &impl Store, number: u32, evidence: Evidence, at: Timestamp) -> Seq {
    match store.note(intake(number, evidence, at)).await.unwrap() {
        Noted::New(seq) => seq,
        Noted::Duplicate => panic!("not a duplicate"),
    }
}

async fn claimed(store: &impl Store, now: Timestamp) -> Claim {
    let mut claims = store.claim(now, 10).await.unwrap();
    assert_eq!(claims.len(), 1, "exactly one is due");
    claims.remove(0)
}

pub async fn a_hint_is_due_after_a_quiet_moment(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    assert_eq!(store.next_due().await.unwrap(), Some(at(2)));
    assert!(store.claim(at(1), 10).await.unwrap().is_empty());
    assert_eq!(claimed(&store, at(2)).await.employee, id(1));
}

pub async fn an_urgent_hint_is_due_at_once(store: impl Store) {
    noted(&store, 1, Evidence::Updated, now()).await;
    noted(&store, 1, Evidence::Inactivated, now()).await;
    noted(&store, 1, Evidence::Updated, now()).await;
    assert_eq!(store.next_due().await.unwrap(), Some(now()));
}

pub async fn a_burst_is_not_put_off_for_ever(store: impl Store) {
    for second in 0..40 {
        noted(&store, 1, Evidence::Updated, at(second)).await;
    }
    assert!(store.next_due().await.unwrap() <= Some(at(39)));
    assert_eq!(store.claim(at(40), 10).await.unwrap().len(), 1);
}

pub async fn hints_merge_under_rising_positions(store: impl Store) {
    let first = noted(&store, 1, Evidence::Created, now()).await;
    let second = noted(&store, 1, Evidence::Updated, at(1)).await;
    assert!(second > first);
    assert_eq!(store.seq().await.unwrap(), second);
    let claim = claimed(&store, at(9)).await;
    let merged = hint(Evidence::Created, now()).stamped(first);
    assert_eq!(
        claim.hint,
        merged.merge(hint(Evidence::Updated, at(1)).stamped(second))
    );
}

pub async fn a_key_is_taken_once(store: impl Store) {
    let delivery = intake(1, Evidence::Created, now()).keyed("key");
    assert!(matches!(
        store.note(delivery.clone()).await.unwrap(),
        Noted::New(_)
    ));
    let before = store.seq().await.unwrap();
    assert_eq!(store.note(delivery).await.unwrap(), Noted::Duplicate);
    assert_eq!(store.seq().await.unwrap(), before);
    let other = intake(1, Evidence::Created, now()).keyed("another");
    assert!(matches!(store.note(other).await.unwrap(), Noted::New(_)));
}

pub async fn the_most_overdue_come_first_and_only_so_many(store: impl Store) {
    for (number, second) in [(3, 20), (1, 10), (2, 10), (4, 0)] {
        noted(&store, number, Evidence::Created, at(second)).await;
    }
    let first = store.claim(at(60), 3).await.unwrap();
    let ids: Vec<_> = first.iter().map(|claim| claim.employee.clone()).collect();
    assert_eq!(ids, [id(4), id(1), id(2)]);
    let leases: BTreeSet<_> = first.iter().map(|claim| claim.lease).collect();
    assert_eq!(leases.len(), 3, "each has a lease of its own");
    assert_eq!(claimed(&store, at(60)).await.employee, id(3));
}

pub async fn a_leased_employee_is_not_claimed_again_until_the_lease_runs_out(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let first = claimed(&store, at(2)).await;
    let end = at(2) + LEASE;
    assert!(
        store
            .claim(end - SignedDuration::from_secs(1), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let second = claimed(&store, end).await;
    assert_ne!(second.lease, first.lease);
    // Whoever comes too late may write nothing.
    let memory = Memory::default();
    assert_eq!(
        commit(&store, &first, &memory, None, end).await,
        Committed::StaleHint
    );
    assert_eq!(
        commit(&store, &second, &memory, None, end).await,
        Committed::Done
    );
}

pub async fn a_commit_clears_the_hint_and_keeps_the_memory(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    let memory = waiting_on(9);
    assert_eq!(
        commit(&store, &claim, &memory, None, at(2)).await,
        Committed::Done
    );
    store.release(&claim, None, Some(at(5))).await.unwrap();
    let claim = claimed(&store, at(5)).await;
    assert_eq!(claim.hint, Hint::default());
    assert_eq!(claim.memory, memory);
}

pub async fn a_commit_does_not_clear_a_newer_hint(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    let newer = noted(&store, 1, Evidence::Updated, at(2)).await;
    let memory = waiting_on(9);
    assert_eq!(
        commit(&store, &claim, &memory, None, at(2)).await,
        Committed::StaleHint
    );
    store.release(&claim, None, Some(at(2))).await.unwrap();
    let claim = claimed(&store, at(4)).await;
    assert_eq!(claim.hint.newest(), newer);
    assert!(
        claim.hint.seen().contains_key(&Evidence::Created),
        "nothing of it was lost"
    );
    assert_eq!(claim.memory, Memory::default());
}

pub async fn a_commit_needs_the_lease(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    store.release(&claim, None, Some(at(2))).await.unwrap();
    let memory = Memory::default();
    assert_eq!(
        commit(&store, &claim, &memory, None, at(2)).await,
        Committed::StaleHint
    );
}

pub async fn a_commit_needs_the_version_of_the_ledger(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    let memory = Memory::default();
    let known = store.ledger().await.unwrap();
    let other = ledger();
    let ledger = Some((&other, known.version));
    assert_eq!(
        commit(&store, &claim, &memory, ledger, at(2)).await,
        Committed::Done
    );
    let swapped = store.ledger().await.unwrap();
    assert_eq!(swapped.value, other);
    assert_ne!(swapped.version, known.version);
    assert_eq!(
        commit(&store, &claim, &memory, ledger, at(2)).await,
        Committed::StaleLedger
    );
    // Without a ledger of its own, a commit does not care.
    assert_eq!(
        commit(&store, &claim, &memory, None, at(2)).await,
        Committed::Done
    );
    assert_eq!(store.ledger().await.unwrap(), swapped);
}

pub async fn a_stale_ledger_leaves_everything_as_it_was(store: impl Store) {
    let position = noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    let stale = store.ledger().await.unwrap().version + 1;
    let ledger = ledger();
    let committed = commit(
        &store,
        &claim,
        &waiting_on(9),
        Some((&ledger, stale)),
        at(2),
    )
    .await;
    assert_eq!(committed, Committed::StaleLedger);
    store.release(&claim, None, Some(at(2))).await.unwrap();
    let claim = claimed(&store, at(2)).await;
    assert_eq!(claim.hint.newest(), position);
    assert_eq!(claim.memory, Memory::default());
    assert_eq!(store.ledger().await.unwrap().value, Ledger::default());
}

pub async fn after_a_commit_the_employee_comes_back_when_the_lease_runs_out(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    commit(&store, &claim, &Memory::default(), None, at(2)).await;
    // Nobody releases it: the worker is gone.
    assert_eq!(store.next_due().await.unwrap(), Some(at(2) + LEASE));
    assert_eq!(claimed(&store, at(2) + LEASE).await.employee, id(1));
}

pub async fn a_record_renews_the_lease(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    commit(&store, &claim, &Memory::default(), None, at(2)).await;
    let memory = waiting_on(9);
    assert!(store.record(&claim, &memory, at(60)).await.unwrap());
    assert!(store.claim(at(2) + LEASE, 10).await.unwrap().is_empty());
    assert_eq!(claimed(&store, at(60) + LEASE).await.memory, memory);
}

pub async fn a_record_needs_the_lease(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    store.release(&claim, None, Some(at(3))).await.unwrap();
    assert!(!store.record(&claim, &waiting_on(9), at(2)).await.unwrap());
    assert_eq!(claimed(&store, at(3)).await.memory, Memory::default());
}

pub async fn a_release_sets_the_next_look(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    commit(&store, &claim, &Memory::default(), None, at(2)).await;
    let memory = waiting_on(9);
    store
        .release(&claim, Some(&memory), Some(at(100)))
        .await
        .unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(100)));
    let claim = claimed(&store, at(100)).await;
    assert_eq!(claim.memory, memory);
    commit(&store, &claim, &memory, None, at(100)).await;
    store.release(&claim, Some(&memory), None).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
    // A hint that came meanwhile is due all the same.
    noted(&store, 1, Evidence::Updated, at(100)).await;
    assert_eq!(store.next_due().await.unwrap(), Some(at(102)));
}

pub async fn a_release_without_memory_changes_the_lease_only(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    let memory = waiting_on(9);
    commit(&store, &claim, &memory, None, at(2)).await;
    store.release(&claim, None, Some(at(2))).await.unwrap();
    assert_eq!(claimed(&store, at(2)).await.memory, memory);
}

pub async fn a_release_needs_the_lease(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let old = claimed(&store, at(2)).await;
    let new = claimed(&store, at(2) + LEASE).await;
    store
        .release(&old, Some(&waiting_on(9)), None)
        .await
        .unwrap();
    assert!(
        store
            .record(&new, &Memory::default(), at(2) + LEASE)
            .await
            .unwrap()
    );
}

pub async fn those_who_wait_are_woken(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    let memory = waiting_on(9);
    commit(&store, &claim, &memory, None, at(2)).await;
    store.release(&claim, Some(&memory), None).await.unwrap();
    let before = store.seq().await.unwrap();
    store.wake(&BTreeSet::from([id(8)]), at(10)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None, "nobody waits on 8");
    store
        .wake(&BTreeSet::from([id(8), id(9)]), at(10))
        .await
        .unwrap();
    let claim = claimed(&store, at(12)).await;
    assert!(claim.hint.seen().contains_key(&Evidence::Woken));
    assert!(
        claim.hint.newest() > before,
        "what was read before does not count"
    );
    assert_eq!(claim.memory, memory);
}

pub async fn a_wait_that_is_over_wakes_nobody(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    commit(&store, &claim, &waiting_on(9), None, at(2)).await;
    store
        .release(&claim, Some(&Memory::default()), None)
        .await
        .unwrap();
    store.wake(&BTreeSet::from([id(9)]), at(10)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
}

pub async fn a_change_during_the_decision_wakes_all_the_same(store: impl Store) {
    for (number, second) in [(1, 0), (2, 0), (9, 500)] {
        noted(&store, number, Evidence::Created, at(second)).await;
    }
    let claims = store.claim(at(2), 10).await.unwrap();
    assert_eq!(claims.len(), 2);
    // The facts are read; then another instance changes whom they will turn out to wait for.
    store.wake(&BTreeSet::from([id(9)]), at(3)).await.unwrap();
    for claim in &claims {
        let on = if claim.employee == id(1) { 9 } else { 8 };
        let memory = waiting_on(on);
        let done = commit(&store, claim, &memory, None, at(4)).await;
        assert_eq!(done, Committed::Done);
        store.release(claim, Some(&memory), None).await.unwrap();
    }
    let claim = claimed(&store, at(60)).await;
    assert_eq!(claim.employee, id(1));
    assert!(claim.hint.seen().contains_key(&Evidence::Woken));
    assert!(claim.hint.newest() > claims[0].hint.newest());
    // Seen now: it is not woken for the same once more.
    let memory = waiting_on(9);
    commit(&store, &claim, &memory, None, at(60)).await;
    store.release(&claim, Some(&memory), None).await.unwrap();
    assert!(store.claim(at(120), 10).await.unwrap().is_empty());
}

pub async fn the_next_look_counts_leases(store: impl Store) {
    assert_eq!(store.next_due().await.unwrap(), None);
    noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    noted(&store, 1, Evidence::Updated, at(3)).await;
    // It is due at 5, but somebody works on it.
    assert_eq!(store.next_due().await.unwrap(), Some(at(2) + LEASE));
    noted(&store, 2, Evidence::Created, at(3)).await;
    assert_eq!(store.next_due().await.unwrap(), Some(at(5)));
    store.release(&claim, None, None).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(5)));
}

pub async fn a_postponed_employee_keeps_hint_and_memory(store: impl Store) {
    let first = noted(&store, 1, Evidence::Created, now()).await;
    let claim = claimed(&store, at(2)).await;
    store.postpone(&claim, at(60)).await.unwrap();
    assert!(store.claim(at(59), 10).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), Some(at(60)));
    let claim = claimed(&store, at(60)).await;
    assert_eq!(claim.hint.newest(), first);
    assert_eq!(claim.memory, Memory::default());
    // A hint that comes meanwhile does not wait.
    store.postpone(&claim, at(600)).await.unwrap();
    noted(&store, 1, Evidence::Updated, at(70)).await;
    assert!(store.next_due().await.unwrap() < Some(at(600)));
    // Without a hint it is due all the same.
    let claim = claimed(&store, at(100)).await;
    commit(&store, &claim, &waiting_on(9), None, at(100)).await;
    store.release(&claim, None, Some(at(100))).await.unwrap();
    let claim = claimed(&store, at(100)).await;
    store.postpone(&claim, at(200)).await.unwrap();
    let claim = claimed(&store, at(200)).await;
    assert_eq!(claim.memory, waiting_on(9));
}

pub async fn a_postponement_needs_the_lease(store: impl Store) {
    noted(&store, 1, Evidence::Created, now()).await;
    let old = claimed(&store, at(2)).await;
    let new = claimed(&store, at(2) + LEASE).await;
    store.postpone(&old, at(9_000)).await.unwrap();
    let end = at(2) + LEASE;
    assert!(store.record(&new, &new.memory, end).await.unwrap());
}

pub async fn a_ledger_is_replaced_by_compare_and_set(store: impl Store) {
    let known = store.ledger().await.unwrap();
    let stale = known.version + 1;
    assert!(!store.replace_ledger(&ledger(), stale).await.unwrap());
    assert_eq!(store.ledger().await.unwrap(), known);
    assert!(
        store
            .replace_ledger(&ledger(), known.version)
            .await
            .unwrap()
    );
    let replaced = store.ledger().await.unwrap();
    assert_eq!(replaced.value, ledger());
    assert!(
        !store
            .replace_ledger(&known.value, known.version)
            .await
            .unwrap()
    );
    assert_eq!(store.ledger().await.unwrap(), replaced);
}

pub async fn a_pause_lasts_until_it_is_ended(store: impl Store) {
    assert!(!store.paused().await.unwrap());
    store.pause().await.unwrap();
    store.pause().await.unwrap();
    assert!(store.paused().await.unwrap());
    noted(&store, 1, Evidence::Created, now()).await;
    store.resume().await.unwrap();
    assert!(!store.paused().await.unwrap());
    assert_eq!(claimed(&store, at(2)).await.employee, id(1));
}

pub async fn the_state_of_the_apis_is_kept(store: impl Store) {
    assert_eq!(store.quarantine().await.unwrap(), Quarantine::default());
    let mut quarantine = Quarantine::default();
    for _ in 0..3 {
        quarantine.note(Lane::Source, Call::Refused, Jitter::default(), now());
    }
    store.replace_quarantine(&quarantine).await.unwrap();
    assert_eq!(store.quarantine().await.unwrap(), quarantine);
    let closed = store.quarantine().await.unwrap().gate(Lane::Source, at(1));
    assert_eq!(closed, Gate::Closed(at(60)));
}

/// A ledger that differs from the empty one.
fn ledger() -> Ledger {
    let spent = json!({
        "employee": "1",
        "step": "deactivate:507f1f77bcf86cd799439011",
        "kind": "deactivation",
        "at": "2026-03-02T09:00:00Z",
    });
    serde_json::from_value(json!({"version": 1, "spent": [spent]})).unwrap()
}
