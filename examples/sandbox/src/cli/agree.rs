//! `sandbox agree`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use sandbox::Agreement;

use super::reach::Reach;
use super::{FAILED, PARTLY, block_on, print};

#[derive(Debug, Args)]
pub(super) struct AgreeArgs {
    /// The policy, as a host takes it.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    #[command(flatten)]
    reach: Reach,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &AgreeArgs) -> anyhow::Result<ExitCode> {
    let policy = read(&args.policy)?;
    let control = args.reach.control();
    let agreement = block_on(async { Ok(control.agree(policy).await?) })?;
    if args.json {
        print(&serde_json::to_string(&agreement)?);
    } else {
        print(&agreement.to_string());
    }
    Ok(code(&agreement))
}

pub(super) fn read(policy: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(policy).with_context(|| format!("{} cannot be read", policy.display()))
}

fn code(agreement: &Agreement) -> ExitCode {
    if agreement.agree {
        ExitCode::SUCCESS
    } else if agreement.differences.is_empty() {
        ExitCode::from(PARTLY)
    } else {
        ExitCode::from(FAILED)
    }
}
