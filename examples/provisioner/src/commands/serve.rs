//! The command `serve`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use provisioning_core::Policy;
use sandbox::{BobAct, Control, Sandbox, Seed, Webhook};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tracing::level_filters::LevelFilter;

use super::stop::Stop;
use super::{Exit, Kit, Time};
use crate::clock::Clock;
use crate::host::Host;
use crate::output::{Form, Look, Output};
use crate::settings::{Environment, Settings, SettingsError};
use crate::{EXAMPLE_POLICY, log};

/// Take Bob's webhooks and keep the accounts in step, until SIGINT or SIGTERM.
///
/// Listens on POST /hibob/upsert and POST /hibob/deactivation for Bob, and on GET /live,
/// /ready and /metrics for whoever operates it. Settings come from the environment and from
/// `.env`; see `provisioner --help`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArgs {
    /// The policy: who gets which account.
    #[arg(long, value_name = "FILE", default_value = "policy.toml")]
    policy: PathBuf,
    /// Work against a sandbox and take the time from its clock.
    ///
    /// The sandbox is the one at `HIBOB_BASE_URL`. If that is not set, one is started in this
    /// process with everything it needs, and the command prints how to send an event by hand.
    #[arg(long)]
    sandbox: bool,
}

impl ServeArgs {
    /// Serves until the process is told to stop.
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        log::start(kit.environment(), LevelFilter::INFO);
        let mut stop = Stop::listen()?;
        let own = self.sandbox && kit.environment().get("HIBOB_BASE_URL").is_none();
        if own {
            in_own_sandbox(own_policy(&self.policy)?, kit, &mut stop).await?;
            return Ok(Exit::Done);
        }
        let policy = Kit::policy(&self.policy)?;
        let settings = kit.settings()?;
        let starting = async {
            let clock = kit.clock(Time::of(self.sandbox)).await?;
            anyhow::Ok(Host::start(&settings, policy, clock).await?)
        };
        // A database that is not there yet, or a Bob that does not answer, takes its time.
        let host = tokio::select! {
            host = starting => host?,
            () = stop.told() => return Ok(Exit::Done),
        };
        listening(kit, &host);
        until_the_end(host, &mut stop).await?;
        Ok(Exit::Done)
    }
}

/// Starts a sandbox with a company in it, whose clock runs like any other, and connects the two.
async fn in_own_sandbox(policy: Policy, kit: &Kit, stop: &mut Stop) -> anyhow::Result<()> {
    let seed = Seed::demo();
    let company = seed.company.id;
    let person = seed
        .employees
        .get(1)
        .context("the sandbox's company is empty")?
        .id
        .clone();
    let sandbox = Sandbox::start(seed).await?;
    let folder = tempfile::tempdir()?;
    let settings = sandbox_settings(&sandbox, folder.path(), kit.environment())?;
    let clock = Clock::sandbox(&settings.bob.base_url).await?;
    let host = Host::start(&settings, policy, clock).await?;
    let control = sandbox.control();
    for webhook in webhooks(&host.url()) {
        control.act(BobAct::Webhook(webhook)).await?;
    }
    let mut running = JoinSet::new();
    running.spawn(run_clock(control.clone()));
    listening(kit, &host);
    if kit.form() == Form::Text {
        let event = serde_json::json!({
            "companyId": company,
            "type": "employee.created",
            "triggeredBy": "system",
            "triggeredAt": control.now().await?.strftime("%Y-%m-%dT%H:%M:%S.000000").to_string(),
            "version": "v2",
            "data": { "employeeId": person },
        });
        let learning360 = sandbox.learning360_base_url();
        explain(
            kit.output(),
            &host.url(),
            &event.to_string(),
            learning360.as_str(),
        );
    }
    let ended = until_the_end(host, stop).await;
    running.shutdown().await;
    sandbox.shutdown().await;
    ended
}

/// Lets the host work until the process is told to stop, or a part of the host ends by itself.
async fn until_the_end(mut host: Host, stop: &mut Stop) -> anyhow::Result<()> {
    let ended = tokio::select! {
        () = stop.told() => Ok(()),
        error = host.failed() => Err(error),
    };
    host.shutdown().await?;
    ended
}

/// The three webhooks that real installations have; two of them share an address.
pub(crate) fn webhooks(host: &str) -> [Webhook; 3] {
    let deactivation = format!("{host}/hibob/deactivation");
    let inactivated = ["employee.inactivated"];
    let ended = ["employee.left", "employee.terminated", "employee.deleted"];
    [
        Webhook::upsert(format!("{host}/hibob/upsert"), UPSERT),
        Webhook::new(
            "360Learning_Employee_Deactivation",
            deactivation.clone(),
            INACTIVATED,
            inactivated,
        ),
        Webhook::new(
            "360Learning_Employee_Termination",
            deactivation,
            ENDED,
            ended,
        ),
    ]
}

/// What a host needs to work against this sandbox. Of the real environment only `LISTEN`,
/// `DATABASE_URL` and when everybody is compared count, so that nothing of a real installation gets
/// mixed up with it; nothing is compared by the clock unless that is set.
pub(crate) fn sandbox_settings(
    sandbox: &Sandbox,
    folder: &Path,
    environment: &Environment,
) -> Result<Settings, SettingsError> {
    let database = format!("sqlite://{}", folder.join("provisioner.db").display());
    let kept = ["LISTEN", "DATABASE_URL", "SYNC_AT", "SYNC_SPREAD_MINUTES"];
    let kept = kept
        .iter()
        .filter_map(|name| Some((*name, environment.get(name)?)));
    let variables: Environment = kept.collect();
    let variables = variables
        .or("HIBOB_BASE_URL", sandbox.bob_base_url())
        .or("HIBOB_SERVICE_USER_ID", Seed::SERVICE_USER_ID)
        .or("HIBOB_SERVICE_USER_TOKEN", Seed::SERVICE_USER_TOKEN)
        .or("LEARNING360_BASE_URL", sandbox.learning360_base_url())
        .or("LEARNING360_CLIENT_ID", Seed::CLIENT_ID)
        .or("LEARNING360_CLIENT_SECRET", Seed::CLIENT_SECRET)
        .or("HIBOB_UPSERT_SECRETS", UPSERT)
        .or(
            "HIBOB_DEACTIVATION_SECRETS",
            format!("{INACTIVATED} {ENDED}"),
        )
        .or("DATABASE_URL", database)
        .or("SYNC_AT", "off");
    Settings::read(&variables)
}

/// How to send an event by hand.
fn explain(output: &Output, host: &str, event: &str, learning360: &str) {
    let title = |text| output.paint(Look::Title, text);
    output.line(format_args!(
        "
{}
Ada Lovelace is in the sandbox's Bob and has no account yet. This tells the host about her, signed
as Bob signs:

  body='{event}'
  signature=$(printf %s \"$body\" | openssl dgst -sha512 -hmac {UPSERT} -binary | openssl base64 -A)
  curl -sS {host}/hibob/upsert -H \"Bob-Signature: $signature\" --data-binary \"$body\"

{}

  curl -sS {learning360}_sandbox/state | jq '.users[] | select(.mail == \"ada@example.com\")'
",
        title("Send an event by hand"),
        title("A few seconds later the account is there"),
    ));
}

/// The policy in this file, or the example's if there is no such file.
fn own_policy(path: &Path) -> anyhow::Result<Policy> {
    if path.exists() {
        return Kit::policy(path);
    }
    tracing::info!(
        "there is no {}; the example's policy is used",
        path.display()
    );
    Ok(Policy::parse(EXAMPLE_POLICY)?)
}

fn listening(kit: &Kit, host: &Host) {
    let url = host.url();
    match kit.form() {
        Form::Text => kit.output().line(format_args!("listening on {url}")),
        Form::Json => kit.output().line(serde_json::json!({ "listening": url })),
    }
}

async fn run_clock(control: Control) {
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        second.tick().await;
        if let Err(error) = control.advance(1).await {
            tracing::warn!(%error, "the sandbox's clock stands still");
        }
    }
}

// Secrets of webhooks that exist in a sandbox only.
const UPSERT: &str = "sandbox-upsert-secret";
const INACTIVATED: &str = "sandbox-inactivated-secret";
const ENDED: &str = "sandbox-ended-secret";
