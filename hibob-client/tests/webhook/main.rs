//! Webhooks from the outside: signatures, both generations of events, hostile bodies.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod canary;
mod fixtures;
mod guarded;
mod properties;
