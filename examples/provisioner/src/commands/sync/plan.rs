//! A plan as it is shown: counts, everything that is taken away, and a sample.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Planned, Survey};
use provisioning_core::policy::Depth;
use provisioning_core::sync::{Situation, SourceHealth};
use provisioning_core::{Action, Change, Reason, Step};
use serde::Serialize;

use super::estimate;
use crate::commands::Exit;
use crate::output::words::{count, people, span, time};
use crate::output::{Look, Output, Report, Table, cell};

/// A plan without any value.
#[derive(Debug, Serialize)]
pub(super) struct Plan {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    at: Timestamp,
    depth: &'static str,
    policy: String,
    /// How many people Bob listed; null = only some were looked at.
    listed: Option<u64>,
    unreadable: u64,
    /// Whether Bob's list is believed: `good`, or `shrunken`.
    source: &'static str,
    situations: BTreeMap<&'static str, u64>,
    /// How many people change.
    changes: usize,
    /// How many steps the guards would hold.
    held: usize,
    /// Every step that takes something away.
    destructive: Vec<Taken>,
    /// Whoever cannot be brought in step before a person has done something.
    stuck: Vec<Stuck>,
    /// The first few people who change.
    sample: Vec<Sampled>,
    /// Fields that nearly everybody lost at once.
    suspected: Vec<String>,
    /// About how long it takes.
    seconds: u64,
}

/// A step that takes something away.
#[derive(Debug, Serialize)]
struct Taken {
    employee: String,
    step: String,
    because: Reason,
    /// Why the guards would hold it; null = they would not.
    held: Option<Reason>,
}

/// Somebody who cannot be brought in step.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Stuck {
    pub(super) employee: String,
    #[serde(skip)]
    pub(super) situation: Situation,
    pub(super) because: Reason,
}

/// Somebody who changes.
#[derive(Debug, Serialize)]
struct Sampled {
    employee: String,
    situation: &'static str,
    steps: Vec<String>,
}

impl Plan {
    pub(super) fn of(survey: &Survey) -> Self {
        let people = survey.people.iter();
        let destructive = people.flat_map(|planned| {
            let steps = planned.plan.steps().iter().filter(|step| takes(step));
            steps.map(|step| Taken::of(planned, step))
        });
        let situations = survey.tally.situations();
        Self {
            file: None,
            at: survey.at,
            depth: match survey.depth {
                Depth::Deep => "deep",
                Depth::Light => "light",
            },
            policy: survey.policy.to_string(),
            listed: survey.listed,
            unreadable: survey.unreadable,
            source: match survey.health {
                SourceHealth::Shrunken => "shrunken",
                _ => "good",
            },
            situations: situations
                .map(|(situation, count)| (situation.as_str(), count))
                .collect(),
            changes: survey.to_change().count(),
            held: survey.people.iter().map(|planned| planned.held.len()).sum(),
            destructive: destructive.collect(),
            stuck: Stuck::all(survey).collect(),
            sample: survey.to_change().take(SAMPLE).map(Sampled::of).collect(),
            suspected: survey.suspected.iter().map(ToString::to_string).collect(),
            seconds: estimate::seconds(survey),
        }
    }

    /// The same plan, which was written to this file.
    pub(super) fn in_file(self, path: &Path) -> Self {
        Self {
            file: Some(path.to_owned()),
            ..self
        }
    }

    /// How many people are in which situation.
    pub(super) fn situations(&self) -> &BTreeMap<&'static str, u64> {
        &self.situations
    }

    /// How many people change.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// What a person is asked.
    pub(super) fn question(&self) -> String {
        format!("Carry it out for {}?", people(self.changes))
    }

    pub(super) fn exit(&self) -> Exit {
        if self.held > 0 {
            Exit::Held
        } else {
            Exit::Done
        }
    }
}

impl Taken {
    fn of(planned: &Planned, step: &Step) -> Self {
        let held = planned.held.iter().find(|held| held.step == step.id);
        Self {
            employee: planned.employee.to_string(),
            step: step.action.to_string(),
            because: step.reason,
            held: held.map(|held| held.reason),
        }
    }
}

impl Stuck {
    /// Everybody in a plan for whom nothing can be done.
    pub(super) fn all(survey: &Survey) -> impl Iterator<Item = Self> {
        let stuck = survey.people.iter().filter(|planned| {
            matches!(planned.situation, Situation::Conflict | Situation::Error)
                || planned.situation == Situation::Held && planned.plan.is_empty()
        });
        stuck.map(|planned| Self {
            employee: planned.employee.to_string(),
            situation: planned.situation,
            because: planned.disposition.reason(),
        })
    }
}

impl Sampled {
    fn of(planned: &Planned) -> Self {
        let steps = planned.plan.steps().iter();
        Self {
            employee: planned.employee.to_string(),
            situation: planned.situation.as_str(),
            steps: steps.map(|step| step.action.to_string()).collect(),
        }
    }
}

impl Report for Plan {
    fn tell(&self, output: &Output) {
        let depth = if self.depth == "deep" {
            "Deep"
        } else {
            "Light"
        };
        let title = format!("{depth} synchronization, planned {}", time(self.at));
        output.line(output.paint(Look::Title, title));
        match self.listed {
            Some(listed) => output.line(format_args!(
                "{} listed by Bob.",
                people(usize::try_from(listed).unwrap_or(usize::MAX))
            )),
            None => output.line("Only some people were looked at."),
        }
        self.warn(output);
        output.line("");
        situations(output, &self.situations);
        self.tell_what_is_taken(output);
        self.tell_stuck(output);
        self.tell_sample(output);
        output.line("");
        if self.changes == 0 {
            output.line(output.paint(Look::Good, "Nothing is to be done."));
        } else {
            let seconds = i64::try_from(self.seconds).unwrap_or(i64::MAX);
            let takes = span(SignedDuration::from_secs(seconds.max(1)));
            output.line(format_args!(
                "{} to change; it takes about {takes} at 360Learning's rate limits.",
                people(self.changes)
            ));
        }
        if let Some(file) = &self.file {
            let file = file.display();
            output.line(format_args!(
                "Written to {file}, which holds personal values; only its owner can read it."
            ));
            output.note(format_args!("next: `provisioner sync --apply {file}`"));
        }
    }
}

impl Plan {
    fn warn(&self, output: &Output) {
        if self.source == "shrunken" {
            let text = "Bob lists far fewer people than last time: nobody is deactivated for not \
                        being listed.";
            output.line(output.paint(Look::Bad, text));
        }
        if self.unreadable > 0 {
            let number = usize::try_from(self.unreadable).unwrap_or(usize::MAX);
            let text = format!("{} could not be read.", count(number, "record", "records"));
            output.line(output.paint(Look::Bad, text));
        }
        if !self.suspected.is_empty() {
            let fields = self.suspected.join(", ");
            let text = format!(
                "Nearly everybody lost {fields} at once; what would be taken away for want of it \
                 is held."
            );
            output.line(output.paint(Look::Bad, text));
        }
    }

    fn tell_what_is_taken(&self, output: &Output) {
        if self.destructive.is_empty() {
            return;
        }
        output.line("");
        output.line(output.paint(Look::Title, "Everything that is taken away"));
        let mut table = Table::new(["employee", "step", "because", "guard"]);
        for taken in &self.destructive {
            let held = taken.held.map(|reason| format!("held: {reason}"));
            let look = if held.is_some() {
                Look::Notable
            } else {
                Look::Bad
            };
            table.row([
                cell(Look::Plain, &taken.employee),
                cell(look, &taken.step),
                cell(Look::Plain, taken.because),
                cell(Look::Notable, held.unwrap_or_default()),
            ]);
        }
        output.table(table);
    }

    fn tell_stuck(&self, output: &Output) {
        if self.stuck.is_empty() {
            return;
        }
        output.line("");
        output.line(output.paint(Look::Title, "Who needs a person first"));
        let mut table = Table::new(["employee", "situation", "because"]);
        for one in &self.stuck {
            table.row([
                cell(Look::Plain, &one.employee),
                cell(Look::Notable, one.situation.as_str()),
                cell(Look::Plain, one.because),
            ]);
        }
        output.table(table);
    }

    fn tell_sample(&self, output: &Output) {
        if self.sample.is_empty() {
            return;
        }
        output.line("");
        let title = if self.changes > self.sample.len() {
            format!("The first {} who change", self.sample.len())
        } else {
            "Who changes".to_owned()
        };
        output.line(output.paint(Look::Title, title));
        let mut table = Table::new(["employee", "situation", "steps"]);
        for one in &self.sample {
            table.row([
                cell(Look::Plain, &one.employee),
                cell(Look::Good, one.situation),
                cell(Look::Plain, one.steps.join("; ")),
            ]);
        }
        output.table(table);
    }
}

/// How many people are in which situation.
pub(super) fn situations(output: &Output, situations: &BTreeMap<&'static str, u64>) {
    let mut table = Table::plain();
    for (situation, text) in SITUATIONS {
        let Some(number) = situations.get(situation.as_str()) else {
            continue;
        };
        let look = match situation {
            Situation::InSync | Situation::Nothing | Situation::TargetOnly => Look::Quiet,
            Situation::Held | Situation::Conflict | Situation::NoGroup => Look::Notable,
            Situation::Error | Situation::Stale | Situation::Deactivate => Look::Bad,
            _ => Look::Good,
        };
        table.row([
            cell(look, format!("{number:>7}")),
            cell(look, situation.as_str()),
            cell(Look::Quiet, text),
        ]);
    }
    output.table(table);
}

/// Whether a step takes something away.
fn takes(step: &Step) -> bool {
    match &step.action {
        Action::Deactivate | Action::RemoveMembership { .. } | Action::RemoveManager { .. } => true,
        Action::Edit { changes } => changes.iter().any(|(_, change)| *change == Change::Clear),
        Action::SetCustomValues { before, after } => before
            .differing(after)
            .any(|field| after.get(field).is_none()),
        _ => false,
    }
}

/// The situations in the order in which they are told, with what they mean.
const SITUATIONS: [(Situation, &str); 13] = [
    (Situation::Create, "an account is created"),
    (Situation::Restore, "a deactivated account comes back"),
    (
        Situation::Link,
        "an existing account is joined to the employee",
    ),
    (Situation::Update, "something about an account changes"),
    (Situation::Deactivate, "an account is deactivated"),
    (Situation::Held, "waits for a person's approval"),
    (Situation::Conflict, "a person has to resolve it"),
    (Situation::Error, "could not be decided or done"),
    (
        Situation::Stale,
        "needs something else by now, and was left alone",
    ),
    (Situation::InSync, "nothing differs"),
    (Situation::Nothing, "nothing is to be done"),
    (Situation::NoGroup, "beside these: no group rule fits"),
    (
        Situation::TargetOnly,
        "beside these: users whom no employee is linked to, left alone",
    ),
];

const SAMPLE: usize = 10;
