use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use jiff::Timestamp;
use provisioning_core::{Hold, Policy};
use sandbox::{BobAct, Control, LoggedRequest, Person, Sandbox, Seed, State, User, UserStatus};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::telling;
use crate::EXAMPLE_POLICY;
use crate::clock::Clock;
use crate::commands::serve::{sandbox_settings, webhooks};
use crate::feed::Happened;
use crate::host::Host;
use crate::intake::Outcome;
use crate::output::Output;
use crate::settings::Environment;

/// Both stand-ins and a host between them, and what has happened so far.
pub(super) struct Stage<'o> {
    pub(super) output: &'o Output,
    pub(super) seed: Seed,
    control: Control,
    sandbox: Sandbox,
    host: Host,
    feed: Receiver<Happened>,
    names: BTreeMap<String, String>,
    tally: Tally,
    _folder: TempDir,
}

/// What was counted on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) webhooks: usize,
    pub(super) decisions: BTreeMap<String, usize>,
    held: BTreeSet<(String, String)>,
}

/// Calls to both APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) reads: usize,
    pub(super) writes: usize,
}

impl<'o> Stage<'o> {
    /// Starts everything. Bob is empty at first; one account exists in 360Learning.
    pub(super) async fn set(output: &'o Output) -> anyhow::Result<Self> {
        let seed = Seed::demo().user(
            User::new("650000000000000000000100")
                .mail("ada@example.com")
                .names("Ada", "Lovelace")
                .job("Engineer")
                .status(UserStatus::Active)
                .member_of(Seed::LEARNERS_GROUP, "learner"),
        );
        let mut start = seed.clone();
        start.employees.clear();
        let sandbox = Sandbox::start(start).await?;
        let control = sandbox.control();
        let folder = tempfile::tempdir().context("no folder for the database")?;
        // LISTEN is left out on purpose: a port may be taken, and any will do.
        let environment = Environment::from_iter([("LISTEN", "127.0.0.1:0")]);
        let settings = sandbox_settings(&sandbox, folder.path(), &environment)?;
        let clock = Clock::sandbox(&settings.bob.base_url).await?;
        let policy = Policy::parse(EXAMPLE_POLICY)?;
        let host = Host::start_stepped(&settings, policy, clock).await?;
        let feed = host.listen();
        for webhook in webhooks(&host.url()) {
            control.act(BobAct::Webhook(webhook)).await?;
        }
        control.clear_log().await?;
        let mut stage = Self {
            output,
            seed,
            control,
            sandbox,
            host,
            feed,
            names: BTreeMap::new(),
            tally: Tally::default(),
            _folder: folder,
        };
        let registered = stage.catch_up()?;
        telling::opening(&stage, &registered);
        Ok(stage)
    }

    /// Somebody does something in Bob.
    pub(super) async fn act(&mut self, act: BobAct) -> anyhow::Result<()> {
        if let BobAct::Hire(person) = &act {
            self.names.insert(person.id.clone(), name(person));
        }
        self.control.act(act).await?;
        Ok(())
    }

    /// Lets so many seconds pass, decides what is due then, and tells it.
    pub(super) async fn pass(&mut self, seconds: u32) -> anyhow::Result<Vec<Happened>> {
        self.control.advance(seconds).await?;
        self.look().await
    }

    /// Lets time pass until then, decides what is due then, and tells it.
    pub(super) async fn until(&mut self, at: &str) -> anyhow::Result<Vec<Happened>> {
        let at: Timestamp = at.parse().context("not a time")?;
        self.control.advance_to(at).await?;
        self.look().await
    }

    /// Decides what is due now, and tells it.
    pub(super) async fn look(&mut self) -> anyhow::Result<Vec<Happened>> {
        self.host.settle().await?;
        let happened = self.catch_up()?;
        let now = self.control.now().await?;
        telling::happened(self, now, &happened);
        Ok(happened)
    }

    /// How many steps wait for approval.
    pub(super) async fn held(&self) -> anyhow::Result<usize> {
        use provisioning_core::driver::Store as _;
        Ok(self.host.store().ledger().await?.value.held().count())
    }

    /// What was asked of both APIs so far.
    pub(super) async fn calls(&self) -> anyhow::Result<Calls> {
        let log = self.control.log().await?;
        let mut calls = Calls::default();
        for request in log.requests.iter().filter(|it| counts(it)) {
            if request.method == "GET" || request.route.ends_with("/people/search") {
                calls.reads += 1;
            } else {
                calls.writes += 1;
            }
        }
        Ok(calls)
    }

    /// The truth of both sides.
    pub(super) async fn state(&self) -> anyhow::Result<State> {
        Ok(self.control.state().await?)
    }

    /// Somebody's name; only the demonstration, whose people do not exist, shows names.
    pub(super) fn name(&self, employee: &str) -> &str {
        self.names.get(employee).map_or("somebody", String::as_str)
    }

    /// Ends everything.
    pub(super) async fn leave(self) -> anyhow::Result<Tally> {
        self.host.shutdown().await?;
        self.sandbox.shutdown().await;
        Ok(self.tally)
    }

    fn catch_up(&mut self) -> anyhow::Result<Vec<Happened>> {
        let mut caught = Vec::new();
        loop {
            match self.feed.try_recv() {
                Ok(happened) => {
                    self.tally.count(&happened);
                    caught.push(happened);
                }
                Err(TryRecvError::Lagged(_)) => anyhow::bail!("more happened than can be told"),
                Err(_) => return Ok(caught),
            }
        }
    }
}

impl Tally {
    /// How many steps were held at any time.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    fn count(&mut self, happened: &Happened) {
        let mut decided = |disposition: &str| {
            *self.decisions.entry(disposition.to_owned()).or_default() += 1;
        };
        match happened {
            Happened::Received(received) => {
                if received.outcome == Outcome::Ignored {
                    decided("ignore");
                }
                self.webhooks += usize::from(received.kind.is_some());
            }
            Happened::Decided(one) => {
                decided(one.disposition.as_str());
                let held = one.held.iter();
                let step = |it: &Hold| (it.employee.to_string(), it.step.to_string());
                self.held.extend(held.map(step));
            }
        }
    }
}

/// Tokens, calls that an expired one made in vain, and metadata that is kept do not count.
fn counts(request: &LoggedRequest) -> bool {
    let uncounted = [
        "/oauth2/token",
        "/company/people/fields",
        "/company/named-lists",
    ];
    request.status != 401 && !uncounted.iter().any(|part| request.route.contains(part))
}

fn name(person: &Person) -> String {
    let field = |id| {
        person
            .fields
            .get(id)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    };
    format!("{} {}", field("root.firstName"), field("root.surname"))
}
