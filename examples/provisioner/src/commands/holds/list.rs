use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;
use provisioning_core::driver::Store as _;
use provisioning_core::{Digest, Hold, HoldState};
use serde::Serialize;

use super::pick::short;
use super::show::Shown;
use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Kit};
use crate::output::words::{ago, ahead, count, people};
use crate::output::{Look, Output, Report, Table, cell};

/// List what waits for a person, batch by batch.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ListArgs {
    /// Also what was approved, rejected or has expired, as long as it is known.
    #[arg(long, short)]
    all: bool,
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
struct Waiting {
    /// How many steps wait.
    held: usize,
    /// About how many people they are.
    people: usize,
    holds: Vec<Shown>,
    #[serde(skip)]
    batches: Vec<(Option<Digest>, Vec<Hold>)>,
    #[serde(skip)]
    now: Timestamp,
}

impl ListArgs {
    pub(super) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let ledger = kit.store().await?.ledger().await?.value;
        let wanted = |hold: &&Hold| self.all || hold.state == HoldState::Held;
        let holds: Vec<Hold> = ledger.holds().iter().filter(wanted).cloned().collect();
        let held = holds.iter().filter(|hold| hold.state == HoldState::Held);
        let mut about: Vec<_> = held.clone().map(|hold| &hold.employee).collect();
        about.sort();
        about.dedup();
        kit.report(&Waiting {
            held: held.count(),
            people: about.len(),
            holds: holds.iter().map(Shown::of).collect(),
            batches: batches(&holds),
            now,
        })?;
        Ok(Exit::Done)
    }
}

impl Report for Waiting {
    fn tell(&self, output: &Output) {
        if self.held == 0 {
            output.line(output.paint(Look::Good, "Nothing waits for approval."));
        } else {
            let steps = count(self.held, "step waits", "steps wait");
            let text = format!("{steps} for approval, about {}.", people(self.people));
            output.line(output.paint(Look::Notable, text));
        }
        for (batch, holds) in &self.batches {
            output.line("");
            output.line(output.paint(Look::Title, title(batch.as_ref(), holds, self.now)));
            let mut table = Table::new(["hold", "employee", "step", "state"]);
            for hold in holds.iter().take(SHOWN) {
                table.row([
                    cell(Look::Title, hold.id),
                    hold.employee.as_str().into(),
                    hold.step.as_str().into(),
                    cell(look(hold.state), hold.state.as_str()),
                ]);
            }
            output.table(table);
            if let Some(more) = holds.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                let text = format!("and {more} more; `--json` has them all");
                output.line(output.paint(Look::Quiet, text));
            }
        }
        if self.held > 0 {
            output
                .note("next: `provisioner holds show HOLD`, then approve or reject HOLD or BATCH");
        }
    }
}

pub(super) fn look(state: HoldState) -> Look {
    match state {
        HoldState::Held => Look::Notable,
        HoldState::Approved => Look::Good,
        HoldState::Rejected => Look::Bad,
        HoldState::Expired => Look::Quiet,
    }
}

/// `Batch 3f2a9c81d0aa: mass_deactivation, held 2 h ago, expires in 6 d`.
fn title(batch: Option<&Digest>, holds: &[Hold], now: Timestamp) -> String {
    let batch = batch.map_or_else(
        || "Not announced yet".to_owned(),
        |batch| format!("Batch {}", short(batch)),
    );
    let mut reasons: Vec<_> = holds.iter().map(|hold| hold.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let since = holds.iter().map(|hold| hold.since).min().unwrap_or(now);
    let expires = holds.iter().filter_map(Hold::expires).min();
    let expires = expires.map(|at| format!(", expires {}", ahead(at, now)));
    let (reasons, since) = (reasons.join(", "), ago(since, now));
    format!(
        "{batch}: {reasons}, held {since}{}",
        expires.unwrap_or_default()
    )
}

/// The holds by batch, in the order in which the batches came; what is not announced yet is last.
fn batches(holds: &[Hold]) -> Vec<(Option<Digest>, Vec<Hold>)> {
    let mut batches: BTreeMap<Option<Digest>, Vec<Hold>> = BTreeMap::new();
    for hold in holds {
        batches.entry(hold.batch).or_default().push(hold.clone());
    }
    let mut batches: Vec<_> = batches.into_iter().collect();
    let first = |holds: &[Hold]| holds.first().map(|hold| hold.id);
    batches.sort_by_key(|(batch, holds)| (batch.is_none(), first(holds)));
    batches
}

/// So many of a batch are shown.
const SHOWN: usize = 20;
