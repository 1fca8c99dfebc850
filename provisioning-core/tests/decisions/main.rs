//! Decisions against an in-memory model of both systems: the rules without any HTTP.
#![cfg(feature = "driver")]

mod adoption;
mod claims;
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
mod order;
mod outcomes;
mod presence;
mod protection;
mod returns;
mod schedule;
mod stage;
mod standings;
mod worlds;
