//! The command line.

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
Begin with `sandbox serve`: it prints the settings that a host needs. `sandbox storm` then shows how
the host takes many webhooks.

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
