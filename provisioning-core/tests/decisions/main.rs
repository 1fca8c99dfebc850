//! Decisions against an in-memory model of both systems: the rules without any HTTP.
#![cfg(feature = "driver")]

mod events;
mod lifecycle;
mod matching;
mod model;
mod outcomes;
mod stage;
mod worlds;
