//! Shared by the tests of this package.

pub mod commit;
pub mod company;
#[macro_use]
pub mod contract;
pub mod home;
pub mod world;
