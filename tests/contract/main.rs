//! Contracts: what goes over the wire, judged by 360Learning's own OpenAPI files.

mod client;
mod sandbox;
