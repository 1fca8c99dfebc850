use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use provisioning_core::driver::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    Any, AnyConnection, AnyPool, ConnectOptions as _, Connection as _, SqlSafeStr as _, Transaction,
};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::dialect::{BEGIN, Dialect};
use super::ledger::Seen;
use super::notes::Notes;
use super::row::failed;
use super::work::Leases;
use crate::settings::Keep;

/// The [`Store`](provisioning_core::driver::Store) in a database.
///
/// Every change is one transaction and is on disk when the call returns. Notes that come at the
/// same time share a transaction, so that many of them cost one write to the disk. Cloning is
/// cheap and shares the connections.
///
/// - **SQLite**: one file for one host (write-ahead log, `synchronous=FULL`). One connection does
///   all the work, so writers of a process never wait for a lock; operators' commands use the file
///   at the same time.
/// - **PostgreSQL**: any number of hosts share the work. Leases keep them apart; a host that dies
///   loses its leases, not the work.
///
/// Rows hold JSON of the core's own types. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SqlStore {
    pool: AnyPool,
    dialect: Dialect,
    pub(super) notes: Notes,
    /// What this instance's leases are made of, once it takes one.
    pub(super) leases: Arc<OnceCell<Leases>>,
    /// The guards' ledger as this process saw it last.
    pub(super) ledger: Seen,
    /// Keeps other hosts from the file. `None` = the file is shared, or there is none.
    file: Option<Arc<File>>,
    /// For how long what is only looked at later is kept.
    pub(super) keep: Keep,
}

impl SqlStore {
    /// Opens the database for a host, creates what is missing, and brings its tables up to date.
    ///
    /// A SQLite file is this host's from now on, until [`SqlStore::close`] or the end of the
    /// process. Leases of an earlier process end here, and what it was working on is due at once.
    /// On PostgreSQL nothing of that: others may be at work.
    ///
    /// # Errors
    /// If the URL or the database cannot be used, or another host works with the file.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        match Self::join(url).await? {
            (store, Role::Worker) => Ok(store),
            (_, Role::Guest) => {
                let database = file_of(url)?.unwrap_or_default();
                bail!(
                    "another host works with {}; stop it, or use PostgreSQL for several hosts",
                    database.display()
                )
            }
        }
    }

    /// Opens the database to work with it, like a host, where nobody else does; else as a guest,
    /// beside the host that does. On PostgreSQL everybody may work.
    ///
    /// # Errors
    /// If the URL or the database cannot be used.
    pub async fn join(url: &str) -> anyhow::Result<(Self, Role)> {
        let mut store = Self::connect(url, Missing::Created).await?;
        if let Some(file) = file_of(url)? {
            let Some(lock) = lock(&file)? else {
                return Ok((store, Role::Guest));
            };
            store.file = Some(Arc::new(lock));
            store
                .drop_leases()
                .await
                .context("the database cannot be written")?;
        }
        Ok((store, Role::Worker))
    }

    /// Opens the database beside a host that may be at work, whose leases stay: for a command that
    /// looks, or notes something down. A SQLite file has to be there.
    ///
    /// # Errors
    /// If the URL or the database cannot be used.
    pub async fn attach(url: &str) -> anyhow::Result<Self> {
        Self::connect(url, Missing::Refused).await
    }

    /// As [`SqlStore::attach`]; `None` if a SQLite file is not there.
    ///
    /// # Errors
    /// If the URL or the database cannot be used.
    pub async fn attach_if_any(url: &str) -> anyhow::Result<Option<Self>> {
        match file_of(url)? {
            Some(file) if !file.exists() => Ok(None),
            _ => Self::attach(url).await.map(Some),
        }
    }

    async fn connect(url: &str, missing: Missing) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let Some(dialect) = Dialect::of_url(url) else {
            bail!("DATABASE_URL must begin with sqlite: or postgres:");
        };
        let pool = match dialect {
            Dialect::Sqlite => sqlite(url, missing).await,
            Dialect::Postgres => postgres(url, missing).await,
        };
        let pool = pool.context("the database cannot be opened")?;
        migrator(dialect)
            .run(&pool)
            .await
            .context("the database cannot be brought up to date")?;
        Ok(Self {
            notes: Notes::start(pool.clone(), dialect),
            pool,
            dialect,
            leases: Arc::default(),
            ledger: Seen::default(),
            file: None,
            keep: Keep::default(),
        })
    }

    /// The same database, where things are kept for so long.
    #[must_use]
    pub fn keeping(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// Ends this host's leases and closes the database; every call fails from then on.
    #[expect(clippy::incompatible_msrv, reason = "that one is of the libraries")]
    pub async fn close(&self) {
        if let Err(error) = self.drop_own_leases().await {
            tracing::warn!(%error, "this host's leases stay until they run out");
        }
        self.pool.close().await;
        if let Some(Err(error)) = self.file.as_deref().map(File::unlock) {
            tracing::warn!(%error, "the database's lock stays until the process ends");
        }
    }

    /// Writes something without a meaning, to see whether a write is possible.
    ///
    /// # Errors
    /// If it is not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let write = sqlx::query("UPDATE tenant SET probed = probed + 1");
        write.execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    /// Writes over what was deleted, where the database would keep it for a while.
    pub(super) async fn scrub(&self) -> Result<(), sqlx::Error> {
        if self.dialect == Dialect::Sqlite {
            // The log holds pages as they were. While somebody reads them it is done later.
            let checkpoint = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
            checkpoint.execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Whether other hosts may work on the same database.
    pub(super) fn is_shared(&self) -> bool {
        self.file.is_none()
    }

    pub(super) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        self.pool.begin_with(self.dialect.text(BEGIN)).await
    }
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlStore")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

/// What a process may do with a database that it has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it works, or another one does")]
pub enum Role {
    /// It may decide and write, like a host.
    Worker,
    /// A host works with it; this one may look, and note things down.
    Guest,
}

/// What becomes of a SQLite file that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Created,
    Refused,
}

async fn sqlite(url: &str, missing: Missing) -> anyhow::Result<AnyPool> {
    let file = file_of(url)?.context("DATABASE_URL names no file")?;
    if missing == Missing::Created {
        create(&file);
    }
    let options = SqliteConnectOptions::from_str(url)?
        .filename(file)
        .create_if_missing(missing == Missing::Created);
    if missing == Missing::Refused && !options.get_filename().exists() {
        bail!("there is no file {}", options.get_filename().display());
    }
    // The generic driver takes its options from a URL only; the rest is set on the connection.
    let options = AnyConnectOptions::from_url(&options.to_url_lossy())?.disable_statement_logging();
    // A pool would try for seconds, and not say what was wrong.
    try_out(&options, &SQLITE).await?;
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| Box::pin(set(connection, &SQLITE)));
    Ok(pool.connect_with(options).await?)
}

/// Creates the file, if it is not there, for its owner alone: it holds people's mails. SQLite gives
/// the files beside it the same permissions, and says what is wrong if this cannot be done.
fn create(file: &Path) {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(file));
}

async fn postgres(url: &str, missing: Missing) -> anyhow::Result<AnyPool> {
    let options = AnyConnectOptions::from_str(url)?.disable_statement_logging();
    if missing == Missing::Refused {
        // A host has patience with a database that starts; whoever only looks is told at once.
        try_out(&options, &POSTGRES).await?;
    }
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(|connection, _| Box::pin(set(connection, &POSTGRES)));
    match pool.connect_with(options.clone()).await {
        Ok(pool) => Ok(pool),
        Err(error) => {
            // The pool only says that it had no patience any more.
            try_out(&options, &POSTGRES).await?;
            Err(plain(error))
        }
    }
}

/// Fails with what is wrong with the database, unless that passes by itself.
async fn try_out(
    options: &AnyConnectOptions,
    settings: &'static [&'static str],
) -> anyhow::Result<()> {
    let tried = async {
        let mut connection = AnyConnection::connect_with(options).await?;
        set(&mut connection, settings).await?;
        connection.close().await
    };
    match timeout(PATIENCE, tried).await {
        Ok(Err(sqlx::Error::Database(error))) if error.message().contains("locked") => Ok(()),
        Ok(tried) => tried.map_err(plain),
        Err(_) => bail!("it does not answer"),
    }
}

/// Without what the library says twice.
fn plain(error: sqlx::Error) -> anyhow::Error {
    match error {
        sqlx::Error::Database(error) => anyhow!("{}", error.message()),
        sqlx::Error::Io(error) => anyhow!("{error}"),
        other => anyhow!("{other}"),
    }
}

async fn set(
    connection: &mut AnyConnection,
    settings: &'static [&'static str],
) -> Result<(), sqlx::Error> {
    for setting in settings {
        sqlx::query(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The whole path of a SQLite URL's file; `None` for PostgreSQL.
fn file_of(url: &str) -> anyhow::Result<Option<PathBuf>> {
    if Dialect::of_url(url) != Some(Dialect::Sqlite) {
        return Ok(None);
    }
    if url.contains(":memory:") || url.contains("mode=memory") {
        bail!("DATABASE_URL must name a file: what is accepted has to outlive the process");
    }
    let options = SqliteConnectOptions::from_str(url)
        .context("DATABASE_URL is not a usable sqlite:// URL")?;
    Ok(Some(std::path::absolute(options.get_filename())?))
}

/// Takes the file for this process. The lock lies beside it, for SQLite has locks of its own on
/// the file itself, and ends with the process however that ends.
#[expect(clippy::incompatible_msrv, reason = "that one is of the libraries")]
/// `None` if another process has it.
fn lock(database: &Path) -> anyhow::Result<Option<File>> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file =
        File::create(&path).with_context(|| format!("{} is not writable", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", path.display()))
        }
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    macro_rules! migrations {
        ($folder:literal) => {
            [
                (
                    1,
                    "state",
                    include_str!(concat!("../../migrations/", $folder, "/0001_state.sql")),
                ),
                (
                    2,
                    "guards",
                    include_str!(concat!("../../migrations/", $folder, "/0002_guards.sql")),
                ),
                (
                    3,
                    "instances",
                    include_str!(concat!("../../migrations/", $folder, "/0003_instances.sql")),
                ),
                (
                    4,
                    "runs",
                    include_str!(concat!("../../migrations/", $folder, "/0004_runs.sql")),
                ),
                (
                    5,
                    "operation",
                    include_str!(concat!("../../migrations/", $folder, "/0005_operation.sql")),
                ),
                (
                    6,
                    "forget",
                    include_str!(concat!("../../migrations/", $folder, "/0006_forget.sql")),
                ),
                (
                    7,
                    "schedule",
                    include_str!(concat!("../../migrations/", $folder, "/0007_schedule.sql")),
                ),
                (
                    8,
                    "many people",
                    include_str!(concat!(
                        "../../migrations/",
                        $folder,
                        "/0008_many_people.sql"
                    )),
                ),
            ]
        };
    }
    let files = match dialect {
        Dialect::Sqlite => migrations!("sqlite"),
        Dialect::Postgres => migrations!("postgres"),
    };
    let migrations = files.map(|(version, name, text)| {
        let text = text.into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(migrations.into())
}

/// How SQLite keeps what it promises, and keeps nothing of what was deleted. Foreign keys and the
/// time to wait for a lock of another process are the driver's defaults.
const SQLITE: [&str; 3] = [
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
];

/// Nobody waits for ever for an instance that has lost its network or stands still.
const POSTGRES: [&str; 3] = [
    "SET lock_timeout = '10s'",
    "SET statement_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '10s'",
];

/// The most connections to PostgreSQL that one host holds.
const CONNECTIONS: u32 = 8;

/// How long a call waits for its turn before it fails.
const PATIENCE: Duration = Duration::from_secs(30);
