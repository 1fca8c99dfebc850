use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::StoreError;

use super::open::SqlStore;
use super::row::{self, failed};

/// A process that works, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(i64);

/// The processes that work.
impl SqlStore {
    /// Writes down that this process works now.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn begin_process(&self, now: Timestamp) -> Result<Process, StoreError> {
        let id = sqlx::query_scalar(
            "INSERT INTO process (started_at, seen_at) VALUES ($1, $1) RETURNING id",
        )
        .bind(row::micros(now))
        .fetch_one(self.pool())
        .await
        .map_err(failed)?;
        Ok(Process(id))
    }

    /// Writes down that this process still works.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn process_lives(
        &self,
        process: Process,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Whoever was believed dead and is not says so.
        let lives = sqlx::query("UPDATE process SET seen_at = $1, ended_at = NULL WHERE id = $2");
        let lives = lives.bind(row::micros(now)).bind(process.0);
        lives.execute(self.pool()).await.map_err(failed)?;
        Ok(())
    }

    /// Writes down that this process ends as it should.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn end_process(
        &self,
        process: Process,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ends = sqlx::query("UPDATE process SET seen_at = $1, ended_at = $1 WHERE id = $2");
        let ends = ends.bind(row::micros(now)).bind(process.0);
        ends.execute(self.pool()).await.map_err(failed)?;
        Ok(())
    }

    /// Finds processes that ended without being told to, each once; returns how many.
    ///
    /// Where a file belongs to one process, every other is one that ended. Where several share the
    /// database, those are that have said nothing for five minutes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn lost_processes(
        &self,
        process: Process,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let silent = if self.is_shared() {
            now.checked_sub(SILENCE).unwrap_or(Timestamp::MIN)
        } else {
            Timestamp::MAX
        };
        let lost = sqlx::query(
            "UPDATE process SET ended_at = seen_at
             WHERE ended_at IS NULL AND id <> $1 AND seen_at < $2",
        );
        let lost = lost.bind(process.0).bind(row::micros(silent));
        let lost = lost.execute(self.pool()).await.map_err(failed)?;
        Ok(usize::try_from(lost.rows_affected()).unwrap_or(usize::MAX))
    }

    /// Since when there is news of deliveries: the last one that was written down, or else the
    /// first start.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn last_sign(&self) -> Result<Option<Timestamp>, StoreError> {
        let last: Option<i64> = sqlx::query_scalar(
            "SELECT COALESCE((SELECT MAX(at) FROM seen), (SELECT MIN(started_at) FROM process))",
        )
        .fetch_one(self.pool())
        .await
        .map_err(failed)?;
        Ok(last.map(row::time))
    }
}

/// Five times as long as between two signs of life.
const SILENCE: SignedDuration = SignedDuration::from_mins(5);
