//! Writing back over HTTP, and checking what can be read.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::time::Duration;

use hibob_client::{Client, Compared, ErrorKind, Sent, Written};
use serde_json::{Value, json};
use support::{always, builder, client, field, id, in_one_thread, raw_server};
use tokio::time::Instant;
use wiremock::matchers::{body_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A server that takes every edit, and then shows these records one after the other.
async fn edited(records: &[Value]) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    let (last, first) = records.split_last().unwrap();
    for record in first {
        Mock::given(method("POST"))
            .respond_with(ok(record))
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    Mock::given(method("POST"))
        .respond_with(ok(last))
        .mount(&server)
        .await;
    let client = client(&server);
    (server, client)
}

#[tokio::test]
async fn an_edit_is_compared_at_once_if_it_shows() {
    let (_server, client) =
        edited(&[json!({"id": "7", "firstName": "Ada", "work": {"x": 5}})]).await;
    let edit = client.people().edit(id("7"));
    let edit = edit
        .set(field("root.firstName"), "Ada")
        .set(field("work.x"), "5");
    let compared = edit.send_and_compare().await.unwrap();
    assert_eq!(compared.written, Written::Accepted);
    assert!(compared.is_complete());
}

/// Edits two fields of somebody whose record then comes so, the last one over and over; what came
/// of it, and after how many seconds.
async fn compared(records: &[Value]) -> (Compared, u64) {
    let mut records = records.iter().peekable();
    let mut next = || {
        let record = records.next().unwrap();
        let is_last = records.peek().is_none();
        (record.to_string(), is_last)
    };
    let mut last = None;
    let answer = |line: &str| {
        if line.starts_with("PUT") {
            return (200, "", String::new());
        }
        let record = last.clone().unwrap_or_else(|| {
            let (record, is_last) = next();
            last = is_last.then(|| record.clone());
            record
        });
        (200, "", record)
    };
    in_one_thread(answer, async |builder| {
        let start = Instant::now();
        let people = builder.build().unwrap().people();
        let edit = people.edit(id("7")).set(field("root.firstName"), "Ada");
        let edit = edit.set(field("work.title"), "new");
        (
            edit.send_and_compare().await.unwrap(),
            start.elapsed().as_secs(),
        )
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_behind_is_waited_for() {
    let old = json!({"id": "7", "firstName": "Eve", "work": {"title": "new"}});
    let new = json!({"id": "7", "firstName": "Ada", "work": {"title": "new"}});
    let (compared, seconds) = compared(&[old.clone(), old, new]).await;
    assert!(compared.is_complete());
    assert_eq!(seconds, 3);
}

#[tokio::test(start_paused = true)]
async fn fields_that_were_ignored_are_named_after_twenty_seconds() {
    let record = json!({"id": "7", "firstName": "Ada", "work": {"title": "old"}});
    let (compared, seconds) = compared(&[record]).await;
    assert_eq!(
        compared.ignored.into_iter().collect::<Vec<_>>(),
        [field("work.title")]
    );
    assert!(compared.unreadable.is_empty());
    assert_eq!(seconds, 20);
}

#[tokio::test(start_paused = true)]
async fn a_field_that_cannot_be_read_is_not_waited_for() {
    let (compared, seconds) = compared(&[json!({"id": "7", "firstName": "Ada"})]).await;
    assert!(compared.ignored.is_empty());
    assert_eq!(
        compared.unreadable.into_iter().collect::<Vec<_>>(),
        [field("work.title")]
    );
    assert_eq!(seconds, 0);
}

#[tokio::test]
async fn an_unchanged_edit_says_so() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(304), 1).await;
    let edit = client(&server)
        .people()
        .edit(id("7"))
        .clear(field("home.mobilePhone"));
    assert_eq!(edit.send().await.unwrap(), Written::Unchanged);
}

#[tokio::test]
async fn what_cannot_be_edited_is_not_sent() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(200), 0).await;
    let people = client(&server).people();
    for edit in [
        people.edit(id("7")),
        people.edit(id("7")).set(field("root.email"), "a@b"),
        people
            .edit(id("7"))
            .set(field("work.startDate"), "2026-01-01"),
        people
            .edit(id("7"))
            .set(field("a.b"), 1)
            .set(field("a.b.c"), 1),
    ] {
        let error = edit.send_and_compare().await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Request, Sent::No));
    }
}

#[tokio::test]
async fn a_refused_write_is_not_repeated_although_it_comes_as_401() {
    let server = MockServer::start().await;
    let body = json!({"errorMessage": "No permissions to edit canary"});
    always(&server, ResponseTemplate::new(401).set_body_json(body), 1).await;
    let edit = client(&server)
        .people()
        .edit(id("7"))
        .set(field("work.x"), 1);
    let error = edit.send().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn a_training_row_whose_answer_is_lost_is_not_added_twice() {
    let broken = raw_server(b"HTTP/1.1 200 OK\r\ncontent-len");
    let name = hibob_client::ListItemId::try_from("1").unwrap();
    let entry = hibob_client::table::TrainingEntry::new(name);
    let client = builder(&broken).build().unwrap();
    let error = client
        .tables()
        .add_training(id("7"), entry)
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.sent(), error.attempts()), (Sent::Maybe, 1));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_write_whose_answer_breaks_off_after_its_status_was_done() {
    let broken = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf");
    let client = builder(&broken).build().unwrap();
    let date = jiff::civil::date(2026, 1, 1);
    let change = client.people().change_start_date(id("7"), date);
    assert_eq!(change.send().await.unwrap(), Written::Accepted);
}

async fn company(employees: Value) -> (MockServer, Client) {
    let server = MockServer::start().await;
    let fields = json!([
        {"id": "work.title", "categoryId": "work"},
        {"id": "home.privateEmail", "category": "home", "categoryId": "personalContact"},
        {"id": "work.department", "categoryId": "work"},
        {"id": "internal.status"},
    ]);
    Mock::given(path("/v1/company/people/fields"))
        .respond_with(ok(&fields))
        .mount(&server)
        .await;
    Mock::given(path("/v1/people/search"))
        .and(body_json(json!({
            "fields": ["root.id", "home.privateEmail", "internal.status", "work.department",
                "work.title"],
            "filters": [{"fieldPath": "root.id", "operator": "equals", "values": ["1", "2"]}],
            "showInactive": true,
        })))
        .respond_with(ok(&json!({"employees": employees})))
        .mount(&server)
        .await;
    let client = client(&server);
    (server, client)
}

const FIELDS: [&str; 5] = [
    "work.title",
    "work.department",
    "home.privateEmail",
    "internal.status",
    "work.nothing",
];

#[tokio::test]
async fn what_can_be_read_is_what_somebodys_record_has() {
    let (_server, client) = company(json!([{"id": "1", "work": {"title": null},
        "/work/department": {"value": "7"}}]))
    .await;
    let check = client.metadata().check_access(FIELDS.map(field));
    let access = check.people([id("1"), id("2")]).send().await.unwrap();
    let readable: Vec<_> = access
        .readable
        .iter()
        .map(hibob_client::FieldId::as_str)
        .collect();
    assert_eq!(readable, ["work.department", "work.title"]);
    assert_eq!(
        access.hidden[&field("home.privateEmail")].as_deref(),
        Some("personalContact")
    );
    assert_eq!(access.hidden[&field("internal.status")], None);
    assert_eq!(
        access.missing_categories().into_iter().collect::<Vec<_>>(),
        ["personalContact"]
    );
    assert!(access.unknown.contains(&field("work.nothing")) && access.unknown.len() == 1);
    assert_eq!(access.invisible.iter().collect::<Vec<_>>(), [&id("2")]);
    assert!(!access.is_complete());
}

#[tokio::test]
async fn without_anybody_to_see_nothing_is_said_of_fields() {
    let (_server, client) = company(json!([])).await;
    let check = client.metadata().check_access(FIELDS.map(field));
    let access = check.people([id("1"), id("2")]).send().await.unwrap();
    assert!(access.readable.is_empty() && access.hidden.is_empty());
    assert_eq!(access.invisible.len(), 2);
    let nobody = client
        .metadata()
        .check_access(FIELDS.map(field))
        .send()
        .await;
    assert_eq!(nobody.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn an_edit_may_take_as_long_as_a_call() {
    let server = MockServer::start().await;
    always(
        &server,
        ResponseTemplate::new(429).insert_header("retry-after", "3600"),
        1,
    )
    .await;
    let edit = client(&server)
        .people()
        .edit(id("7"))
        .set(field("work.x"), 1);
    let error = edit.send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}
