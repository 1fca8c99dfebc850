//! The driver's ports for `hibob-client` and `learning360-client`.

mod source;
mod target;

use std::time::Duration;

use jiff::SignedDuration;

pub use self::source::Bob;
pub use self::target::Lms;
use crate::facts::Unavailable;

/// A system that names a time to come back asks for a pause; otherwise it is broken for now.
fn pause(retry_after: Option<Duration>) -> Unavailable {
    match retry_after.map(SignedDuration::try_from) {
        Some(Ok(pause)) => Unavailable::Pause(pause),
        _ => Unavailable::Broken,
    }
}
