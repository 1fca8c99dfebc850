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
pub mod world;
