use std::collections::BTreeSet;

use clap::Args;
use provisioning_core::driver::{Review, Store as _, review};
use provisioning_core::{Hold, HoldId, Ledger};
use serde::Serialize;

use super::pick::{Of, pick};
use crate::commands::args::{ConfirmArgs, TimeArgs};
use crate::commands::{Exit, Failure, Kit};
use crate::output::words::{count, people};
use crate::output::{Look, Output, Report};

#[derive(Clone, Debug, Args)]
pub(super) struct AnswerArgs {
    /// The number of a hold, or the digest of a batch or its beginning.
    #[arg(required_unless_present = "all", value_name = "HOLD|BATCH")]
    holds: Vec<String>,
    /// Everything that waits now; asks once more.
    #[arg(long, conflicts_with = "holds")]
    all: bool,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
struct Answered {
    answer: &'static str,
    holds: Vec<u64>,
    /// Who is decided about again.
    employees: Vec<String>,
    /// Whether a host is at work, which does it.
    host: bool,
}

impl AnswerArgs {
    pub(super) async fn run(self, answer: Review, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let store = kit.store().await?;
        let ledger = store.ledger().await?.value;
        let holds = if self.all {
            self.everything(&ledger, answer)?
        } else {
            pick(&ledger, &self.holds, Of::Waiting)?
        };
        let numbers: Vec<HoldId> = holds.iter().map(|hold: &&Hold| hold.id).collect();
        let about = review(&store, answer, &numbers, now).await?;
        kit.report(&Answered {
            answer: match answer {
                Review::Approve => "approved",
                Review::Reject => "rejected",
            },
            holds: numbers.iter().map(|number| number.0).collect(),
            employees: about.iter().map(ToString::to_string).collect(),
            host: store.hosts_at_work(now).await? > 0,
        })?;
        Ok(Exit::Done)
    }

    /// All that waits, if the person means it.
    fn everything<'l>(&self, ledger: &'l Ledger, answer: Review) -> anyhow::Result<Vec<&'l Hold>> {
        let holds: Vec<_> = ledger.held().collect();
        if holds.is_empty() {
            let failure = Failure::new("nothing waits for approval");
            let next = "`provisioner holds list --all` shows what became of it";
            return Err(failure.next(next).into());
        }
        let about: BTreeSet<_> = holds.iter().map(|hold| &hold.employee).collect();
        let verb = match answer {
            Review::Approve => "Approve",
            Review::Reject => "Reject",
        };
        let (steps, of) = (count(holds.len(), "step", "steps"), people(about.len()));
        self.confirm.ask(&format!("{verb} {steps} of {of}?"))?;
        Ok(holds)
    }
}

impl Report for Answered {
    fn tell(&self, output: &Output) {
        let steps = count(self.holds.len(), "step", "steps");
        let of = people(self.employees.len());
        let (look, verb, then) = match self.answer {
            "approved" if self.host => (
                Look::Good,
                "Approved",
                "They are decided about again now, from fresh facts, and exactly these steps run.",
            ),
            "approved" => (
                Look::Good,
                "Approved",
                "No host is at work. Once `provisioner serve` or `provisioner sync` is, they are \
                 decided about again, from fresh facts, and exactly these steps run.",
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
