use std::fmt;
use std::io::{self, Stderr, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Beside, Output};

/// How far a long piece of work is, on stderr, and only if that is a terminal. It vanishes when
/// it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Output {
    /// Shows how far a piece of work is that has so many parts; `None` = nobody knows.
    pub(crate) fn progress(&self, what: &'static str, parts: Option<u64>) -> Progress {
        let target = match self.beside {
            Beside::Stderr { .. } => ProgressDrawTarget::stderr(),
            Beside::Nowhere => ProgressDrawTarget::hidden(),
        };
        let template = if parts.is_some() { KNOWN } else { UNKNOWN };
        let bar = ProgressBar::with_draw_target(parts, target).with_message(what);
        // The templates are constants, and a test shows that they are templates.
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style =
                style.with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
                    if state.pos() > 0 {
                        // The bar is drawn anew in a moment.
                        let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
                    }
                });
            bar.set_style(style.progress_chars("━━╌"));
        }
        bar.enable_steady_tick(TICK);
        *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
        Progress(bar)
    }
}

/// Stderr, for lines that come while a bar is shown: it steps aside for them.
#[derive(Debug)]
pub(crate) struct BesideBars(Stderr);

impl BesideBars {
    pub(crate) fn new() -> Self {
        Self(io::stderr())
    }
}

impl Write for BesideBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match shown {
            Some(bar) if !bar.is_finished() => bar.suspend(|| self.0.write(bytes)),
            _ => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Progress {
    /// So many parts are done by now.
    pub(crate) fn set(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The bar that is shown now: there is one terminal.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

const KNOWN: &str = "{msg} {bar:30} {human_pos} of {human_len}{left}";

const UNKNOWN: &str = "{spinner} {msg} {human_pos}";

const TICK: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_templates() {
        for template in [KNOWN, UNKNOWN] {
            ProgressStyle::with_template(template).unwrap();
        }
    }
}
