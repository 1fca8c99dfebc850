//! The driver's ports for `hibob-client` and `learning360-client`.

mod source;
mod target;

use std::time::Duration;

use jiff::SignedDuration;

pub use self::source::Bob;
pub use self::target::Lms;
use crate::facts::Unavailable;

/// A system that refuses for now and may name a time to come back.
fn asked_to_wait(retry_after: Option<Duration>) -> Unavailable {
    Unavailable::Pause(
        retry_after
            .and_then(|pause| pause.try_into().ok())
            .unwrap_or(SignedDuration::ZERO),
    )
}

/// A system that names a time to come back asks for a pause; otherwise it is broken for now.
fn pause(retry_after: Option<Duration>) -> Unavailable {
    match retry_after.map(SignedDuration::try_from) {
        Some(Ok(pause)) => Unavailable::Pause(pause),
        _ => Unavailable::Broken,
    }
}
