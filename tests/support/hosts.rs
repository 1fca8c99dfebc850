//! The reference hosts between the stand-ins: one with a database and commands, and the one that
//! integrators are shown.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use provisioner::{Clock, Environment, Host, Settings, SqlStore};
use provisioning_core::Policy;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Approval, Begun, Decided, Driver, MemoryStore, RunMode, Store};
use provisioning_core::driver::{SurveyError, Whom};
use provisioning_core::policy::Depth;
use quickstart::embed::{Service, bound};
use sandbox::{Sandbox, Seed};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::world::{BOB_COMPANY, Endpoint};

/// A reference host, as the scenarios see it: it listens, and decides when it is told to.
pub trait ReferenceHost: fmt::Debug + Sized {
    /// What outlives it.
    type Database: fmt::Debug;

    /// How it keeps what it knows.
    type Store: Store;

    /// A database that holds nothing.
    fn database() -> Self::Database;

    /// Starts it; it takes events of the company of the tests, and no others.
    fn start(
        set_up: &SetUp<'_>,
        database: &Self::Database,
    ) -> impl Future<Output = anyhow::Result<Self>>;

    /// Where it listens, without a slash at the end.
    fn url(&self) -> String;

    /// Its state, for what an operator writes into it.
    fn store(&self) -> &Self::Store;

    /// Works until nothing is due now.
    fn settle(&self) -> impl Future<Output = anyhow::Result<Vec<Decided>>>;

    /// Has everybody compared; what differs is mended by [`ReferenceHost::settle`].
    fn synchronize(
        &self,
        set_up: &SetUp<'_>,
        depth: Depth,
        approval: Approval,
    ) -> impl Future<Output = Result<Begun, SurveyError>>;

    /// How often it has counted this: `deliveries_total` by what became of them, or
    /// `signatures_total` by the label of the secret.
    fn counted(&self, name: &str, labels: &[&str]) -> impl Future<Output = u64>;
}

/// What a host is started with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SetUp<'a> {
    /// Both systems.
    pub sandbox: &'a Sandbox,
    /// The text of the policy.
    pub policy: &'a str,
    /// When everybody is compared, for hosts that do so by themselves.
    pub sync_at: &'static str,
}

impl ReferenceHost for Host {
    type Database = TempDir;
    type Store = SqlStore;

    fn database() -> TempDir {
        TempDir::new().expect("a folder")
    }

    async fn start(set_up: &SetUp<'_>, folder: &TempDir) -> anyhow::Result<Self> {
        let sandbox = set_up.sandbox;
        let database = format!("sqlite://{}", folder.path().join("host.db").display());
        let [upsert, deactivation] = secrets();
        let environment: Environment = BTreeMap::from([
            ("HIBOB_BASE_URL", sandbox.bob_base_url().to_string()),
            ("HIBOB_SERVICE_USER_ID", Seed::SERVICE_USER_ID.to_owned()),
            (
                "HIBOB_SERVICE_USER_TOKEN",
                Seed::SERVICE_USER_TOKEN.to_owned(),
            ),
            ("HIBOB_COMPANY_ID", BOB_COMPANY.to_string()),
            ("HIBOB_UPSERT_SECRETS", upsert),
            ("HIBOB_DEACTIVATION_SECRETS", deactivation),
            (
                "LEARNING360_BASE_URL",
                sandbox.learning360_base_url().to_string(),
            ),
            ("LEARNING360_CLIENT_ID", Seed::CLIENT_ID.to_owned()),
            ("LEARNING360_CLIENT_SECRET", Seed::CLIENT_SECRET.to_owned()),
            ("DATABASE_URL", database),
            ("LISTEN", "127.0.0.1:0".to_owned()),
            ("SYNC_AT", set_up.sync_at.to_owned()),
            ("SYNC_SPREAD_MINUTES", "0".to_owned()),
        ])
        .into_iter()
        .collect();
        let settings = Settings::read(&environment)?;
        let policy = Policy::parse(set_up.policy)?;
        let clock = Clock::sandbox(&sandbox.bob_base_url()).await?;
        Self::start_stepped(&settings, policy, clock)
            .await
            .context("the host does not start")
    }

    fn url(&self) -> String {
        self.url()
    }

    fn store(&self) -> &SqlStore {
        self.store()
    }

    async fn settle(&self) -> anyhow::Result<Vec<Decided>> {
        self.settle().await
    }

    /// As the command `sync` does it: with a driver of its own on the database of the host.
    async fn synchronize(
        &self,
        set_up: &SetUp<'_>,
        depth: Depth,
        approval: Approval,
    ) -> Result<Begun, SurveyError> {
        let policy = Policy::parse(set_up.policy).expect("the policy is right");
        let (bob, learning360) = clients(set_up.sandbox).expect("the clients can be built");
        let (source, target) = (Bob::new(bob, &policy), Lms::new(learning360, &policy));
        let driver = Driver::new(policy, source, target, self.store().clone());
        let (now, everybody) = (set_up.sandbox.clock()(), Whom::Everybody);
        let survey = driver.survey(depth, &everybody, now, &mut |_| {}).await?;
        Ok(driver.begin(&survey, RunMode::Fresh, approval, now).await?)
    }

    async fn counted(&self, name: &str, labels: &[&str]) -> u64 {
        let answer = reqwest::get(format!("{}/metrics", self.url())).await;
        let text = answer.expect("it answers").text().await.expect("a text");
        let name = format!("provisioner_{name}");
        let is_it = |line: &&str| {
            line.split(['{', ' ']).next() == Some(name.as_str())
                && labels.iter().all(|it| line.contains(&format!("\"{it}\"")))
        };
        let lines = text.lines().filter(is_it);
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }
}

/// The service of `embed-in-axum`, between the stand-ins.
#[derive(Debug)]
pub struct Embedded {
    service: Arc<Service<MemoryStore>>,
    store: MemoryStore,
    url: String,
    /// The listener; it ends when this is dropped.
    _listener: JoinSet<()>,
}

impl ReferenceHost for Embedded {
    /// What a service has in its own database: it outlives the service, not the test.
    type Database = MemoryStore;
    type Store = MemoryStore;

    fn database() -> MemoryStore {
        MemoryStore::new()
    }

    async fn start(set_up: &SetUp<'_>, store: &MemoryStore) -> anyhow::Result<Self> {
        let sandbox = set_up.sandbox;
        let (bob, learning360) = clients(sandbox)?;
        let policy = bound(Policy::parse(set_up.policy)?, &bob).await?;
        let (source, target) = (Bob::new(bob, &policy), Lms::new(learning360, &policy));
        let driver = Driver::new(policy, source, target, store.clone());
        let [upsert, deactivation] = secrets();
        let clock = Box::new(sandbox.clock());
        let service = Service::new(driver, [&upsert, &deactivation], clock)?;
        let service = Arc::new(service.of_company(BOB_COMPANY.into()));

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let served = axum::serve(listener, service.router());
        let mut listener = JoinSet::new();
        listener.spawn(async { served.await.expect("it listens") });
        Ok(Self {
            service,
            store: store.clone(),
            url,
            _listener: listener,
        })
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn store(&self) -> &MemoryStore {
        &self.store
    }

    async fn settle(&self) -> anyhow::Result<Vec<Decided>> {
        let (decided, _) = self.service.settle().await?;
        Ok(decided)
    }

    async fn synchronize(
        &self,
        _: &SetUp<'_>,
        depth: Depth,
        approval: Approval,
    ) -> Result<Begun, SurveyError> {
        self.service.synchronize(depth, approval).await
    }

    async fn counted(&self, name: &str, labels: &[&str]) -> u64 {
        assert!(
            ["deliveries_total", "signatures_total"].contains(&name),
            "{name}"
        );
        let [what] = labels else {
            panic!("it counts by one label: {labels:?}");
        };
        // The code of the reason for which the reference host says "ignored".
        let what = what.replace("ignored", "by_policy");
        self.service.counted(&what)
    }
}

/// Clients of both stand-ins. Calls per second mean nothing where the time is not real.
fn clients(
    sandbox: &Sandbox,
) -> anyhow::Result<(hibob_client::Client, learning360_client::Client)> {
    let bob = hibob_client::Client::builder()
        .service_user(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN)
        .base_url(sandbox.bob_base_url())
        .quota(hibob_client::Quota::unlimited())
        .call_timeout(PATIENCE)
        .build()?;
    let learning360 = learning360_client::Client::builder()
        .credentials(Seed::CLIENT_ID, Seed::CLIENT_SECRET)
        .base_url(sandbox.learning360_base_url())
        .quota(learning360_client::Quota::unlimited())
        .call_timeout(PATIENCE)
        .build()?;
    Ok((bob, learning360))
}

/// The secrets of each webhook's address, separated by blanks.
fn secrets() -> [String; 2] {
    [Endpoint::Upsert, Endpoint::Deactivation].map(|it| it.secrets().join(" "))
}

/// How long a call may take with all its attempts and waits.
const PATIENCE: Duration = Duration::from_secs(3);
