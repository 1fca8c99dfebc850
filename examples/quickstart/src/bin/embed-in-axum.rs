//! Embed the driver in axum: webhooks in, accounts out, in the service that you already run.
//!
//! The second webhook, for leavers, has its own route and secrets and looks the same. State is in
//! memory here, and gone with the process; a service implements `Store` on its database.

use std::sync::Arc;
use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use hibob_client::webhook::{Secret, Verifier};
use jiff::Timestamp;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Driver, Intake, MemoryStore, Store as _};
use provisioning_core::{Classified, Delivery, Endpoint, Policy, classify};
use quickstart::{bob, learning360, setting};
use tokio::{net::TcpListener, sync::Notify, time::sleep};

struct Service {
    verifier: Verifier,
    driver: Driver<Bob, Lms, MemoryStore>,
    noted: Notify,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let policy = Policy::parse(include_str!("../../policy.toml"))?;
    let (source, target) = (Bob::new(bob()?, &policy), Lms::new(learning360()?, &policy));
    let secrets = setting("HIBOB_UPSERT_SECRETS")?;
    let secrets = secrets
        .split_whitespace()
        .map(|secret| Secret::new("upsert", secret));
    let service = Arc::new(Service {
        verifier: Verifier::new(secrets)?,
        driver: Driver::new(policy, source, target, MemoryStore::new()),
        noted: Notify::new(),
    });
    let app = Router::new()
        .route("/hibob/upsert", post(receive))
        .with_state(service.clone());
    let listener = TcpListener::bind(setting("LISTEN")?).await?;
    println!("listening on {}", listener.local_addr()?);
    tokio::select! {
        served = axum::serve(listener, app) => Ok(served?),
        worked = work(&service) => worked,
    }
}

/// Verify, note, answer; the work comes later. Bob repeats whatever is not answered with 200.
async fn receive(service: State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = Timestamp::now();
    let Ok(opened) = service.verifier.open(&headers, &body, now) else {
        return StatusCode::UNAUTHORIZED;
    };
    let delivery = Delivery::new(&opened.delivery, Endpoint::Upsert);
    if let Classified::Hint(hinted) = classify(service.driver.policy(), &delivery, now) {
        let intake = Intake::new(hinted.employee, hinted.hint, now);
        if service.driver.store().note(intake).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        service.noted.notify_one();
    }
    StatusCode::OK
}

/// Decide and apply what is due, then wait until more is due or was noted.
async fn work(service: &Service) -> anyhow::Result<()> {
    loop {
        let turn = service.driver.turn(Timestamp::now()).await?;
        for decided in turn.decided {
            println!("{}: {}", decided.employee, decided.disposition);
        }
        let due = turn
            .next_due
            .map(|due| due.duration_since(Timestamp::now()));
        let pause = due.map_or(Duration::from_secs(3600), |due| {
            due.try_into().unwrap_or_default()
        });
        tokio::select! {
            () = service.noted.notified() => {}
            () = sleep(pause) => {}
        }
    }
}
