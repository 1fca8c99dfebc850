//! Embed the driver in axum: webhooks in, accounts out, in the service that you already run.
//!
//! What happens to a webhook is in `embed.rs`, the next page. State is in memory here, and gone
//! with the process; a service implements `Store` on its database, and calls
//! `Service::synchronize` once a day for what no webhook told.

use std::sync::Arc;

use jiff::Timestamp;
use provisioning_core::Policy;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Driver, MemoryStore};
use quickstart::embed::{Service, bound};
use quickstart::{bob, learning360, setting};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (bob, learning360) = (bob()?, learning360()?);
    let policy = Policy::parse(include_str!("../../policy.toml"))?;
    let policy = bound(policy, &bob).await?;
    let (source, target) = (Bob::new(bob, &policy), Lms::new(learning360, &policy));
    let driver = Driver::new(policy, source, target, MemoryStore::new());
    let upsert = setting("HIBOB_UPSERT_SECRETS")?;
    let deactivation = setting("HIBOB_DEACTIVATION_SECRETS")?;
    let service = Service::new(driver, [&upsert, &deactivation], Box::new(Timestamp::now))?;
    let service = Arc::new(service);

    let listener = TcpListener::bind(setting("LISTEN")?).await?;
    println!("listening on {}", listener.local_addr()?);
    tokio::select! {
        served = axum::serve(listener, service.router()) => Ok(served?),
        worked = service.work(|it| println!("{}: {}", it.employee, it.disposition)) => Ok(worked?),
    }
}
