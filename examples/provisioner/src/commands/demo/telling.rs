//! How the demonstration is told.

use std::collections::BTreeMap;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use provisioning_core::Outcome::Done;
use provisioning_core::decide::Stage;
use provisioning_core::driver::Decided;
use provisioning_core::{Disposition, Reason};

use super::Summary;
use super::compare::Compared;
use super::stage::{Calls, Stage as Scene};
use crate::feed::{Happened, Received};
use crate::intake::Outcome;
use crate::output::{Look, Output};
use crate::store;

/// Says what is about to be shown.
pub(super) fn opening(stage: &Scene<'_>, registered: &[Happened]) {
    let pings = registered.iter().filter(|it| match it {
        Happened::Received(received) => received.outcome == Outcome::Ping,
        Happened::Decided(_) => false,
    });
    let output = stage.output;
    output.line(output.paint(Look::Title, "Some weeks in the life of a small company"));
    output.line(format_args!(
        "Bob and 360Learning are stand-ins in this process, spoken to over real HTTP. Three \
         webhooks are\nregistered in Bob, two of them on one address with a secret each; {} answered \
         Bob's test.",
        pings.count()
    ));
}

/// Begins a chapter.
pub(super) fn chapter(stage: &Scene<'_>, title: &str, what: &str) {
    let output = stage.output;
    output.line("");
    output.line(format_args!("{}  {what}", output.paint(Look::Title, title)));
}

/// Says something between.
pub(super) fn remark(stage: &Scene<'_>, text: &str) {
    stage
        .output
        .line(format_args!("  {}", stage.output.paint(Look::Quiet, text)));
}

/// Tells what came in and what was decided until now.
pub(super) fn happened(stage: &Scene<'_>, now: Timestamp, happened: &[Happened]) {
    let decided: Vec<_> = happened
        .iter()
        .filter_map(|it| match it {
            Happened::Decided(decided) => Some(decided.as_ref()),
            Happened::Received(_) => None,
        })
        .collect();
    let mut received = received(happened);
    if received.is_empty() {
        if decided.is_empty() {
            return;
        }
        "nothing new from Bob; looked at again".clone_into(&mut received);
    }
    let time = now.strftime("%a %e %b %H:%M").to_string();
    let line = format!("{time}  {received}");
    stage
        .output
        .line(format_args!("  {}", stage.output.paint(Look::Quiet, line)));
    let mut quiet: BTreeMap<String, usize> = BTreeMap::new();
    for one in decided {
        if is_quiet(one) {
            *quiet.entry(one.disposition.to_string()).or_default() += 1;
        } else {
            tell(stage, one);
        }
    }
    for (disposition, count) in quiet {
        let people = if count == 1 { "person" } else { "people" };
        let text = format!("{disposition:<24} {count} {people}");
        stage.output.line(format_args!(
            "    {}",
            stage.output.paint(Look::Quiet, text)
        ));
    }
}

/// Ends the story: the table, the verdict, the figures.
pub(super) fn ending(output: &Output, compared: &Compared, summary: &Summary) {
    output.line("");
    output.line(output.paint(Look::Title, "Both sides compared"));
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["employee", "in Bob", "account", "agree"]);
    for pair in &compared.0 {
        let agree = if pair.differences.is_empty() {
            "yes".to_owned()
        } else {
            pair.differences.join(", ")
        };
        table.add_row([&pair.name, &pair.in_bob, &pair.account, &agree]);
    }
    output.line(table.trim_fmt());
    let decisions = summary
        .decisions
        .iter()
        .map(|(name, times)| format!("{times} {name}"));
    let decisions: Vec<_> = decisions.collect();
    output.line(format_args!(
        "{} employees, {} events, decisions: {}\n{} reads, {} writes, {} held, {:.1} s",
        summary.employees,
        summary.webhooks,
        decisions.join(", "),
        summary.reads,
        summary.writes,
        summary.held,
        summary.seconds,
    ));
    output.line(if summary.converged {
        output.paint(Look::Good, "Both sides agree.")
    } else {
        output.paint(Look::Bad, "Both sides differ.")
    });
}

impl Calls {
    /// The calls after an earlier count, in words.
    pub(super) fn since(self, before: Self) -> String {
        let reads = self.reads.saturating_sub(before.reads);
        let writes = self.writes.saturating_sub(before.writes);
        format!("{reads} reads, {writes} writes")
    }
}

/// One decision: what, by which steps, about whom, and why.
fn tell(stage: &Scene<'_>, decided: &Decided) {
    let output = stage.output;
    let disposition = decided.disposition;
    let look = match disposition {
        Disposition::Apply(_) => Look::Good,
        Disposition::Hold(_) | Disposition::Conflict(_) => Look::Notable,
        Disposition::Dead(_) | Disposition::Retry(_) => Look::Bad,
        _ => Look::Quiet,
    };
    let name = stage.name(decided.employee.as_str());
    let padded = format!("{:<24}", disposition.to_string());
    let steps = steps(decided);
    output.line(format_args!(
        "    {} {steps:<20} {name}",
        output.paint(look, padded)
    ));
    let why = why(decided);
    if !why.is_empty() {
        output.line(format_args!(
            "      {}",
            output.paint(Look::Quiet, format!("because {why}"))
        ));
    }
}

/// Nothing was done and nothing is remarkable: such decisions are counted, not listed.
fn is_quiet(decided: &Decided) -> bool {
    let usual = [
        Disposition::NoOp(Reason::InSync),
        Disposition::NoOp(Reason::AlreadyInactive),
    ];
    usual.contains(&decided.disposition) && decided.findings.is_empty()
}

/// The core's explanation in one line, without the disposition that it ends with.
fn why(decided: &Decided) -> String {
    let lines = decided.explanation.lines().iter();
    let stages = lines.clone().filter(|line| line.stage != Stage::Reason);
    let mut why: Vec<_> = stages.map(|line| line.text.clone()).collect();
    if why.is_empty() {
        why.extend(lines.map(|line| line.text.clone()));
    }
    why.extend(
        decided
            .findings
            .iter()
            .map(|finding| format!("found {finding}")),
    );
    why.join("; ")
}

fn steps(decided: &Decided) -> String {
    let applied = decided.applied.iter().map(|(step, outcome)| {
        let kind = step.action.kind().as_str();
        match outcome {
            Done(_) => kind.to_owned(),
            outcome => format!("{kind} ({})", store::outcome(outcome)),
        }
    });
    let held = decided.held.iter().map(|held| {
        let step = held.step.as_str();
        format!("{} (held)", step.split(':').next().unwrap_or(step))
    });
    let steps: Vec<_> = applied.chain(held).collect();
    steps.join(", ")
}

/// What came in, by secret and type: `deactivation-2: 4 left (ignored)`.
fn received(happened: &[Happened]) -> String {
    let mut counts: BTreeMap<(&str, usize), (String, usize)> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for one in happened {
        let Happened::Received(received) = one else {
            continue;
        };
        let secret = received.secret.as_deref().unwrap_or("unsigned");
        let text = event(received);
        let place = order
            .iter()
            .position(|known| *known == text)
            .unwrap_or_else(|| {
                order.push(text.clone());
                order.len() - 1
            });
        counts.entry((secret, place)).or_insert((text, 0)).1 += 1;
    }
    let mut by_secret: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((secret, _), (text, count)) in counts {
        let told = if count == 1 {
            text
        } else {
            format!("{count} {text}")
        };
        by_secret.entry(secret).or_default().push(told);
    }
    let told = by_secret
        .iter()
        .map(|(secret, events)| format!("{secret}: {}", events.join(", ")));
    told.collect::<Vec<_>>().join("  ")
}

fn event(received: &Received) -> String {
    let kind = received
        .kind
        .as_ref()
        .map_or("delivery", |kind| kind.as_str());
    let kind = kind.strip_prefix("employee.").unwrap_or(kind);
    match received.outcome {
        Outcome::Accepted => kind.to_owned(),
        outcome => format!("{kind} ({})", outcome.name()),
    }
}
