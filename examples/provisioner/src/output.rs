//! What a command prints on stdout: its result, in colour if somebody looks at it.

use std::fmt::{self, Display};
use std::io::{IsTerminal as _, Write};
use std::sync::{Mutex, PoisonError};

use owo_colors::{OwoColorize as _, Style};

use crate::settings::Environment;

/// Where a command prints its result.
///
/// Colours appear on a terminal only, and not if `NO_COLOR` is set. A reader that went away (a
/// closed pipe) is no error.
pub struct Output {
    sink: Mutex<Box<dyn Write + Send>>,
    colours: bool,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Title,
    Good,
    Notable,
    Bad,
    Quiet,
}

impl Output {
    /// Stdout.
    pub fn stdout(environment: &Environment) -> Self {
        let stdout = std::io::stdout();
        let dumb = environment.get("TERM") == Some("dumb");
        let colours = stdout.is_terminal() && environment.get("NO_COLOR").is_none() && !dumb;
        Self {
            sink: Mutex::new(Box::new(stdout)),
            colours,
        }
    }

    /// Nowhere.
    pub fn nowhere() -> Self {
        Self {
            sink: Mutex::new(Box::new(std::io::sink())),
            colours: false,
        }
    }

    /// Prints a line.
    pub fn line(&self, text: impl Display) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody reads any more, or the disk is full: the exit code tells what counts.
        drop(writeln!(sink, "{text}").and_then(|()| sink.flush()));
    }

    /// Text that looks like this.
    pub(crate) fn paint(&self, look: Look, text: impl Display) -> String {
        if !self.colours {
            return text.to_string();
        }
        let style = match look {
            Look::Title => Style::new().bold(),
            Look::Good => Style::new().green(),
            Look::Notable => Style::new().yellow(),
            Look::Bad => Style::new().red().bold(),
            Look::Quiet => Style::new().dimmed(),
        };
        text.style(style).to_string()
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("colours", &self.colours)
            .finish_non_exhaustive()
    }
}
