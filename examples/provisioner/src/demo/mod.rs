//! The command `demo`: some weeks in the life of a small company.

mod compare;
mod stage;
mod story;
mod telling;

use std::collections::BTreeMap;

use serde::Serialize;
use tokio::time::Instant;

use self::stage::Stage;
use crate::output::Output;

/// How the demonstration ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Whether both sides agree at the end.
    pub converged: bool,
    /// People that were compared.
    pub employees: usize,
    /// Events that Bob delivered.
    pub webhooks: usize,
    /// Decisions by disposition; events that were ignored are among them.
    pub decisions: BTreeMap<String, usize>,
    /// Reading calls to either API, without tokens and metadata.
    pub reads: usize,
    /// Writing calls to either API.
    pub writes: usize,
    /// Steps that the guard held.
    pub held: usize,
    /// How long it took, in seconds of real time.
    pub seconds: f64,
}

/// Plays the demonstration on a sandbox of its own, and compares both sides at the end.
///
/// # Errors
/// If the sandbox or the host fails; that both sides differ is no error but in the summary.
pub async fn demo(output: &Output) -> anyhow::Result<Summary> {
    let started = Instant::now();
    let mut stage = Stage::set(output).await?;
    story::play(&mut stage).await?;
    let compared = compare::both_sides(&stage).await?;
    let calls = stage.calls().await?;
    let tally = stage.leave().await?;
    let summary = Summary {
        converged: compared.agree(),
        employees: compared.people(),
        webhooks: tally.webhooks,
        held: tally.held(),
        decisions: tally.decisions,
        reads: calls.reads,
        writes: calls.writes,
        seconds: (started.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0,
    };
    telling::ending(output, &compared, &summary);
    Ok(summary)
}
