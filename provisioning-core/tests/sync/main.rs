//! Full synchronizations through the driver: what is listed, planned, carried out and reported.
#![cfg(feature = "driver")]

mod bulk;
mod exact;
mod guards;
mod looks;
#[allow(dead_code, reason = "the decisions' tests use the rest of it")]
#[path = "../decisions/model.rs"]
mod model;
mod plans;
mod rules;
mod runs;
mod world;
