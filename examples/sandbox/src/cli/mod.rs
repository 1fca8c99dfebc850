//! The command line.

mod agree;
mod generate;
mod play;
mod reach;
mod serve;
mod storm;

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use sandbox::Invalid;

/// Stand-ins for HiBob ("Bob") and 360Learning: real HTTP on loopback, one virtual clock, no
/// account needed.
#[derive(Debug, Parser)]
#[command(
    name = "sandbox",
    version,
    max_term_width = 100,
    after_help = "Begin with `sandbox serve`: it prints the settings that a host needs.",
    after_long_help = AFTER
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve both stand-ins until interrupted, and print the settings that a host needs.
    Serve(serve::ServeArgs),
    /// Say whether both sides of a running sandbox agree under a policy.
    ///
    /// For every employee in scope the user's state, mapped fields, owned groups and manager must be
    /// what the policy wants. The policy is judged here anew and without any of a host's code, as a
    /// second opinion. The exit code is 0 if both agree, 1 if something differs, 3 if nothing
    /// differs but something could not be judged.
    Agree(agree::AgreeArgs),
    /// Play a life on a running sandbox, with a host beside it, and tell what happens.
    ///
    /// A story is a list of acts in Bob and 360Learning, with virtual time between them; some are
    /// ready (--list). The host must take its webhooks and its time from the sandbox. The exit code
    /// is 0 if every act was done and, with --policy, both sides agree at the end.
    Play(play::PlayArgs),
    /// Print a seed: a company of any size, with names of many scripts.
    ///
    /// A seed is one JSON object with everything that both stand-ins begin with; `sandbox serve`
    /// takes it with --seed. Sites have zones, departments have groups, everybody but the first has
    /// a manager, and some have not begun, are on leave, or have left.
    Generate(generate::GenerateArgs),
    /// Send many signed events to a host, and tell how it took them.
    ///
    /// The events are unique, signed, and about many employees; most are `employee.updated`. The
    /// exit code is 0 only if everything was sent and answered with 200.
    Storm(storm::StormArgs),
}

/// Runs a command; returns the exit code.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Serve(args) => serve::run(args),
        Command::Agree(args) => agree::run(&args),
        Command::Play(args) => play::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Storm(args) => storm::run(args),
    };
    result.unwrap_or_else(|error| {
        let text = format!("error: {error:#}\n");
        // Nobody reads stderr any more: the exit code tells what counts.
        drop(io::stderr().write_all(text.as_bytes()));
        let usage = error.chain().any(<dyn std::error::Error>::is::<Invalid>);
        ExitCode::from(if usage { USAGE } else { FAILED })
    })
}

/// Prints a result. A reader that went away is no error.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Runs on one core, and leaves the others to whoever is talked to.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    runtime.block_on(future)
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const PARTLY: u8 = 3;

const AFTER: &str = "\
Begin with `sandbox serve`: it prints the settings that a host needs. With a host beside it,
`sandbox play hire` plays a life, `sandbox agree` says whether both sides are in step, and
`sandbox storm` shows how the host takes many webhooks. `sandbox generate` makes a larger company.

  sandbox serve --host http://127.0.0.1:8360 > .env      the stand-ins, and a host's settings
  sandbox play leave --policy policy.toml                a leave and the return
  sandbox generate --people 10000 --seed 7 > seed.json   a company of 10,000
  sandbox serve --seed seed.json                         … as the world to start with

Results go to stdout, all else to stderr; `--json` gives one object per run.
Exit codes: 0 done, 1 failed, 2 unusable arguments or files, 3 partly done.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }
}
