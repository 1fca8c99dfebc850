//! The operator's commands, as processes beside a host that works.

mod dead_letters;
mod forget;
mod holds;
mod pause;
mod status;
