//! Shared by the tests of this package.

pub mod commit;
pub mod company;
#[macro_use]
pub mod contract;
pub mod docs;
pub mod home;
pub mod inbox;
pub mod lines;
pub mod run;
#[macro_use]
pub mod run_contract;
#[cfg(unix)]
pub mod terminal;
pub mod world;
