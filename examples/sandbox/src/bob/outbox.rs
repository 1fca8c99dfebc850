//! Registered webhooks, and what is on its way to them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::delivery::{Batch, Delivery};
use super::events::{Actor, Event};
use crate::clock;
use crate::control::state::{DeliveryRecord, EventRecord, Notice};
use crate::seed::{Invalid, Secret, Webhook};
use crate::switches::{BobSwitches, Knobs};

/// Registered webhooks and their deliveries.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) subscriptions: Vec<Subscription>,
    pub(super) queue: BTreeMap<(Timestamp, u64), Delivery>,
    next: u64,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) deliveries: Vec<DeliveryRecord>,
    pub(crate) notices: Vec<Notice>,
}

/// An event in the form in which one webhook gets it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) number: u64,
    pub(crate) body: Vec<u8>,
    /// Name and value of a header that only some events have.
    pub(crate) header: Option<(String, String)>,
}

/// A registered webhook.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) webhook: Webhook,
    pub(crate) active: bool,
    /// First failure since the last success.
    pub(crate) failing_since: Option<Timestamp>,
    /// With `head_of_line`: nothing is sent before this.
    pub(super) held_until: Option<Timestamp>,
    heard: u64,
    /// What happened while it was deactivated.
    missed: Vec<(Timestamp, Event, Message)>,
    pub(super) notified: usize,
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    pub(crate) lost: u64,
}

impl Subscription {
    pub(crate) fn knobs<'a>(&'a self, switches: &'a BobSwitches) -> &'a Knobs {
        self.webhook.knobs.as_ref().unwrap_or(&switches.webhooks)
    }
}

impl Outbox {
    /// Registers a webhook, or replaces the one with the same name; it becomes active.
    pub(crate) fn register(&mut self, webhook: Webhook) -> Result<(), Invalid> {
        let url = url::Url::parse(&webhook.url);
        if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(Invalid::new(format!(
                "webhook {:?} has no usable URL",
                webhook.name
            )));
        }
        self.subscriptions
            .retain(|known| known.webhook.name != webhook.name);
        self.subscriptions.push(Subscription {
            webhook,
            active: true,
            failing_since: None,
            held_until: None,
            heard: 0,
            missed: Vec::new(),
            notified: 0,
            delivered: 0,
            failed: 0,
            lost: 0,
        });
        Ok(())
    }

    /// Removes a webhook and what is on its way.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Invalid> {
        let before = self.subscriptions.len();
        self.subscriptions
            .retain(|known| known.webhook.name != name);
        if self.subscriptions.len() == before {
            return Err(Invalid::new(format!("there is no webhook {name:?}")));
        }
        Ok(())
    }

    /// Switches a webhook on again. What it missed meanwhile stays lost, or comes now, as far as
    /// it is kept.
    pub(crate) fn reactivate(
        &mut self,
        name: &str,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let found = self.find_mut(name)?;
        (
            found.active,
            found.failing_since,
            found.held_until,
            found.notified,
        ) = (true, None, None, 0);
        let knobs = found.knobs(switches).clone();
        let missed = std::mem::take(&mut found.missed);
        if switches.reactivation_replays {
            let oldest = clock::plus(now, -KEPT);
            for (_, event, message) in missed.into_iter().filter(|(at, ..)| *at >= oldest) {
                self.enqueue(name, &event, &message, &knobs, now);
            }
        }
        Ok(())
    }

    /// Gives a webhook another secret; from now on everything is signed with it.
    pub(crate) fn refresh_secret(&mut self, name: &str, secret: Secret) -> Result<(), Invalid> {
        self.find_mut(name)?.webhook.secret = secret;
        Ok(())
    }

    fn find_mut(&mut self, name: &str) -> Result<&mut Subscription, Invalid> {
        let mut known = self.subscriptions.iter_mut();
        let found = known.find(|known| known.webhook.name == name);
        found.ok_or_else(|| Invalid::new(format!("there is no webhook {name:?}")))
    }

    pub(crate) fn subscription(&self, name: &str) -> Option<&Subscription> {
        self.subscriptions
            .iter()
            .find(|known| known.webhook.name == name)
    }

    /// Names of the webhooks that listen for this type, deactivated ones too.
    pub(crate) fn listeners(&self, kind: &str) -> Vec<String> {
        let listens = |it: &&Subscription| it.webhook.events.contains(kind);
        self.subscriptions
            .iter()
            .filter(listens)
            .map(|it| it.webhook.name.clone())
            .collect()
    }

    /// Records an event; returns its number.
    pub(crate) fn note(&mut self, event: &Event, now: Timestamp) -> u64 {
        let number = u64::try_from(self.events.len())
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        self.events.push(EventRecord {
            number,
            at: now,
            kind: event.kind.clone(),
            employee_id: event.employee.clone(),
            by_system: event.actor == Actor::System,
            fields: event.changed().to_vec(),
        });
        number
    }

    /// Puts an event on its way to one webhook, as its knobs want it.
    pub(crate) fn enqueue(
        &mut self,
        name: &str,
        event: &Event,
        message: &Message,
        knobs: &Knobs,
        now: Timestamp,
    ) {
        let Some(subscription) = self
            .subscriptions
            .iter_mut()
            .find(|it| it.webhook.name == name)
        else {
            return;
        };
        subscription.heard += 1;
        if !subscription.active {
            subscription
                .missed
                .push((now, event.clone(), message.clone()));
            return;
        }
        let every = knobs.drop_every;
        if (every > 0 && subscription.heard % every == 0) || knobs.drop_types.contains(&event.kind)
        {
            subscription.lost += 1;
            return;
        }
        let mut due = clock::plus(now, i64::from(knobs.delay_seconds));
        if let Some(held) = subscription.held_until.filter(|_| knobs.head_of_line) {
            due = due.max(held);
        }
        for _ in 0..=knobs.duplicates {
            let delivery = Delivery {
                webhook: name.to_owned(),
                sequence: self.next,
                event: message.number,
                kind: event.kind.clone(),
                employee: event.employee.clone(),
                body: message.body.clone(),
                header: message.header.clone(),
                attempt: 0,
                first: None,
            };
            self.next += 1;
            self.queue.insert((due, delivery.sequence), delivery);
        }
    }

    /// When the next delivery is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|((due, _), _)| *due)
    }

    /// Deliveries that are still on their way to one webhook.
    pub(crate) fn pending(&self, name: &str) -> u64 {
        self.queue
            .values()
            .map(|it| u64::from(it.webhook == name))
            .sum()
    }

    /// Takes what is due by now, one batch per webhook, in the order in which it is sent.
    pub(crate) fn take_due(&mut self, now: Timestamp, switches: &BobSwitches) -> Vec<Batch> {
        let later = self.queue.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut self.queue, later);
        let mut batches: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
        for delivery in due.into_values() {
            batches
                .entry(delivery.webhook.clone())
                .or_default()
                .push(delivery);
        }
        let batch = |(name, mut deliveries): (String, Vec<Delivery>)| {
            let subscription = self.subscription(&name).filter(|it| it.active)?;
            if subscription.knobs(switches).reorder {
                deliveries.reverse();
            }
            Some(Batch::new(subscription, deliveries, switches))
        };
        batches.into_iter().filter_map(batch).collect()
    }
}

/// Seconds for which events are kept: two days, where Bob says at least two working days.
const KEPT: i64 = 2 * 24 * 3600;
