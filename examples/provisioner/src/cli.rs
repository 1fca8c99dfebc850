//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use provisioning_core::PolicyProblems;
use tracing::level_filters::LevelFilter;

use crate::host::StartError;
use crate::output::Output;
use crate::settings::{Environment, SettingsError};
use crate::{demo, log, serve};

/// Keeps 360Learning accounts in step with HiBob.
///
/// Bob's webhooks say that something about an employee changed; what is done is decided from what
/// both systems say then, by the rules of one policy file.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "provisioner",
    version,
    max_term_width = 100,
    after_help = "Begin with `provisioner demo`: it needs no account and no set-up.",
    after_long_help = AFTER
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Play some weeks in the life of a small company, and show what is decided and why.
    ///
    /// Starts stand-ins for both systems in this process and a host beside them, connects them
    /// with signed webhooks over real HTTP, and compares both sides at the end. The exit code is 0
    /// only if they agree.
    Demo(DemoArgs),
    /// Take Bob's webhooks and keep the accounts in step, until SIGINT or SIGTERM.
    ///
    /// Listens on POST /hibob/upsert and POST /hibob/deactivation for Bob, and on GET /live,
    /// /ready and /metrics for whoever operates it. Settings come from the environment and from
    /// `.env`; see `provisioner --help`.
    Serve(ServeArgs),
}

#[derive(Clone, Copy, Debug, Args)]
struct DemoArgs {
    /// Print nothing but one JSON object at the end.
    #[arg(long)]
    json: bool,
}

/// How `serve` runs.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The policy: who gets which account.
    #[arg(long, value_name = "FILE", default_value = "policy.toml")]
    pub(crate) policy: PathBuf,
    /// Work against a sandbox and take the time from its clock.
    ///
    /// The sandbox is the one at `HIBOB_BASE_URL`. If that is not set, one is started in this
    /// process with everything it needs, and the command prints how to send an event by hand.
    #[arg(long)]
    pub(crate) sandbox: bool,
}

impl Cli {
    /// Runs the command; returns the exit code: 0 done, 1 failed, 2 unusable arguments, settings or
    /// policy.
    pub async fn run(self) -> ExitCode {
        match self.command().await {
            Ok(code) => code,
            Err(error) => {
                log::fatal(&error);
                ExitCode::from(if is_usage(&error) { 2 } else { 1 })
            }
        }
    }

    async fn command(self) -> anyhow::Result<ExitCode> {
        let environment = Environment::of_process()?;
        let output = Output::stdout(&environment);
        match self.command {
            Command::Demo(DemoArgs { json }) => {
                log::start(&environment, LevelFilter::ERROR);
                let silent = Output::nowhere();
                let summary = demo(if json { &silent } else { &output }).await?;
                if json {
                    output.line(serde_json::to_string(&summary)?);
                }
                Ok(ExitCode::from(u8::from(!summary.converged)))
            }
            Command::Serve(args) => {
                log::start(&environment, LevelFilter::INFO);
                serve(&args, &environment, &output).await?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn is_usage(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<SettingsError>()
            || cause.is::<PolicyProblems>()
            || matches!(cause.downcast_ref(), Some(StartError::Policy(_)))
    })
}

const AFTER: &str = "\
Begin with `provisioner demo`: it needs no account and no set-up. Then `provisioner serve --sandbox`
shows a host that you can send events to by hand.

Settings of `serve`, from the environment or a file `.env`:
  HIBOB_BASE_URL              Bob's API with its version, such as https://api.hibob.com/v1
  HIBOB_SERVICE_USER_ID       the service user …
  HIBOB_SERVICE_USER_TOKEN    … and its token
  HIBOB_COMPANY_ID            optional: events of any other company are refused
  HIBOB_UPSERT_SECRETS        secrets of the webhooks that call /hibob/upsert, …
  HIBOB_DEACTIVATION_SECRETS  … and /hibob/deactivation; several are separated by blanks
  LEARNING360_BASE_URL        https://app.360learning.com or https://app.us.360learning.com
  LEARNING360_CLIENT_ID       the API credentials …
  LEARNING360_CLIENT_SECRET   … of 360Learning
  DATABASE_URL                where the state lies (default sqlite://provisioner.db)
  LISTEN                      address and port to listen on (default 127.0.0.1:8360)
  RUST_LOG                    how much is logged to stderr (default info)

Exit codes: 0 done, 1 failed, 2 unusable arguments, settings or policy.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds() {
        <Cli as CommandFactory>::command().debug_assert();
    }
}
