//! Makes commits of one's own choice: only the driver can, so a driver is lent one.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{
    Claim, Commit, Committed, Driver, Intake, Noted, Source, Store, StoreError, Target, Versioned,
};
use provisioning_core::{Answer, Ledger, Memory, Outcome, Policy, Query, Seq, Step};

/// Commits this under the claim, and says what the Store answered.
pub async fn commit(
    store: &impl Store,
    claim: &Claim,
    memory: &Memory,
    ledger: Option<(&Ledger, i64)>,
    now: Timestamp,
) -> Committed {
    let seen = Mutex::new(None);
    let lent = Lent {
        store,
        claim,
        memory,
        ledger,
        seen: &seen,
    };
    let policy = Policy::parse(POLICY).expect("valid");
    // The lender refuses the driver's own commit, so that the driver ends its turn.
    let turn = Driver::new(policy, Silent, Silent, lent).turn(now).await;
    drop(turn);
    seen.into_inner()
        .expect("not poisoned")
        .expect("the driver commits")
}

struct Lent<'a, S> {
    store: &'a S,
    claim: &'a Claim,
    memory: &'a Memory,
    ledger: Option<(&'a Ledger, i64)>,
    seen: &'a Mutex<Option<Committed>>,
}

#[async_trait]
impl<S: Store> Store for Lent<'_, S> {
    async fn note(&self, intake: Intake) -> Result<Noted, StoreError> {
        self.store.note(intake).await
    }

    async fn seq(&self) -> Result<Seq, StoreError> {
        Ok(Seq(u64::MAX))
    }

    async fn claim(&self, _: Timestamp, _: usize) -> Result<Vec<Claim>, StoreError> {
        Ok(vec![self.claim.clone()])
    }

    async fn ledger(&self) -> Result<Versioned<Ledger>, StoreError> {
        Ok(Versioned::new(Ledger::default(), 0))
    }

    async fn commit(&self, mut commit: Commit<'_>) -> Result<Committed, StoreError> {
        (commit.claim, commit.memory, commit.ledger) = (self.claim, self.memory, self.ledger);
        let committed = self.store.commit(commit).await?;
        *self.seen.lock().expect("not poisoned") = Some(committed);
        Err(StoreError::new("seen enough"))
    }

    async fn record(&self, _: &Claim, _: &Memory, _: Timestamp) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn release(
        &self,
        _: &Claim,
        _: Option<&Memory>,
        _: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    async fn wake(&self, _: &BTreeSet<EmployeeId>, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
}

/// Answers nothing.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Source for Silent {
    async fn fetch(&self, _: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        Vec::new()
    }
}

#[async_trait]
impl Target for Silent {
    async fn fetch(&self, _: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        Vec::new()
    }

    async fn apply(&self, _: &Step, _: Option<&learning360_client::UserId>) -> Outcome {
        Outcome::Unanswered
    }
}

const POLICY: &str = r#"
platform = "contract"
[time]
zone = "Etc/UTC"
[user]
group = "507f1f77bcf86cd799439011"
mail = "email"
"#;
