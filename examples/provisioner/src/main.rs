//! The commands of the reference host.

use std::process::ExitCode;

use clap::Parser as _;
use provisioner::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    Cli::parse().run().await
}
