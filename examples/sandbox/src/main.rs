//! `sandbox`: stand-ins for HiBob and 360Learning in a process of their own, and what drives them.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(cli::Cli::parse())
}
