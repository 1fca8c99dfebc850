//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing::level_filters::LevelFilter;

use crate::commands::dead_letters::DeadLettersArgs;
use crate::commands::demo::DemoArgs;
use crate::commands::doctor::DoctorArgs;
use crate::commands::explain::ExplainArgs;
use crate::commands::forget::ForgetArgs;
use crate::commands::holds::HoldsArgs;
use crate::commands::pause::{PauseArgs, ResumeArgs};
use crate::commands::preview::PreviewArgs;
use crate::commands::serve::ServeArgs;
use crate::commands::setup::SetupArgs;
use crate::commands::status::StatusArgs;
use crate::commands::sync::SyncArgs;
use crate::commands::{Exit, Kit, next_step};
use crate::log;
use crate::output::Form;
use crate::settings::Environment;

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
    /// Print the result as one JSON object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    Demo(DemoArgs),
    Setup(SetupArgs),
    Doctor(DoctorArgs),
    Serve(ServeArgs),
    Sync(SyncArgs),
    Explain(ExplainArgs),
    Preview(PreviewArgs),
    Status(StatusArgs),
    Holds(HoldsArgs),
    DeadLetters(DeadLettersArgs),
    Forget(ForgetArgs),
    Pause(PauseArgs),
    Resume(ResumeArgs),
}

impl Cli {
    /// Runs the command; returns the exit code: 0 done, 1 failed, 2 unusable arguments, settings or
    /// policy, 3 partly done, 4 held until a person approves it.
    pub async fn run(self) -> ExitCode {
        match self.command().await {
            Ok(exit) => exit.into(),
            Err(error) => {
                log::fatal(&error, next_step(&error));
                Exit::of(&error).into()
            }
        }
    }

    async fn command(self) -> anyhow::Result<Exit> {
        let form = if self.json { Form::Json } else { Form::Text };
        let kit = Kit::new(Environment::of_process()?, form);
        if !matches!(self.command, Command::Demo(_) | Command::Serve(_)) {
            // Those two have more to tell, or less.
            log::start(kit.environment(), LevelFilter::WARN);
        }
        match self.command {
            Command::Demo(args) => args.run(&kit).await,
            Command::Setup(args) => args.run(&kit).await,
            Command::Doctor(args) => args.run(&kit).await,
            Command::Serve(args) => args.run(&kit).await,
            Command::Sync(args) => args.run(&kit).await,
            Command::Explain(args) => args.run(&kit).await,
            Command::Preview(args) => args.run(&kit).await,
            Command::Status(args) => args.run(&kit).await,
            Command::DeadLetters(args) => args.run(&kit).await,
            Command::Holds(args) => args.run(&kit).await,
            Command::Forget(args) => args.run(&kit).await,
            Command::Pause(args) => args.run(&kit).await,
            Command::Resume(args) => args.run(&kit).await,
        }
    }
}

const AFTER: &str = "\
Begin with `provisioner demo`: it needs no account and no set-up. Then `provisioner serve --sandbox`
shows a host that you can send events to by hand.

With accounts: `setup` says what to click, `doctor` whether all is in place, `sync` brings both
sides in step, and `serve` keeps them so. The other commands are for whoever operates it.

Settings, from the environment or a file `.env`; `serve` needs all of them, the other commands none
that they have no use for:
  HIBOB_BASE_URL              Bob's API with its version, such as https://api.hibob.com/v1
  HIBOB_SERVICE_USER_ID       the service user …
  HIBOB_SERVICE_USER_TOKEN    … and its token
  HIBOB_COMPANY_ID            optional: events of any other company are refused
  HIBOB_UPSERT_SECRETS        secrets of the webhooks that call /hibob/upsert, …
  HIBOB_DEACTIVATION_SECRETS  … and /hibob/deactivation; several are separated by blanks
  LEARNING360_BASE_URL        https://app.360learning.com or https://app.us.360learning.com
  LEARNING360_CLIENT_ID       the API credentials …
  LEARNING360_CLIENT_SECRET   … of 360Learning
  DATABASE_URL                where the state lies (default sqlite://provisioner.db;
                              postgres://… for several hosts)
  LISTEN                      address and port to listen on (default 127.0.0.1:8360)
  NOTIFY_URL                  optional: where alerts are posted as JSON; https, or http on loopback
  SYNC_AT                     when everybody is compared each day, in the policy's zone (03:00), or off
  SYNC_SPREAD_MINUTES         … up to so many minutes later (60); each installation has its own time
  DEEP_SYNC_ON                … and on which day also what cannot be listed (sunday), or off
  KEEP_AUDIT_DAYS             how long the audit is kept (default 400)
  KEEP_SEEN_DAYS              … the keys by which a repeated delivery is known (7, at least 4)
  KEEP_DEAD_LETTERS_DAYS      … deliveries that could not be used (90)
  KEEP_REPORTS_DAYS           … reports, and what an operator was told (400)
  LOG_FORMAT                  text or json, one line an event, to stderr (default text)
  RUST_LOG                    how much is logged: error, warn, info, debug (default info)

A secret may lie in a file: HIBOB_SERVICE_USER_TOKEN_FILE names the file that holds the token; so do
HIBOB_UPSERT_SECRETS_FILE, HIBOB_DEACTIVATION_SECRETS_FILE, LEARNING360_CLIENT_SECRET_FILE,
DATABASE_URL_FILE and NOTIFY_URL_FILE.

Results go to stdout and everything else to stderr; with --json the result is one object.

Exit codes: 0 done, 1 failed, 2 unusable arguments, settings or policy, 3 partly done, 4 held until
a person approves it.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    /// Whoever operates it learns from the help how a command is used and how it ends.
    #[test]
    fn the_help_of_an_operators_command_has_examples_and_exit_codes() {
        let cli = <Cli as CommandFactory>::command();
        for name in [
            "sync",
            "explain",
            "preview",
            "status",
            "holds",
            "dead-letters",
            "forget",
            "pause",
            "resume",
        ] {
            let mut command = cli.find_subcommand(name).unwrap().clone();
            let help = command.render_long_help().to_string();
            let example = format!("\n  provisioner {name} ");
            let alone = format!("\n  provisioner {name}\n");
            assert!(help.contains(&example) || help.contains(&alone), "{help}");
            assert!(help.contains("\nExit codes: 0 "), "{help}");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name}: {argument}");
            }
            for part in command.get_subcommands() {
                assert!(part.get_about().is_some(), "{name} {}", part.get_name());
            }
        }
    }
}
