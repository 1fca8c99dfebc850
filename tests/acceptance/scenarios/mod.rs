//! The scenarios that every reference host passes, over real HTTP: signed webhooks in, accounts
//! out. The module around this one says which host.

use super::World;

mod cf;
mod cfg;
mod dat;
mod err;
mod ev;
mod grd;
mod grp;
mod lif;
mod mat;
mod prv;
mod rec;
mod sec;
mod standing;
