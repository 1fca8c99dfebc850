//! The durable state: one SQLite file.
//!
//! The queue never carries truth, only hints, so taking something twice does no harm and losing
//! nothing is all that matters: a hint is on disk before Bob hears 200.

mod journal;
mod row;
mod sqlite;

pub(crate) use self::journal::outcome;
pub use self::journal::{AuditEntry, DeadLetter};
pub use self::sqlite::SqliteStore;
