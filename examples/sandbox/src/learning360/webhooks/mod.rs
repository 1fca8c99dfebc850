//! Webhooks that 360Learning sends, by the Standard Webhooks scheme.

pub(super) mod event_log;
mod outbox;
mod send;
pub(super) mod subscriptions;

pub(crate) use self::outbox::Outbox;
pub(crate) use self::send::{Outgoing, send};
