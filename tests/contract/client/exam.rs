use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use learning360_client::{Client, Error, ErrorCode};
use serde_json::{Value, json};
use system_tests::openapi::{Operation, Spec, filled, slots};
use wiremock::Request;

use super::answer::Answer;
use super::cases::Case;
use super::coverage::{Read, Row};
use super::input::Input;
use super::seen::differences;
use super::vendor::{Answers, Vendor, is_for_token};

/// One operation, asked and answered in every way.
pub(super) struct Exam<'e> {
    spec: &'e Spec,
    vendor: &'e Vendor,
    case: &'e Case,
    operation: &'e Operation,
    /// The client of the last call, if that went well.
    client: Option<Client>,
    /// Everything that a request may hold, and what is left of it.
    slots: Arc<BTreeSet<String>>,
    empty: BTreeSet<String>,
    /// What the requests held, each once.
    requests: BTreeSet<String>,
    /// The statuses that were read, with their codes.
    read: BTreeMap<u16, BTreeSet<String>>,
    /// What was wrong, with the first example.
    problems: BTreeMap<String, String>,
}

impl<'e> Exam<'e> {
    pub(super) fn new(spec: &'e Spec, vendor: &'e Vendor, case: &'e Case) -> Self {
        let found = spec.operation(case.method, &case.template());
        let operation = found.expect("another test says so");
        let slots: BTreeSet<String> = slots(&operation.content_schema());
        Self {
            spec,
            vendor,
            case,
            operation,
            client: None,
            empty: slots.clone(),
            slots: Arc::new(slots),
            requests: BTreeSet::new(),
            read: BTreeMap::new(),
            problems: BTreeMap::new(),
        }
    }

    /// Makes the call with many inputs. Each request must be what the operation takes, and must
    /// hold what was given.
    pub(super) async fn inputs(&mut self) {
        let statuses = self.operation.answers().keys();
        let success = statuses.copied().find(|status| *status < 300);
        let status = success.unwrap_or(UNDECLARED_SUCCESS);
        let declared = self.operation.answers().get(&status);
        let kinds = declared.map(|answer| answer.kinds()).unwrap_or_default();
        for turn in 0..MOST_INPUTS {
            if turn >= LEAST_INPUTS && self.empty.iter().all(|slot| self.is_excused(slot)) {
                break;
            }
            let kind = kinds.get(turn % kinds.len().max(1)).copied();
            let answer = Answer::new(self.operation, status, kind, turn as u64);
            self.exchange(turn, answer).await;
        }
    }

    /// Answers with each declared status, and each kind of body it may have. Each must be read as
    /// what it is.
    pub(super) async fn answers(&mut self) {
        for (status, declared) in self.operation.answers() {
            let kinds = declared.kinds().into_iter().map(Some);
            let kinds: Vec<_> = match declared.schema() {
                Some(_) => kinds.collect(),
                None => vec![None],
            };
            for (number, kind) in kinds.into_iter().enumerate() {
                for seed in 0..ANSWERS {
                    let turn = number * ANSWERS + seed;
                    let answer = Answer::new(self.operation, *status, kind, turn as u64);
                    self.exchange(turn, answer).await;
                }
            }
            let codes: BTreeSet<_> = declared.codes().into_iter().map(str::to_owned).collect();
            if self.read.get(status).is_none_or(|read| *read != codes) {
                self.problem(format!("{status}: not every code was read"), "");
            }
        }
    }

    /// Notes what the operation takes and was never sent.
    pub(super) fn gaps(&mut self) {
        for slot in core::mem::take(&mut self.empty) {
            if !self.is_excused(&slot) {
                self.problem(format!("{slot} was never sent"), "");
            }
        }
    }

    /// Whether the client has a reason not to send it.
    fn is_excused(&self, slot: &str) -> bool {
        let is_mapping = self.case.route.starts_with("/external-ids");
        let kind = slot.rsplit_once('=').map(|(_, kind)| kind);
        let is_unmapped = is_mapping && kind.is_some_and(|kind| UNMAPPED.contains(&kind));
        let mut excused = EXCUSED.iter();
        is_unmapped || excused.any(|(route, at)| *route == self.case.route && slot.starts_with(at))
    }

    /// The row of the table, and what was wrong.
    pub(super) fn end(self) -> (Row, Vec<String>) {
        let (method, route) = (self.case.method, self.case.route);
        let problems = self.problems.iter();
        let problems =
            problems.map(|(what, example)| format!("{method} {route}: {what} {example}"));
        let problems = problems.collect();
        let declared = self.operation.answers();
        let read = self.read.iter().map(|(status, codes)| Read {
            status: *status,
            codes: codes.len(),
            is_declared: declared.contains_key(status),
        });
        let row = Row {
            method,
            path: self.case.template(),
            call: self.case.name,
            scope: self.operation.scope().map(str::to_owned),
            inputs: self.requests.len(),
            read: read.collect(),
        };
        (row, problems)
    }

    async fn exchange(&mut self, turn: usize, answer: Answer) {
        let mut input = Input::new(turn, &self.slots);
        let log = input.clone();
        let is_token = self.case.is_token();
        let (answers, id, secret) = if is_token {
            (Answers::Token, input.text(), input.text())
        } else {
            (Answers::Others, "id".to_owned(), "secret".to_owned())
        };
        let given = log.given();
        self.vendor.play(answers, answer.replies.clone());
        // After an error a client may pause, or ask for another token.
        let client = match self.client.take() {
            Some(client) if !is_token => client,
            _ => self.vendor.client(&id, &secret),
        };
        let called = (self.case.call)(&client, input).await;
        let given = if is_token { given } else { log.given() };
        let requests = self.vendor.requests();
        let (mine, others): (Vec<_>, Vec<_>) = requests
            .into_iter()
            .partition(|request| is_for_token(request) == is_token);
        for (number, request) in mine.iter().enumerate() {
            // Those that follow go on with a cursor, or are repetitions.
            let given = if number == 0 { &given[..] } else { &[] };
            self.judge(request, given);
        }
        if mine.is_empty() {
            self.problem("nothing was sent", "");
        }
        let seen = match called {
            // What a token is can be seen in the call that it is used for.
            Ok(_) if is_token => Ok(token_in(others.first())),
            other => other,
        };
        self.client = seen.is_ok().then_some(client);
        self.compare(&answer, seen);
    }

    fn judge(&mut self, request: &Request, given: &[String]) {
        let (method, url) = (request.method.as_str(), &request.url);
        let (path, query) = (url.path(), url.query().unwrap_or_default());
        let (headers, body) = (&request.headers, &request.body);
        match self.spec.check_request(method, path, query, headers, body) {
            Ok(operation) if operation.template() != self.operation.template() => {
                self.problem("it went elsewhere", operation.template());
            }
            Ok(_) => {}
            Err(problems) => {
                for problem in problems.texts() {
                    self.problem(problem, query);
                }
            }
        }
        let content = self.operation.content(path, query, headers, body);
        let places = filled(&content);
        let mut texts = BTreeSet::new();
        collect(&content, &mut texts);
        for value in given {
            if !texts.contains(value.as_str()) {
                let example = format!("{value:?} is not in {content}");
                self.problem("not all values arrive", &example);
            }
        }
        self.empty.retain(|slot| !places.contains(slot));
        self.requests.insert(content.to_string());
    }

    fn compare(&mut self, answer: &Answer, seen: Result<Value, Error>) {
        let status = answer.status;
        match seen {
            Ok(seen) if status < 300 => {
                for (at, difference) in differences(&answer.says, &seen) {
                    self.problem(format!("{status}{at} is misread"), &difference);
                }
                self.read.entry(status).or_default();
            }
            Ok(_) => self.problem(format!("{status} is taken for a success"), ""),
            Err(error) if status >= 400 => {
                let code = error.code().map(|code| code.as_str().to_owned());
                let is_known = error.code().is_some_and(ErrorCode::is_known);
                let seen = error.status().map(|status| status.as_u16());
                if (seen, &code) != (Some(status), &answer.code) || !is_known {
                    let what = format!("{status} {:?} is misread", answer.code);
                    self.problem(what, &error.to_string());
                }
                self.read.entry(status).or_default().extend(code);
            }
            Err(error) => {
                let what = format!("{status} is taken for an error");
                self.problem(what, &error.to_string());
            }
        }
    }

    /// Notes a problem, with the first example of it.
    fn problem(&mut self, what: impl Into<String>, example: &str) {
        let noted = self.problems.entry(what.into());
        noted.or_insert_with(|| example.to_owned());
    }
}

/// The token that a request carries, as it was granted.
fn token_in(request: Option<&Request>) -> Value {
    let header = request.and_then(|request| request.headers.get("authorization"));
    let header = header.and_then(|value| value.to_str().ok()?.split_once(' '));
    let (kind, token) = header.unwrap_or_default();
    json!({"token_type": kind, "access_token": token})
}

/// All texts of a value.
fn collect<'v>(value: &'v Value, texts: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => {
            texts.insert(text);
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(object) => object.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

/// How often each call is made at least; beyond that, until every place has been filled.
const LEAST_INPUTS: usize = 24;

const MOST_INPUTS: usize = 240;

/// How many answers of each status and kind are read.
const ANSWERS: usize = 2;

/// Two operations name no success: this one says nothing.
const UNDECLARED_SUCCESS: u16 = 204;

/// Routes, and the beginnings of places that the client leaves empty on purpose.
const EXCUSED: [(&str, &str); 6] = [
    // For calls in the name of one user, of which there are none here.
    ("/oauth2/token", "body.company_id"),
    ("/oauth2/token", "body.user_id"),
    // Null for each of the four colors says as much.
    ("/groups/{groupId}/branding", "body.colors=null"),
    // A list is of one kind of objects, because ids of several kinds have several types.
    ("/external-ids", "query.type.ne"),
    ("/external-ids", "query.type.in"),
    ("/external-ids", "query.type.nin"),
];

/// Kinds of objects that can be mapped to external IDs, but that this client has no ids of.
const UNMAPPED: [&str; 10] = [
    "attempt",
    "classroom",
    "classroomAttendance",
    "classroomAttendanceSheet",
    "classroomSlot",
    "classroomSlotRegistration",
    "learningNeed",
    "pathEnrollment",
    "pathTracking",
    "registrationRequest",
];
