//! The guards with verdicts made by hand: scenarios by their ids, and properties.

mod alerts;
mod desk;
mod fill;
mod forgotten;
mod holds;
mod kept;
mod lost_fields;
#[cfg(feature = "driver")]
mod missing;
mod plans;
mod properties;
mod windows;
