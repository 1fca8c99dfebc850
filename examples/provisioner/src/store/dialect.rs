//! The few places where the two databases do not speak alike.

use sqlx::AnyConnection;

/// Whose SQL a connection understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// A statement that the two databases word differently.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sql {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Dialect {
    /// By the scheme of a database's URL.
    pub(super) fn of_url(url: &str) -> Option<Self> {
        match url.split(':').next()? {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    fn of(connection: &AnyConnection) -> Self {
        match connection.backend_name() {
            "PostgreSQL" => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    pub(super) fn text(self, sql: Sql) -> &'static str {
        match self {
            Self::Sqlite => sql.sqlite,
            Self::Postgres => sql.postgres,
        }
    }
}

impl Sql {
    /// The words for this connection.
    pub(super) fn on(self, connection: &AnyConnection) -> &'static str {
        Dialect::of(connection).text(self)
    }
}

/// A `SELECT` whose rows nobody else may change until the transaction ends. In SQLite a
/// transaction that writes is alone anyway.
macro_rules! for_update {
    ($select:literal) => {
        $crate::store::dialect::Sql {
            sqlite: $select,
            postgres: concat!($select, " FOR UPDATE"),
        }
    };
}

/// As [`for_update`], but rows that somebody else is changing are left out instead of waited for.
macro_rules! skip_locked {
    ($select:literal) => {
        $crate::store::dialect::Sql {
            sqlite: $select,
            postgres: concat!($select, " FOR UPDATE SKIP LOCKED"),
        }
    };
}

/// Begins a transaction that writes. SQLite has to be told so, or two that have read would both
/// wait for the other to write.
pub(super) const BEGIN: Sql = Sql {
    sqlite: "BEGIN IMMEDIATE",
    postgres: "BEGIN",
};
