use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::{AuthorizedValues, CustomFieldId};
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{
    Approval, Begun, Driver, Review, RunMode, Store as _, Survey, Whom, review,
};
use provisioning_core::policy::Depth;
use provisioning_core::preview::Preview;
use provisioning_core::{Hold, HoldId, Policy};
use sandbox::{BobAct, Control, Learning360Act, LoggedRequest, Sandbox, Seed, State, UserStatus};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::cast;
use super::telling;
use crate::EXAMPLE_POLICY;
use crate::clients::Clients;
use crate::clock::Clock;
use crate::commands::serve::{sandbox_settings, webhooks};
use crate::feed::Happened;
use crate::host::Host;
use crate::intake::Outcome;
use crate::output::Output;
use crate::settings::{Environment, Settings};
use crate::store::SqlStore;

/// Both stand-ins and a host between them, and what has happened so far.
pub(super) struct Stage<'o> {
    pub(super) output: &'o Output,
    pub(super) seed: Seed,
    /// The policy in force.
    pub(super) policy: String,
    pub(super) names: BTreeMap<String, String>,
    control: Control,
    sandbox: Sandbox,
    settings: Settings,
    clock: Clock,
    clients: Clients,
    /// `None` while it is down.
    running: Option<Running>,
    tally: Tally,
    _folder: TempDir,
}

struct Running {
    host: Host,
    feed: Receiver<Happened>,
}

/// What was counted on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) webhooks: usize,
    pub(super) decisions: BTreeMap<String, usize>,
    pub(super) synchronizations: usize,
    pub(super) approved: usize,
    held: BTreeSet<(String, String)>,
    /// Writes by people, who use the same API.
    by_hand: usize,
}

/// Calls to both APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) reads: usize,
    pub(super) writes: usize,
}

impl<'o> Stage<'o> {
    /// Starts everything.
    pub(super) async fn set(output: &'o Output) -> anyhow::Result<Self> {
        let seed = cast::company();
        let sandbox = Sandbox::start(seed.clone()).await?;
        let control = sandbox.control();
        let folder = tempfile::tempdir().context("no folder for the database")?;
        // LISTEN is left out on purpose: a port may be taken, and any will do.
        let environment = Environment::from_iter([("LISTEN", "127.0.0.1:0")]);
        let settings = sandbox_settings(&sandbox, folder.path(), &environment)?;
        let clock = Clock::sandbox(&settings.bob.base_url).await?;
        let clients = Clients::new(&settings.bob, &settings.learning360, &clock)?;
        let mut stage = Self {
            output,
            names: cast::names(&seed),
            seed,
            policy: EXAMPLE_POLICY.to_owned(),
            control,
            sandbox,
            settings,
            clock,
            clients,
            running: None,
            tally: Tally::default(),
            _folder: folder,
        };
        stage.start().await?;
        let host = &stage.running()?.host;
        let url = host.url();
        // The same address after each start, as Bob knows it.
        stage.settings.listen = address(&url)?;
        for webhook in webhooks(&url) {
            stage.control.act(BobAct::Webhook(webhook)).await?;
        }
        stage.control.clear_log().await?;
        let registered = stage.catch_up()?;
        telling::opening(&stage, &registered);
        Ok(stage)
    }

    /// Starts the host, with the policy that is in force now.
    pub(super) async fn start(&mut self) -> anyhow::Result<()> {
        let policy = Policy::parse(&self.policy)?;
        let host = Host::start_stepped(&self.settings, policy, self.clock.clone()).await?;
        let feed = host.listen();
        self.running = Some(Running { host, feed });
        Ok(())
    }

    /// Stops the host.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        self.catch_up()?;
        let running = self.running.take().context("the host is down already")?;
        running.host.shutdown().await
    }

    /// Somebody does something in Bob.
    pub(super) async fn act(&mut self, act: BobAct) -> anyhow::Result<()> {
        self.control.act(act).await?;
        Ok(())
    }

    /// Everybody who was invited accepts, and logs in.
    pub(super) async fn accept_invitations(&mut self) -> anyhow::Result<usize> {
        let state = self.state().await?;
        let invited = state.users.values();
        let invited = invited.filter(|user| user.status == UserStatus::Invited);
        let users: Vec<_> = invited.map(|user| user.id.clone()).collect();
        for user in &users {
            let act = Learning360Act::AcceptInvitation { user: user.clone() };
            self.control.act360(act).await?;
        }
        Ok(users.len())
    }

    /// Somebody does something in 360Learning.
    pub(super) async fn act360(&mut self, act: Learning360Act) -> anyhow::Result<()> {
        self.control.act360(act).await?;
        Ok(())
    }

    /// An administrator of 360Learning allows these departments.
    pub(super) async fn allow_departments(&mut self, names: &[&str]) -> anyhow::Result<()> {
        let field = CustomFieldId::try_from(Seed::DEPARTMENT_FIELD)?;
        let values = AuthorizedValues::texts(names.iter().copied())?;
        let fields = self.clients.learning360.custom_fields();
        fields.replace_authorized_values(&field, &values).await?;
        self.tally.by_hand += 1;
        Ok(())
    }

    /// Lets so many seconds pass, decides what is due then, and tells it.
    pub(super) async fn pass(&mut self, seconds: u32) -> anyhow::Result<()> {
        self.control.advance(seconds).await?;
        self.look().await
    }

    /// Lets time pass until then, decides what is due then, and tells it.
    pub(super) async fn until(&mut self, at: &str) -> anyhow::Result<()> {
        self.wait(at).await?;
        self.look().await
    }

    /// Lets time pass until then; nobody looks.
    pub(super) async fn wait(&mut self, at: &str) -> anyhow::Result<()> {
        let at: Timestamp = at.parse().context("not a time")?;
        self.control.advance_to(at).await?;
        Ok(())
    }

    /// A full synchronization, which somebody looks at and approves.
    pub(super) async fn synchronize(&mut self, depth: Depth) -> anyhow::Result<Survey> {
        let driver = self.driver()?;
        let now = self.control.now().await?;
        let survey = driver
            .survey(depth, &Whom::Everybody, now, &mut |_| {})
            .await?;
        telling::survey(self, &survey).await?;
        let begun = driver
            .begin(&survey, RunMode::Exact, Approval::ByPerson, now)
            .await?;
        ensure!(matches!(begun, Begun::Running(_)), "the run does not begin");
        self.tally.synchronizations += 1;
        self.look().await?;
        Ok(survey)
    }

    /// What another policy would do.
    pub(super) async fn preview(&self, policy: &str) -> anyhow::Result<Preview> {
        let (now, new) = (self.control.now().await?, Policy::parse(policy)?);
        let old = Policy::parse(&self.policy)?;
        let source = Bob::new(self.clients.bob.clone(), &old).and_for(&new);
        let target = Lms::new(self.clients.learning360.clone(), &old);
        let store = self.running()?.host.store().clone();
        let driver = Driver::new(old, source, target, store);
        Ok(driver
            .preview(&new, &Whom::Everybody, now, &mut |_| {})
            .await?)
    }

    /// Approves what is held about these people.
    pub(super) async fn approve(&mut self, people: &[&str]) -> anyhow::Result<()> {
        let is_meant = |hold: &&Hold| people.contains(&hold.employee.as_str());
        let held = self.held().await?;
        let holds: Vec<HoldId> = held.iter().filter(is_meant).map(|hold| hold.id).collect();
        ensure!(holds.len() == people.len(), "not everybody is held");
        let now = self.control.now().await?;
        let store = self.running()?.host.store();
        review(store, Review::Approve, &holds, now).await?;
        self.tally.approved += holds.len();
        // Looked at after a quiet moment, as after any hint.
        self.pass(3).await
    }

    /// What waits for approval.
    pub(super) async fn held(&self) -> anyhow::Result<Vec<Hold>> {
        let ledger = self.running()?.host.store().ledger().await?;
        Ok(ledger.value.held().cloned().collect())
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
        calls.writes = calls.writes.saturating_sub(self.tally.by_hand);
        Ok(calls)
    }

    /// The truth of both sides.
    pub(super) async fn state(&self) -> anyhow::Result<State> {
        Ok(self.control.state().await?)
    }

    /// Somebody's name.
    pub(super) fn name(&self, employee: &EmployeeId) -> &str {
        let name = self.names.get(employee.as_str());
        name.map_or("somebody", String::as_str)
    }

    /// Ends everything.
    pub(super) async fn leave(mut self) -> anyhow::Result<Tally> {
        self.stop().await?;
        self.sandbox.shutdown().await;
        Ok(self.tally)
    }

    /// Decides what is due now, and tells it.
    async fn look(&mut self) -> anyhow::Result<()> {
        self.running()?.host.settle().await?;
        let happened = self.catch_up()?;
        telling::happened(self, &happened).await
    }

    fn running(&self) -> anyhow::Result<&Running> {
        self.running.as_ref().context("the host is down")
    }

    fn driver(&self) -> anyhow::Result<Driver<Bob, Lms, SqlStore>> {
        let store = self.running()?.host.store().clone();
        Ok(self.clients.driver(Policy::parse(&self.policy)?, store))
    }

    fn catch_up(&mut self) -> anyhow::Result<Vec<Happened>> {
        let mut caught = Vec::new();
        let running = self.running.as_mut().context("the host is down")?;
        loop {
            match running.feed.try_recv() {
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

fn address(url: &str) -> anyhow::Result<SocketAddr> {
    let address = url.strip_prefix("http://").context("not an address")?;
    address.parse().context("not an address")
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
