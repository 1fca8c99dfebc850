//! What happens in a host, as it happens: for the demonstration, and for tests.

use hibob_client::EmployeeId;
use hibob_client::webhook::EventKind;
use provisioning_core::Endpoint;
use provisioning_core::driver::Decided;
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::intake::Outcome;

/// Something that happened in a host. Holds no personal value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Happened {
    /// A request came to a webhook's address.
    Received(Box<Received>),
    /// Somebody was decided about.
    Decided(Box<Decided>),
}

/// A request to a webhook's address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The address.
    pub endpoint: Endpoint,
    /// The label of the secret that signed it.
    pub secret: Option<Box<str>>,
    /// The type of the event, if it was one.
    pub kind: Option<EventKind>,
    /// The employee, if it named one.
    pub employee: Option<EmployeeId>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Tells whoever listens.
#[derive(Clone, Debug)]
pub(crate) struct Feed(Sender<Happened>);

impl Received {
    pub(crate) fn new(endpoint: Endpoint, outcome: Outcome) -> Self {
        Self {
            endpoint,
            secret: None,
            kind: None,
            employee: None,
            outcome,
        }
    }
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self(channel(CAPACITY).0)
    }

    pub(crate) fn listen(&self) -> Receiver<Happened> {
        self.0.subscribe()
    }

    pub(crate) fn received(&self, received: Received) {
        self.tell(Happened::Received(Box::new(received)));
    }

    pub(crate) fn decided(&self, decided: &Decided) {
        self.tell(Happened::Decided(Box::new(decided.clone())));
    }

    fn tell(&self, happened: Happened) {
        // An error means that nobody listens.
        drop(self.0.send(happened));
    }
}

/// A listener that falls behind by more than this misses the oldest.
const CAPACITY: usize = 4096;
