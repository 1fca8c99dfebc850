use jiff::Timestamp;
use provisioning_core::{Population, Quarantine, Seq};

use super::open::SqlStore;
use super::row;

/// What belongs to the company as a whole.
impl SqlStore {
    pub(super) async fn newest(&self) -> Result<Seq, sqlx::Error> {
        let seq = sqlx::query_scalar("SELECT seq FROM tenant");
        seq.fetch_one(self.pool()).await.map(row::seq)
    }

    pub(super) async fn counted(&self) -> Result<Population, sqlx::Error> {
        let active: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM employee WHERE active = 1")
            .fetch_one(self.pool())
            .await?;
        Ok(Population::of(u32::try_from(active).unwrap_or(u32::MAX)))
    }

    pub(super) async fn is_paused(&self) -> Result<bool, sqlx::Error> {
        let paused: i64 = sqlx::query_scalar("SELECT paused FROM tenant")
            .fetch_one(self.pool())
            .await?;
        Ok(paused != 0)
    }

    pub(super) async fn set_paused(&self, paused: i64) -> Result<(), sqlx::Error> {
        let write = sqlx::query("UPDATE tenant SET paused = $1").bind(paused);
        write.execute(self.pool()).await.map(drop)
    }

    pub(super) async fn known_quarantine(&self) -> Result<Quarantine, sqlx::Error> {
        let text: Option<String> = sqlx::query_scalar("SELECT quarantine FROM tenant")
            .fetch_one(self.pool())
            .await?;
        // It is an estimate: what cannot be read is found out again.
        let known = text.as_deref().map(row::from_json).and_then(Result::ok);
        Ok(known.unwrap_or_default())
    }

    pub(super) async fn replaced_quarantine(
        &self,
        quarantine: &Quarantine,
    ) -> Result<(), sqlx::Error> {
        let write = sqlx::query("UPDATE tenant SET quarantine = $1")
            .bind(row::to_json(quarantine).map_err(row::encode)?);
        write.execute(self.pool()).await.map(drop)
    }

    /// When the next employee is due.
    pub(super) async fn earliest(&self) -> Result<Option<Timestamp>, sqlx::Error> {
        let free = "SELECT MIN(due_at) FROM employee WHERE leased_until IS NULL";
        let free: Option<i64> = sqlx::query_scalar(free).fetch_one(self.pool()).await?;
        let leased = "SELECT MIN(CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END)
                      FROM employee WHERE leased_until IS NOT NULL AND due_at IS NOT NULL";
        let leased: Option<i64> = sqlx::query_scalar(leased).fetch_one(self.pool()).await?;
        Ok([free, leased].into_iter().flatten().min().map(row::time))
    }
}
