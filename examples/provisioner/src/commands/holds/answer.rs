use clap::Args;
use provisioning_core::driver::{Review, Store as _, review};
use provisioning_core::{Hold, HoldId};
use serde::Serialize;

use super::pick::{Of, pick};
use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Kit};
use crate::output::words::{count, people};
use crate::output::{Look, Output, Report};

#[derive(Clone, Debug, Args)]
pub(super) struct AnswerArgs {
    /// The number of a hold, or the digest of a batch or its beginning.
    #[arg(required = true, value_name = "HOLD|BATCH")]
    holds: Vec<String>,
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
struct Answered {
    answer: &'static str,
    holds: Vec<u64>,
    /// Who is decided about again.
    employees: Vec<String>,
}

impl AnswerArgs {
    pub(super) async fn run(self, answer: Review, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let store = kit.store().await?;
        let ledger = store.ledger().await?.value;
        let holds = pick(&ledger, &self.holds, Of::Waiting)?;
        let numbers: Vec<HoldId> = holds.iter().map(|hold: &&Hold| hold.id).collect();
        let about = review(&store, answer, &numbers, now).await?;
        kit.report(&Answered {
            answer: match answer {
                Review::Approve => "approved",
                Review::Reject => "rejected",
            },
            holds: numbers.iter().map(|number| number.0).collect(),
            employees: about.iter().map(ToString::to_string).collect(),
        })?;
        Ok(Exit::Done)
    }
}

impl Report for Answered {
    fn tell(&self, output: &Output) {
        let steps = count(self.holds.len(), "step", "steps");
        let of = people(self.employees.len());
        let (look, verb, then) = match self.answer {
            "approved" => (
                Look::Good,
                "Approved",
                "They are decided about again now, from fresh facts, and exactly these steps run.",
            ),
            _ => (
                Look::Notable,
                "Rejected",
                "They do not run, until the facts change or 30 days have passed.",
            ),
        };
        output.line(output.paint(look, format_args!("{verb} {steps} of {of}.")));
        output.line(then);
    }
}
