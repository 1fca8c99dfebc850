//! The reference host: takes Bob's webhooks and keeps 360Learning accounts in step.
//!
//! Its rules are those of `provisioning_core`; this package brings what a rule may not have: a
//! listener, a database, a clock and settings. [`Host`] is the whole of it in one value, for
//! programs and tests that run one in their own process; the binary adds the commands.
//!
//! A delivery is verified, written down and answered, in this order and nothing else. What was
//! written down is decided by the driver of the core, in turns, when it is due.

mod alerts;
mod binding;
pub mod cli;
mod clients;
mod clock;
mod commands;
mod feed;
mod host;
mod intake;
pub mod log;
mod metrics;
mod output;
mod parts;
mod schedule;
mod settings;
mod store;
mod worker;

pub use self::alerts::{Notice, NoticeKind};
pub use self::clock::Clock;
pub use self::feed::{Happened, Received};
pub use self::host::{Host, StartError};
pub use self::intake::Outcome;
pub use self::metrics::{Described, Metrics};
pub use self::settings::{
    Apis, Bob, Database, Environment, Keep, Learning360, NotifyUrl, Schedule, Settings,
    SettingsError,
};
pub use self::store::{AuditEntry, DeadLetter, Forgotten, Queue, Role, SqlStore, Traces};

/// The policy that the demonstration uses, and that explains itself.
pub const EXAMPLE_POLICY: &str = include_str!("../policy.example.toml");
