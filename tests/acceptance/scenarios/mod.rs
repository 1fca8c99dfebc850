//! The scenarios that every reference host passes, over real HTTP: signed webhooks in, accounts
//! out. The module around this one says which host.

use super::World;

mod err;
mod ev;
mod grd;
mod lif;
mod mat;
mod prv;
mod sec;
mod standing;
