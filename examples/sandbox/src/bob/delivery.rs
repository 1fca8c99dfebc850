//! Sending webhooks: signature, attempts, retries, deactivation.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::outbox::{Outbox, Subscription};
use super::signature::{self, Signer};
use crate::clock;
use crate::control::state::{DeliveryRecord, Notice, Report};
use crate::seed::Secret;
use crate::switches::BobSwitches;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// Hours of failure at which Bob mails its administrators.
const NOTICES: [i64; 4] = [1, 24, 48, 72];
/// Type of a ping in the records.
const PING: &str = "ping";

/// One event for one webhook.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(super) webhook: String,
    pub(super) sequence: u64,
    /// Number of the event; 0 for a ping.
    pub(super) event: u64,
    pub(super) kind: String,
    pub(super) employee: String,
    pub(super) body: Vec<u8>,
    pub(super) header: Option<(String, String)>,
    pub(super) attempt: u32,
    pub(super) first: Option<Timestamp>,
}

/// What is due for one webhook, in the order in which it is sent.
#[derive(Debug)]
pub(crate) struct Batch {
    url: String,
    secret: Secret,
    head_of_line: bool,
    any_2xx: bool,
    deliveries: Vec<Delivery>,
}

/// A delivery that was tried, or not (`None`) because an earlier one failed.
#[derive(Debug)]
pub(crate) struct Tried {
    delivery: Delivery,
    outcome: Option<Outcome>,
}

#[derive(Clone, Copy, Debug)]
struct Outcome {
    /// 0 = no answer.
    status: u16,
    success: bool,
}

impl Batch {
    pub(super) fn new(
        subscription: &Subscription,
        deliveries: Vec<Delivery>,
        switches: &BobSwitches,
    ) -> Self {
        Self {
            url: subscription.webhook.url.clone(),
            secret: subscription.webhook.secret.clone(),
            head_of_line: subscription.knobs(switches).head_of_line,
            any_2xx: switches.any_2xx_delivers,
            deliveries,
        }
    }

    /// Sends one after the other.
    async fn send(self, http: &reqwest::Client, patience: Duration) -> Vec<Tried> {
        let mut tried: Vec<Tried> = Vec::with_capacity(self.deliveries.len());
        let mut blocked = false;
        let signer = Signer::new(&self.secret);
        for delivery in self.deliveries {
            let outcome = if blocked {
                None
            } else {
                let signature = signer.sign(&delivery.body);
                let headers = delivery
                    .header
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.clone()))
                    .chain([(signature::HEADER, signature)]);
                let body = delivery.body.clone();
                let status = post(http, &self.url, body, JSON, headers, patience).await;
                Some(Outcome {
                    status,
                    success: delivered(status, self.any_2xx),
                })
            };
            blocked |= self.head_of_line && outcome.is_some_and(|it| !it.success);
            tried.push(Tried { delivery, outcome });
        }
        tried
    }
}

/// Sends all batches, the webhooks beside each other.
pub(crate) async fn send(
    batches: Vec<Batch>,
    http: &reqwest::Client,
    patience: Duration,
) -> Vec<Tried> {
    let sending = batches.into_iter().map(|batch| batch.send(http, patience));
    join_all(sending).await.into_iter().flatten().collect()
}

/// A set-up ping on its way.
#[derive(Debug)]
pub(crate) struct Ping {
    pub(crate) webhook: String,
    url: String,
    secret: Option<Secret>,
    text: &'static str,
    any_2xx: bool,
}

impl Ping {
    pub(crate) fn new(subscription: &Subscription, switches: &BobSwitches) -> Self {
        Self {
            webhook: subscription.webhook.name.clone(),
            url: subscription.webhook.url.clone(),
            secret: switches
                .ping_signed
                .then(|| subscription.webhook.secret.clone()),
            text: if switches.ping_json {
                "\"Ping test\""
            } else {
                "Ping test"
            },
            any_2xx: switches.any_2xx_delivers,
        }
    }

    /// Sends the text and, if that fails, the object. Returns the last status.
    pub(crate) async fn send(&self, http: &reqwest::Client, patience: Duration) -> u16 {
        let text_type = if self.text.starts_with('"') {
            JSON
        } else {
            TEXT
        };
        let mut status = 0;
        for (body, content_type) in [(self.text, text_type), (r#"{"text":"Ping test"}"#, JSON)] {
            let signer = self.secret.as_ref().map(Signer::new);
            let signature = signer.map(|it| (signature::HEADER, it.sign(body.as_bytes())));
            let body = body.into();
            status = post(http, &self.url, body, content_type, signature, patience).await;
            if delivered(status, self.any_2xx) {
                break;
            }
        }
        status
    }
}

impl Outbox {
    /// Records a ping.
    pub(crate) fn pinged(&mut self, webhook: &str, status: u16, now: Timestamp) {
        self.deliveries.push(DeliveryRecord {
            event: 0,
            webhook: webhook.to_owned(),
            kind: PING.to_owned(),
            employee_id: String::new(),
            attempt: 1,
            at: now,
            status,
        });
    }

    /// Records what was tried, and plans what must be tried again.
    pub(crate) fn record(
        &mut self,
        tried: Vec<Tried>,
        now: Timestamp,
        report: &mut Report,
        switches: &BobSwitches,
    ) {
        for Tried {
            mut delivery,
            outcome,
        } in tried
        {
            let Some(outcome) = outcome else {
                // Held back behind a failure; it goes out when the failed one is due again.
                let held = self
                    .subscription(&delivery.webhook)
                    .and_then(|it| it.held_until);
                self.queue
                    .insert((held.unwrap_or(now), delivery.sequence), delivery);
                continue;
            };
            delivery.attempt += 1;
            delivery.first.get_or_insert(now);
            report.deliveries.attempted += 1;
            self.deliveries.push(DeliveryRecord {
                event: delivery.event,
                webhook: delivery.webhook.clone(),
                kind: delivery.kind.clone(),
                employee_id: delivery.employee.clone(),
                attempt: delivery.attempt,
                at: now,
                status: outcome.status,
            });
            if outcome.success {
                report.deliveries.delivered += 1;
                self.succeeded(&delivery.webhook);
            } else {
                report.deliveries.failed += 1;
                self.failed(delivery, now, report, switches);
            }
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Subscription> {
        self.subscriptions
            .iter_mut()
            .find(|it| it.webhook.name == name)
    }

    fn succeeded(&mut self, name: &str) {
        if let Some(subscription) = self.find(name) {
            subscription.delivered += 1;
            subscription.failing_since = None;
            subscription.held_until = None;
            subscription.notified = 0;
        }
    }

    fn failed(
        &mut self,
        delivery: Delivery,
        now: Timestamp,
        report: &mut Report,
        switches: &BobSwitches,
    ) {
        let name = delivery.webhook.clone();
        let first = delivery.first.unwrap_or(now);
        let patience = i64::from(switches.retry_hours) * HOUR;
        let last = clock::plus(first, patience);
        let index = usize::try_from(delivery.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let pauses = &switches.retry_minutes;
        let pause = pauses.get(index).or(pauses.last()).copied().unwrap_or(1);
        let pause = i64::from(pause.max(1)) * MINUTE;
        // The last attempt is made when patience ends, not before.
        let next = (now < last).then(|| clock::plus(now, pause).min(last));
        let Some(subscription) = self.find(&name) else {
            return;
        };
        subscription.failed += 1;
        subscription.held_until = next;
        let since = *subscription.failing_since.get_or_insert(now);
        let failing = now.duration_since(since).as_secs();
        let mut notices = Vec::new();
        while let Some(hours) = NOTICES.get(subscription.notified) {
            if failing < hours * HOUR {
                break;
            }
            subscription.notified += 1;
            notices.push(Notice {
                webhook: name.clone(),
                failing_hours: *hours,
                at: now,
            });
        }
        let give_up = failing >= patience;
        if give_up {
            subscription.active = false;
            report.deactivated_webhooks += 1;
        }
        self.notices.extend(notices);
        match next.filter(|_| !give_up) {
            Some(due) => {
                self.queue.insert((due, delivery.sequence), delivery);
            }
            None => report.deliveries.given_up += 1,
        }
        if give_up {
            let before = self.queue.len();
            self.queue.retain(|_, it| it.webhook != name);
            let gone = before - self.queue.len();
            report.deliveries.given_up += u64::try_from(gone).unwrap_or(u64::MAX);
        }
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");

fn delivered(status: u16, any_2xx: bool) -> bool {
    status == 200 || (any_2xx && (200..300).contains(&status))
}

/// The status of the answer, or 0 if there was none.
async fn post(
    http: &reqwest::Client,
    url: &str,
    body: Vec<u8>,
    content_type: HeaderValue,
    headers: impl IntoIterator<Item = (&str, String)>,
    patience: Duration,
) -> u16 {
    let mut request = http
        .post(url)
        .header(CONTENT_TYPE, content_type)
        .timeout(patience)
        .body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request
        .send()
        .await
        .map_or(0, |response| response.status().as_u16())
}
