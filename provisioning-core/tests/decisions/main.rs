//! Decisions against an in-memory model of both systems: the rules without any HTTP.
#![cfg(feature = "driver")]

mod custom_fields;
mod data;
mod estate;
mod events;
mod groups;
mod identity;
mod lifecycle;
mod managers;
mod matching;
mod model;
mod outcomes;
mod presence;
mod returns;
mod schedule;
mod stage;
mod worlds;
