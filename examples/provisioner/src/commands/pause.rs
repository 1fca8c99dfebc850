//! The commands `pause` and `resume`.

use clap::Args;
use provisioning_core::driver::Store as _;
use serde::Serialize;

use super::{Exit, Kit};
use crate::output::{Look, Output, Report};

/// Stop deciding and writing, for every host on this database; deliveries are still taken in.
///
/// A decision that is under way ends as it began. What Bob reports meanwhile is kept, and each
/// employee is decided about once, from fresh facts, after `provisioner resume`.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner pause
  provisioner status       says that it is paused, and how many people wait
  provisioner sync --plan plan.json
                           looks only, so it works during a pause
  provisioner resume

Exit codes: 0 it is paused, also if it was before, 1 failed, 2 usage.")]
pub(crate) struct PauseArgs {}

/// Let the work go on after `provisioner pause`.
///
/// Everybody about whom something came meanwhile is decided about once, from fresh facts.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Examples:
  provisioner resume
  provisioner status       says how many people are still to be decided about

Exit codes: 0 the work goes on, also if it was not paused, 1 failed, 2 usage.")]
pub(crate) struct ResumeArgs {}

/// Whether the work is paused.
#[derive(Clone, Copy, Debug, Serialize)]
struct Work {
    paused: bool,
    /// Whether the command changed that.
    changed: bool,
}

impl PauseArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let store = kit.store().await?;
        let before = store.paused().await?;
        store.pause().await?;
        let paused = true;
        kit.report(&Work {
            paused,
            changed: before != paused,
        })?;
        Ok(Exit::Done)
    }
}

impl ResumeArgs {
    pub(crate) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let store = kit.store().await?;
        let before = store.paused().await?;
        store.resume().await?;
        let paused = false;
        kit.report(&Work {
            paused,
            changed: before != paused,
        })?;
        Ok(Exit::Done)
    }
}

impl Report for Work {
    fn tell(&self, output: &Output) {
        let (look, state) = match (self.paused, self.changed) {
            (true, true) => (Look::Notable, "Paused."),
            (true, false) => (Look::Notable, "It was paused already."),
            (false, true) => (Look::Good, "The work goes on."),
            (false, false) => (Look::Good, "It was not paused."),
        };
        output.line(output.paint(look, state));
        if self.paused {
            output.line(
                "Deliveries are taken in; nobody is decided about until `provisioner resume`.",
            );
        }
    }
}
