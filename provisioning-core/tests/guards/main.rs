//! The driver among guards, pauses and failing APIs, over the model of both systems.
#![cfg(feature = "driver")]

mod crash;
#[allow(dead_code, reason = "the decisions' tests use the rest of it")]
#[path = "../decisions/estate.rs"]
mod estate;
mod holds;
#[allow(dead_code, reason = "the decisions' tests use the rest of it")]
#[path = "../decisions/model.rs"]
mod model;
mod pauses;
mod policies;
mod quarantine;
mod world;
