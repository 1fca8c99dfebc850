//! Commits as a driver makes them.

use jiff::Timestamp;
use provisioning_core::driver::{Claim, Commit, Committed, Store};
use provisioning_core::{Ledger, Memory};

/// Commits this under the claim, and says what the Store answered.
pub async fn commit(
    store: &impl Store,
    claim: &Claim,
    memory: &Memory,
    ledger: Option<(&Ledger, i64)>,
    now: Timestamp,
) -> Committed {
    let commit = Commit::new(claim, memory, now);
    let commit = match ledger {
        Some((ledger, version)) => commit.with_ledger(ledger, version),
        None => commit,
    };
    store.commit(commit).await.expect("the store holds")
}
