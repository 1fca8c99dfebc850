//! What was asked: every request, without secrets and without values.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One of the two stand-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two stand-ins")]
pub enum Api {
    /// Bob.
    Bob,
    /// 360Learning.
    Learning360,
}

impl Api {
    /// Its name in rules and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bob => "bob",
            Self::Learning360 => "learning360",
        }
    }
}

/// One request to a stand-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Number of the request, from 1, over both stand-ins.
    pub number: u64,
    /// Virtual time.
    pub at: Timestamp,
    /// The stand-in.
    pub api: Api,
    /// HTTP method.
    pub method: String,
    /// Route template, such as `/v1/people/{identifier}`; `unknown` if there is none.
    pub route: String,
    /// The employee or user in the path; never a mail.
    pub person: Option<String>,
    /// Ids of the people named in the body or the query (`root.id` filter, `targetId`).
    pub about: Vec<String>,
    /// Names of the query parameters.
    pub query: Vec<String>,
    /// Field ids asked for (Bob).
    pub fields: Vec<String>,
    /// Names of the body's properties.
    pub body: Vec<String>,
    /// Status of the answer; 0 = the connection was cut.
    pub status: u16,
    /// True if a fault rule changed the answer.
    pub fault: bool,
}

/// The log of a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Log {
    /// Requests in their order.
    pub requests: Vec<LoggedRequest>,
    /// Number of requests per `api METHOD route`.
    pub counts: BTreeMap<String, u64>,
}

impl Log {
    /// How often a route was called, whatever the answer.
    pub fn count(&self, api: Api, method: &str, route: &str) -> u64 {
        self.counts
            .get(&key(api, method, route))
            .copied()
            .unwrap_or_default()
    }

    /// Requests to one route.
    pub fn of<'a>(
        &'a self,
        api: Api,
        method: &'a str,
        route: &'a str,
    ) -> impl Iterator<Item = &'a LoggedRequest> {
        self.requests
            .iter()
            .filter(move |it| it.api == api && it.method == method && it.route == route)
    }

    /// The log with only the requests after this one.
    pub(crate) fn after(&self, number: u64) -> Self {
        let begin = self.requests.partition_point(|it| it.number <= number);
        Self {
            requests: self.requests[begin..].to_vec(),
            counts: self.counts.clone(),
        }
    }

    pub(crate) fn push(&mut self, mut request: LoggedRequest) {
        request.number = self.counts.values().sum::<u64>() + 1;
        *self
            .counts
            .entry(key(request.api, &request.method, &request.route))
            .or_default() += 1;
        self.requests.push(request);
    }
}

fn key(api: Api, method: &str, route: &str) -> String {
    format!("{} {method} {route}", api.as_str())
}
