//! Decisions against an in-memory model of both systems: the rules without any HTTP.
#![cfg(feature = "driver")]

mod adoption;
mod asked;
#[path = "../cases/mod.rs"]
mod cases;
mod claims;
mod crashes;
mod custom_fields;
mod data;
mod estate;
mod events;
mod explanations;
mod groups;
mod identity;
mod life;
mod lifecycle;
mod links;
mod lives;
mod managers;
mod matching;
mod model;
mod order;
mod outcomes;
mod presence;
mod previews;
mod protection;
mod returns;
mod schedule;
mod stage;
mod standings;
mod synchronizations;
mod worlds;
