//! The world both stand-ins share, and the turns in which its time passes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::bob::delivery::{self, Ping};
use crate::bob::{self, Bob};
use crate::control::act::{BobAct, Learning360Act};
use crate::control::state::Report;
use crate::faults::Faults;
use crate::history::History;
use crate::learning360::{self, Learning360, webhooks};
use crate::log::Log;
use crate::seed::{Invalid, Seed};
use crate::switches::Switches;

/// Everything that the stand-ins know.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) switches: Switches,
    pub(crate) bob: Bob,
    pub(crate) learning360: Learning360,
    pub(crate) history: History,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
}

/// What is to be delivered at one instant.
struct Due {
    bob: Vec<delivery::Batch>,
    learning360: Vec<webhooks::Outgoing>,
}

/// What all handlers hold.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Held through a turn, so that turns do not overlap. It guards no data.
    turn: tokio::sync::Mutex<()>,
    http: reqwest::Client,
    patience: Duration,
    /// Where 360Learning answers, for absolute links.
    pub(crate) learning360_origin: String,
}

impl World {
    /// Builds the state of a seed; nothing is sent.
    pub(crate) fn load(seed: Seed) -> Result<Self, Invalid> {
        let now = seed.now;
        let start = bob::Start {
            company: seed.company,
            sites: seed.sites,
            fields: seed.fields,
            lists: seed.lists,
            employees: seed.employees,
            service_users: seed.service_users,
            webhooks: seed.webhooks,
        };
        let accounts = learning360::Start {
            users: seed.users,
            groups: seed.groups,
            custom_fields: seed.custom_fields,
            credentials: seed.credentials,
            mappings: seed.mappings,
        };
        Ok(Self {
            now,
            bob: Bob::load(start, now, &seed.switches.bob)?,
            learning360: Learning360::load(accounts, now, &seed.switches.learning360)?,
            switches: seed.switches,
            history: History::default(),
            faults: Faults::default(),
            log: Log::default(),
        })
    }

    /// The next instant at which something is due by itself.
    fn next_due(&self) -> Option<Timestamp> {
        let lifecycle = self.bob.agenda.first().map(|(at, _)| *at);
        let accounts = self.learning360.next_due();
        [lifecycle, accounts, self.bob.outbox.next_due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Moves to the next instant, at most to `target`, and does what is due there. Returns what
    /// must be delivered, or `None` at the target with nothing left to do.
    fn step(&mut self, target: Timestamp, report: &mut Report) -> Option<Due> {
        while let Some(due) = self.next_due().filter(|due| *due <= target) {
            self.now = self.now.max(due);
            self.note_due();
            report.lifecycle_switches += self.bob.run_switches(self.now, &self.switches.bob);
            report.deactivations += self
                .learning360
                .run_due(self.now, &self.switches.learning360);
            let due = Due {
                bob: self.bob.outbox.take_due(self.now, &self.switches.bob),
                learning360: self.learning360.outbox.take_due(self.now),
            };
            if !due.bob.is_empty() || !due.learning360.is_empty() {
                return Some(due);
            }
        }
        self.now = self.now.max(target);
        None
    }

    /// Notes what those are whose lifecycle rows take effect now.
    fn note_due(&mut self) {
        let due = self.bob.agenda.iter().take_while(|(at, _)| *at <= self.now);
        let due: Vec<String> = due.map(|(_, id)| id.clone()).collect();
        for id in due {
            let before = self.bob.employees.get(&id).cloned();
            self.history.note(id, self.now, before);
        }
    }
}

impl Shared {
    pub(crate) fn new(
        world: World,
        http: reqwest::Client,
        patience: Duration,
        learning360_origin: String,
    ) -> Arc<Self> {
        let turn = tokio::sync::Mutex::new(());
        Arc::new(Self {
            world: Mutex::new(world),
            turn,
            http,
            patience,
            learning360_origin,
        })
    }

    /// The world, for a moment: the guard never lives across an `await`.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pings the webhooks of the seed with which the sandbox starts.
    pub(crate) async fn greet(&self) {
        // Held through the turn, see the field.
        let _turn = self.turn.lock().await;
        self.ping(None).await;
    }

    /// Replaces everything, then pings the webhooks.
    pub(crate) async fn seed(&self, seed: Seed) -> Result<Report, Invalid> {
        let world = World::load(seed)?;
        // Held through the turn, see the field.
        let _turn = self.turn.lock().await;
        let now = world.now;
        *self.lock() = world;
        self.ping(None).await;
        Ok(self.run(now, Report::new(now), 0).await)
    }

    /// Lets time pass until `target`, and everything happen that is due on the way.
    pub(crate) async fn advance(
        &self,
        target: impl FnOnce(Timestamp) -> Result<Timestamp, Invalid>,
    ) -> Result<Report, Invalid> {
        // Held through the turn, see the field.
        let _turn = self.turn.lock().await;
        let (now, target, events) = {
            let world = self.lock();
            (world.now, target(world.now)?, world.bob.outbox.events.len())
        };
        if target < now {
            return Err(Invalid::new("the clock does not run backwards"));
        }
        Ok(self.run(target, Report::new(now), events).await)
    }

    /// Does something in Bob and delivers what follows at once.
    pub(crate) async fn act_in_bob(&self, act: BobAct) -> Result<Report, Invalid> {
        // Held through the turn, see the field.
        let _turn = self.turn.lock().await;
        let registered = match &act {
            BobAct::Webhook(webhook) => Some(webhook.name.clone()),
            _ => None,
        };
        let (report, events) = {
            let mut world = self.lock();
            let world = &mut *world;
            let events = world.bob.outbox.events.len();
            let mut report = Report::new(world.now);
            let subject = act.subject().map(String::from);
            let before = subject.and_then(|id| world.bob.employees.get(&id).cloned());
            report.id = world.bob.act(act, world.now, &world.switches.bob)?;
            if let Some(id) = report.id.clone() {
                world.history.note(id, world.now, before);
            }
            (report, events)
        };
        if let Some(name) = registered {
            self.ping(Some(&name)).await;
        }
        Ok(self.run(report.now, report, events).await)
    }

    /// Does something in 360Learning.
    pub(crate) async fn act_in_learning360(&self, act: Learning360Act) -> Result<Report, Invalid> {
        // Held through the turn, see the field.
        let _turn = self.turn.lock().await;
        let mut world = self.lock();
        let world = &mut *world;
        let mut report = Report::new(world.now);
        report.id = Some(
            world
                .learning360
                .act(act, world.now, &world.switches.learning360)?,
        );
        Ok(report)
    }

    /// Puts other switches in force.
    pub(crate) fn switch(&self, switches: Switches) {
        self.lock().switches = switches;
    }

    /// Runs to `target`; called within a turn only.
    async fn run(&self, target: Timestamp, mut report: Report, events: usize) -> Report {
        loop {
            let due = self.lock().step(target, &mut report);
            let Some(due) = due else { break };
            let (tried, sent) = tokio::join!(
                delivery::send(due.bob, &self.http, self.patience),
                webhooks::send(due.learning360, &self.http, self.patience),
            );
            let mut world = self.lock();
            let world = &mut *world;
            let now = world.now;
            let outbox = &mut world.bob.outbox;
            outbox.record(tried, now, &mut report, &world.switches.bob);
            let counts = &mut report.learning360_deliveries;
            world.learning360.outbox.record(sent, now, counts);
        }
        let world = self.lock();
        report.now = world.now;
        let happened = world.bob.outbox.events.len().saturating_sub(events);
        report.events = u64::try_from(happened).unwrap_or(u64::MAX);
        let names = world
            .bob
            .outbox
            .subscriptions
            .iter()
            .map(|it| &it.webhook.name);
        report.pending = names.map(|name| world.bob.outbox.pending(name)).sum();
        report
    }

    /// Pings one webhook, or all.
    async fn ping(&self, only: Option<&str>) {
        let pings: Vec<Ping> = {
            let world = self.lock();
            let subscriptions = world.bob.outbox.subscriptions.iter();
            let chosen = subscriptions.filter(|it| {
                world.switches.bob.ping && only.is_none_or(|it2| it2 == it.webhook.name)
            });
            chosen
                .map(|it| Ping::new(it, &world.switches.bob))
                .collect()
        };
        for ping in pings {
            let status = ping.send(&self.http, self.patience).await;
            let mut world = self.lock();
            let now = world.now;
            world.bob.outbox.pinged(&ping.webhook, status, now);
        }
    }
}
