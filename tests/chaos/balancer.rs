//! What stands before the hosts: one address that Bob knows, and a way to any of them.
//!
//! It is as bad as such things are: it repeats a delivery to another host, tells Bob that it
//! failed although it was accepted, and loses what comes while no host is there.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The running balancer; it ends when it is dropped.
pub struct Balancer {
    pub url: String,
    shared: Arc<Shared>,
    _server: JoinSet<()>,
}

struct Shared {
    http: reqwest::Client,
    state: Mutex<Mood>,
}

struct Mood {
    hosts: Vec<String>,
    rng: fastrand::Rng,
    /// Out of a hundred deliveries, so many are repeated, and so many are said to have failed.
    mischief: u8,
    accepted: u64,
}

impl Balancer {
    pub async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            http: reqwest::Client::new(),
            state: Mutex::new(Mood {
                hosts: Vec::new(),
                rng: fastrand::Rng::with_seed(seed),
                mischief: 0,
                accepted: 0,
            }),
        });
        let router = Router::new()
            .fallback(forward)
            .with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            shared,
            _server: server,
        }
    }

    /// From now on these hosts are there.
    pub fn hosts(&self, urls: Vec<String>) {
        self.shared.mood(|mood| mood.hosts = urls);
    }

    /// How bad it is, in deliveries of a hundred.
    pub fn mischief(&self, mischief: u8) {
        self.shared.mood(|mood| mood.mischief = mischief);
    }

    /// How many deliveries a host has answered with 200.
    pub fn accepted(&self) -> u64 {
        self.shared.mood(|mood| mood.accepted)
    }
}

impl Shared {
    fn mood<T>(&self, look: impl FnOnce(&mut Mood) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn send(&self, host: &str, uri: &Uri, headers: &HeaderMap, body: Bytes) -> StatusCode {
        let mut request = self.http.post(format!("{host}{uri}")).body(body);
        for name in ["bob-signature", "content-type"] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        match request.send().await {
            Ok(answer) => answer.status(),
            Err(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

async fn forward(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let (first, second, lie) = shared.mood(|mood| {
        let first = mood.rng.choice(&mood.hosts).cloned();
        let repeated = mood.rng.u8(..100) < mood.mischief;
        let second = mood.rng.choice(&mood.hosts).cloned().filter(|_| repeated);
        (first, second, mood.rng.u8(..100) < mood.mischief)
    });
    let Some(first) = first else {
        return StatusCode::BAD_GATEWAY;
    };
    let once = shared.send(&first, &uri, &headers, body.clone());
    let status = match second {
        Some(second) => {
            let again = shared.send(&second, &uri, &headers, body.clone());
            tokio::join!(once, again).0
        }
        None => once.await,
    };
    if status == StatusCode::OK {
        shared.mood(|mood| mood.accepted += 1);
        if lie {
            return StatusCode::GATEWAY_TIMEOUT;
        }
    }
    status
}
