//! The operator's commands, as processes beside a host that works, or in its place.

mod dead_letters;
mod docs;
mod errors;
mod explain;
mod forget;
mod guards;
mod holds;
mod pause;
mod policies;
mod privacy;
mod rec;
mod status;
mod sync;
#[cfg(unix)]
mod terminal;
