//! How the demonstration is told: a hundred columns, names in place of ids.

use std::collections::BTreeMap;

use provisioning_core::Outcome::Done;
use provisioning_core::decide::Stage;
use provisioning_core::driver::{Decided, Survey};
use provisioning_core::preview::{Effect, Preview};
use provisioning_core::{Disposition, Reason};
use sandbox::State;

use super::stage::{Calls, Stage as Scene};
use crate::feed::{Happened, Received};
use crate::intake::Outcome;
use crate::output::{Look, wrapped};
use crate::store;

/// Says what is about to be shown.
pub(super) fn opening(stage: &Scene<'_>, registered: &[Happened]) {
    let pings = registered.iter().filter(|it| match it {
        Happened::Received(received) => received.outcome == Outcome::Ping,
        Happened::Decided(_) => false,
    });
    let title = "A year in the life of a small company";
    stage.output.line(stage.output.paint(Look::Title, title));
    let text = format!(
        "Bob and 360Learning are stand-ins in this process, spoken to over real HTTP. Three webhooks \
         are registered in Bob, two of them on one address with a secret each; {} answered Bob's \
         test.",
        pings.count()
    );
    for line in wrapped(&text, COLUMNS) {
        stage.output.line(line);
    }
}

/// Begins a month.
pub(super) fn month(stage: &Scene<'_>, month: &str, what: &str) {
    let output = stage.output;
    output.line("");
    output.line(format_args!("{}  {what}", output.paint(Look::Title, month)));
}

/// Says something between.
pub(super) fn remark(stage: &Scene<'_>, text: &str) {
    indented(stage, Look::Notable, 2, text);
}

/// Says what a full synchronization found.
pub(super) async fn survey(stage: &Scene<'_>, survey: &Survey) -> anyhow::Result<()> {
    let time = time(&stage.state().await?);
    let text = format!("{time}  full synchronization planned: {}", survey.tally);
    indented(stage, Look::Quiet, 2, &text);
    Ok(())
}

/// Says what another policy would do.
pub(super) fn preview(stage: &Scene<'_>, preview: &Preview) {
    let changes: Vec<_> = preview
        .changes()
        .map(|(effect, affected)| format!("{} {}", affected.people, effect_words(effect)))
        .collect();
    let changes = match changes.as_slice() {
        [] => "nothing would be otherwise".to_owned(),
        changes => changes.join(", "),
    };
    let text = format!("{} people compared: {changes}", preview.compared());
    indented(stage, Look::Notable, 4, &text);
}

/// Tells what came in and what was decided until now.
pub(super) async fn happened(stage: &Scene<'_>, happened: &[Happened]) -> anyhow::Result<()> {
    let decided = happened.iter().filter_map(|it| match it {
        Happened::Decided(decided) => Some(decided.as_ref()),
        Happened::Received(_) => None,
    });
    let decided: Vec<_> = decided.collect();
    let received = received(happened);
    if received.is_empty() && decided.is_empty() {
        return Ok(());
    }
    let truth = stage.state().await?;
    let by_run = decided.iter().any(|one| one.run.is_some());
    let what = match (received.is_empty(), by_run) {
        (false, _) => received,
        (true, true) => "approved and carried out".to_owned(),
        (true, false) => "nothing new from Bob; looked at again".to_owned(),
    };
    indented(stage, Look::Quiet, 2, &format!("{}  {what}", time(&truth)));
    let labels = labels(stage, &truth);
    let mut quiet: BTreeMap<String, usize> = BTreeMap::new();
    let mut told: Vec<(Told, Vec<&str>)> = Vec::new();
    for one in decided {
        let name = stage.name(&one.employee);
        if is_quiet(one) {
            *quiet.entry(one.disposition.to_string()).or_default() += 1;
            continue;
        }
        let this = Told::of(one, &labels);
        match told.iter_mut().find(|(known, _)| *known == this) {
            Some((_, names)) => names.push(name),
            None => told.push((this, vec![name])),
        }
    }
    for (told, names) in told {
        told.show(stage, &names);
    }
    for (disposition, count) in quiet {
        let people = if count == 1 { "person" } else { "people" };
        let text = format!("{disposition}  {count} {people}");
        indented(stage, Look::Quiet, 4, &text);
    }
    Ok(())
}

impl Calls {
    /// The calls after an earlier count, in words.
    pub(super) fn since(self, before: Self) -> String {
        let reads = self.reads.saturating_sub(before.reads);
        let writes = self.writes.saturating_sub(before.writes);
        format!("{reads} reads, {writes} writes")
    }
}

/// What is said of a decision, whoever it is about.
#[derive(PartialEq, Eq)]
struct Told {
    disposition: Disposition,
    steps: String,
    why: String,
}

impl Told {
    fn of(decided: &Decided, labels: &BTreeMap<&str, &str>) -> Self {
        Self {
            disposition: decided.disposition,
            steps: steps(decided),
            why: named(&why(decided), labels),
        }
    }

    fn show(&self, stage: &Scene<'_>, names: &[&str]) {
        let look = match self.disposition {
            Disposition::Apply(_) => Look::Good,
            Disposition::Hold(_) | Disposition::Conflict(_) => Look::Notable,
            Disposition::Dead(_) | Disposition::Retry(_) => Look::Bad,
            _ => Look::Quiet,
        };
        let mut who = names
            .iter()
            .take(NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        if names.len() > NAMED {
            who = format!("{who} and {} more", names.len() - NAMED);
        }
        let disposition = self.disposition.to_string();
        let room = COLUMNS - 4 - disposition.len() - 2;
        let disposition = stage.output.paint(look, disposition);
        let (steps, one) = (&self.steps, format!("{who}: {}", self.steps));
        if steps.is_empty() {
            stage.output.line(format_args!("    {disposition}  {who}"));
        } else if one.chars().count() <= room {
            stage.output.line(format_args!("    {disposition}  {one}"));
        } else {
            stage.output.line(format_args!("    {disposition}  {who}:"));
            stage.output.line(format_args!("      {steps}"));
        }
        if !self.why.is_empty() {
            indented(stage, Look::Quiet, 6, &format!("because {}", self.why));
        }
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

/// The core's explanation in one line, without what goes without saying.
fn why(decided: &Decided) -> String {
    let lines = decided.explanation.lines().iter();
    let stages = lines.clone().filter_map(|line| {
        let text = line.text.as_str();
        match line.stage {
            Stage::Origin | Stage::Reason | Stage::Guard => None,
            Stage::Scope if text == "in scope" => None,
            Stage::Match if text.ends_with(" by link") => {
                let deactivated = text.starts_with("deactivated ");
                deactivated.then(|| "the linked account is deactivated".to_owned())
            }
            Stage::Manager => Some(text.replacen("user ", "manager ", 1)),
            _ => Some(text.to_owned()),
        }
    });
    let mut why: Vec<_> = stages.collect();
    if why.is_empty() {
        why.extend(lines.map(|line| line.text.clone()));
    }
    let findings = decided.findings.iter();
    why.extend(findings.map(|finding| format!("found {finding}")));
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
    let mut steps: Vec<(String, usize)> = Vec::new();
    for step in applied.chain(held) {
        match steps.last_mut() {
            Some((last, times)) if *last == step => *times += 1,
            _ => steps.push((step, 1)),
        }
    }
    let told = steps.into_iter().map(|(step, times)| match times {
        1 => step,
        times => format!("{times} {step}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What came in, by secret and type: `deactivation-2: 4 left (ignored)`.
fn received(happened: &[Happened]) -> String {
    let mut by_secret: BTreeMap<&str, Vec<(String, usize)>> = BTreeMap::new();
    for one in happened {
        let Happened::Received(received) = one else {
            continue;
        };
        let secret = received.secret.as_deref().unwrap_or("unsigned");
        let (events, text) = (by_secret.entry(secret).or_default(), event(received));
        match events.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => events.push((text, 1)),
        }
    }
    let told = by_secret.into_iter().map(|(secret, events)| {
        let events = events.into_iter().map(|(text, count)| match count {
            1 => text,
            count => format!("{count} {text}"),
        });
        format!("{secret}: {}", events.collect::<Vec<_>>().join(", "))
    });
    told.collect::<Vec<_>>().join("  ")
}

fn event(received: &Received) -> String {
    let kind = received.kind.as_ref();
    let kind = kind.map_or("delivery", |kind| kind.as_str());
    let kind = kind.strip_prefix("employee.").unwrap_or(kind);
    match received.outcome {
        Outcome::Accepted => kind.to_owned(),
        outcome => format!("{kind} ({})", outcome.name()),
    }
}

fn effect_words(effect: Effect) -> String {
    match effect {
        Effect::Does(kind) => format!("would get {}", kind.as_str()),
        Effect::Leaves(kind) => format!("would not get {}", kind.as_str()),
        Effect::Differs => "would get other values".to_owned(),
        Effect::Reason => "would be decided for another reason".to_owned(),
        _ => "would be decided otherwise".to_owned(),
    }
}

/// Names by the ids of 360Learning.
fn labels<'s>(stage: &'s Scene<'_>, truth: &'s State) -> BTreeMap<&'s str, &'s str> {
    let groups = truth.groups.values();
    let groups = groups.map(|group| (group.id.as_str(), group.name.as_str()));
    let users = truth.mappings.values().filter_map(|mapping| {
        let name = stage.names.get(&mapping.value)?;
        Some((mapping.target_id.as_str(), name.as_str()))
    });
    groups.chain(users).collect()
}

/// The text with names in place of ids, which are words of 24 digits.
fn named(text: &str, labels: &BTreeMap<&str, &str>) -> String {
    let word = |word: &str| {
        let id = word.trim_matches(|it: char| !it.is_ascii_alphanumeric());
        match labels.get(id) {
            Some(name) => word.replace(id, name),
            None => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn time(truth: &State) -> String {
    truth.now.strftime("%a %e %b %H:%M").to_string()
}

fn indented(stage: &Scene<'_>, look: Look, by: usize, text: &str) {
    let blanks = " ".repeat(by);
    for line in wrapped(text, COLUMNS - by) {
        let line = stage.output.paint(look, line);
        stage.output.line(format_args!("{blanks}{line}"));
    }
}

/// As wide as a terminal may be expected to be.
pub(super) const COLUMNS: usize = 100;

/// So many people are named, the others counted.
const NAMED: usize = 4;
