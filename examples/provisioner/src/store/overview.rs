use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::StoreError;
use sqlx::Row as _;

use super::journal::AuditEntry;
use super::open::SqlStore;
use super::row::{self, failed};

/// The queue as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queue {
    /// How many employees are known.
    pub employees: u64,
    /// About how many something came that is not decided yet.
    pub pending: u64,
    /// Since when the one waits who has waited longest.
    pub oldest: Option<Timestamp>,
    /// How many are due now, and nobody works on them.
    pub due: u64,
    /// How many are worked on now.
    pub leased: u64,
    /// How many have a date for another look.
    pub timed: u64,
}

/// What an operator asks of the state; nothing here writes.
impl SqlStore {
    /// The queue as it is now.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn queue(&self, now: Timestamp) -> Result<Queue, StoreError> {
        let found = sqlx::query(
            "SELECT COUNT(*), COUNT(hint), MIN(hint_since), COUNT(due),
                COUNT(CASE WHEN leased_until > $1 THEN 1 END),
                COUNT(CASE WHEN due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
                    THEN 1 END)
             FROM employee",
        )
        .bind(row::micros(now))
        .fetch_one(self.pool())
        .await
        .map_err(failed)?;
        let number = |index| -> Result<u64, StoreError> {
            let counted: i64 = found.try_get(index).map_err(failed)?;
            Ok(u64::try_from(counted).unwrap_or_default())
        };
        let oldest: Option<i64> = found.try_get(2).map_err(failed)?;
        Ok(Queue {
            employees: number(0)?,
            pending: number(1)?,
            oldest: oldest.map(row::time),
            timed: number(3)?,
            leased: number(4)?,
            due: number(5)?,
        })
    }

    /// When a delivery came last that was worth keeping, as far as it is still known.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn last_delivery(&self) -> Result<Option<Timestamp>, StoreError> {
        self.latest("SELECT MAX(at) FROM seen").await
    }

    /// How many hosts are at work, as far as they have said so lately.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn hosts_at_work(&self, now: Timestamp) -> Result<u64, StoreError> {
        let lately = now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
        let hosts = "SELECT COUNT(*) FROM process WHERE ended_at IS NULL AND seen_at >= $1";
        let hosts: i64 = sqlx::query_scalar(hosts)
            .bind(row::micros(lately))
            .fetch_one(self.pool())
            .await
            .map_err(failed)?;
        Ok(u64::try_from(hosts).unwrap_or_default())
    }

    /// When somebody was decided about last.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn last_decision(&self) -> Result<Option<Timestamp>, StoreError> {
        self.latest("SELECT MAX(at) FROM audit").await
    }

    /// The last lines of the audit about one employee, the newest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn history(
        &self,
        employee: &EmployeeId,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, employee, disposition, reason, detail FROM audit
             WHERE employee = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(employee.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await;
        AuditEntry::all(rows.map_err(failed)?)
    }

    /// The latest decision about each employee for whom it was that it cannot be done, the newest
    /// first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn dead_ends(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, employee, disposition, reason, detail FROM audit AS one
             WHERE disposition = 'dead' AND NOT EXISTS (
                SELECT 1 FROM audit AS later
                WHERE later.employee = one.employee AND later.id > one.id
             )
             ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await;
        AuditEntry::all(rows.map_err(failed)?)
    }

    async fn latest(&self, statement: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(statement)
            .fetch_one(self.pool())
            .await
            .map_err(failed)?;
        Ok(at.map(row::time))
    }
}

/// A host says every minute that it is there.
const LATELY: SignedDuration = SignedDuration::from_mins(3);
