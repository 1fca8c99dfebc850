//! The loop around the pure core: what is due is decided, admitted and applied.
//!
//! A host calls [`Driver::turn`] with the current time, again and again, and sleeps until the time
//! it returns or until something new was noted. The driver starts no task and reads no clock.
//!
//! Three ports connect it: a [`Source`] (Bob), a [`Target`] (360Learning) and a [`Store`]. A
//! [`MemoryStore`] is there for tests and small tools.

mod apply;
mod gather;
mod health;
mod memory_store;
mod ports;
mod review;
mod turn;

pub use self::memory_store::MemoryStore;
pub use self::ports::{
    Claim, Commit, Committed, Intake, LEASE, Lease, Noted, Source, Store, StoreError, Target,
    Versioned,
};
pub use self::review::{Review, review};
pub use self::turn::{BATCH, Decided, Driver, Turn};
