use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::ALL;
use crate::commands::args::TimeArgs;
use crate::commands::{Exit, Kit};
use crate::output::words::{ago, count, people};
use crate::output::{Look, Output, Report, Table, cell};
use crate::store::{AuditEntry, DeadLetter};

/// List the employees for whom it cannot be done, and the deliveries that could not be used.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    time: TimeArgs,
}

#[derive(Debug, Serialize)]
struct DeadLetters {
    employees: Vec<DeadEnd>,
    deliveries: Vec<Unused>,
    #[serde(skip)]
    now: Timestamp,
}

/// An employee for whom it cannot be done.
#[derive(Debug, Serialize)]
pub(super) struct DeadEnd {
    pub(super) employee: String,
    pub(super) reason: String,
    pub(super) at: Timestamp,
    pub(super) detail: serde_json::Value,
}

/// A delivery that could not be used.
#[derive(Debug, Serialize)]
pub(super) struct Unused {
    pub(super) digest: String,
    pub(super) endpoint: String,
    pub(super) reason: String,
    pub(super) times: i64,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
}

impl ListArgs {
    pub(super) async fn run(self, kit: &Kit) -> anyhow::Result<Exit> {
        let now = self.time.clock(kit).await?.now().await;
        let store = kit.store().await?;
        let employees = store.dead_ends(ALL).await?;
        let deliveries = store.dead_letters(ALL).await?;
        kit.report(&DeadLetters {
            employees: employees.into_iter().map(DeadEnd::of).collect(),
            deliveries: deliveries.into_iter().map(Unused::of).collect(),
            now,
        })?;
        Ok(Exit::Done)
    }
}

impl DeadEnd {
    pub(super) fn of(entry: AuditEntry) -> Self {
        Self {
            employee: entry.employee,
            reason: entry.reason,
            at: entry.at,
            detail: serde_json::from_str(&entry.detail).unwrap_or_default(),
        }
    }
}

impl Unused {
    pub(super) fn of(letter: DeadLetter) -> Self {
        Self {
            digest: letter.digest,
            endpoint: letter.endpoint,
            reason: letter.reason,
            times: letter.times,
            first_at: letter.first_at,
            last_at: letter.last_at,
        }
    }

    /// The beginning of the digest, as it is shown.
    pub(super) fn short(&self) -> &str {
        self.digest.get(..SHORT).unwrap_or(&self.digest)
    }
}

impl Report for DeadLetters {
    fn tell(&self, output: &Output) {
        if self.employees.is_empty() && self.deliveries.is_empty() {
            output.line(output.paint(Look::Good, "There are no dead letters."));
            return;
        }
        if !self.employees.is_empty() {
            let text = format!("It cannot be done for {}.", people(self.employees.len()));
            output.line(output.paint(Look::Bad, text));
            let mut table = Table::new(["employee", "reason", "decided"]);
            for one in self.employees.iter().take(SHOWN) {
                table.row([
                    cell(Look::Title, &one.employee),
                    cell(Look::Bad, &one.reason),
                    ago(one.at, self.now).into(),
                ]);
            }
            output.table(table);
            tell_more(output, self.employees.len());
        }
        if !self.deliveries.is_empty() {
            if !self.employees.is_empty() {
                output.line("");
            }
            let number = self.deliveries.len();
            let text = count(number, "delivery", "deliveries");
            output.line(output.paint(Look::Notable, format_args!("{text} could not be used.")));
            let mut table = Table::new(["delivery", "endpoint", "reason", "times", "last"]);
            for letter in self.deliveries.iter().take(SHOWN) {
                table.row([
                    cell(Look::Title, letter.short()),
                    letter.endpoint.as_str().into(),
                    cell(Look::Notable, &letter.reason),
                    letter.times.into(),
                    ago(letter.last_at, self.now).into(),
                ]);
            }
            output.table(table);
            tell_more(output, self.deliveries.len());
        }
        output.note("next: `provisioner dead-letters show EMPLOYEE|DELIVERY`");
    }
}

fn tell_more(output: &Output, number: usize) {
    if let Some(more) = number.checked_sub(SHOWN).filter(|more| *more > 0) {
        let text = format!("and {more} more; `--json` has them all");
        output.line(output.paint(Look::Quiet, text));
    }
}

/// So much of a digest is shown.
const SHORT: usize = 12;

/// So many of a kind are shown.
const SHOWN: usize = 20;
