//! Starting and stopping both stand-ins.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

use crate::control::{self, Control};
use crate::engine::{Shared, World};
use crate::log::Api;
use crate::seed::{Invalid, Seed};
use crate::server::{Side, gate, serve};
use crate::{bob, learning360};

/// How a sandbox starts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Port of the stand-in for Bob on 127.0.0.1; 0 = any free one.
    pub bob_port: u16,
    /// Port of the stand-in for 360Learning on 127.0.0.1; 0 = any free one.
    pub learning360_port: u16,
    /// How long a webhook receiver may take to answer, in real time. Bob's documented patience is
    /// ten seconds.
    pub delivery_timeout: Duration,
    /// The world to start with.
    pub seed: Seed,
}

impl Options {
    /// Free ports and ten seconds.
    pub fn new(seed: Seed) -> Self {
        Self {
            bob_port: 0,
            learning360_port: 0,
            delivery_timeout: Duration::from_secs(10),
            seed,
        }
    }

    /// Chooses the port of the stand-in for Bob.
    pub fn bob_port(mut self, port: u16) -> Self {
        self.bob_port = port;
        self
    }

    /// Chooses the port of the stand-in for 360Learning.
    pub fn learning360_port(mut self, port: u16) -> Self {
        self.learning360_port = port;
        self
    }

    /// Chooses how long a webhook receiver may take.
    pub fn delivery_timeout(mut self, timeout: Duration) -> Self {
        self.delivery_timeout = timeout;
        self
    }
}

impl From<Seed> for Options {
    fn from(seed: Seed) -> Self {
        Self::new(seed)
    }
}

/// Both stand-ins, running on loopback until they are shut down or dropped.
///
/// ```
/// use sandbox::{Person, Sandbox, Seed};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ada = Person::new("3332883894235038486").mail("ada@example.com").started("2024-04-01");
/// let sandbox = Sandbox::start(Seed::empty("2026-03-02T08:00:00Z".parse()?).employee(ada)).await?;
/// let state = sandbox.control().state().await?;
/// assert!(state.employees.contains_key("3332883894235038486"));
/// sandbox.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    bob: Url,
    learning360: Url,
    control: Control,
    shared: Arc<Shared>,
    /// The servers; dropping them closes every connection.
    servers: JoinSet<()>,
}

/// A sandbox that could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The seed contradicts itself.
    #[error("the seed cannot be used: {0}")]
    Seed(#[from] Invalid),
    /// A port is taken.
    #[error("no port to listen on")]
    Bind(#[from] io::Error),
    /// The HTTP client for webhooks could not be built.
    #[error("no HTTP client for webhooks")]
    Client(#[from] reqwest::Error),
}

impl Sandbox {
    /// Starts both stand-ins, then pings the seed's webhooks.
    pub async fn start(options: impl Into<Options>) -> Result<Self, StartError> {
        let Options {
            bob_port,
            learning360_port,
            delivery_timeout,
            seed,
        } = options.into();
        let world = World::load(seed)?;
        let bob_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, bob_port)).await?;
        let learning360_listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, learning360_port)).await?;
        let bob = origin(&bob_listener)?;
        let learning360 = origin(&learning360_listener)?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let text = learning360.as_str().trim_end_matches('/').to_owned();
        let shared = Shared::new(world, http, delivery_timeout, text);

        let mut servers = JoinSet::new();
        let routers = [
            (Api::Bob, bob_listener, bob::router(Arc::clone(&shared))),
            (
                Api::Learning360,
                learning360_listener,
                learning360::router(Arc::clone(&shared)),
            ),
        ];
        for (api, listener, router) in routers {
            let side = Side {
                api,
                shared: Arc::clone(&shared),
            };
            let router = router
                .layer(from_fn_with_state(side, gate))
                .merge(control::router(api, Arc::clone(&shared)));
            servers.spawn(serve(listener, router));
        }
        // Only now, because a receiver may call back while it is pinged.
        shared.greet().await;
        let control = Control::new(bob.as_str(), learning360.as_str());
        Ok(Self {
            bob,
            learning360,
            control,
            shared,
            servers,
        })
    }

    /// Base URL of Bob's API, with its version: what `HIBOB_BASE_URL` holds.
    pub fn bob_base_url(&self) -> Url {
        let mut url = self.bob.clone();
        url.set_path("/v1");
        url
    }

    /// Origin of 360Learning: what `LEARNING360_BASE_URL` holds.
    pub fn learning360_base_url(&self) -> Url {
        self.learning360.clone()
    }

    /// A client of the control routes.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Tells the virtual time without a call, for a host in the same process.
    pub fn clock(&self) -> impl Fn() -> Timestamp + Send + Sync + use<> {
        let shared = Arc::clone(&self.shared);
        move || shared.lock().now
    }

    /// Stops both servers and closes all connections.
    pub async fn shutdown(mut self) {
        self.servers.shutdown().await;
    }

    /// Waits for ever (until the process ends or a server fails).
    pub async fn run(mut self) {
        while self.servers.join_next().await.is_some() {}
    }
}

fn origin(listener: &TcpListener) -> io::Result<Url> {
    let address = listener.local_addr()?;
    // An IPv4 address and a port always make a URL.
    Url::parse(&format!("http://{address}")).map_err(io::Error::other)
}
