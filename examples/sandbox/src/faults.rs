//! Faults on demand: wrong answers, delays, cut connections, by rule.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::log::{Api, LoggedRequest};

/// A rule: which requests it concerns, how often, and what happens to them.
///
/// The first rule that applies wins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// The stand-in.
    pub api: Api,
    /// HTTP method; absent = any.
    #[serde(default)]
    pub method: Option<String>,
    /// Route template as in the log, such as `/api/v2/users/{userId}`; absent = any.
    #[serde(default)]
    pub route: Option<String>,
    /// Only requests about this employee or user (in path, `root.id` filter, `targetId`, or the
    /// input of a bulk operation).
    #[serde(default)]
    pub person: Option<String>,
    /// Only from this virtual time on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Only before this virtual time.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Only the n-th matching request, counted from 1.
    #[serde(default)]
    pub nth: Option<u64>,
    /// At most so many times.
    #[serde(default)]
    pub times: Option<u64>,
    /// Chance per matching request, between 0 and 1; absent = always.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Makes the chances repeatable.
    #[serde(default)]
    pub seed: u64,
    /// What happens.
    pub effect: Effect,
}

impl Fault {
    /// A rule for every request to one stand-in.
    pub fn new(api: Api, effect: Effect) -> Self {
        Self {
            api,
            method: None,
            route: None,
            person: None,
            from: None,
            until: None,
            nth: None,
            times: None,
            probability: None,
            seed: 0,
            effect,
        }
    }

    /// Only this method and route template.
    pub fn on(mut self, method: impl Into<String>, route: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self.route = Some(route.into());
        self
    }

    /// Only requests about this employee or user.
    pub fn about(mut self, person: impl Into<String>) -> Self {
        self.person = Some(person.into());
        self
    }

    /// Only between these virtual times: a storm that passes.
    pub fn between(mut self, from: Timestamp, until: Timestamp) -> Self {
        self.from = Some(from);
        self.until = Some(until);
        self
    }

    /// Only the n-th matching request, from 1.
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// At most so many times.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// With this chance, repeatable by the seed.
    pub fn sometimes(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some(probability);
        self.seed = seed;
        self
    }
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// This answer instead of the real one; the request has no effect.
    Answer {
        /// Status.
        status: u16,
        /// JSON body; absent = empty.
        #[serde(default)]
        body: Option<Value>,
        /// Further headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// The request takes effect, and this answer hides the real one.
    Lost {
        /// Status, such as 502.
        status: u16,
    },
    /// The vendor's own 429; the request has no effect.
    TooManyRequests {
        /// Seconds in `Retry-After`; absent = no such header.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// The real answer after so many milliseconds of real time.
    Delay {
        /// Milliseconds.
        milliseconds: u64,
    },
    /// The connection is closed without an answer.
    Cut {
        /// Before or after the request took effect.
        moment: Moment,
    },
    /// The real answer's body in small pieces, with pauses of real time between them.
    SlowBody {
        /// Bytes per piece.
        bytes: usize,
        /// Pause before each piece.
        milliseconds: u64,
    },
    /// The connection is closed in the middle of the real answer's body.
    CutBody {
        /// Bytes that are still sent.
        bytes: usize,
    },
    /// People as they were so many virtual seconds ago (Bob).
    Stale {
        /// Seconds.
        seconds: u32,
    },
    /// The real answer without these fields: as if permissions had changed.
    HiddenFields {
        /// Field ids in Bob, such as `work.title`; property names in 360Learning.
        fields: Vec<String>,
    },
    /// The real answer's status and body, declared as something else than JSON.
    ContentType {
        /// The `Content-Type`.
        value: String,
    },
    /// 200 with the vendor's web application instead of an answer; the request has no effect.
    Html,
    /// 200 with nobody in it; the request has no effect.
    EmptyList,
}

impl Effect {
    /// An answer with a status and no body.
    pub fn status(status: u16) -> Self {
        Self::Answer {
            status,
            body: None,
            headers: BTreeMap::new(),
        }
    }

    /// An answer with a status and a JSON body.
    pub fn json(status: u16, body: Value) -> Self {
        Self::Answer {
            status,
            body: Some(body),
            headers: BTreeMap::new(),
        }
    }
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is a before and an after")]
pub enum Moment {
    /// The request had no effect.
    Before,
    /// The request took effect, and its answer is lost.
    After,
}

/// The rules in force, with their counters.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<(Fault, Count)>,
}

#[derive(Debug, Default)]
struct Count {
    matched: u64,
    applied: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, rules: Vec<Fault>) {
        self.rules
            .extend(rules.into_iter().map(|rule| (rule, Count::default())));
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The effect of the first rule that applies; counts it.
    pub(crate) fn decide(&mut self, request: &LoggedRequest) -> Option<Effect> {
        for (rule, count) in &mut self.rules {
            if !concerns(rule, request) {
                continue;
            }
            count.matched += 1;
            let due = rule.nth.is_none_or(|nth| nth == count.matched)
                && rule.times.is_none_or(|times| count.applied < times)
                && rule
                    .probability
                    .is_none_or(|p| chance(rule.seed, count.matched) < p);
            if due {
                count.applied += 1;
                return Some(rule.effect.clone());
            }
        }
        None
    }
}

fn concerns(rule: &Fault, request: &LoggedRequest) -> bool {
    rule.api == request.api
        && rule
            .method
            .as_ref()
            .is_none_or(|it| it.eq_ignore_ascii_case(&request.method))
        && rule.from.is_none_or(|from| from <= request.at)
        && rule.until.is_none_or(|until| request.at < until)
        && rule.route.as_ref().is_none_or(|it| *it == request.route)
        && rule
            .person
            .as_ref()
            .is_none_or(|it| request.person.as_ref() == Some(it) || request.about.contains(it))
}

/// A number between 0 and 1 that depends on seed and position only (splitmix64).
fn chance(seed: u64, position: u64) -> f64 {
    let mut x = seed.wrapping_add(position.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    f64::from(u32::try_from(x >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}
