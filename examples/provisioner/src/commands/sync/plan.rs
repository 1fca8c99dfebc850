//! A plan as it is shown: counts, everything that is taken away, and a sample.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use provisioning_core::driver::{Planned, Survey};
use provisioning_core::policy::Depth;
use provisioning_core::sync::{Situation, SourceHealth};
use provisioning_core::{Reason, Step};
use serde::Serialize;

use super::estimate;
use crate::commands::Exit;
use crate::commands::steps::{Names, takes_away};
use crate::output::words::{people, span};

/// A plan without any value.
#[derive(Debug, Serialize)]
pub(super) struct Plan {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<PathBuf>,
    pub(super) at: Timestamp,
    pub(super) depth: &'static str,
    pub(super) policy: String,
    /// How many people Bob listed; null = only some were looked at.
    pub(super) listed: Option<u64>,
    pub(super) unreadable: u64,
    /// Whether Bob's list is believed: `good`, or `shrunken`.
    pub(super) source: &'static str,
    pub(super) situations: BTreeMap<&'static str, u64>,
    /// How many people change.
    pub(super) changes: usize,
    /// How many steps the guards would hold.
    pub(super) held: usize,
    /// Every step that takes something away.
    pub(super) destructive: Vec<Taken>,
    /// Whoever cannot be brought in step before a person has done something.
    pub(super) stuck: Vec<Stuck>,
    /// The first few people who change.
    pub(super) sample: Vec<Sampled>,
    /// Fields that nearly everybody lost at once.
    pub(super) suspected: Vec<String>,
    /// About how long it takes.
    pub(super) seconds: u64,
}

/// A step that takes something away.
#[derive(Debug, Serialize)]
pub(super) struct Taken {
    pub(super) employee: String,
    pub(super) step: String,
    #[serde(skip)]
    pub(super) words: String,
    pub(super) because: Reason,
    /// Why the guards would hold it; null = they would not.
    pub(super) held: Option<Reason>,
}

/// Somebody who cannot be brought in step.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Stuck {
    pub(super) employee: String,
    #[serde(skip)]
    pub(super) situation: Situation,
    pub(super) because: Reason,
}

/// Somebody who changes.
#[derive(Debug, Serialize)]
pub(super) struct Sampled {
    pub(super) employee: String,
    pub(super) situation: &'static str,
    pub(super) steps: Vec<String>,
    #[serde(skip)]
    pub(super) words: Vec<String>,
}

impl Plan {
    pub(super) fn of(survey: &Survey, names: Names<'_>) -> Self {
        let people = survey.people.iter();
        let destructive = people.flat_map(|planned| {
            let steps = planned.plan.steps().iter();
            let taking = steps.filter(|step| takes_away(&step.action));
            taking.map(move |step| Taken::of(planned, step, names))
        });
        let sample = survey.to_change().take(SAMPLE);
        let situations = survey.tally.situations();
        Self {
            file: None,
            at: survey.at,
            depth: match survey.depth {
                Depth::Deep => "deep",
                Depth::Light => "light",
            },
            policy: survey.policy.to_string(),
            listed: survey.listed,
            unreadable: survey.unreadable,
            source: match survey.health {
                SourceHealth::Shrunken => "shrunken",
                _ => "good",
            },
            situations: situations
                .map(|(situation, count)| (situation.as_str(), count))
                .collect(),
            changes: survey.to_change().count(),
            held: survey.people.iter().map(|planned| planned.held.len()).sum(),
            destructive: destructive.collect(),
            stuck: Stuck::all(survey).collect(),
            sample: sample.map(|planned| Sampled::of(planned, names)).collect(),
            suspected: survey.suspected.iter().map(ToString::to_string).collect(),
            seconds: estimate::seconds(survey),
        }
    }

    /// The same plan, which was written to this file.
    pub(super) fn in_file(self, path: &Path) -> Self {
        Self {
            file: Some(path.to_owned()),
            ..self
        }
    }

    /// How many people are in which situation.
    pub(super) fn situations(&self) -> &BTreeMap<&'static str, u64> {
        &self.situations
    }

    /// How many people change.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// How many change, and how long that takes.
    pub(super) fn estimate(&self) -> String {
        let seconds = i64::try_from(self.seconds).unwrap_or(i64::MAX);
        let takes = span(SignedDuration::from_secs(seconds.max(1)));
        let people = people(self.changes);
        format!("{people} to change; it takes about {takes} at 360Learning's rate limits.")
    }

    /// What a person is asked.
    pub(super) fn question(&self) -> String {
        format!("Carry it out for {}?", people(self.changes))
    }

    pub(super) fn exit(&self) -> Exit {
        if self.held > 0 {
            Exit::Held
        } else {
            Exit::Done
        }
    }
}

impl Taken {
    fn of(planned: &Planned, step: &Step, names: Names<'_>) -> Self {
        let held = planned.held.iter().find(|held| held.step == step.id);
        Self {
            employee: planned.employee.to_string(),
            step: step.action.to_string(),
            words: names.step(&step.action),
            because: step.reason,
            held: held.map(|held| held.reason),
        }
    }
}

impl Stuck {
    /// Everybody in a plan for whom nothing can be done.
    pub(super) fn all(survey: &Survey) -> impl Iterator<Item = Self> {
        let stuck = survey.people.iter().filter(|planned| {
            matches!(planned.situation, Situation::Conflict | Situation::Error)
                || planned.situation == Situation::Held && planned.plan.is_empty()
        });
        stuck.map(|planned| Self {
            employee: planned.employee.to_string(),
            situation: planned.situation,
            because: planned.disposition.reason(),
        })
    }
}

impl Sampled {
    fn of(planned: &Planned, names: Names<'_>) -> Self {
        let actions = planned.plan.steps().iter().map(|step| &step.action);
        Self {
            employee: planned.employee.to_string(),
            situation: planned.situation.as_str(),
            steps: actions.clone().map(ToString::to_string).collect(),
            words: actions.map(|action| names.step(action)).collect(),
        }
    }
}

const SAMPLE: usize = 10;
