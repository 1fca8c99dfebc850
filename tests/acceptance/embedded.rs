//! The same scenarios on the service that integrators are shown, `embed-in-axum` of the quickstart.

type World = system_tests::World<system_tests::Embedded>;

#[path = "scenarios/mod.rs"]
mod scenarios;
