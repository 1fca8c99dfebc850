//! How far it is to look at everybody.

use provisioning_core::driver::Surveying;

use crate::output::{Output, Progress};

/// Shows one bar after the other, on stderr.
#[derive(Debug)]
pub(crate) struct Looking<'o> {
    output: &'o Output,
    /// What is shown now.
    shown: Option<(&'static str, Progress)>,
}

impl<'o> Looking<'o> {
    pub(crate) fn new(output: &'o Output) -> Self {
        Self {
            output,
            shown: None,
        }
    }

    /// Shows how far it is.
    pub(crate) fn tell(&mut self, step: Surveying) {
        let (what, done, of) = match step {
            Surveying::Links(number) => ("listing links", number, None),
            Surveying::Users(number) => ("listing users", number, None),
            Surveying::People(number) => ("listing employees", number, None),
            Surveying::Looks { done, of } => ("looking at employees", done, Some(of)),
            _ => return,
        };
        let is_shown = self.shown.as_ref().is_some_and(|(shown, _)| *shown == what);
        if !is_shown {
            // The one before vanishes first.
            self.shown = None;
            self.shown = Some((what, self.output.progress(what, of)));
        }
        if let Some((_, progress)) = &self.shown {
            progress.set(done);
        }
    }
}
