//! Tests of the host from outside: its Store, its addresses, its process and its commands.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests have no users"
)]

#[macro_use]
mod support;

mod alerts;
mod cli;
mod demo;
mod deploy;
mod doctor;
mod host;
mod hst;
mod intake;
mod needs;
#[cfg(unix)]
mod newcomer;
mod notices;
mod operator;
mod privacy;
mod quiet;
mod retention;
mod schedule;
mod setup;
mod store;
