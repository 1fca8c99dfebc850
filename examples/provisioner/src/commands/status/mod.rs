//! The command `status`.

mod tell;

use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;
use provisioning_core::driver::{RunStore as _, Store as _, report};
use provisioning_core::policy::Depth;
use provisioning_core::quarantine::{Cause, Gate, Lane};
use provisioning_core::{Hold, Quarantine, Side};
use serde::Serialize;

use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Kit};
use crate::store::SqlStore;

/// See how the host is doing: the queue, what waits for a person, and both APIs.
///
/// It reads the database and calls nobody, so it works while the host works, and while it does not.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner status
  provisioner status --json | jq .holds.held

What is held is shown by `provisioner holds list`, dead letters by `provisioner dead-letters list`.
Whether both systems let the host do what it has to is what `provisioner doctor` finds out.

Exit codes: 0 it is told, however the host is doing, 1 failed, 2 usage.")]
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
    /// How many hosts are at work.
    hosts: u64,
    /// The latest full synchronization.
    last_sync: Option<Sync>,
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

/// A full synchronization.
#[derive(Debug, Serialize)]
struct Sync {
    run: u64,
    depth: &'static str,
    state: &'static str,
    /// Since when it is in that state.
    changed: Timestamp,
    people: u64,
    /// How many of them are still to come.
    open: u64,
    situations: BTreeMap<&'static str, u64>,
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
                employees: store.dead_ends(ALL).await?.len(),
                deliveries: store.dead_letters(ALL).await?.len(),
            },
            bob: Api::of(&quarantine, Side::Source, &[Lane::Source], now),
            learning360: Api::of(
                &quarantine,
                Side::Target,
                &[Lane::TargetReads, Lane::TargetWrites],
                now,
            ),
            hosts: store.hosts_at_work(now).await?,
            last_sync: Sync::latest(&store).await?,
            last_delivery: store.last_delivery().await?,
            last_decision: store.last_decision().await?,
        })?;
        Ok(Exit::Done)
    }
}

impl Sync {
    async fn latest(store: &SqlStore) -> anyhow::Result<Option<Self>> {
        let Some(run) = store.runs(1).await?.pop() else {
            return Ok(None);
        };
        let Some(report) = report(store, run.id).await? else {
            return Ok(None);
        };
        let situations = report.tally.situations();
        Ok(Some(Self {
            run: run.id.0,
            depth: match run.begun.depth {
                Depth::Deep => "deep",
                Depth::Light => "light",
            },
            state: run.state.as_str(),
            changed: run.changed,
            people: run.begun.people,
            open: report.open,
            situations: situations
                .map(|(what, count)| (what.as_str(), count))
                .collect(),
        }))
    }
}

impl Api {
    fn of(quarantine: &Quarantine, side: Side, lanes: &[Lane], now: Timestamp) -> Self {
        let broken = quarantine.broken_links_until(now);
        let broken = broken.filter(|_| lanes.contains(&Lane::TargetWrites));
        let cause = match quarantine.cause(side) {
            Some(Cause::Refused) => Some("refused"),
            Some(Cause::Failing) => Some("failing"),
            None => broken.map(|_| "broken_links"),
        };
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
}

const ALL: u32 = u32::MAX;
