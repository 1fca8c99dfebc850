use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
            bar.set_style(style.progress_chars("━━╌"));
        }
        bar.enable_steady_tick(TICK);
        Progress(bar)
    }
}

impl Progress {
    /// So many parts are done by now.
    pub(crate) fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// So many more parts are done.
    pub(crate) fn add(&self, done: u64) {
        self.0.inc(done);
    }

    /// There turned out to be so many parts.
    pub(crate) fn parts(&self, parts: u64) {
        self.0.set_length(parts);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

const KNOWN: &str = "{msg} {bar:30} {human_pos} of {human_len}, {eta} left";

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
