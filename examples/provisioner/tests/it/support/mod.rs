//! Shared by the tests of this package.

pub mod commit;
#[macro_use]
pub mod contract;
pub mod home;
pub mod world;
