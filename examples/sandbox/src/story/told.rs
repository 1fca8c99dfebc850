//! What came of a story.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::agree::Agreement;

/// What came of a story.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Told {
    /// Its title.
    pub title: String,
    /// Step by step.
    pub steps: Vec<ToldStep>,
    /// Whether both sides agree at the end; absent without a policy.
    pub agreement: Option<Agreement>,
}

impl Told {
    /// Whether every act was done, and both sides agree as far as that was asked.
    pub fn is_good(&self) -> bool {
        let done = self.steps.iter().all(|step| step.refused.is_empty());
        done && self.agreement.as_ref().is_none_or(|it| it.agree)
    }
}

/// What came of a step. `Display` is a few lines for people.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ToldStep {
    /// Virtual time at which it was done.
    pub at: Timestamp,
    /// What happens.
    pub say: String,
    /// Acts that were done.
    pub acts: usize,
    /// Why acts were refused.
    pub refused: Vec<String>,
    /// Bob's events by type, those of the time before the step among them.
    pub events: BTreeMap<String, u64>,
    /// Attempts to deliver them, by status; 0 = no answer.
    pub deliveries: BTreeMap<u16, u64>,
    /// The host's requests by product, method, route and status.
    pub requests: BTreeMap<String, u64>,
}

impl fmt::Display for ToldStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.strftime("%Y-%m-%d %H:%M:%S");
        write!(f, "{at}  {}", self.say)?;
        let mut list = |name: &str, items: Vec<String>| {
            if items.is_empty() {
                return Ok(());
            }
            write!(f, "\n  {name:<11}{}", items.join(", "))
        };
        let counted = |(name, count): (&String, &u64)| match count {
            1 => name.clone(),
            count => format!("{name} ×{count}"),
        };
        list("refused", self.refused.clone())?;
        list("events", self.events.iter().map(counted).collect())?;
        let deliveries = self.deliveries.iter();
        let deliveries = deliveries.map(|(status, count)| match status {
            0 => format!("no answer ×{count}"),
            status => format!("{status} ×{count}"),
        });
        list("deliveries", deliveries.collect())?;
        list("requests", self.requests.iter().map(counted).collect())
    }
}
