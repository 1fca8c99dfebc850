//! `sandbox serve`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use sandbox::{Options, Sandbox, Seed, Webhook};

use super::print;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Port of the stand-in for Bob; 0 = any free one.
    #[arg(long, default_value_t = 8361)]
    bob_port: u16,
    /// Port of the stand-in for 360Learning; 0 = any free one.
    #[arg(long, default_value_t = 8362)]
    learning360_port: u16,
    /// World to start with (JSON); without it, a company of twelve.
    #[arg(long)]
    seed: Option<PathBuf>,
    /// Origin of a host, such as `http://127.0.0.1:8360`: registers the set-up guide's two
    /// webhooks there.
    #[arg(long)]
    host: Option<String>,
}

pub(super) fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("no runtime")?;
    runtime.block_on(serve(args))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let mut seed = match args.seed {
        None => Seed::demo(),
        Some(path) => {
            let text = std::fs::read(&path).context("the seed cannot be read")?;
            serde_json::from_slice(&text).context("the seed is not understood")?
        }
    };
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
    tokio::signal::ctrl_c().await?;
    sandbox.shutdown().await;
    Ok(())
}

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
