use std::sync::{Arc, Mutex, PoisonError};

use provisioning_core::Ledger;
use provisioning_core::driver::{StoreError, Versioned};
use sqlx::{AnyConnection, Row as _};

use super::open::SqlStore;
use super::row::{self, failed};

impl SqlStore {
    pub(super) async fn known_ledger(&self) -> Result<Versioned<Ledger>, StoreError> {
        let newest = sqlx::query_scalar("SELECT version FROM ledger");
        let newest = newest.fetch_one(self.pool()).await.map_err(failed)?;
        if let Some(ledger) = self.ledger.of_version(newest) {
            return Ok(Versioned::new(ledger, newest));
        }
        let found = sqlx::query("SELECT content, version FROM ledger")
            .fetch_one(self.pool())
            .await
            .map_err(failed)?;
        let text: Option<String> = found.try_get(0).map_err(failed)?;
        let version = found.try_get(1).map_err(failed)?;
        // A ledger that cannot be read stops the work: the guards must not start from nothing.
        let ledger = text
            .as_deref()
            .map_or_else(|| Ok(Ledger::default()), row::from_json)?;
        self.ledger.keep(&ledger, version);
        Ok(Versioned::new(ledger, version))
    }

    pub(super) async fn replaced(
        &self,
        ledger: &Ledger,
        version: i64,
    ) -> Result<bool, sqlx::Error> {
        let mut connection = self.pool().acquire().await?;
        let swapped = swap(&mut connection, ledger, version).await?;
        if swapped {
            self.ledger.keep(ledger, after(version));
        }
        Ok(swapped)
    }
}

/// Stores a ledger that was made from this version; `false` if there is another by now.
pub(super) async fn swap(
    connection: &mut AnyConnection,
    ledger: &Ledger,
    version: i64,
) -> Result<bool, sqlx::Error> {
    let swapped = sqlx::query("UPDATE ledger SET content = $1, version = $2 WHERE version = $3")
        .bind(row::to_json(ledger).map_err(row::encode)?)
        .bind(after(version))
        .bind(version)
        .execute(connection)
        .await?;
    Ok(swapped.rows_affected() > 0)
}

/// The version that a swap makes of this one.
pub(super) fn after(version: i64) -> i64 {
    version.saturating_add(1)
}

/// The ledger as this process saw it last. It is looked at with every decision, and a large one
/// takes longer to read than everything else.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Option<Versioned<Ledger>>>>);

impl Seen {
    /// The ledger, if it is of this version.
    fn of_version(&self, version: i64) -> Option<Ledger> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.as_ref().filter(|seen| seen.version == version)?;
        Some(seen.value.clone())
    }

    /// Keeps one that the database has in this version.
    pub(super) fn keep(&self, ledger: &Ledger, version: i64) {
        let ledger = Versioned::new(ledger.clone(), version);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ledger);
    }
}
