use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::StoreError;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::open::SqlStore;
use super::row::{self, failed};
use crate::alerts::{Notice, NoticeKind};

/// A notice that is being sent, and how often that was tried.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) notice: Notice,
    pub(crate) attempts: i64,
    claim: i64,
}

/// Whether a matter is over once it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// It has happened.
    No,
    /// It is a state, and is told of once for as long as it lasts.
    Yes,
}

/// What an operator has to hear of.
impl SqlStore {
    /// Writes down a notice. One about the same that is not sent yet counts both; one that was
    /// sent lately is followed when its rest is over.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn raise(&self, notice: &Notice, lasting: Lasting) -> Result<(), StoreError> {
        let due = after(notice.at, notice.gathers_for());
        sqlx::query(
            "INSERT INTO notice
                 (kind, about, digest, count, since, at, due, attempts, sent_at, stands)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, NULL, $8)
             ON CONFLICT (kind, about, digest) DO UPDATE SET
                 count = notice.count + $4,
                 since = CASE WHEN notice.due IS NULL THEN $5 ELSE notice.since END,
                 at = $6,
                 due = CASE WHEN notice.due IS NOT NULL THEN notice.due
                            WHEN notice.sent_at + $9 > $7 THEN notice.sent_at + $9
                            ELSE $7 END,
                 stands = $8
             WHERE $8 = 0 OR notice.stands = 0",
        )
        .bind(notice.kind.as_str())
        .bind(notice.about.as_str())
        .bind(notice.digest.as_str())
        .bind(i64::try_from(notice.count).unwrap_or(i64::MAX))
        .bind(row::micros(notice.since))
        .bind(row::micros(notice.at))
        .bind(row::micros(due))
        .bind(i64::from(lasting == Lasting::Yes))
        .bind(micros_of(notice.rests_for()))
        .execute(self.pool())
        .await
        .map_err(failed)?;
        Ok(())
    }

    /// A state that was told of is over.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn is_over(&self, kind: NoticeKind, about: &str) -> Result<(), StoreError> {
        let over = "UPDATE notice SET stands = 0 WHERE kind = $1 AND about = $2 AND stands = 1";
        let over = sqlx::query(over).bind(kind.as_str()).bind(about);
        over.execute(self.pool()).await.map_err(failed)?;
        Ok(())
    }

    /// Takes the notice that has been due for the longest; nobody else gets it for a minute.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn next_notice(&self, now: Timestamp) -> Result<Option<Sending>, StoreError> {
        loop {
            let due = sqlx::query(
                "SELECT kind, about, digest, count, since, at, due, attempts FROM notice
                 WHERE due <= $1 ORDER BY due, kind, about, digest LIMIT 1",
            )
            .bind(row::micros(now))
            .fetch_optional(self.pool())
            .await
            .map_err(failed)?;
            let Some(found) = due else {
                return Ok(None);
            };
            let claim = row::micros(after(now, LEASE));
            let taken = sqlx::query(
                "UPDATE notice SET due = $1, attempts = attempts + 1
                 WHERE kind = $2 AND about = $3 AND digest = $4 AND due = $5",
            )
            .bind(claim)
            .bind(found.try_get::<String, _>(0).map_err(failed)?)
            .bind(found.try_get::<String, _>(1).map_err(failed)?)
            .bind(found.try_get::<String, _>(2).map_err(failed)?)
            .bind(found.try_get::<i64, _>(6).map_err(failed)?)
            .execute(self.pool())
            .await
            .map_err(failed)?;
            if taken.rows_affected() == 0 {
                // Another instance was faster.
                continue;
            }
            let attempts = found.try_get(7).map_err(failed)?;
            // A kind that only a newer version knows is left to that one.
            if let Some(notice) = read(&found).map_err(failed)? {
                return Ok(Some(Sending {
                    notice,
                    attempts,
                    claim,
                }));
            }
        }
    }

    /// What was being sent has arrived; what was counted meanwhile follows after the rest.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn sent(&self, sending: &Sending, now: Timestamp) -> Result<(), StoreError> {
        let Sending { notice, .. } = sending;
        sqlx::query(
            "UPDATE notice SET
                 due = CASE WHEN count > $1 THEN $2 ELSE NULL END,
                 since = CASE WHEN count > $1 THEN at ELSE since END,
                 count = count - $1, attempts = 0, sent_at = $3
             WHERE kind = $4 AND about = $5 AND digest = $6",
        )
        .bind(i64::try_from(notice.count).unwrap_or(i64::MAX))
        .bind(row::micros(after(now, notice.rests_for())))
        .bind(row::micros(now))
        .bind(notice.kind.as_str())
        .bind(notice.about.as_str())
        .bind(notice.digest.as_str())
        .execute(self.pool())
        .await
        .map_err(failed)?;
        Ok(())
    }

    /// What was being sent did not arrive, and is tried again then.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) async fn not_sent(
        &self,
        sending: &Sending,
        again: Timestamp,
    ) -> Result<(), StoreError> {
        let Sending { notice, claim, .. } = sending;
        sqlx::query(
            "UPDATE notice SET due = $1
             WHERE kind = $2 AND about = $3 AND digest = $4 AND due = $5",
        )
        .bind(row::micros(again))
        .bind(notice.kind.as_str())
        .bind(notice.about.as_str())
        .bind(notice.digest.as_str())
        .bind(*claim)
        .execute(self.pool())
        .await
        .map_err(failed)?;
        Ok(())
    }

    /// When the next notice is to be sent.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn notice_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> = sqlx::query_scalar("SELECT MIN(due) FROM notice")
            .fetch_one(self.pool())
            .await
            .map_err(failed)?;
        Ok(due.map(row::time))
    }

    /// What an operator was told or is about to be told, the newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn notices(&self, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let rows = sqlx::query(
            "SELECT kind, about, digest, count, since, at FROM notice
             ORDER BY at DESC, kind, about, digest LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await
        .map_err(failed)?;
        let notices: Result<Vec<_>, _> = rows.iter().map(read).collect();
        Ok(notices.map_err(failed)?.into_iter().flatten().collect())
    }
}

/// `None` for a kind that only a newer version knows.
fn read(found: &AnyRow) -> Result<Option<Notice>, sqlx::Error> {
    let Some(kind) = NoticeKind::named(&found.try_get::<String, _>(0)?) else {
        return Ok(None);
    };
    let at = row::time(found.try_get(5)?);
    let mut notice = Notice::new(kind, found.try_get::<String, _>(1)?, at);
    notice.digest = found.try_get(2)?;
    notice.count = u64::try_from(found.try_get::<i64, _>(3)?).unwrap_or_default();
    notice.since = row::time(found.try_get(4)?);
    Ok(Some(notice))
}

fn after(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.checked_add(length).unwrap_or(at)
}

fn micros_of(length: SignedDuration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

/// So long a notice may take; after that another instance tries.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
