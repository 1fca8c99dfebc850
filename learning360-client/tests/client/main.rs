//! The client against stand-ins on loopback.
#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]

mod canary;
mod errors;
mod fixtures;
mod models;
mod pages;
mod script;
mod support;
mod token;
mod transport;
