//! What wakes the core: webhook events become hints, and hints merge.
//!
//! An event says *who* and *how urgent*, never *what is true*. [`classify`] keeps just that.

mod classify;
mod evidence;
mod hint;

pub use self::classify::{Classified, Delivery, Endpoint, Flag, Hinted, classify};
pub use self::evidence::{Evidence, Seq};
pub use self::hint::{Changed, Hint, Sighting, Urgency};
