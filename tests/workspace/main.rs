//! Checks of the workspace itself: what the pure core depends on, how the files are kept, and
//! which tests prove which scenario.

mod files;
mod hosts;
mod proofs;
mod purity;
mod scenarios;
mod wasm;
