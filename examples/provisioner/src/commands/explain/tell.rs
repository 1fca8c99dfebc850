use super::Told;
use super::difference::{Changed, Field, Planned, State};
use crate::output::words::{ahead, time};
use crate::output::{Cell, Look, Output, Report, Table, cell};

impl Report for Told {
    fn tell(&self, output: &Output) {
        let title = format!("Employee {}", self.employee);
        let comes_to = output.paint(look(&self.disposition), &self.disposition);
        output.line(format_args!(
            "{}  {comes_to}",
            output.paint(Look::Title, title)
        ));
        if let Some(user) = &self.user {
            output.line(format_args!("User {user} in 360Learning"));
        }

        heading(output, "Why");
        let mut table = Table::plain();
        for sentence in &self.because {
            table.row([
                cell(Look::Quiet, sentence.stage),
                sentence.text.as_str().into(),
            ]);
        }
        for finding in &self.findings {
            table.row([cell(Look::Notable, "found"), cell(Look::Notable, finding)]);
        }
        output.table(table);

        if !self.fields.is_empty() {
            heading(output, "Where the fields come from");
            let mut table = Table::new(["field", "from Bob's", "line", "in 360Learning", ""]);
            for field in &self.fields {
                table.row(row(field));
            }
            output.table(table);
        }

        heading(output, "What would be done now");
        if self.steps.is_empty() {
            output.line("Nothing.");
        }
        for (index, step) in self.steps.iter().enumerate() {
            tell_step(output, index + 1, step);
        }
        let look = self
            .look
            .map(|at| format!("looked at again {} ({})", ahead(at, self.now), time(at)));
        let wakes = (!self.wakes.is_empty())
            .then(|| format!("looked at again when {} changes", self.wakes.join(" or ")));
        for line in look.into_iter().chain(wakes) {
            output.line(output.paint(Look::Quiet, line));
        }

        heading(output, "What was decided before");
        if self.history.is_empty() {
            output.line("Nothing that is still known.");
            return;
        }
        let mut table = Table::plain();
        for past in &self.history {
            let disposition = format!("{}({})", past.disposition, past.reason);
            table.row([
                cell(Look::Quiet, time(past.at)),
                cell(self::look(&disposition), disposition),
                past.done().into(),
            ]);
        }
        output.table(table);
    }
}

fn heading(output: &Output, text: &str) {
    output.line("");
    output.line(output.paint(Look::Title, text));
}

fn row(field: &Field) -> [Cell; 5] {
    let from = field.from.join(", ");
    let state = match &field.state {
        State::NoAccount => cell(Look::Quiet, "no account"),
        State::Kept => cell(Look::Quiet, "stays"),
        State::OnCreationOnly => cell(Look::Quiet, "on creation only"),
        State::Set(Some(value)) => cell(Look::Notable, format!("→ {value}")),
        State::Set(None) => cell(Look::Notable, "→ another value"),
        State::Cleared => cell(Look::Bad, "→ nothing"),
        State::LeftAlone(reason) => cell(Look::Notable, format!("left alone: {reason}")),
    };
    [
        cell(Look::Title, &field.name),
        cell(Look::Plain, from),
        cell(Look::Quiet, field.line),
        cell(Look::Plain, field.has.as_deref().unwrap_or_default()),
        state,
    ]
}

fn tell_step(output: &Output, number: usize, step: &Planned) {
    let because = output.paint(Look::Quiet, format_args!("because {}", step.because));
    let (look, held) = match (step.runs, step.takes) {
        (true, true) => (Look::Bad, ""),
        (true, false) => (Look::Good, ""),
        (false, _) => (Look::Notable, " (held)"),
    };
    let action = output.paint(look, &step.words);
    output.line(format_args!("{number}. {action}{held} {because}"));
    if step
        .changes
        .iter()
        .all(|changed| changed.before.is_none() && changed.after.is_none())
    {
        return;
    }
    let mut table = Table::plain();
    for changed in &step.changes {
        table.row(difference(changed));
    }
    output.table(table);
}

fn difference(changed: &Changed) -> [Cell; 4] {
    let text = |value: &Option<String>| match value {
        Some(value) => value.clone(),
        None => "nothing".to_owned(),
    };
    [
        cell(Look::Quiet, format!("   {}", changed.field)),
        cell(Look::Bad, text(&changed.before)),
        cell(Look::Quiet, "→"),
        cell(Look::Good, text(&changed.after)),
    ]
}

/// By the word that a disposition begins with.
fn look(disposition: &str) -> Look {
    match disposition.split('(').next() {
        Some("apply") => Look::Good,
        Some("hold" | "conflict") => Look::Notable,
        Some("dead" | "retry") => Look::Bad,
        _ => Look::Quiet,
    }
}
