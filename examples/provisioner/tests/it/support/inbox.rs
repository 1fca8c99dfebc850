//! Somebody who is notified.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::any;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Keeps what is posted to it.
pub struct Inbox {
    url: String,
    kept: Arc<Kept>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Kept {
    /// What it answers; 0 = 200.
    status: AtomicU16,
    notices: Mutex<Vec<Value>>,
}

impl Inbox {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notify", listener.local_addr().unwrap());
        let kept = Arc::<Kept>::default();
        let router = Router::new()
            .route("/notify", any(take))
            .with_state(Arc::clone(&kept));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            kept,
            _serving: serving,
        }
    }

    /// The variable that sends notices here.
    pub fn variable(&self) -> (&'static str, String) {
        ("NOTIFY_URL", self.url.clone())
    }

    /// Answers this from now on.
    pub fn answers(&self, status: u16) {
        self.kept.status.store(status, Ordering::Relaxed);
    }

    /// What came since this was asked last.
    pub fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.kept.notices.lock().unwrap())
    }

    /// The kinds, reasons and counts of what came since this was asked last.
    pub fn told(&self) -> Vec<(String, String, u64)> {
        let told = self.take().into_iter().map(|notice| {
            let text = |name: &str| notice[name].as_str().unwrap().to_owned();
            (
                text("kind"),
                text("reason"),
                notice["count"].as_u64().unwrap(),
            )
        });
        told.collect()
    }
}

/// As [`Inbox::told`] tells it.
pub fn told(kind: &str, reason: &str, count: u64) -> (String, String, u64) {
    (kind.to_owned(), reason.to_owned(), count)
}

async fn take(
    State(kept): State<Arc<Kept>>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    assert_eq!(headers["content-type"], "application/json");
    kept.notices
        .lock()
        .unwrap()
        .push(serde_json::from_str(&body).unwrap());
    let status = match kept.status.load(Ordering::Relaxed) {
        0 => StatusCode::OK,
        status => StatusCode::from_u16(status).unwrap(),
    };
    // Whoever follows this posts here again.
    (status, [("location", "/notify")])
}
