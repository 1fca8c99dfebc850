use jiff::SignedDuration;
use provisioning_core::driver::Decided;
use provisioning_core::{Disposition, HoldState};

use crate::store;

/// A decision as one log line; what needs a person is louder. It holds ids and names only.
pub(crate) fn tell(decided: &Decided, lag: Option<SignedDuration>) {
    let (employee, disposition) = (&decided.employee, decided.disposition);
    let (name, reason) = (disposition.as_str(), disposition.reason().as_str());
    let steps = decided
        .applied
        .iter()
        .map(|(step, outcome)| format!("{} {}", step.id, store::outcome(outcome)));
    let steps = list(steps);
    let held = decided.held.iter();
    let held = held.filter(|hold| hold.state == HoldState::Held);
    let held = list(held.map(|hold| format!("{} {}", hold.step, hold.reason)));
    let findings = list(decided.findings.iter().map(ToString::to_string));
    let next = decided.due.map(|due| due.to_string());
    let lag_ms = lag.map(|lag| i64::try_from(lag.as_millis()).unwrap_or(i64::MAX));
    macro_rules! line {
        ($level:ident, $text:literal) => {
            tracing::$level!(
                %employee, disposition = name, reason, steps, held, findings, next, lag_ms, $text
            )
        };
    }
    match disposition {
        Disposition::Dead(_) => line!(error, "given up"),
        Disposition::Conflict(_) => line!(warn, "needs a person"),
        _ if held.is_some() => line!(warn, "held for approval"),
        _ => line!(info, "decided"),
    }
}

/// Nothing, or the items between commas.
fn list(items: impl Iterator<Item = String>) -> Option<String> {
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| items.join(", "))
}
