//! The command `status`.

use clap::Args;
use jiff::Timestamp;
use provisioning_core::driver::Store as _;
use provisioning_core::quarantine::{Cause, Gate, Lane};
use provisioning_core::{Hold, Quarantine, Side};
use serde::Serialize;

use super::args::TimeArgs;
use super::{Exit, Kit};
use crate::output::words::{ago, ahead, count, people, time};
use crate::output::{Cell, Look, Output, Report, cell};

/// See how the host is doing: the queue, what waits for a person, and both APIs.
///
/// It reads the database and calls nobody, so it works while the host works, and while it does not.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
struct Status {
    now: Timestamp,
    paused: bool,
    queue: Queue,
    people: People,
    holds: Holds,
    dead_letters: DeadLetters,
    bob: Api,
    learning360: Api,
    last_delivery: Option<Timestamp>,
    last_decision: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Queue {
    /// About how many people something came that is not decided yet.
    pending: u64,
    oldest: Option<Timestamp>,
    due: u64,
    leased: u64,
    timed: u64,
    next_due: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct People {
    known: u64,
    linked_active: u32,
}

#[derive(Debug, Serialize)]
struct Holds {
    held: usize,
    oldest: Option<Timestamp>,
    expires: Option<Timestamp>,
    approved: usize,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct DeadLetters {
    employees: usize,
    deliveries: usize,
}

/// Whether an API may be called.
#[derive(Debug, Serialize)]
struct Api {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl StatusArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let store = kit.store().await?;
        let queue = store.queue(now).await?;
        let ledger = store.ledger().await?.value;
        let quarantine = store.quarantine().await?;
        let approved = |hold: &&Hold| hold.state == provisioning_core::HoldState::Approved;
        kit.report(&Status {
            now,
            paused: store.paused().await?,
            queue: Queue {
                pending: queue.pending,
                oldest: queue.oldest,
                due: queue.due,
                leased: queue.leased,
                timed: queue.timed,
                next_due: store.next_due().await?,
            },
            people: People {
                known: queue.employees,
                linked_active: store.population().await?.linked_active,
            },
            holds: Holds {
                held: ledger.held().count(),
                oldest: ledger.held().map(|hold| hold.since).min(),
                expires: ledger.held().filter_map(Hold::expires).min(),
                approved: ledger.holds().iter().filter(approved).count(),
            },
            dead_letters: DeadLetters {
                employees: store.dead_ends(MOST).await?.len(),
                deliveries: store.dead_letters(MOST).await?.len(),
            },
            bob: Api::of(&quarantine, Side::Source, &[Lane::Source], now),
            learning360: Api::of(
                &quarantine,
                Side::Target,
                &[Lane::TargetReads, Lane::TargetWrites],
                now,
            ),
            last_delivery: store.last_delivery().await?,
            last_decision: store.last_decision().await?,
        })?;
        Ok(Exit::Done)
    }
}

impl Api {
    fn of(quarantine: &Quarantine, side: Side, lanes: &[Lane], now: Timestamp) -> Self {
        let cause = quarantine.cause(side).map(|cause| match cause {
            Cause::Refused => "refused",
            Cause::Failing => "failing",
        });
        let gates = lanes.iter().map(|lane| quarantine.gate(*lane, now));
        let until = gates.filter_map(|gate| match gate {
            Gate::Closed(until) => Some(until),
            Gate::Open | Gate::Probe => None,
        });
        let until = until.max();
        let state = match (cause, until) {
            (Some(_), _) => "stopped",
            (None, Some(_)) => "paused",
            (None, None) => "open",
        };
        Self {
            state,
            cause,
            until,
        }
    }

    fn tell(&self, now: Timestamp) -> Cell {
        let then = self.until.map(|until| ahead(until, now));
        match (self.cause, then) {
            (None, None) => cell(Look::Good, "is called"),
            (None, Some(then)) => {
                let text = format!("asked for a pause; called again {then}");
                cell(Look::Notable, text)
            }
            (Some(cause), then) => {
                let why = match cause {
                    "refused" => "it refuses the credentials",
                    _ => "too many calls fail",
                };
                let then = then.unwrap_or_else(|| "with the next decision".to_owned());
                let text = format!("is not called, because {why}; one try {then}");
                cell(Look::Bad, text)
            }
        }
    }
}

impl Report for Status {
    fn tell(&self, output: &Output) {
        let (look, title) = if self.paused {
            (
                Look::Notable,
                "Paused; `provisioner resume` lets the work go on.",
            )
        } else {
            (Look::Good, "Not paused.")
        };
        output.line(output.paint(look, title));
        let ago_or = |at: Option<Timestamp>, never: &str| match at {
            Some(at) => cell(Look::Plain, format!("{} ({})", ago(at, self.now), time(at))),
            None => cell(Look::Quiet, never),
        };
        let known = format!(
            "{} known, {} linked and active",
            self.people.known, self.people.linked_active
        );
        output.pairs([
            ("queue", self.queue()),
            ("people", cell(Look::Plain, known)),
            ("held", self.held()),
            ("dead letters", self.dead()),
            ("Bob", self.bob.tell(self.now)),
            ("360Learning", self.learning360.tell(self.now)),
            (
                "last delivery",
                ago_or(self.last_delivery, "none in the last 7 days"),
            ),
            ("last decision", ago_or(self.last_decision, "none")),
        ]);
    }
}

impl Status {
    fn queue(&self) -> Cell {
        let queue = &self.queue;
        let (look, waits) = if queue.pending == 0 {
            (Look::Good, "empty".to_owned())
        } else {
            let pending = usize::try_from(queue.pending).unwrap_or(usize::MAX);
            let verb = if pending == 1 { "waits" } else { "wait" };
            let oldest = queue
                .oldest
                .map(|at| format!(", the oldest came {}", ago(at, self.now)));
            let text = format!("{} {verb}{}", people(pending), oldest.unwrap_or_default());
            (Look::Notable, text)
        };
        let mut text = format!("{waits}; {} due, {} in work", queue.due, queue.leased);
        if let Some(next) = queue.next_due.filter(|_| queue.due == 0) {
            text.push_str("; next look ");
            text.push_str(&ahead(next, self.now));
        }
        cell(look, text)
    }

    fn held(&self) -> Cell {
        let holds = &self.holds;
        let approved = match holds.approved {
            0 => String::new(),
            approved => format!("; {approved} approved and not done yet"),
        };
        if holds.held == 0 {
            return cell(Look::Good, format!("nothing{approved}"));
        }
        let steps = count(holds.held, "step waits", "steps wait");
        let since = holds
            .oldest
            .map(|at| format!("the oldest came {}", ago(at, self.now)));
        let expires = holds
            .expires
            .map(|at| format!("expires {}", ahead(at, self.now)));
        let more: Vec<_> = since.into_iter().chain(expires).collect();
        let text = format!("{steps} for approval ({}){approved}", more.join(", "));
        cell(Look::Notable, text)
    }

    fn dead(&self) -> Cell {
        let DeadLetters {
            employees,
            deliveries,
        } = self.dead_letters;
        if employees + deliveries == 0 {
            return cell(Look::Good, "none");
        }
        let deliveries = count(deliveries, "delivery", "deliveries");
        cell(Look::Bad, format!("{}, {deliveries}", people(employees)))
    }
}

const MOST: u32 = 1_000;
