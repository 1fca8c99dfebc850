use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::StoreError;

use super::open::SqlStore;
use super::row::{self, failed};
use crate::settings::Keep;

impl SqlStore {
    /// Forgets what is past its time. Returns how many rows went.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut gone = 0;
        for (statement, age) in kept(&self.keep) {
            let before = now.checked_sub(age).unwrap_or(Timestamp::MIN);
            let deleted = sqlx::query(statement)
                .bind(row::micros(before))
                .execute(self.pool())
                .await
                .map_err(failed)?;
            gone += deleted.rows_affected();
        }
        Ok(gone)
    }
}

fn kept(keep: &Keep) -> [(&'static str, SignedDuration); 6] {
    [
        ("DELETE FROM seen WHERE at < $1", keep.seen),
        (
            "DELETE FROM dead_letter WHERE last_at < $1",
            keep.dead_letters,
        ),
        ("DELETE FROM audit WHERE at < $1", keep.audit),
        // A state that lasts is not told again because it has lasted for long.
        (
            "DELETE FROM notice WHERE at < $1 AND stands = 0",
            keep.reports,
        ),
        // The newest run stays, so that no number is given twice.
        (
            "DELETE FROM run WHERE changed < $1 AND state IN ('done', 'dropped')
             AND id < (SELECT MAX(id) FROM run)",
            keep.reports,
        ),
        // The first start says since when there could have been deliveries.
        (
            "DELETE FROM process
             WHERE ended_at < $1 AND id > (SELECT MIN(id) FROM process)",
            keep.reports,
        ),
    ]
}
