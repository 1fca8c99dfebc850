//! A running host: the listener and the worker around one Store.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use provisioning_core::driver::Decided;
use provisioning_core::{Policy, PolicyProblems};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::alerts::{Notice, NoticeKind, Watch};
use crate::binding::{bind, bind_later, tell_change, tell_needs};
use crate::clients::Clients;
use crate::clock::Clock;
use crate::feed::Happened;
use crate::intake::{self, Intake};
use crate::metrics::{Gauges, Metrics};
use crate::parts::Parts;
use crate::schedule::Scheduler;
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
pub struct Host {
    address: SocketAddr,
    parts: Parts,
    worker: Arc<Worker>,
    watch: Arc<Watch>,
    scheduler: Arc<Scheduler>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<Task>,
}

/// What works in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Listener,
    Binding,
    Worker,
    Watch,
    Alerts,
    Scheduler,
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
        host.tasks.spawn(async move {
            worker.run(stop).await;
            Task::Worker
        });
        let (scheduler, stop) = (Arc::clone(&host.scheduler), host.stop.subscribe());
        host.tasks.spawn(async move {
            scheduler.run(stop).await;
            Task::Scheduler
        });
        let (watch, stop) = (Arc::clone(&host.watch), host.stop.subscribe());
        let clock = host.parts.clock.clone();
        host.tasks.spawn(async move {
            watch.run(&clock, stop).await;
            Task::Watch
        });
        let (alerts, stop) = (Arc::clone(&host.parts.alerts), host.stop.subscribe());
        let clock = host.parts.clock.clone();
        host.tasks.spawn(async move {
            alerts.run(&clock, stop).await;
            Task::Alerts
        });
        Ok(host)
    }

    /// Like [`Host::start`], but decides and tells nothing except within [`Host::settle`].
    ///
    /// # Errors
    /// As [`Host::start`].
    pub async fn start_stepped(
        settings: &Settings,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let parts = Parts::open(settings, clock).await?;
        let listener = TcpListener::bind(settings.listen).await;
        let listener = listener.with_context(|| format!("cannot listen on {}", settings.listen))?;
        let address = listener
            .local_addr()
            .context("the listener has no address")?;
        let clients = Clients::counted(
            &settings.bob,
            &settings.learning360,
            &parts.clock,
            &parts.metrics,
        )?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();

        // Bob must find an open door before anything else is done.
        let intake = Intake::new(settings, policy.clone(), parts.clone());
        let gauges = Gauges::new(&parts, &clients, &policy);
        let router = intake::router(Arc::new(intake), Arc::new(gauges));
        tasks.spawn(serve(listener, router, stopped.clone()));

        let bound = bind(&clients, &policy).await?;
        // Not before: a start that goes no further is no process that ended unexpectedly.
        let watch = Watch::begin(&parts).await.context("the database fails")?;
        let instance = parts.store.instance().await;
        let instance = instance.context("the database fails")?;
        tracing::info!(instance, "this host works; its leases bear its number");
        let unbound = bound.is_none().then(|| policy.clone());
        let policy = bound.unwrap_or(policy);
        tell_needs(&policy);
        let told = tell_change(&parts.store, &policy).await;
        told.context("the database fails")?;
        let worker = Worker::new(policy, clients.clone(), parts.clone());
        let worker = Arc::new(worker);
        if let Some(policy) = unbound {
            let (worker, parts) = (Arc::clone(&worker), parts.clone());
            tasks.spawn(async move {
                bind_later(clients, policy, worker, parts, stopped).await;
                Task::Binding
            });
        }
        let scheduler = Scheduler::new(settings.schedule, Arc::clone(&worker), parts.clone());
        Ok(Self {
            address,
            parts,
            worker,
            scheduler: Arc::new(scheduler),
            watch: Arc::new(watch),
            stop,
            tasks,
        })
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its state.
    pub fn store(&self) -> &SqlStore {
        &self.parts.store
    }

    /// Its counters.
    pub fn metrics(&self) -> &Metrics {
        &self.parts.metrics
    }

    /// Tells what happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Happened> {
        self.parts.feed.listen()
    }

    /// Works until nothing is due at the clock's present time, a scheduled full synchronization
    /// included, and tells what there is to tell by then; returns what was decided here.
    ///
    /// # Errors
    /// If the Store fails.
    pub async fn settle(&self) -> anyhow::Result<Vec<Decided>> {
        let mut decided = self.worker.settle().await?;
        let now = self.parts.clock.now().await;
        self.scheduler.look(now).await?;
        decided.extend(self.worker.settle().await?);
        self.watch.look(now).await?;
        self.parts.alerts.deliver(now).await?;
        Ok(decided)
    }

    /// Waits until a part of the host ends although nobody told it to, tells the operator, and
    /// says why.
    pub async fn failed(&mut self) -> anyhow::Error {
        let why = loop {
            match self.tasks.join_next().await {
                // It is done once Bob has answered.
                Some(Ok(Task::Binding)) => {}
                Some(Ok(task)) => break format!("the {task:?} ended").to_lowercase(),
                Some(Err(error)) if error.is_panic() => break "a part of it panicked".to_owned(),
                Some(Err(_)) | None => break "a part of it was stopped".to_owned(),
            }
        };
        let now = self.parts.clock.now().await;
        let notice = Notice::new(NoticeKind::UnexpectedStop, &*why, now);
        self.parts.alerts.raise(notice).await;
        if let Err(error) = self.parts.alerts.deliver(now).await {
            tracing::error!(%error, "the notice of it was not sent");
        }
        anyhow::anyhow!("the host cannot go on: {why}")
    }

    /// Takes in nothing more, lets the step in progress end, and closes the database; within ten
    /// seconds, also if the database does not answer.
    ///
    /// # Errors
    /// If a part of the host had panicked.
    pub async fn shutdown(mut self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let deadline = Instant::now() + SHUTDOWN;
        let ended = timeout_at(deadline - CLOSING, async {
            while let Some(task) = self.tasks.join_next().await {
                task?;
            }
            Ok::<_, tokio::task::JoinError>(())
        });
        if let Ok(ended) = ended.await {
            ended.context("a part of the host ended badly")?;
        }
        self.tasks.shutdown().await;
        if timeout_at(deadline, self.close()).await.is_err() {
            tracing::warn!("the database does not answer; it is left as after a kill");
        }
        Ok(())
    }

    async fn close(&self) {
        let now = self.parts.clock.now().await;
        if let Err(error) = self.watch.end(now).await {
            tracing::warn!(%error, "the end of this process was not written down");
        }
        self.parts.store.close().await;
    }
}

impl fmt::Debug for Host {
    /// Its caches hold what a company calls its jobs and sites, and are nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) -> Task {
    let stopped = async move {
        drop(stop.wait_for(|stop| *stop).await);
    };
    let server = axum::serve(listener, router).with_graceful_shutdown(stopped);
    if let Err(error) = server.await {
        tracing::error!(%error, "the listener ended");
    }
    Task::Listener
}

/// Less than the ten seconds that a supervisor usually waits before it kills.
const SHUTDOWN: Duration = Duration::from_millis(9_500);

/// The part of it that is kept for the database.
const CLOSING: Duration = Duration::from_secs(1);
