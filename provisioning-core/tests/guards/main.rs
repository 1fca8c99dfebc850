//! The driver among guards, pauses and failing APIs, over the model of both systems.
#![cfg(feature = "driver")]

mod crash;
mod holds;
#[allow(dead_code, reason = "the decisions' tests use the rest of it")]
#[path = "../decisions/model.rs"]
mod model;
mod pauses;
mod quarantine;
mod world;
