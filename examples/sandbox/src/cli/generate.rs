//! `sandbox generate`

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use sandbox::Seed;

use super::serve::READY;

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// People in Bob.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    people: u32,
    /// The same number makes the same company.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Users in 360Learning, linked to the first so many people and in step with them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    users: usize,
    /// A ready seed instead, as a file to change.
    #[arg(long, value_name = "NAME", value_parser = READY, conflicts_with_all = ["people", "seed"])]
    ready: Option<String>,
    /// Print the policy that goes with ready and generated seeds instead.
    #[arg(long, exclusive = true)]
    policy: bool,
}

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.policy {
        out.write_all(Seed::POLICY.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let ready = args.ready.as_deref().and_then(Seed::named);
    let seed = ready.unwrap_or_else(|| Seed::generate(args.people, args.seed));
    let seed = seed.provisioned(args.users)?;
    serde_json::to_writer(&mut out, &seed).context("the seed cannot be written")?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
