//! Where a sandbox runs, for the commands that talk to one.

use clap::Args;
use sandbox::Control;

/// A sandbox that runs already.
#[derive(Debug, Args)]
pub(super) struct Reach {
    /// Origin of the stand-in for Bob.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8361")]
    bob: String,
    /// Origin of the stand-in for 360Learning.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8362")]
    learning360: String,
}

impl Reach {
    pub(super) fn control(&self) -> Control {
        // What `serve` prints for Bob has the version in it.
        let bob = self.bob.trim_end_matches('/');
        let bob = bob.strip_suffix("/v1").unwrap_or(bob);
        Control::new(bob, self.learning360.as_str())
    }
}
