//! `sandbox serve`

use std::io::{self, Read as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use sandbox::{Options, Sandbox, Seed, Webhook};
use tokio::time::MissedTickBehavior;

use super::print;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Port of the stand-in for Bob; 0 = any free one.
    #[arg(long, default_value_t = 8361)]
    bob_port: u16,
    /// Port of the stand-in for 360Learning; 0 = any free one.
    #[arg(long, default_value_t = 8362)]
    learning360_port: u16,
    /// World to start with: a file as `sandbox generate` writes it, - for stdin, or one of the ready
    /// ones: company (fifty people), demo (twelve), empty.
    #[arg(long, value_name = "FILE", default_value = "company")]
    seed: String,
    /// Seconds that pass on the virtual clock in one real second; 0 = it stands still until somebody
    /// moves it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    speed: u32,
    /// Origin of a host, such as `http://127.0.0.1:8360`: registers the set-up guide's two
    /// webhooks there.
    #[arg(long, value_name = "URL")]
    host: Option<String>,
}

pub(super) fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("no runtime")?;
    runtime.block_on(serve(args))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let mut seed = seed(&args.seed)?;
    if let Some(host) = args.host {
        let host = host.trim_end_matches('/');
        seed = seed
            .webhook(Webhook::upsert(
                format!("{host}/hibob/upsert"),
                "sandbox-upsert",
            ))
            .webhook(Webhook::deactivation(
                format!("{host}/hibob/deactivation"),
                "sandbox-leave",
            ));
    }
    let settings = settings(&seed);
    let options = Options::new(seed)
        .bob_port(args.bob_port)
        .learning360_port(args.learning360_port);
    let sandbox = Sandbox::start(options).await?;
    let origin = sandbox.learning360_base_url();
    print(&format!("HIBOB_BASE_URL={}", sandbox.bob_base_url()));
    print(&format!(
        "LEARNING360_BASE_URL={}",
        origin.as_str().trim_end_matches('/')
    ));
    for (name, value) in settings {
        print(&format!("{name}={value}"));
    }
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        failed = run_clock(&sandbox, args.speed), if args.speed > 0 => failed?,
    }
    sandbox.shutdown().await;
    Ok(())
}

/// A ready seed, or the one in a file.
fn seed(source: &str) -> anyhow::Result<Seed> {
    if let Some(ready) = Seed::named(source) {
        return Ok(ready);
    }
    let text = if source == "-" {
        let mut text = Vec::new();
        io::stdin().read_to_end(&mut text).map(|_| text)
    } else {
        std::fs::read(source)
    };
    let text = text.with_context(|| {
        format!(
            "{source} cannot be read, and is no ready seed ({})",
            READY.join(", ")
        )
    })?;
    serde_json::from_slice(&text).context("the seed is not understood")
}

/// Lets so many virtual seconds pass in each real one. Ends only with an error.
async fn run_clock(sandbox: &Sandbox, speed: u32) -> anyhow::Result<()> {
    let control = sandbox.control();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    second.tick().await;
    loop {
        second.tick().await;
        control.advance(speed).await?;
    }
}

/// Names of the ready seeds.
pub(super) const READY: [&str; 3] = ["company", "demo", "empty"];

/// Settings of a host that uses the seed's first accounts.
fn settings(seed: &Seed) -> Vec<(&'static str, String)> {
    let mut settings = vec![("HIBOB_COMPANY_ID", seed.company.id.to_string())];
    if let Some(user) = seed.service_users.first() {
        settings.push(("HIBOB_SERVICE_USER_ID", user.id.clone()));
        settings.push(("HIBOB_SERVICE_USER_TOKEN", user.token.expose().to_owned()));
    }
    if let Some(credential) = seed.credentials.first() {
        settings.push(("LEARNING360_CLIENT_ID", credential.client_id.clone()));
        settings.push((
            "LEARNING360_CLIENT_SECRET",
            credential.client_secret.expose().to_owned(),
        ));
    }
    for (path, name) in [
        ("/upsert", "HIBOB_UPSERT_SECRETS"),
        ("/deactivation", "HIBOB_DEACTIVATION_SECRETS"),
    ] {
        let there = seed.webhooks.iter().filter(|it| it.url.ends_with(path));
        let secrets: Vec<&str> = there.map(|it| it.secret.expose()).collect();
        if !secrets.is_empty() {
            settings.push((name, secrets.join(" ")));
        }
    }
    settings
}
