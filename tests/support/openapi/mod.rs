//! 360Learning's own OpenAPI files as a judge of requests and answers.
//!
//! The files are not part of this repository. [`Spec::load`] reads them from the folder that the
//! environment variable `LEARNING360_OPENAPI` names; without it, tests that need them say so on
//! standard error and pass.
//!
//! Three things are read differently from what the files say about themselves:
//! `nullable: true` counts although they call themselves 3.1; `oneOf` means "any of", because its
//! branches overlap (an empty list is a list of dates and of texts); and objects with properties
//! are closed, because an undocumented property is a mistake on either side.

mod form;
mod generate;
mod operation;
mod schema;
mod slots;
mod wrong;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, ensure};
use reqwest::header::HeaderMap;
use serde_json::Value;

pub use self::generate::Generator;
pub use self::operation::{Answer, Operation};
pub use self::schema::violations;
pub use self::slots::{filled, slots};
pub use self::wrong::{Wrong, wrong_values};

/// The operations and events of all files.
#[derive(Debug)]
pub struct Spec {
    operations: Vec<Operation>,
    /// Schemas of the bodies of webhooks, by event type.
    events: BTreeMap<String, Value>,
}

/// Everything that is wrong with a request or an answer; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<String>);

impl Problems {
    /// One text per problem.
    pub fn texts(&self) -> &[String] {
        &self.0
    }

    fn none_or(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems))
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for Problems {}

impl Spec {
    /// Reads the files, or says on standard error why the test is skipped.
    ///
    /// # Panics
    /// If the variable is set and the files are missing or broken.
    pub fn load() -> Option<Self> {
        let folder = std::env::var_os(VARIABLE);
        let Some(folder) = folder.filter(|folder| Path::new(folder).is_dir()) else {
            skipped();
            return None;
        };
        Some(Self::read(Path::new(&folder)).expect("the OpenAPI files can be used"))
    }

    /// Reads the files of a folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut spec = Self {
            operations: Vec::new(),
            events: BTreeMap::new(),
        };
        for name in FILES {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).with_context(|| format!("{name} cannot be read"))?;
            let document = serde_json::from_slice(&bytes)
                .with_context(|| format!("{name} is no JSON document"))?;
            spec.add(&document)
                .with_context(|| format!("{name} is not understood"))?;
        }
        Ok(spec)
    }

    /// Adds a document's operations and events.
    pub fn add(&mut self, document: &Value) -> anyhow::Result<()> {
        let before = self.operations.len();
        let paths = document["paths"].as_object().context("no paths")?;
        for (template, methods) in paths {
            for (method, operation) in methods.as_object().context("a path is no object")? {
                let operation = Operation::read(document, method, template, operation)
                    .with_context(|| format!("{method} {template}"))?;
                self.operations.push(operation);
            }
        }
        ensure!(self.operations.len() > before, "no operations");
        for (kind, event) in document["webhooks"].as_object().into_iter().flatten() {
            let body = &event["post"]["requestBody"]["content"]["application/json"]["schema"];
            let body = schema::resolve(document, body)?;
            self.events.insert(kind.clone(), body);
        }
        Ok(())
    }

    /// All operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this method (in either case) and path template.
    pub fn operation(&self, method: &str, template: &str) -> Option<&Operation> {
        let is_it =
            |it: &&Operation| it.method().eq_ignore_ascii_case(method) && it.template() == template;
        self.operations.iter().find(is_it)
    }

    /// The operation that a request with this method and path calls.
    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        self.matching(method, path).map(|(operation, _)| operation)
    }

    /// All types of events, with the schemas of their bodies.
    pub fn events(&self) -> impl Iterator<Item = (&str, &Value)> {
        let events = self.events.iter();
        events.map(|(kind, schema)| (kind.as_str(), schema))
    }

    /// The schema of an event's body.
    pub fn event(&self, kind: &str) -> Option<&Value> {
        self.events.get(kind)
    }

    /// Checks a request's path, query, headers and body; returns the operation it calls.
    ///
    /// `body` is empty if there is none. `query` is as on the wire, without the question mark.
    pub fn check_request(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<&Operation, Problems> {
        let Some((operation, parameters)) = self.matching(method, path) else {
            let text = format!("{method} {path} is no operation");
            return Err(Problems(vec![text]));
        };
        let problems = operation.check(&parameters, query, headers, body);
        Problems::none_or(problems).map(|()| operation)
    }

    fn matching(&self, method: &str, path: &str) -> Option<(&Operation, BTreeMap<&str, String>)> {
        let candidates = self.operations.iter().filter_map(|it| {
            let parameters = it.matches(method, path)?;
            Some((it, parameters))
        });
        // The most literal template wins: `/users/me` before `/users/{userId}`.
        candidates.min_by_key(|(_, found)| found.len())
    }

    /// Checks an answer's status, content type and body.
    pub fn check_response(
        &self,
        method: &str,
        template: &str,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<(), Problems> {
        let Some(operation) = self.operation(method, template) else {
            let text = format!("{method} {template} is no operation");
            return Err(Problems(vec![text]));
        };
        Problems::none_or(operation.check_answer(status, content_type, body))
    }

    /// Checks the body of a webhook.
    pub fn check_event(&self, kind: &str, body: &Value) -> Result<(), Problems> {
        let Some(schema) = self.events.get(kind) else {
            return Err(Problems(vec![format!("{kind} is no event")]));
        };
        Problems::none_or(violations(schema, body))
    }
}

fn skipped() {
    use std::io::Write as _;
    // Written past the test runner's capture, so that nobody takes a skipped test for a check.
    drop(writeln!(
        std::io::stderr(),
        "\n*** SKIPPED: this test needs 360Learning's OpenAPI files. Set {VARIABLE} to the folder \
         that holds {}. ***\n",
        FILES.join(", ")
    ));
}

/// Names the folder.
const VARIABLE: &str = "LEARNING360_OPENAPI";

const FILES: [&str; 4] = [
    "360learning-core-api.json",
    "360learning-bulk-api.json",
    "360learning-webhook-api.json",
    "360learning-user-authorized-api.json",
];

#[cfg(test)]
mod tests;
