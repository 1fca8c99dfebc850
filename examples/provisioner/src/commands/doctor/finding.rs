//! What a check found, and what all of them come to.

use serde::Serialize;

use crate::commands::Exit;
use crate::output::{Look, Output, Report, Table, cell};

/// What a check found.
///
/// It names fields, lists, groups and counts; never a person, a value or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) area: Area,
    /// The stable name of what was found, in `snake_case`.
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) what: String,
    /// The line of the policy that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Area {
    Settings,
    Policy,
    Bob,
    #[serde(rename = "360learning")]
    Learning360,
    Host,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    /// As it should be.
    Ok,
    /// Good to know.
    Note,
    /// Something does not work as it should, or soon will not.
    Warning,
    /// The host cannot do its work.
    Error,
}

/// All findings, in the order of the checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Findings {
    pub(crate) ok: usize,
    pub(crate) notes: usize,
    pub(crate) warnings: usize,
    pub(crate) errors: usize,
    #[serde(rename = "findings")]
    pub(crate) all: Vec<Finding>,
}

impl Finding {
    pub(crate) fn ok(area: Area, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(area, code, Severity::Ok, what)
    }

    pub(crate) fn note(area: Area, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(area, code, Severity::Note, what)
    }

    pub(crate) fn warning(area: Area, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(area, code, Severity::Warning, what)
    }

    pub(crate) fn error(area: Area, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(area, code, Severity::Error, what)
    }

    /// The same finding about this line of the policy.
    #[must_use]
    pub(crate) fn at(self, line: impl Into<Option<usize>>) -> Self {
        let line = line.into();
        Self { line, ..self }
    }

    /// The same finding with what to do about it, in the imperative.
    #[must_use]
    pub(crate) fn next(self, step: impl Into<String>) -> Self {
        let next = Some(step.into());
        Self { next, ..self }
    }

    fn new(area: Area, code: &'static str, severity: Severity, what: impl Into<String>) -> Self {
        Self {
            area,
            code,
            severity,
            what: what.into(),
            line: None,
            next: None,
        }
    }
}

impl Findings {
    /// What the worst of them comes to: errors failed, warnings are done in part.
    pub(crate) fn exit(&self) -> Exit {
        match (self.errors, self.warnings) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Partly,
            _ => Exit::Failed,
        }
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut found = Self::default();
        for finding in findings {
            *match finding.severity {
                Severity::Ok => &mut found.ok,
                Severity::Note => &mut found.notes,
                Severity::Warning => &mut found.warnings,
                Severity::Error => &mut found.errors,
            } += 1;
            found.all.push(finding);
        }
        found
    }
}

impl Area {
    fn title(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Policy => "policy",
            Self::Bob => "Bob",
            Self::Learning360 => "360Learning",
            Self::Host => "host",
        }
    }
}

impl Severity {
    fn look(self) -> Look {
        match self {
            Self::Ok => Look::Good,
            Self::Note => Look::Quiet,
            Self::Warning => Look::Notable,
            Self::Error => Look::Bad,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Report for Findings {
    fn tell(&self, output: &Output) {
        let mut table = Table::new(["", "about", "line", "found"]);
        for finding in &self.all {
            let line = finding.line.map(|line| line.to_string());
            let mut found = finding.what.clone();
            if let Some(next) = &finding.next {
                found = format!("{found}\n→ {next}");
            }
            table.row([
                cell(finding.severity.look(), finding.severity.word()),
                finding.area.title().into(),
                line.unwrap_or_default().into(),
                found.into(),
            ]);
        }
        output.table(table);
        let count = |number: usize, one: &str, many: &str| match number {
            1 => format!("1 {one}"),
            _ => format!("{number} {many}"),
        };
        let summary = [
            count(self.errors, "error", "errors"),
            count(self.warnings, "warning", "warnings"),
            count(self.notes, "note", "notes"),
            format!("{} as they should be", self.ok),
        ];
        let look = match self.exit() {
            Exit::Done => Look::Good,
            Exit::Partly => Look::Notable,
            _ => Look::Bad,
        };
        output.line("");
        output.line(output.paint(look, summary.join(", ")));
    }
}
