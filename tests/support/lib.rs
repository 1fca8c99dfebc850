//! A small world for whole-system tests: both stand-ins, a host, and a hand on the clock; and
//! 360Learning's OpenAPI files as a judge of what goes over the wire.
#![allow(
    clippy::missing_panics_doc,
    reason = "helpers of tests panic where the test would"
)]

mod hosts;
pub mod openapi;
pub mod pages;
mod world;

pub use self::hosts::{Embedded, ReferenceHost, SetUp};
pub use self::world::{BOB_COMPANY, Endpoint, POLICY, World, person};

/// The programs in the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
