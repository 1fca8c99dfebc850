use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr as _;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::driver::{
    Claim, Commit, Committed, Intake, LEASE, Lease, Noted, Store, StoreError, Versioned,
};
use provisioning_core::{Hint, Ledger, Memory, Population, Quarantine, Seq};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{
    ConnectOptions as _, Row as _, SqlSafeStr as _, Sqlite, SqliteConnection, SqlitePool,
    Transaction,
};

use super::row;

/// The [`Store`] in one SQLite file, for one process.
///
/// Every change is one transaction and is on disk when the call returns (write-ahead log,
/// `synchronous=FULL`). One connection does all the work, so writers never wait for a lock; other
/// programs may read the file at the same time. Cloning is cheap and shares the connection.
///
/// Rows hold JSON of the core's own types. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the file that a `sqlite://…` URL names, creates it if need be, and brings its tables
    /// up to date.
    ///
    /// Leases of an earlier process end here, and what it was working on is due at once: there is
    /// one process a file, so nobody else can hold them.
    ///
    /// # Errors
    /// If the URL or the file cannot be used.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let store = Self::connect(options(url)?.create_if_missing(true)).await?;
        store
            .drop_leases()
            .await
            .context("the database cannot be written")?;
        Ok(store)
    }

    /// Opens the file beside a process that works on it, whose leases stay: for a command that
    /// looks, or notes something down. The file has to be there.
    ///
    /// # Errors
    /// If the URL or the file cannot be used.
    pub async fn attach(url: &str) -> anyhow::Result<Self> {
        Self::connect(options(url)?.create_if_missing(false)).await
    }

    async fn connect(options: SqliteConnectOptions) -> anyhow::Result<Self> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .context("the database cannot be opened")?;
        migrator()
            .run(&pool)
            .await
            .context("the database cannot be brought up to date")?;
        Ok(Self { pool })
    }

    /// Closes the file; every call fails from then on.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Writes something without a meaning, to see whether a write is possible.
    ///
    /// # Errors
    /// If it is not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let write = sqlx::query("UPDATE tenant SET probed = probed + 1");
        write.execute(&self.pool).await.map_err(StoreError::new)?;
        Ok(())
    }

    pub(super) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }

    async fn drop_leases(&self) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE employee SET due = leased_until - ?, lease = NULL, leased_until = NULL
             WHERE lease IS NOT NULL",
        )
        .bind(lease_micros())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn noted(&self, intake: Intake) -> Result<Noted, sqlx::Error> {
        let mut transaction = self.begin().await?;
        if let Some(key) = &intake.key {
            let new =
                sqlx::query("INSERT INTO seen (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING")
                    .bind(&**key)
                    .bind(row::micros(intake.at))
                    .execute(&mut *transaction)
                    .await?;
            if new.rows_affected() == 0 {
                return Ok(Noted::Duplicate);
            }
        }
        let position = next_seq(&mut transaction).await?;
        row::take(&mut transaction, intake, position).await?;
        transaction.commit().await?;
        Ok(Noted::New(position))
    }

    async fn claimed(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, sqlx::Error> {
        let mut transaction = self.begin().await?;
        let due = sqlx::query(
            "SELECT id, hint, memory FROM employee
             WHERE due_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1)
             ORDER BY due_at, id LIMIT ?2",
        )
        .bind(row::micros(now))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *transaction)
        .await?;
        let mut claims = Vec::with_capacity(due.len());
        for found in due {
            let Some((employee, hint, memory)) = read(&found, now)? else {
                continue;
            };
            let lease: i64 =
                sqlx::query_scalar("UPDATE tenant SET leases = leases + 1 RETURNING leases")
                    .fetch_one(&mut *transaction)
                    .await?;
            sqlx::query("UPDATE employee SET lease = ?, leased_until = ? WHERE id = ?")
                .bind(lease)
                .bind(lease_end(now))
                .bind(employee.as_str())
                .execute(&mut *transaction)
                .await?;
            claims.push(Claim::new(
                employee,
                Lease(lease),
                hint.unwrap_or_default(),
                memory,
            ));
        }
        transaction.commit().await?;
        Ok(claims)
    }

    async fn committed(&self, commit: Commit<'_>) -> Result<Committed, sqlx::Error> {
        let employee = &commit.claim.employee;
        let mut transaction = self.begin().await?;
        let leased = sqlx::query("SELECT hint FROM employee WHERE id = ? AND lease = ?")
            .bind(employee.as_str())
            .bind(commit.claim.lease.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(leased) = leased else {
            return Ok(Committed::StaleHint);
        };
        let pending = row::hint(employee, leased.try_get(0)?, commit.now);
        let newest = pending.as_ref().map(Hint::newest).unwrap_or_default();
        if newest > commit.claim.hint.newest() {
            return Ok(Committed::StaleHint);
        }
        if let Some((ledger, expected)) = commit.ledger {
            let swapped = sqlx::query(SWAP_LEDGER)
                .bind(row::to_json(ledger).map_err(row::encode)?)
                .bind(expected)
                .execute(&mut *transaction)
                .await?;
            if swapped.rows_affected() == 0 {
                return Ok(Committed::StaleLedger);
            }
        }
        sqlx::query(
            "UPDATE employee
             SET hint = NULL, hint_since = NULL, hint_due = NULL, memory = ?, due = ?
             WHERE id = ?",
        )
        .bind(row::to_json(commit.memory).map_err(row::encode)?)
        .bind(lease_end(commit.now))
        .bind(employee.as_str())
        .execute(&mut *transaction)
        .await?;
        row::wait_on(&mut transaction, employee, commit.memory).await?;
        transaction.commit().await?;
        Ok(Committed::Done)
    }

    async fn recorded(
        &self,
        claim: &Claim,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        let mut transaction = self.begin().await?;
        let written = sqlx::query(
            "UPDATE employee SET memory = ?1, leased_until = ?2, due = ?2
             WHERE id = ?3 AND lease = ?4",
        )
        .bind(row::to_json(memory).map_err(row::encode)?)
        .bind(lease_end(now))
        .bind(claim.employee.as_str())
        .bind(claim.lease.0)
        .execute(&mut *transaction)
        .await?;
        if written.rows_affected() == 0 {
            return Ok(false);
        }
        row::wait_on(&mut transaction, &claim.employee, memory).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn released(
        &self,
        claim: &Claim,
        memory: Option<&Memory>,
        due: Option<Timestamp>,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        let released = sqlx::query(
            "UPDATE employee
             SET lease = NULL, leased_until = NULL, due = ?, memory = IFNULL(?, memory)
             WHERE id = ? AND lease = ?",
        )
        .bind(due.map(row::micros))
        .bind(memory.map(row::to_json).transpose().map_err(row::encode)?)
        .bind(claim.employee.as_str())
        .bind(claim.lease.0)
        .execute(&mut *transaction)
        .await?;
        if released.rows_affected() > 0 {
            if let Some(memory) = memory {
                row::wait_on(&mut transaction, &claim.employee, memory).await?;
            }
        }
        transaction.commit().await
    }

    async fn woken(
        &self,
        changed: &BTreeSet<EmployeeId>,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        let position = next_seq(&mut transaction).await?;
        let mut waiting = BTreeSet::new();
        for employee in changed {
            let found: Vec<String> =
                sqlx::query_scalar("SELECT employee FROM wait WHERE changed = ?")
                    .bind(employee.as_str())
                    .fetch_all(&mut *transaction)
                    .await?;
            waiting.extend(
                found
                    .iter()
                    .filter_map(|id| EmployeeId::try_from(id.as_str()).ok()),
            );
        }
        for employee in waiting {
            let intake = Intake::new(employee, Hint::woken(now), now);
            row::take(&mut transaction, intake, position).await?;
        }
        transaction.commit().await
    }

    async fn postponed(&self, claim: &Claim, until: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE employee
             SET lease = NULL, leased_until = NULL, due = ?1, hint_due = MAX(hint_due, ?1)
             WHERE id = ?2 AND lease = ?3",
        )
        .bind(row::micros(until))
        .bind(claim.employee.as_str())
        .bind(claim.lease.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn replaced(&self, ledger: &Ledger, version: i64) -> Result<bool, sqlx::Error> {
        let swapped = sqlx::query(SWAP_LEDGER)
            .bind(row::to_json(ledger).map_err(row::encode)?)
            .bind(version)
            .execute(&self.pool)
            .await?;
        Ok(swapped.rows_affected() > 0)
    }

    async fn set(&self, statement: &'static str) -> Result<(), StoreError> {
        let write = sqlx::query(statement).execute(&self.pool).await;
        write.map(drop).map_err(StoreError::new)
    }

    async fn earliest(&self) -> Result<Option<Timestamp>, sqlx::Error> {
        let free = "SELECT MIN(due_at) FROM employee WHERE leased_until IS NULL";
        let free: Option<i64> = sqlx::query_scalar(free).fetch_one(&self.pool).await?;
        let leased = "SELECT MIN(MAX(due_at, leased_until)) FROM employee
                      WHERE leased_until IS NOT NULL";
        let leased: Option<i64> = sqlx::query_scalar(leased).fetch_one(&self.pool).await?;
        Ok([free, leased].into_iter().flatten().min().map(row::time))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn note(&self, intake: Intake) -> Result<Noted, StoreError> {
        self.noted(intake).await.map_err(StoreError::new)
    }

    async fn seq(&self) -> Result<Seq, StoreError> {
        let seq = sqlx::query_scalar("SELECT seq FROM tenant")
            .fetch_one(&self.pool)
            .await;
        seq.map(row::seq).map_err(StoreError::new)
    }

    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.claimed(now, limit).await.map_err(StoreError::new)
    }

    async fn population(&self) -> Result<Population, StoreError> {
        let found = sqlx::query(COUNT_ACTIVE).fetch_one(&self.pool).await;
        let active: i64 = found
            .and_then(|row| row.try_get(0))
            .map_err(StoreError::new)?;
        Ok(Population::of(u32::try_from(active).unwrap_or(u32::MAX)))
    }

    async fn ledger(&self) -> Result<Versioned<Ledger>, StoreError> {
        let found = sqlx::query("SELECT ledger, version FROM tenant")
            .fetch_one(&self.pool)
            .await;
        let found = found.map_err(StoreError::new)?;
        let text: Option<String> = found.try_get(0).map_err(StoreError::new)?;
        let version = found.try_get(1).map_err(StoreError::new)?;
        // A ledger that cannot be read stops the work: the guards must not start from nothing.
        let ledger = text
            .as_deref()
            .map_or_else(|| Ok(Ledger::default()), row::from_json)?;
        Ok(Versioned::new(ledger, version))
    }

    async fn commit(&self, commit: Commit<'_>) -> Result<Committed, StoreError> {
        self.committed(commit).await.map_err(StoreError::new)
    }

    async fn record(
        &self,
        claim: &Claim,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.recorded(claim, memory, now)
            .await
            .map_err(StoreError::new)
    }

    async fn release(
        &self,
        claim: &Claim,
        memory: Option<&Memory>,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.released(claim, memory, due)
            .await
            .map_err(StoreError::new)
    }

    async fn wake(&self, changed: &BTreeSet<EmployeeId>, now: Timestamp) -> Result<(), StoreError> {
        self.woken(changed, now).await.map_err(StoreError::new)
    }

    async fn postpone(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.postponed(claim, until).await.map_err(StoreError::new)
    }

    async fn replace_ledger(&self, ledger: &Ledger, version: i64) -> Result<bool, StoreError> {
        self.replaced(ledger, version)
            .await
            .map_err(StoreError::new)
    }

    async fn paused(&self) -> Result<bool, StoreError> {
        let paused = sqlx::query_scalar("SELECT paused FROM tenant")
            .fetch_one(&self.pool)
            .await;
        paused.map_err(StoreError::new)
    }

    async fn pause(&self) -> Result<(), StoreError> {
        self.set("UPDATE tenant SET paused = 1").await
    }

    async fn resume(&self) -> Result<(), StoreError> {
        self.set("UPDATE tenant SET paused = 0").await
    }

    async fn quarantine(&self) -> Result<Quarantine, StoreError> {
        let text: Option<String> = sqlx::query_scalar("SELECT quarantine FROM tenant")
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::new)?;
        // It is an estimate: what cannot be read is found out again.
        let known = text.as_deref().map(row::from_json).and_then(Result::ok);
        Ok(known.unwrap_or_default())
    }

    async fn replace_quarantine(&self, quarantine: &Quarantine) -> Result<(), StoreError> {
        let written = sqlx::query("UPDATE tenant SET quarantine = ?")
            .bind(row::to_json(quarantine)?)
            .execute(&self.pool)
            .await;
        written.map(drop).map_err(StoreError::new)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.earliest().await.map_err(StoreError::new)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

fn options(url: &str) -> anyhow::Result<SqliteConnectOptions> {
    SqliteConnectOptions::from_str(url).context("DATABASE_URL is not a usable sqlite:// URL")
}

async fn next_seq(connection: &mut SqliteConnection) -> Result<Seq, sqlx::Error> {
    let seq = sqlx::query_scalar("UPDATE tenant SET seq = seq + 1 RETURNING seq");
    seq.fetch_one(connection).await.map(row::seq)
}

/// `None` for a row that is not ours: an id that is none cannot have come through the intake.
fn read(
    found: &SqliteRow,
    now: Timestamp,
) -> Result<Option<(EmployeeId, Option<Hint>, Memory)>, sqlx::Error> {
    let Ok(employee) = EmployeeId::try_from(found.try_get::<&str, _>(0)?) else {
        return Ok(None);
    };
    let hint = row::hint(&employee, found.try_get(1)?, now);
    let memory = row::memory(&employee, found.try_get(2)?);
    Ok(Some((employee, hint, memory)))
}

fn lease_end(now: Timestamp) -> i64 {
    row::micros(now).saturating_add(lease_micros())
}

fn lease_micros() -> i64 {
    i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX)
}

fn migrator() -> Migrator {
    let files = [
        (1, "state", include_str!("../../migrations/0001_state.sql")),
        (
            2,
            "guards",
            include_str!("../../migrations/0002_guards.sql"),
        ),
    ];
    let migrations = files.map(|(version, name, text)| {
        let text = text.into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(migrations.into())
}

const SWAP_LEDGER: &str = "UPDATE tenant SET ledger = ?, version = version + 1 WHERE version = ?";

/// How long a call waits for its turn before it fails.
const PATIENCE: Duration = Duration::from_secs(5);

/// Employees whose account is linked and not deactivated, from the memory as the core writes it.
const COUNT_ACTIVE: &str = "SELECT COUNT(*) FROM employee \
    WHERE json_extract(memory, '$.link') IS NOT NULL \
    AND json_extract(memory, '$.deactivated') IS NULL";
