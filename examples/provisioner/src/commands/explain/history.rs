//! What was decided before.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::store::AuditEntry;

/// A decision of the past, as the audit knows it.
#[derive(Debug, Serialize)]
pub(super) struct Past {
    pub(super) at: Timestamp,
    pub(super) disposition: String,
    pub(super) reason: String,
    detail: Value,
}

impl Past {
    pub(super) fn of(entry: AuditEntry) -> Self {
        Self {
            at: entry.at,
            disposition: entry.disposition,
            reason: entry.reason,
            detail: serde_json::from_str(&entry.detail).unwrap_or_default(),
        }
    }

    /// What was done, in a few words.
    pub(super) fn done(&self) -> String {
        let list = |name: &str| self.detail[name].as_array().into_iter().flatten();
        let kind = |step: &Value| {
            let step = step.as_str().unwrap_or_default();
            step.split(':').next().unwrap_or_default().to_owned()
        };
        let steps = list("steps").map(|step| match step["outcome"].as_str() {
            Some("done") | None => kind(&step["step"]),
            Some(outcome) => format!("{} ({outcome})", kind(&step["step"])),
        });
        let held = list("held").map(|step| format!("{} (held)", kind(step)));
        let found = list("findings")
            .filter_map(Value::as_str)
            .map(|it| format!("found {it}"));
        let parts: Vec<_> = steps.chain(held).chain(found).collect();
        parts.join(", ")
    }
}
