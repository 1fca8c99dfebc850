//! The commands of the reference host.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use provisioner::cli::Cli;
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let runtime = Runtime::new().context("no thread can be started")?;
    let code = runtime.block_on(cli.run());
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    Ok(code)
}
