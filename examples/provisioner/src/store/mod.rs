//! The durable state, in SQLite or PostgreSQL.
//!
//! The queue never carries truth, only hints, so taking something twice does no harm and losing
//! nothing is all that matters: a hint is on disk before Bob hears 200.
//!
//! Both databases have the same tables in the same versions (`migrations/sqlite`,
//! `migrations/postgres`), and all statements but a few have one text for both: placeholders are
//! `$1`, integers are `i64`, texts are `String`, and a truth value is the number 0 or 1. Where
//! the words must differ, there is a [`dialect::Sql`] with both of them.
//!
//! Two rules keep several instances apart. Whoever may write, or read in order to write, changes
//! the ledger's row first, if at all, locks the tenant's row next ([`row::lock_tenant`]) if positions
//! or waits are touched, then employees: so positions rise in the order of commits, and nobody
//! waits in a circle. And an employee's row is changed only under its lease, or to merge a hint
//! into it.

#[macro_use]
mod dialect;
mod drift;
mod forget;
mod journal;
mod ledger;
mod notes;
mod notices;
mod open;
mod overview;
mod port;
mod processes;
mod row;
mod runs;
mod slots;
mod sweep;
mod tenant;
mod work;

pub(crate) use self::drift::Standing;
pub use self::forget::{Forgotten, Traces};
pub(crate) use self::journal::outcome;
pub use self::journal::{AuditEntry, DeadLetter};
pub(crate) use self::notices::{Lasting, Sending};
pub use self::open::{Role, SqlStore};
pub use self::overview::Queue;
pub(crate) use self::processes::Process;
