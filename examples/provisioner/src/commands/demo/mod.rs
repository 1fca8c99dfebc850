//! The command `demo`: a year in the life of a small company.

mod cast;
mod compare;
mod ending;
mod stage;
mod story;
mod telling;

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;
use tokio::time::Instant;
use tracing::level_filters::LevelFilter;

use self::stage::Stage;
use super::{Exit, Kit};
use crate::log;
use crate::output::{Form, Output};

/// Play a year in the life of a small company, and show what is decided and why.
///
/// Starts stand-ins for both systems in this process and a host beside them, connects them
/// with signed webhooks over real HTTP, and compares both sides at the end. The exit code is 0
/// only if they agree.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct DemoArgs {}

impl DemoArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        log::start(kit.environment(), LevelFilter::ERROR);
        let silent = Output::nowhere();
        let told = match kit.form() {
            Form::Text => kit.output(),
            Form::Json => &silent,
        };
        let summary = demo(told).await?;
        if kit.form() == Form::Json {
            kit.output().line(serde_json::to_string(&summary)?);
        }
        Ok(if summary.converged {
            Exit::Done
        } else {
            Exit::Failed
        })
    }
}

/// How the demonstration ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// Whether both sides agree at the end.
    pub(crate) converged: bool,
    /// People that were compared.
    pub(crate) employees: usize,
    /// Events that Bob delivered.
    pub(crate) webhooks: usize,
    /// Decisions by disposition; events that were ignored are among them.
    pub(crate) decisions: BTreeMap<String, usize>,
    /// Reading calls to either API, without tokens and metadata.
    pub(crate) reads: usize,
    /// Writing calls to either API.
    pub(crate) writes: usize,
    /// Steps that the guard held.
    pub(crate) held: usize,
    /// Steps among them that were approved.
    pub(crate) approved: usize,
    /// Full synchronizations.
    pub(crate) synchronizations: usize,
    /// How long it took, in seconds of real time.
    pub(crate) seconds: f64,
}

/// Plays the demonstration on a sandbox of its own, and compares both sides at the end.
///
/// # Errors
/// If the sandbox or the host fails; that both sides differ is no error but in the summary.
async fn demo(output: &Output) -> anyhow::Result<Summary> {
    let started = Instant::now();
    let mut stage = Stage::set(output).await?;
    story::play(&mut stage).await?;
    let pairs = compare::both_sides(&stage).await?;
    let calls = stage.calls().await?;
    let tally = stage.leave().await?;
    let summary = Summary {
        converged: pairs.iter().all(|pair| pair.differences.is_empty()),
        employees: pairs.len(),
        webhooks: tally.webhooks,
        held: tally.held(),
        approved: tally.approved,
        synchronizations: tally.synchronizations,
        decisions: tally.decisions,
        reads: calls.reads,
        writes: calls.writes,
        seconds: (started.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0,
    };
    ending::tell(output, &pairs, &summary);
    Ok(summary)
}
