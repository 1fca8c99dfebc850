//! Shared by the tests of this package.

pub mod commit;
pub mod company;
#[macro_use]
pub mod contract;
pub mod home;
#[macro_use]
pub mod run_contract;
pub mod world;
