//! The operator's commands, as processes beside a host that works.

mod dead_letters;
mod holds;
mod pause;
mod status;
