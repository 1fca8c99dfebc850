//! Where a test's host lives: a folder, and a database in it or on a PostgreSQL server.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use provisioner::SqlStore;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;

/// A working folder and a database of one test's own; both are gone when it is dropped.
pub struct Home {
    folder: TempDir,
    url: String,
    schema: Option<Schema>,
}

/// A schema on the server that the variable names.
struct Schema {
    server: String,
    name: String,
}

impl Home {
    /// On PostgreSQL if the variable names a server, else on SQLite: a whole run of these tests
    /// is for one of them.
    pub fn new() -> Self {
        match server() {
            Some(server) => Self::on(&server),
            None => Self::sqlite(),
        }
    }

    /// On SQLite, whatever the variable says.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!(
            "sqlite://{}",
            folder.path().join("provisioner.db").display()
        );
        Self {
            folder,
            url,
            schema: None,
        }
    }

    /// On PostgreSQL, whatever it takes.
    pub fn postgres() -> Self {
        let server = server();
        Self::on(&server.unwrap_or_else(|| panic!("{SERVER} has to name a PostgreSQL server")))
    }

    fn on(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let schema = Schema {
            server: server.to_owned(),
            name,
        };
        schema.run(&format!("CREATE SCHEMA {}", schema.name));
        let joint = if server.contains('?') { '&' } else { '?' };
        Self {
            folder: tempfile::tempdir().unwrap(),
            url: format!("{server}{joint}options[search_path]={}", schema.name),
            schema: Some(schema),
        }
    }

    /// The working folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the policy lies if a process needs one.
    pub fn policy(&self) -> PathBuf {
        self.path().join("policy.toml")
    }

    /// Whether several hosts may work on the database.
    pub fn is_shared(&self) -> bool {
        self.schema.is_some()
    }

    /// What `DATABASE_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database, opened as by a host.
    pub async fn open(&self) -> SqlStore {
        SqlStore::open(&self.url).await.unwrap()
    }
}

impl Schema {
    /// Runs a statement from wherever it is called, also from a runtime's thread.
    fn run(&self, statement: &str) {
        std::thread::scope(|scope| {
            let done = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    sqlx::any::install_default_drivers();
                    let mut connection = AnyConnection::connect(&self.server).await?;
                    let statement = sqlx::query(AssertSqlSafe(statement.to_owned()));
                    statement.execute(&mut connection).await?;
                    connection.close().await
                })
            });
            done.join().unwrap().unwrap();
        });
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.run(&format!("DROP SCHEMA {} CASCADE", self.name));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own setting")]
fn server() -> Option<String> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty())
}

const SERVER: &str = "PROVISIONER_TEST_POSTGRES";
