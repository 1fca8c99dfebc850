//! A storm: many signed events from many employees, sent to a host as fast as wanted.

mod report;
mod sender;
mod volley;

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use self::report::Tally;
pub use self::report::{Latency, StormReport};
use self::sender::{Address, Sender};
use self::volley::{Shares, Shot, Volley};
use crate::seed::{Invalid, Secret};

/// Sends many unique signed events from many employees to the webhook addresses of a host, and
/// tells how it took them.
///
/// The events are Bob's (v2): mostly `employee.updated`, some `created`, `activated` and `joined`,
/// and a share of `inactivated` and `left` that goes to the other address. Each is signed with the
/// secret of its address, and most are signed before the first is sent, so that one core is enough
/// for thousands a second. The same seed makes the same events.
///
/// With a [rate](Self::rate) events are sent when they are due, whether or not earlier ones were
/// answered, as long as a connection is free; the wait for one counts as latency. Without a rate
/// every connection sends its next event as soon as it has an answer.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use sandbox::Storm;
///
/// let report = Storm::new("http://127.0.0.1:8360".parse()?, "upsert-secret", "leave-secret")
///     .rate(1000)
///     .duration(Duration::from_secs(10))
///     .run()
///     .await?;
/// assert!(report.all_accepted());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `run`"]
pub struct Storm {
    target: Url,
    upsert_secret: Secret,
    deactivation_secret: Secret,
    rate: Option<NonZeroU32>,
    extent: Extent,
    employees: u32,
    shares: Shares,
    connections: u16,
    seed: u64,
    at: Timestamp,
    company: u64,
    sent: Arc<AtomicU64>,
}

/// When a storm is over.
#[derive(Clone, Copy, Debug)]
enum Extent {
    For(Duration),
    Events(u64),
}

impl Storm {
    /// A storm of ten seconds over 32 connections, as fast as it is accepted, about 1,000
    /// employees; 5 % leave, and nothing comes twice or out of order.
    ///
    /// If the target has no path, events go to its `/hibob/upsert` and `/hibob/deactivation`;
    /// otherwise all go there. Only `http` is spoken.
    pub fn new(
        target: Url,
        upsert_secret: impl Into<Secret>,
        deactivation_secret: impl Into<Secret>,
    ) -> Self {
        Self {
            target,
            upsert_secret: upsert_secret.into(),
            deactivation_secret: deactivation_secret.into(),
            rate: None,
            extent: Extent::For(Duration::from_secs(10)),
            employees: 1000,
            shares: Shares {
                deactivations: 0.05,
                duplicates: 0.0,
                reorder: 0.0,
            },
            connections: 32,
            seed: 0,
            at: crate::seed::Seed::default().now,
            company: crate::seed::Company::default().id,
            sent: Arc::default(),
        }
    }

    /// Sends so many events a second; 0 = as fast as they are accepted.
    pub fn rate(mut self, events_per_second: u32) -> Self {
        self.rate = NonZeroU32::new(events_per_second);
        self
    }

    /// Sends for so long.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.extent = Extent::For(duration);
        self
    }

    /// Sends so many events, copies included, however long it takes.
    pub fn events(mut self, count: u64) -> Self {
        self.extent = Extent::Events(count);
        self
    }

    /// Sends events of so many employees, those of [`Seed::employee_id`](crate::Seed::employee_id)
    /// from 0 on.
    pub fn employees(mut self, employees: u32) -> Self {
        self.employees = employees;
        self
    }

    /// Share of `employee.inactivated` and `employee.left`, between 0 and 1.
    pub fn deactivations(mut self, share: f64) -> Self {
        self.shares.deactivations = share;
        self
    }

    /// Share of events that are sent a second time, byte by byte, between 0 and 1.
    pub fn duplicates(mut self, share: f64) -> Self {
        self.shares.duplicates = share;
        self
    }

    /// Share of events that up to 20 later ones overtake, between 0 and 1.
    pub fn reorder(mut self, share: f64) -> Self {
        self.shares.reorder = share;
        self
    }

    /// Sends over so many connections, each with one request at a time.
    pub fn connections(mut self, connections: u16) -> Self {
        self.connections = connections;
        self
    }

    /// Chooses the events, repeatably.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The `triggeredAt` of the first event; each later one is a microsecond later. A host may
    /// refuse to act on events that are days old, so give it the host's present.
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }

    /// The `companyId` of the events.
    pub fn company(mut self, id: u64) -> Self {
        self.company = id;
        self
    }

    /// Where it goes.
    pub fn target(&self) -> &Url {
        &self.target
    }

    /// How many events have been sent so far, for a progress bar.
    pub fn sent(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sent)
    }

    /// How many events will be sent; `None` if that is not known before.
    pub fn planned(&self) -> Option<u64> {
        match (self.extent, self.rate) {
            (Extent::Events(count), _) => Some(count),
            (Extent::For(_), None) => None,
            (Extent::For(duration), Some(rate)) => {
                let events = duration.as_millis() * u128::from(rate.get()) / 1000;
                Some(u64::try_from(events).unwrap_or(u64::MAX))
            }
        }
    }

    /// Sends everything, and returns when every event was answered or failed.
    ///
    /// # Errors
    ///
    /// A share outside of 0 to 1, no employee, no connection, or a target that is not `http`.
    /// What goes wrong on the way is in the report.
    pub async fn run(self) -> Result<StormReport, Invalid> {
        self.check()?;
        let address = Address::of(&self.target)?;
        let planned = self.planned();
        let mut volley = Volley::new(&self);
        volley.prepare(planned.unwrap_or(AHEAD).min(AHEAD));
        let started = Instant::now();
        let course = Arc::new(Course {
            volley: Mutex::new((volley, 0)),
            planned,
            rate: self.rate,
            started,
            ends: match self.extent {
                Extent::For(duration) => Some(started + duration),
                Extent::Events(_) => None,
            },
            sent: Arc::clone(&self.sent),
        });
        let mut senders = JoinSet::new();
        for _ in 0..self.connections {
            senders.spawn(send_all(Sender::new(address.clone()), Arc::clone(&course)));
        }
        let mut tally = Tally::default();
        while let Some(joined) = senders.join_next().await {
            // A sender neither panics nor is it aborted.
            if let Ok(one) = joined {
                tally.add(&one);
            }
        }
        let took = started.elapsed();
        Ok(tally.report(&self, took))
    }

    fn check(&self) -> Result<(), Invalid> {
        let Shares {
            deactivations,
            duplicates,
            reorder,
        } = self.shares;
        for (name, share) in [
            ("deactivations", deactivations),
            ("duplicates", duplicates),
            ("reorder", reorder),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(Invalid::new(format!(
                    "the share of {name} must lie between 0 and 1"
                )));
            }
        }
        if self.employees == 0 || self.connections == 0 {
            let what = "a storm needs at least one employee and one connection";
            return Err(Invalid::new(what));
        }
        Ok(())
    }
}

/// What all senders share.
#[derive(Debug)]
struct Course {
    /// What is sent, and how much of it was handed out.
    volley: Mutex<(Volley, u64)>,
    planned: Option<u64>,
    rate: Option<NonZeroU32>,
    started: Instant,
    ends: Option<Instant>,
    sent: Arc<AtomicU64>,
}

impl Course {
    /// The next event, and when it is due; `None` when all are sent, or time is up.
    fn next(&self) -> Option<(Shot, Option<Instant>)> {
        if self.ends.is_some_and(|ends| Instant::now() >= ends) {
            return None;
        }
        let mut course = self.volley.lock().unwrap_or_else(PoisonError::into_inner);
        let (volley, handed_out) = &mut *course;
        if self.planned.is_some_and(|planned| *handed_out >= planned) {
            return None;
        }
        let due = self.rate.map(|rate| {
            let nanoseconds = u128::from(*handed_out) * 1_000_000_000 / u128::from(rate.get());
            let after = u64::try_from(nanoseconds).unwrap_or(u64::MAX);
            self.started + Duration::from_nanos(after)
        });
        *handed_out += 1;
        Some((volley.next(), due))
    }
}

/// Sends one event after the other over one connection.
async fn send_all(mut sender: Sender, course: Arc<Course>) -> Tally {
    let mut tally = Tally::default();
    while let Some((shot, due)) = course.next() {
        let mut begun = Instant::now();
        match due {
            Some(due) if due > begun => {
                tokio::time::sleep_until(due).await;
                // The timer's own slack is not the host's.
                begun = Instant::now();
            }
            // It is late because no connection was free: that is part of the latency.
            Some(due) => begun = due,
            None => {}
        }
        let outcome = sender.send(&shot).await;
        tally.count(&shot, outcome, begun.elapsed());
        course.sent.fetch_add(1, Ordering::Relaxed);
    }
    tally
}

/// Events that are made and signed before the first is sent; more are made on the way.
const AHEAD: u64 = 100_000;
