//! Every operation: what it sends, and what it makes of every kind of answer.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::future::Future;
use std::pin::Pin;

use hibob_client::table::{BulkTable, TableName, TrainingEntry};
use hibob_client::{
    Client, EmailAddress, Error, ErrorKind, ListItemId, ListName, Quota, RowId, Sent, TableId,
    Written,
};
use jiff::civil::date;
use serde_json::{Value, json};
use support::{builder, client, field, id, raw_server};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// What became of a call: whether a write changed anything.
type Outcome = Result<Option<Written>, Error>;

thread_local! {
    static HTTP: reqwest::Client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
}

struct Operation {
    name: &'static str,
    call: fn(Client) -> Pin<Box<dyn Future<Output = Outcome> + Send>>,
    /// Method, and path with query.
    line: &'static str,
    /// What is sent; null is nothing.
    sends: Value,
    template: &'static str,
    /// A body that is right; null is none.
    answer: Value,
    /// Whether a second request does no harm.
    repeats: bool,
    /// Whether a refusal may be about one person only.
    names_a_person: bool,
}

macro_rules! read {
    ($client:ident => $call:expr) => {
        |$client: Client| Box::pin(async move { $call.await.map(|_| None) })
    };
}

macro_rules! write {
    ($client:ident => $call:expr) => {
        |$client: Client| Box::pin(async move { $call.await.map(Some) })
    };
}

fn item(text: &str) -> ListItemId {
    ListItemId::try_from(text).unwrap()
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Drains a stream; an error of it is the outcome.
async fn drain(client: Client) -> Result<(), Error> {
    let mut people = client.people().search().stream();
    while people.next().await.transpose()?.is_some() {}
    Ok(())
}

async fn drain_pager(client: Client) -> Result<(), Error> {
    let mut rows = client.tables().bulk_work().pager();
    while rows.try_next().await?.is_some() {}
    Ok(())
}

// One table is easier to compare with the reference than many pieces.
#[allow(clippy::too_many_lines)]
fn operations() -> Vec<Operation> {
    let person = |name, call, line, template, sends, answer| Operation {
        name,
        call,
        line,
        sends,
        template,
        answer,
        repeats: true,
        names_a_person: true,
    };
    let company = |name, call, line, template, sends, answer| Operation {
        names_a_person: false,
        ..person(name, call, line, template, sends, answer)
    };
    let rows = json!({"values": [{"id": 1}]});
    let people = json!({"employees": [{"id": "7"}]});
    vec![
        company(
            "search",
            read!(c => c.people().search().send()),
            "POST /v1/people/search",
            "/people/search",
            json!({}),
            people.clone(),
        ),
        company(
            "search by address, with labels",
            read!(c => c.people().search().emails([email("a@b.c")]).fields([field("work.title")])
                .append_labels().send()),
            "POST /v1/people/search",
            "/people/search",
            json!({"fields": ["root.id", "root.email", "work.title"], "humanReadable": "APPEND",
                "filters": [{"fieldPath": "root.email", "operator": "equals",
                    "values": ["a@b.c"]}]}),
            json!({"employees": [{"id": "7", "email": "A@B.C"}]}),
        ),
        company(
            "stream",
            read!(c => drain(c)),
            "POST /v1/people/search",
            "/people/search",
            json!({}),
            people.clone(),
        ),
        person(
            "get",
            read!(c => c.people().get(id("7")).fields([field("work.title")]).send()),
            "POST /v1/people/7",
            "/people/{id}",
            json!({"fields": ["root.id", "work.title"]}),
            json!({"id": "7"}),
        ),
        person(
            "get by address, with labels",
            read!(c => c.people().get(email("ada@example.com")).append_labels().send()),
            "POST /v1/people/ada@example.com",
            "/people/{id}",
            json!({"humanReadable": "APPEND"}),
            json!({"id": "7", "email": "ADA@example.com"}),
        ),
        company(
            "profiles",
            read!(c => c.people().profiles().send()),
            "GET /v1/profiles",
            "/profiles",
            Value::Null,
            people,
        ),
        person(
            "edit",
            write!(c => c.people().edit(id("7")).set(field("work.custom.field_1"), "x")
                .clear(field("home.mobilePhone")).send()),
            "PUT /v1/people/7",
            "/people/{id}",
            json!({"work": {"custom": {"field_1": "x"}}, "home": {"mobilePhone": null}}),
            Value::Null,
        ),
        person(
            "change e-mail",
            write!(c => c.people().change_email(id("7"), email("a@b.c")).send()),
            "PUT /v1/people/7/email",
            "/people/{id}/email",
            json!({"email": "a@b.c"}),
            Value::Null,
        ),
        Operation {
            repeats: false,
            ..person(
                "change start date",
                write!(c => c.people().change_start_date(id("7"), date(2026, 9, 6)).reason("r")
                    .send()),
                "POST /v1/employees/7/start-date",
                "/employees/{id}/start-date",
                json!({"startDate": "2026-09-06", "reason": "r"}),
                Value::Null,
            )
        },
        person(
            "lifecycle",
            read!(c => c.tables().lifecycle(id("7")).send()),
            "GET /v1/people/7/lifecycle",
            "/people/{id}/lifecycle",
            Value::Null,
            rows.clone(),
        ),
        person(
            "work, with labels",
            read!(c => c.tables().work(id("7")).append_labels().send()),
            "GET /v1/people/7/work?includeHumanReadable=true",
            "/people/{id}/work",
            Value::Null,
            rows.clone(),
        ),
        person(
            "employment",
            read!(c => c.tables().employment(id("7")).send()),
            "GET /v1/people/7/employment",
            "/people/{id}/employment",
            Value::Null,
            rows.clone(),
        ),
        person(
            "training",
            read!(c => c.tables().training(id("7")).send()),
            "GET /v1/people/7/training",
            "/people/{id}/training",
            Value::Null,
            rows.clone(),
        ),
        person(
            "bank accounts",
            read!(c => c.tables().rows(id("7"), TableName::BankAccounts).send()),
            "GET /v1/people/7/bank-accounts",
            "/people/{id}/bank-accounts",
            Value::Null,
            rows.clone(),
        ),
        person(
            "equities",
            read!(c => c.tables().rows(id("7"), TableName::Equities).send()),
            "GET /v1/people/7/equities",
            "/people/{id}/equities",
            Value::Null,
            rows.clone(),
        ),
        person(
            "salaries",
            read!(c => c.tables().rows(id("7"), TableName::Salaries).send()),
            "GET /v1/people/7/salaries",
            "/people/{id}/salaries",
            Value::Null,
            rows.clone(),
        ),
        person(
            "variable",
            read!(c => c.tables().rows(id("7"), TableName::Variable).send()),
            "GET /v1/people/7/variable",
            "/people/{id}/variable",
            Value::Null,
            rows.clone(),
        ),
        person(
            "custom table",
            read!(c => c.tables().custom(id("7"), &TableId::try_from("category_1__table_2").unwrap())
                .send()),
            "GET /v1/people/custom-tables/7/category_1__table_2",
            "/people/custom-tables/{id}/{table}",
            Value::Null,
            rows,
        ),
        company(
            "bulk",
            read!(c => drain_pager(c)),
            "GET /v1/bulk/people/work?limit=200",
            "/bulk/people/work",
            Value::Null,
            json!({"results": [{"employeeId": "7", "id": 1}],
                "response_metadata": {"next_cursor": null}}),
        ),
        company(
            "bulk of some people",
            read!(c => async move {
                let read = c.tables().bulk(BulkTable::RightToWork).ids([id("1"), id("2")]);
                read.page_size(10).pager().next_page().await
            }),
            "GET /v1/bulk/people/right-to-work?limit=10&employeeIds=1%2C2",
            "/bulk/people/right-to-work",
            Value::Null,
            json!({"results": []}),
        ),
        Operation {
            repeats: false,
            ..person(
                "add training",
                write!(c => c.tables().add_training(id("7"), TrainingEntry::new(item("1"))).send()),
                "POST /v1/people/7/training",
                "/people/{id}/training",
                json!({"name": "1"}),
                Value::Null,
            )
        },
        person(
            "delete training",
            write!(c => c.tables().delete_training(id("7"), RowId::try_from("5").unwrap()).send()),
            "DELETE /v1/people/7/training/5",
            "/people/{id}/training/{entry}",
            Value::Null,
            Value::Null,
        ),
        company(
            "fields",
            read!(c => c.metadata().fields()),
            "GET /v1/company/people/fields",
            "/company/people/fields",
            Value::Null,
            json!([]),
        ),
        company(
            "lists",
            read!(c => c.metadata().lists()),
            "GET /v1/company/named-lists?includeArchived=true",
            "/company/named-lists",
            Value::Null,
            json!({"site": {"items": []}}),
        ),
        company(
            "list",
            read!(c => async move { c.metadata().list(&ListName::try_from("site").unwrap()).await }),
            "GET /v1/company/named-lists/site",
            "/company/named-lists/{name}",
            Value::Null,
            json!({"items": []}),
        ),
    ]
}

impl Operation {
    fn is_write(&self) -> bool {
        self.answer.is_null()
    }

    /// Calls a server that always answers so; the outcome, and how many requests came.
    async fn answered(&self, answer: ResponseTemplate) -> (Outcome, usize) {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        // Setting up TLS is slow, and these calls have none.
        let client = builder(&format!("{}/v1", server.uri()))
            .http(HTTP.with(Clone::clone))
            .build()
            .unwrap();
        let outcome = (self.call)(client).await;
        (outcome, server.received_requests().await.unwrap().len())
    }

    async fn fails(&self, answer: ResponseTemplate) -> (Error, usize) {
        let (outcome, requests) = self.answered(answer).await;
        (outcome.expect_err(self.name), requests)
    }
}

fn check_request(operation: &Operation, request: &Request) {
    let name = operation.name;
    let query = request.url.query().map(|query| format!("?{query}"));
    let path = request.url.path();
    let line = format!("{} {path}{}", request.method, query.unwrap_or_default());
    assert_eq!(line, operation.line, "{name}");
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    assert_eq!(
        header("authorization"),
        Some("Basic U0VSVklDRS0xOmNhbmFyeS10b2tlbg==")
    );
    assert_eq!(header("accept"), Some("application/json"));
    assert!(header("user-agent").unwrap().starts_with("hibob-client/"));
    assert!(header("accept-encoding").unwrap().contains("gzip"));
    if operation.sends.is_null() {
        // HiBob refuses some requests that have a content type but no content.
        assert_eq!(
            (header("content-type"), request.body.len()),
            (None, 0),
            "{name}"
        );
    } else {
        assert_eq!(header("content-type"), Some("application/json"));
        let sent: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(sent, operation.sends, "{name}");
    }
}

#[tokio::test]
async fn each_sends_what_is_documented_and_takes_the_documented_answer() {
    for operation in operations() {
        let server = MockServer::start().await;
        let mut answer = ResponseTemplate::new(200);
        if !operation.is_write() {
            answer = answer.set_body_json(&operation.answer);
        }
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let outcome = (operation.call)(client(&server))
            .await
            .expect(operation.name);
        let expected = operation.is_write().then_some(Written::Accepted);
        assert_eq!(outcome, expected, "{}", operation.name);
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1, "{}", operation.name);
        check_request(&operation, &requests[0]);
    }
}

#[tokio::test]
async fn each_tells_final_statuses_apart_and_repeats_none() {
    for operation in operations() {
        for status in [301, 302, 400, 401, 403, 404, 405, 409, 422] {
            let (error, requests) = operation.fails(ResponseTemplate::new(status)).await;
            let name = operation.name;
            assert_eq!(error.kind(), ErrorKind::Status, "{name}");
            assert_eq!(error.status().unwrap(), status, "{name}");
            assert_eq!((error.attempts(), requests), (1, 1), "{name} {status}");
            assert_eq!(error.route(), Some(operation.template), "{name}");
            assert_eq!(error.sent(), Sent::Yes);
            assert!(!error.is_retryable());
            assert_eq!(error.body(), Some(&b""[..]));
        }
    }
}

#[tokio::test]
async fn each_reads_every_family_of_error_bodies() {
    let families = [
        (
            json!({"key": "k1", "error": "canary", "args": {}}),
            Some("k1"),
        ),
        (
            json!({"error": "BadRequest", "message": "canary", "statusCode": 400, "timestamp": ""}),
            Some("BadRequest"),
        ),
        (json!({"errorMessage": "No permissions to canary"}), None),
        (
            json!({"errors": {"work.site": {"error": "MISSING_MANDATORY_FIELD", "message": "canary"}}}),
            Some("MISSING_MANDATORY_FIELD"),
        ),
    ];
    for operation in operations() {
        for (body, key) in &families {
            let (error, _) = operation
                .fails(ResponseTemplate::new(400).set_body_json(body))
                .await;
            assert_eq!(error.key(), *key, "{}", operation.name);
            assert_eq!(error.body().unwrap(), body.to_string().as_bytes());
            assert!(!format!("{error} {error:#?}").contains("canary"));
        }
        let page = ResponseTemplate::new(400).set_body_raw("<html>", "text/html");
        let (error, _) = operation.fails(page).await;
        assert_eq!((error.key(), error.status().unwrap().as_u16()), (None, 400));
    }
}

#[tokio::test]
async fn not_modified_is_a_success_of_writes_only() {
    for operation in operations() {
        let (outcome, requests) = operation.answered(ResponseTemplate::new(304)).await;
        assert_eq!(requests, 1);
        if operation.is_write() {
            assert_eq!(
                outcome.unwrap(),
                Some(Written::Unchanged),
                "{}",
                operation.name
            );
        } else {
            assert!(outcome.unwrap_err().is_not_modified(), "{}", operation.name);
        }
    }
}

#[tokio::test]
async fn each_repeats_429_and_only_what_may_be_repeated_after_5xx() {
    for operation in operations() {
        let (error, requests) = operation.fails(ResponseTemplate::new(429)).await;
        assert_eq!((error.attempts(), requests), (3, 3), "{}", operation.name);
        assert!(error.is_rate_limited() && error.is_retryable());
        for status in [500, 502, 503, 504] {
            let times = if operation.repeats { 3 } else { 1 };
            let (error, requests) = operation.fails(ResponseTemplate::new(status)).await;
            assert_eq!(requests, times, "{} {status}", operation.name);
            assert_eq!(
                error.is_retryable(),
                operation.repeats,
                "{}",
                operation.name
            );
        }
    }
}

#[tokio::test]
async fn a_web_page_with_200_is_an_error_of_each() {
    for operation in operations() {
        let page = ResponseTemplate::new(200)
            .set_body_raw("<html>canary</html>", "text/html; charset=UTF-8");
        let (error, requests) = operation.fails(page).await;
        let name = operation.name;
        assert_eq!((error.kind(), requests), (ErrorKind::Decode, 1), "{name}");
        assert!(error.to_string().contains("web page"), "{name}: {error}");
        assert!(!format!("{error} {error:#?}").contains("canary"), "{name}");
        assert_eq!(error.body(), Some(&b"<html>canary</html>"[..]), "{name}");
        assert_eq!(error.route(), Some(operation.template), "{name}");
    }
}

#[tokio::test]
async fn odd_bodies_with_200_are_errors_of_each_read() {
    for operation in operations()
        .iter()
        .filter(|operation| !operation.is_write())
    {
        let right = operation.answer.to_string();
        let truncated = &right[..right.len() - 1];
        let garbage = format!("{right} canary");
        for (body, content_type) in [
            ("", "application/json"),
            (truncated, "application/json"),
            (garbage.as_str(), "application/json"),
            ("\"canary\"", "application/json"),
            ("null", "application/json"),
            ("\u{feff}{}", "application/json"),
            (right.as_str(), "text/plain"),
        ] {
            let answer = ResponseTemplate::new(200).set_body_raw(body, content_type);
            let (error, requests) = operation.fails(answer).await;
            let name = operation.name;
            assert_eq!(
                (error.kind(), requests),
                (ErrorKind::Decode, 1),
                "{name}: {body}"
            );
            assert!(!format!("{error} {error:#?}").contains("canary"), "{name}");
        }
    }
}

#[tokio::test]
async fn what_a_write_is_answered_does_not_matter() {
    for operation in operations().iter().filter(|operation| operation.is_write()) {
        for answer in [
            ResponseTemplate::new(200).set_body_raw("canary", "text/plain"),
            ResponseTemplate::new(200).set_body_raw("{\"id\":", "application/json"),
            ResponseTemplate::new(201),
            ResponseTemplate::new(204),
        ] {
            let (outcome, _) = operation.answered(answer).await;
            assert_eq!(
                outcome.unwrap(),
                Some(Written::Accepted),
                "{}",
                operation.name
            );
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_may_have_been_used() {
    for operation in operations() {
        let http = HTTP.with(Clone::clone);
        let client = builder(&raw_server(b"")).http(http).build().unwrap();
        let error = (operation.call)(client).await.expect_err(operation.name);
        assert_eq!(error.kind(), ErrorKind::Transport, "{}", operation.name);
        assert_eq!(error.sent(), Sent::Maybe);
        let times = if operation.repeats { 3 } else { 1 };
        assert_eq!(error.attempts(), times, "{}", operation.name);
    }
}

#[tokio::test]
async fn nothing_is_sent_where_nobody_listens_so_that_each_is_repeated() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    for operation in operations() {
        let client = builder(&url).http(HTTP.with(Clone::clone)).build().unwrap();
        let error = (operation.call)(client).await.expect_err(operation.name);
        let name = operation.name;
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Connect, Sent::No),
            "{name}"
        );
        assert_eq!(error.attempts(), 3, "{name}");
    }
}

#[tokio::test]
async fn a_run_of_refusals_stops_only_calls_that_name_no_person() {
    for operation in operations() {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(403))
            .mount(&server)
            .await;
        let client = builder(&format!("{}/v1", server.uri()))
            .quota(Quota::unlimited())
            .build()
            .unwrap();
        for _ in 0..10 {
            let error = (operation.call)(client.clone()).await.unwrap_err();
            assert!(error.is_forbidden(), "{}", operation.name);
        }
        let error = (operation.call)(client).await.unwrap_err();
        let suspended = error.kind() == ErrorKind::Suspended;
        assert_eq!(suspended, !operation.names_a_person, "{}", operation.name);
    }
}
