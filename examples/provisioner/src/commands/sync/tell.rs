//! How a plan is told.

use std::collections::BTreeMap;

use provisioning_core::sync::Situation;

use super::plan::Plan;
use crate::output::words::{count, people, time};
use crate::output::{Look, Output, Report, Table, cell};

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
            output.line(self.estimate());
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
                cell(look, &taken.words),
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
                cell(Look::Plain, one.words.join("; ")),
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
