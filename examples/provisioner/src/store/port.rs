use std::collections::BTreeSet;

use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{
    Claim, Commit, Committed, Intake, Noted, Store, StoreError, Versioned,
};
use provisioning_core::{Ledger, Memory, Population, Quarantine, Seq};

use super::open::SqlStore;
use super::row::failed;

#[async_trait]
impl Store for SqlStore {
    async fn note(&self, intake: Intake) -> Result<Noted, StoreError> {
        self.notes.note(intake).await
    }

    async fn seq(&self) -> Result<Seq, StoreError> {
        self.newest().await.map_err(failed)
    }

    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.claimed(now, limit).await.map_err(failed)
    }

    async fn population(&self) -> Result<Population, StoreError> {
        self.counted().await.map_err(failed)
    }

    async fn ledger(&self) -> Result<Versioned<Ledger>, StoreError> {
        self.known_ledger().await
    }

    async fn commit(&self, commit: Commit<'_>) -> Result<Committed, StoreError> {
        self.committed(commit).await.map_err(failed)
    }

    async fn record(
        &self,
        claim: &Claim,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.recorded(claim, memory, now).await.map_err(failed)
    }

    async fn release(
        &self,
        claim: &Claim,
        memory: Option<&Memory>,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.released(claim, memory, due).await.map_err(failed)
    }

    async fn wake(&self, changed: &BTreeSet<EmployeeId>, now: Timestamp) -> Result<(), StoreError> {
        self.woken(changed, now).await.map_err(failed)
    }

    async fn postpone(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.postponed(claim, until).await.map_err(failed)
    }

    async fn replace_ledger(&self, ledger: &Ledger, version: i64) -> Result<bool, StoreError> {
        self.replaced(ledger, version).await.map_err(failed)
    }

    async fn paused(&self) -> Result<bool, StoreError> {
        self.is_paused().await.map_err(failed)
    }

    async fn pause(&self) -> Result<(), StoreError> {
        self.set_paused(1).await.map_err(failed)
    }

    async fn resume(&self) -> Result<(), StoreError> {
        self.set_paused(0).await.map_err(failed)
    }

    async fn quarantine(&self) -> Result<Quarantine, StoreError> {
        self.known_quarantine().await.map_err(failed)
    }

    async fn replace_quarantine(&self, quarantine: &Quarantine) -> Result<(), StoreError> {
        self.replaced_quarantine(quarantine).await.map_err(failed)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.earliest().await.map_err(failed)
    }
}
