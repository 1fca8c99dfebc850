//! The scenarios on the reference host with its database.

type World = system_tests::World<::provisioner::Host>;

#[path = "scenarios/mod.rs"]
mod scenarios;
