use std::fmt;

use provisioning_core::driver::{Report, RunState};
use provisioning_core::sync::Situation;
use serde::Serialize;

use super::name;

/// What became of a full synchronization, as counts: told in the log, and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    run: u64,
    depth: &'static str,
    state: &'static str,
    /// People whom Bob listed; nobody if only some were looked at.
    listed: u64,
    created: u64,
    updated: u64,
    deactivated: u64,
    restored: u64,
    linked: u64,
    in_sync: u64,
    left_alone: u64,
    held: u64,
    conflicts: u64,
    errors: u64,
    no_group: u64,
    target_only: u64,
    /// People who were not come to.
    open: u64,
}

impl Counts {
    pub(crate) fn of(report: &Report) -> Self {
        let get = |situation| report.get(situation);
        Self {
            run: report.run.id.0,
            depth: name(report.run.begun.depth),
            state: report.run.state.as_str(),
            listed: report.run.begun.listed.unwrap_or_default(),
            created: get(Situation::Create),
            updated: get(Situation::Update),
            deactivated: get(Situation::Deactivate),
            restored: get(Situation::Restore),
            linked: get(Situation::Link),
            in_sync: get(Situation::InSync),
            left_alone: get(Situation::Nothing),
            held: get(Situation::Held),
            conflicts: get(Situation::Conflict),
            errors: get(Situation::Error) + get(Situation::Stale),
            no_group: get(Situation::NoGroup),
            target_only: get(Situation::TargetOnly),
            open: report.open,
        }
    }

    /// One line in the log.
    pub(crate) fn tell(&self) {
        tracing::info!(
            run = self.run,
            depth = self.depth,
            state = self.state,
            listed = self.listed,
            created = self.created,
            updated = self.updated,
            deactivated = self.deactivated,
            restored = self.restored,
            linked = self.linked,
            in_sync = self.in_sync,
            left_alone = self.left_alone,
            held = self.held,
            conflicts = self.conflicts,
            errors = self.errors,
            no_group = self.no_group,
            target_only = self.target_only,
            open = self.open,
            "full synchronization ended"
        );
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.state == RunState::Done.as_str() {
            "ended"
        } else {
            "was given up"
        };
        write!(f, "The {} full synchronization {end}:", self.depth)?;
        let counts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.deactivated, "deactivated"),
            (self.restored, "restored"),
            (self.linked, "linked"),
            (self.in_sync, "in sync"),
            (self.left_alone, "left alone"),
            (self.held, "held"),
            (self.conflicts, "in conflict"),
            (self.errors, "with errors"),
            (self.no_group, "matched no group rule"),
            (self.target_only, "in 360Learning only"),
            (self.open, "not come to"),
        ];
        let mut between = " ";
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{between}{count} {what}")?;
            between = ", ";
        }
        if between == " " {
            f.write_str(" there was nobody to compare")?;
        }
        f.write_str(".")
    }
}
