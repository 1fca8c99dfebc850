use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use jiff::{SignedDuration, Timestamp};
use provisioning_core::Disposition;
use provisioning_core::driver::Decided;

/// How long people wait from the first delivery about them to what is done about it.
#[derive(Debug, Default)]
pub(crate) struct Lag {
    /// Who was decided about and has to wait all the same, because a call failed.
    waiting: BTreeMap<EmployeeId, Timestamp>,
}

impl Lag {
    /// How long somebody has waited, if this decision ends it.
    pub(crate) fn of(&mut self, decided: &Decided, now: Timestamp) -> Option<SignedDuration> {
        let earlier = self.waiting.remove(&decided.employee);
        let since = [earlier, decided.since].into_iter().flatten().min()?;
        if matches!(decided.disposition, Disposition::Retry(_)) {
            if self.waiting.len() < MOST {
                self.waiting.insert(decided.employee.clone(), since);
            }
            return None;
        }
        Some(now.duration_since(since))
    }
}

/// When everybody waits, a part of them shows it.
const MOST: usize = 10_000;
