//! A small world for whole-system tests: both stand-ins, a host, and a hand on the clock.
#![allow(
    clippy::missing_panics_doc,
    reason = "helpers of tests panic where the test would"
)]

mod world;

pub use self::world::{BOB_COMPANY, Endpoint, POLICY, World, person};

/// The programs in the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
