use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::StoreError;

use super::open::SqlStore;
use super::row::{self, failed};

/// Full synchronizations by the clock: one for all instances.
impl SqlStore {
    /// Takes a slot; `false` if it is done, or if somebody is at it. In a database that knows of
    /// none yet it counts as done: the first one comes with the next slot.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn take_slot(
        &self,
        slot: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let first = sqlx::query("UPDATE tenant SET slot = $1 WHERE slot IS NULL");
        let first = first.bind(row::micros(slot)).execute(self.pool()).await;
        if first.map_err(failed)?.rows_affected() > 0 {
            return Ok(false);
        }
        let lease = now.checked_add(LEASE).unwrap_or(now);
        let taken = sqlx::query(
            "UPDATE tenant SET slot_lease = $1
             WHERE slot < $2 AND (slot_lease IS NULL OR slot_lease <= $3 OR slot_lease > $1)",
        );
        let taken = taken
            .bind(row::micros(lease))
            .bind(row::micros(slot))
            .bind(row::micros(now))
            .execute(self.pool())
            .await;
        Ok(taken.map_err(failed)?.rows_affected() > 0)
    }

    /// A slot that was taken is done.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn slot_is_done(&self, slot: Timestamp) -> Result<(), StoreError> {
        let done = sqlx::query("UPDATE tenant SET slot = $1, slot_lease = NULL");
        let done = done.bind(row::micros(slot)).execute(self.pool()).await;
        done.map(drop).map_err(failed)
    }

    /// A slot that was taken is tried again then.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn slot_waits(&self, until: Timestamp) -> Result<(), StoreError> {
        let waits = sqlx::query("UPDATE tenant SET slot_lease = $1");
        let waits = waits.bind(row::micros(until)).execute(self.pool()).await;
        waits.map(drop).map_err(failed)
    }
}

/// Longer than the lists of a large company take. A lease that ends later is from before the clock
/// jumped back.
const LEASE: SignedDuration = SignedDuration::from_hours(2);
