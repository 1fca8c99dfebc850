//! Subscriptions, and what is on its way to them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::send::{Outgoing, Sent};
use crate::clock;
use crate::control::state::{DeliveryCounts, HappeningRecord};
use crate::seed::Secret;
use crate::switches::EventSwitches;

/// Subscriptions with their events.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// Events by `webhook-id`.
    pub(super) events: BTreeMap<String, Event>,
    /// What is to be tried when.
    queue: BTreeSet<(Timestamp, String)>,
    next: u64,
    /// Everything that happened, whether somebody listens or not.
    pub(crate) happenings: Vec<HappeningRecord>,
}

/// One event type for one URL.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) event_type: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) active: bool,
    pub(super) secret: Secret,
    /// The secret before the last rotation, and until when it signs too.
    pub(super) legacy: Option<(Secret, Timestamp)>,
    /// First failure since the last success.
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
}

/// An event for one subscription.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) subscription: String,
    pub(super) created_at: Timestamp,
    pub(super) status: EventStatus,
    pub(super) payload: Value,
    attempts: usize,
}

/// How far an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventStatus {
    Delivered,
    Failed,
    Pending,
    /// Failed at least once, and to be tried again.
    Sending,
}

impl EventStatus {
    /// The wire name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::Sending => "sending",
        }
    }
}

impl Outbox {
    /// Notes an event and puts it on its way to everybody who listens.
    pub(crate) fn emit(
        &mut self,
        kind: &str,
        about: &str,
        data: &Value,
        now: Timestamp,
        switches: &EventSwitches,
    ) {
        self.happenings.push(HappeningRecord {
            at: now,
            kind: kind.to_owned(),
            about: about.to_owned(),
        });
        let listens = |it: &&Subscription| it.active && it.event_type == kind;
        let listeners = self.subscriptions.values().filter(listens);
        let listeners: Vec<String> = listeners.map(|it| it.id.clone()).collect();
        for subscription in listeners {
            self.next += 1;
            let id = format!("msg_{:027}", self.next);
            let payload = json!({
                "type": kind, "timestamp": now.as_millisecond(), "data": data,
            });
            let due = clock::plus(now, i64::from(switches.latency_seconds));
            self.queue.insert((due, id.clone()));
            let event = Event {
                id: id.clone(),
                subscription,
                created_at: now,
                status: EventStatus::Pending,
                payload,
                attempts: 0,
            };
            self.events.insert(id, event);
        }
    }

    /// When the next delivery is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// Takes what is due; nothing goes to subscriptions that are inactive or gone.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<Outgoing> {
        let mut due = Vec::new();
        while self.queue.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.queue.pop_first() else {
                break;
            };
            let Some(event) = self.events.get_mut(&id) else {
                continue;
            };
            let subscription = self.subscriptions.get(&event.subscription);
            match subscription.filter(|it| it.active) {
                Some(subscription) => due.push(Outgoing::new(event, subscription, now)),
                None => event.status = EventStatus::Failed,
            }
        }
        due
    }

    /// Notes what came of it, and plans what is to be tried again.
    pub(crate) fn record(&mut self, sent: Vec<Sent>, now: Timestamp, counts: &mut DeliveryCounts) {
        for Sent { event: id, success } in sent {
            counts.attempted += 1;
            let Some(event) = self.events.get_mut(&id) else {
                continue;
            };
            event.attempts += 1;
            let subscription = self.subscriptions.get_mut(&event.subscription);
            if success {
                counts.delivered += 1;
                event.status = EventStatus::Delivered;
                if let Some(subscription) = subscription {
                    subscription.delivered += 1;
                    subscription.failing_since = None;
                }
                continue;
            }
            counts.failed += 1;
            if let Some(subscription) = subscription {
                subscription.failed += 1;
                let since = *subscription.failing_since.get_or_insert(now);
                if now.duration_since(since).as_secs() >= PATIENCE {
                    subscription.active = false;
                }
            }
            match PAUSES.get(event.attempts - 1) {
                Some(pause) => {
                    event.status = EventStatus::Sending;
                    self.queue.insert((clock::plus(now, *pause), id));
                }
                None => {
                    event.status = EventStatus::Failed;
                    counts.given_up += 1;
                }
            }
        }
    }

    /// Sends events of a subscription again that were created in a time and have this status.
    pub(super) fn retry(
        &mut self,
        subscription: &str,
        status: EventStatus,
        (from, until): (Timestamp, Timestamp),
        now: Timestamp,
    ) {
        let again = self.events.values_mut().filter(|it| {
            it.subscription == subscription
                && it.status == status
                && (from..=until).contains(&it.created_at)
        });
        for event in again {
            (event.status, event.attempts) = (EventStatus::Pending, 0);
            self.queue.insert((now, event.id.clone()));
        }
    }
}

/// Seconds between an attempt that failed and the next one.
const PAUSES: [i64; 7] = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];

/// Seconds of nothing but failures after which a subscription becomes inactive.
const PATIENCE: i64 = 5 * 24 * 60 * 60;
