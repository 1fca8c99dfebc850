//! Telling the host of every attempt, for its counters.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use http::{Method, StatusCode};

/// One attempt of a call, as [`ClientBuilder::on_attempt`](super::ClientBuilder::on_attempt) tells
/// of it. Holds no id, value, header or body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The method.
    pub method: Method,
    /// The path below the base URL, with placeholders instead of ids.
    pub route: &'static str,
    /// The status that it was answered with; `None` = there was no usable answer.
    pub status: Option<StatusCode>,
    /// How long it took, without the waits before it.
    pub took: Duration,
}

/// Whoever is told of attempts.
#[derive(Clone, Default)]
pub(super) struct Observer(Option<Arc<Tell>>);

type Tell = dyn Fn(&Attempt) + Send + Sync;

impl Observer {
    pub(super) fn new(tell: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, attempt: &Attempt) {
        if let Some(tell) = &self.0 {
            tell(attempt);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}
