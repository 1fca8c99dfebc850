//! What a command prints: its result on stdout, everything else on stderr.

mod progress;
mod table;
pub(crate) mod words;
mod wrap;

use std::fmt::{self, Display};
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use owo_colors::{OwoColorize as _, Style};
use serde::Serialize;

pub(crate) use self::progress::{BesideBars, Progress};
pub(crate) use self::table::{Cell, Table, cell};
pub(crate) use self::wrap::wrapped;
use crate::settings::Environment;

/// Where a command prints its result, and the place beside it for all that is no result.
///
/// Colours appear on a terminal only; `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE` are respected.
/// A reader that went away (a closed pipe) is no error.
pub(crate) struct Output {
    sink: Mutex<Box<dyn Write + Send>>,
    colours: bool,
    width: Option<u16>,
    beside: Beside,
}

/// In which form a result is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For a person.
    Text,
    /// For a program: one JSON object.
    Json,
}

/// The result of a command.
pub(crate) trait Report: Serialize {
    /// Tells it to a person.
    fn tell(&self, output: &Output);
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Title,
    Good,
    Notable,
    Bad,
    Quiet,
}

/// What becomes of all that is no result.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Stderr { colours: bool },
    Nowhere,
}

impl Output {
    /// Stdout, with stderr beside it.
    pub(crate) fn stdout(environment: &Environment) -> Self {
        let stdout = std::io::stdout();
        Self {
            colours: wants_colours(environment, &stdout),
            width: width(environment, &stdout),
            beside: Beside::Stderr {
                colours: wants_colours(environment, &std::io::stderr()),
            },
            sink: Mutex::new(Box::new(stdout)),
        }
    }

    /// Nowhere.
    pub(crate) fn nowhere() -> Self {
        Self {
            sink: Mutex::new(Box::new(std::io::sink())),
            colours: false,
            width: None,
            beside: Beside::Nowhere,
        }
    }

    /// Prints a line of the result.
    pub(crate) fn line(&self, text: impl Display) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody reads any more, or the disk is full: the exit code tells what counts.
        drop(writeln!(sink, "{text}").and_then(|()| sink.flush()));
    }

    /// Says something that is no result, on stderr.
    pub(crate) fn note(&self, text: impl Display) {
        if let Beside::Stderr { .. } = self.beside {
            // Without a reader of stderr there is nobody to tell.
            drop(writeln!(BesideBars::new(), "{text}"));
        }
    }

    /// Text of the result that looks like this.
    pub(crate) fn paint(&self, look: Look, text: impl Display) -> String {
        if self.colours {
            styled(look, text)
        } else {
            text.to_string()
        }
    }

    /// Text for stderr that looks like this.
    pub(crate) fn paint_note(&self, look: Look, text: impl Display) -> String {
        match self.beside {
            Beside::Stderr { colours: true } => styled(look, text),
            _ => text.to_string(),
        }
    }

    /// How many columns there are; `None` = as many as a line needs, as in a pipe.
    pub(crate) fn width(&self) -> Option<u16> {
        self.width
    }
}

impl Look {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Title => Style::new().bold(),
            Self::Good => Style::new().green(),
            Self::Notable => Style::new().yellow(),
            Self::Bad => Style::new().red().bold(),
            Self::Quiet => Style::new().dimmed(),
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("colours", &self.colours)
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

/// Whether a stream gets colours.
pub(crate) fn wants_colours(environment: &Environment, stream: &impl IsTerminal) -> bool {
    colours(environment, stream.is_terminal())
}

/// <https://no-color.org> and <https://bixense.com/clicolors>.
fn colours(environment: &Environment, terminal: bool) -> bool {
    if environment.get("NO_COLOR").is_some() {
        return false;
    }
    match (
        environment.get("CLICOLOR_FORCE"),
        environment.get("CLICOLOR"),
    ) {
        (Some(force), _) if force != "0" => true,
        (_, Some("0")) => false,
        _ => terminal && environment.get("TERM") != Some("dumb"),
    }
}

/// `COLUMNS`, where it is set, so that a pipe may have a width too.
fn width(environment: &Environment, stdout: &std::io::Stdout) -> Option<u16> {
    let set = environment
        .get("COLUMNS")
        .and_then(|columns| columns.parse().ok());
    let columns = set.or_else(|| {
        let terminal = terminal_size::terminal_size_of(stdout)?;
        Some(terminal.0.0)
    });
    columns.filter(|columns| *columns >= NARROWEST)
}

fn styled(look: Look, text: impl Display) -> String {
    text.style(look.style()).to_string()
}

/// Below this a terminal does not tell its width, and wrapping to it would help nobody.
const NARROWEST: u16 = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_the_environment_and_the_terminal() {
        let table = [
            ("", true, true),
            ("", false, false),
            ("NO_COLOR=1 CLICOLOR_FORCE=1", true, false),
            ("CLICOLOR=0", true, false),
            ("CLICOLOR=1", false, false),
            ("CLICOLOR_FORCE=1 CLICOLOR=0", false, true),
            ("CLICOLOR_FORCE=0", true, true),
            ("TERM=dumb", true, false),
        ];
        for (variables, terminal, expected) in table {
            let variables = variables.split_whitespace();
            let environment: Environment = variables.filter_map(|it| it.split_once('=')).collect();
            let coloured = colours(&environment, terminal);
            assert_eq!(coloured, expected, "{environment:?} {terminal}");
        }
    }
}
