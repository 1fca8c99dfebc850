use std::fmt;

use super::exit::Exit;

/// Why a command cannot go on, and what to do about it.
///
/// It is made for the context of an error: `error.context(Failure::new("…").next("…"))`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    next: Option<String>,
    exit: Exit,
}

impl Failure {
    /// Something that failed, in a few words without a full stop.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: None,
            exit: Exit::Failed,
        }
    }

    /// The same failure with the next step: what to do, in the imperative.
    #[must_use]
    pub(crate) fn next(self, step: impl Into<String>) -> Self {
        Self {
            next: Some(step.into()),
            ..self
        }
    }

    /// The same failure with another exit code.
    #[must_use]
    pub(crate) fn exit_with(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it.
    pub(crate) fn next_step(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}
