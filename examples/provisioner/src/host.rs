//! A running host: the listener and the worker around one Store.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use provisioning_core::driver::Decided;
use provisioning_core::{Catalog, Policy, PolicyProblems};
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::clients::Clients;
use crate::clock::Clock;
use crate::feed::{Feed, Happened};
use crate::intake::{self, Intake};
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::store::SqlStore;
use crate::worker::Worker;

/// A host that runs in this process until it is shut down or dropped.
///
/// ```no_run
/// use provisioner::{Clock, Environment, Host, Settings};
/// use provisioning_core::Policy;
///
/// # async fn run() -> anyhow::Result<()> {
/// let settings = Settings::read(&Environment::of_process()?)?;
/// let policy = Policy::parse(&std::fs::read_to_string("policy.toml")?)?;
/// let host = Host::start(&settings, policy, Clock::system()).await?;
/// println!("give Bob the addresses {0}/hibob/upsert and {0}/hibob/deactivation", host.url());
/// tokio::signal::ctrl_c().await?;
/// host.shutdown().await
/// # }
/// ```
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    store: SqlStore,
    metrics: Arc<Metrics>,
    feed: Feed,
    worker: Arc<Worker>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The policy names fields that this company does not have.
    #[error(transparent)]
    Policy(#[from] PolicyProblems),
    /// Anything else: the address is taken, the database cannot be opened, ….
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl Host {
    /// Starts to listen, then to work.
    ///
    /// The policy is checked against Bob's fields first. If Bob does not answer, the host works
    /// without that check, which only costs it some reads, and repeats it until Bob does.
    ///
    /// # Errors
    /// [`StartError::Policy`] if Bob answers that the policy cannot be right;
    /// [`StartError::Other`] if the host cannot listen or has no database.
    pub async fn start(
        settings: &Settings,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let mut host = Self::start_stepped(settings, policy, clock).await?;
        let (worker, stop) = (Arc::clone(&host.worker), host.stop.subscribe());
        host.tasks.spawn(async move { worker.run(stop).await });
        Ok(host)
    }

    /// Like [`Host::start`], but decides nothing except within [`Host::settle`].
    ///
    /// # Errors
    /// As [`Host::start`].
    pub async fn start_stepped(
        settings: &Settings,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let store = SqlStore::open(settings.database.url()).await?;
        let listener = TcpListener::bind(settings.listen).await;
        let listener = listener.with_context(|| format!("cannot listen on {}", settings.listen))?;
        let address = listener
            .local_addr()
            .context("the listener has no address")?;
        let (metrics, feed) = (Arc::new(Metrics::new()), Feed::new());
        let wake = Arc::new(Notify::new());
        let clients = Clients::new(&settings.bob, &settings.learning360, &clock)?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();

        // Bob must find an open door before anything else is done.
        let intake = Intake::new(
            settings,
            policy.clone(),
            store.clone(),
            clock.clone(),
            Arc::clone(&metrics),
            feed.clone(),
            Arc::clone(&wake),
        );
        tasks.spawn(serve(listener, Arc::new(intake), stopped.clone()));

        let bound = bind(&clients, &policy).await?;
        let unbound = bound.is_none().then(|| policy.clone());
        let worker = Arc::new(Worker::new(
            bound.unwrap_or(policy),
            clients.clone(),
            store.clone(),
            clock,
            Arc::clone(&metrics),
            feed.clone(),
            wake,
        ));
        if let Some(policy) = unbound {
            tasks.spawn(bind_later(clients, policy, Arc::clone(&worker), stopped));
        }
        Ok(Self {
            address,
            store,
            metrics,
            feed,
            worker,
            stop,
            tasks,
        })
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its state.
    pub fn store(&self) -> &SqlStore {
        &self.store
    }

    /// Its counters.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Tells what happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Happened> {
        self.feed.listen()
    }

    /// Works until nothing is due at the clock's present time; returns what was decided here.
    ///
    /// # Errors
    /// If the Store fails.
    pub async fn settle(&self) -> anyhow::Result<Vec<Decided>> {
        Ok(self.worker.settle().await?)
    }

    /// Takes in nothing more, lets the step in progress end, and closes the database; within ten
    /// seconds.
    ///
    /// # Errors
    /// If a part of the host had panicked.
    pub async fn shutdown(mut self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let ended = timeout(SHUTDOWN, async {
            while let Some(task) = self.tasks.join_next().await {
                task?;
            }
            Ok::<_, tokio::task::JoinError>(())
        });
        if let Ok(ended) = ended.await {
            ended.context("a part of the host ended badly")?;
        }
        self.tasks.shutdown().await;
        self.store.close().await;
        Ok(())
    }
}

async fn serve(listener: TcpListener, intake: Arc<Intake>, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        drop(stop.wait_for(|stop| *stop).await);
    };
    let server = axum::serve(listener, intake::router(intake)).with_graceful_shutdown(stopped);
    if let Err(error) = server.await {
        tracing::error!(%error, "the listener ended");
    }
}

/// Checks the policy against the fields that Bob has; `None` if Bob does not answer now.
async fn bind(clients: &Clients, policy: &Policy) -> Result<Option<Policy>, PolicyProblems> {
    let inventory = match timeout(BIND, clients.bob.metadata().fields()).await {
        Ok(Ok(inventory)) => inventory,
        Ok(Err(error)) => {
            tracing::warn!(%error, "Bob's fields cannot be read; the policy is not checked yet");
            return Ok(None);
        }
        Err(_) => {
            tracing::warn!("Bob does not answer; the policy is not checked yet");
            return Ok(None);
        }
    };
    let bound = policy.bind(Catalog::default().with_fields(inventory))?;
    let needed = bound.requirements().categories;
    let categories: Vec<_> = needed.keys().map(AsRef::as_ref).collect();
    tracing::info!(
        fields = policy.fields().len(),
        categories = categories.join(", "),
        "the policy fits Bob's fields; the service user has to see these categories"
    );
    Ok(Some(bound))
}

async fn bind_later(
    clients: Clients,
    policy: Policy,
    worker: Arc<Worker>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(BIND_EVERY) => {}
        }
        match bind(&clients, &policy).await {
            Ok(Some(bound)) => return worker.adopt(bound).await,
            Ok(None) => {}
            // Fields that do not exist read as missing, and missing changes nothing.
            Err(problems) => return tracing::error!(%problems, "the policy does not fit"),
        }
    }
}

/// Less than the ten seconds that a supervisor usually waits before it kills.
const SHUTDOWN: Duration = Duration::from_millis(9_500);

/// How long the first check of the policy may hold up the work.
const BIND: Duration = Duration::from_secs(10);

const BIND_EVERY: Duration = Duration::from_secs(60);
