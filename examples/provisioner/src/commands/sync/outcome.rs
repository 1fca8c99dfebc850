//! What became of a plan.

use std::collections::BTreeMap;

use provisioning_core::driver::{
    Report as Ended, RunId, RunState, RunStore as _, StoreError, Survey, report,
};
use provisioning_core::sync::Situation;
use serde::Serialize;

use super::carry::Ending;
use super::plan::{Plan, Stuck};
use super::tell::situations;
use crate::commands::Exit;
use crate::output::{Look, Output, Report, Table, cell, words};
use crate::store::SqlStore;

/// What became of a full synchronization.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    run: u64,
    state: &'static str,
    mode: &'static str,
    situations: BTreeMap<&'static str, u64>,
    /// How many people the run was about.
    people: u64,
    /// How many of them were not come to.
    open: u64,
    /// Whoever is not in step now, by situation.
    left: BTreeMap<&'static str, Vec<Stuck>>,
    /// How many people wait for a host to decide about them.
    pending: u64,
    #[serde(skip)]
    seen: Seen,
    /// The plan, if it was made by this command.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Plan>,
}

/// What the person has seen before the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Plan,
    Nothing,
}

impl Outcome {
    /// `None` if there is no such run.
    pub(super) async fn of(
        store: &SqlStore,
        run: RunId,
        planned: Option<(Plan, &Survey)>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(Ended {
            run, tally, open, ..
        }) = report(store, run).await?
        else {
            return Ok(None);
        };
        let mut left: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for situation in LEFT {
            for (employee, because) in store.finished(run.id, situation).await? {
                left.entry(situation.as_str()).or_default().push(Stuck {
                    employee: employee.to_string(),
                    situation,
                    because,
                });
            }
        }
        // The run has nothing to do with those for whom nothing could be planned.
        let (plan, survey) = planned.unzip();
        for stuck in survey.into_iter().flat_map(Stuck::all) {
            let known = left.entry(stuck.situation.as_str()).or_default();
            if !known.iter().any(|it| it.employee == stuck.employee) {
                known.push(stuck);
            }
        }
        Ok(Some(Self {
            run: run.id.0,
            state: run.state.as_str(),
            mode: run.begun.mode.as_str(),
            situations: tally
                .situations()
                .map(|(situation, count)| (situation.as_str(), count))
                .collect(),
            people: run.begun.people,
            open,
            left,
            pending: 0,
            seen: Seen::Nothing,
            plan,
        }))
    }

    /// The same outcome of a command that ended like this, and leaves so many people to a host.
    pub(super) fn ended(self, ending: Ending, seen: Seen, pending: u64) -> Self {
        let state = match ending {
            Ending::AtItsEnd => self.state,
            Ending::Stopped => "stopped",
        };
        Self {
            state,
            pending,
            seen,
            ..self
        }
    }

    pub(super) fn exit(&self) -> Exit {
        let is_there = |situation: Situation| {
            self.situations
                .get(situation.as_str())
                .is_some_and(|count| *count > 0)
        };
        if self.state == RunState::Dropped.as_str() {
            return Exit::Failed;
        }
        if is_there(Situation::Held) {
            return Exit::Held;
        }
        let partly = [Situation::Conflict, Situation::Error, Situation::Stale];
        if self.open > 0 || partly.into_iter().any(is_there) {
            return Exit::Partly;
        }
        Exit::Done
    }
}

impl Report for Outcome {
    fn tell(&self, output: &Output) {
        let planned = self.plan.as_ref().map(Plan::situations);
        let is_news = self.people > 0 || planned != Some(&self.situations);
        if is_news || self.seen == Seen::Nothing {
            if self.seen == Seen::Plan {
                output.line("");
            }
            self.tell_end(output);
            situations(output, &self.situations);
            self.tell_left(output);
        }
        for line in self.next() {
            output.note(line);
        }
    }
}

impl Outcome {
    fn tell_end(&self, output: &Output) {
        let (look, title) = match self.state {
            "done" => (Look::Good, "Done."),
            "dropped" => (Look::Bad, "Given up: the host works under another policy."),
            _ => (Look::Notable, "Stopped."),
        };
        output.line(output.paint(look, title));
        if self.open > 0 {
            let verb = if self.open == 1 { "is" } else { "are" };
            let text = format!("{} {verb} still to come.", number(self.open));
            output.line(output.paint(Look::Notable, text));
        }
    }

    fn tell_left(&self, output: &Output) {
        if self.left.is_empty() {
            return;
        }
        output.line("");
        output.line(output.paint(Look::Title, "Who is not in step"));
        let mut table = Table::new(["employee", "situation", "because"]);
        for (situation, people) in &self.left {
            for one in people.iter().take(SHOWN) {
                table.row([
                    cell(Look::Plain, &one.employee),
                    cell(Look::Notable, situation),
                    cell(Look::Plain, one.because),
                ]);
            }
            if people.len() > SHOWN {
                let more = format!("and {} more", people.len() - SHOWN);
                table.row([cell(Look::Quiet, more), cell(Look::Notable, situation)]);
            }
        }
        output.table(table);
    }

    fn next(&self) -> Vec<String> {
        let is_left = |situation: Situation| self.left.contains_key(situation.as_str());
        let mut lines = Vec::new();
        if self.state == "stopped" {
            lines.push("next: `provisioner sync` or `provisioner serve` goes on with it");
        }
        if self.state == RunState::Dropped.as_str() {
            lines.push("next: let the host work under this policy, then plan again");
        }
        if is_left(Situation::Held) {
            lines.push("next: `provisioner holds list` shows what waits for approval");
        }
        if is_left(Situation::Stale) {
            lines.push("next: `provisioner sync` plans anew for those who need something else");
        }
        if is_left(Situation::Conflict) || is_left(Situation::Error) {
            lines.push("next: `provisioner explain EMPLOYEE` shows what stands in the way");
        }
        let mut lines: Vec<_> = lines.into_iter().map(str::to_owned).collect();
        if self.pending > 0 && self.state != "stopped" {
            let (who, verb) = (
                number(self.pending),
                if self.pending == 1 { "waits" } else { "wait" },
            );
            lines.push(format!(
                "next: `provisioner serve`; {who} {verb} for a host to look again, after somebody else's change, say"
            ));
        }
        lines
    }
}

fn number(people: u64) -> String {
    words::people(usize::try_from(people).unwrap_or(usize::MAX))
}

/// The situations of whoever is not in step.
const LEFT: [Situation; 4] = [
    Situation::Held,
    Situation::Conflict,
    Situation::Error,
    Situation::Stale,
];

/// More of one kind are counted and not listed; `--json` has them all.
const SHOWN: usize = 20;
