//! Reading people over HTTP.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use hibob_client::{ErrorKind, Field, FieldId, fields};
use serde_json::{Value, json};
use support::{always, client, field, id};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn a_search_without_conditions_sends_none() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/people/search"))
        .and(body_json(json!({})))
        .and(header(
            "authorization",
            "Basic U0VSVklDRS0xOmNhbmFyeS10b2tlbg==",
        ))
        .and(header("accept", "application/json"))
        .and(header("content-type", "application/json"))
        .respond_with(ok(&json!({"employees": []})))
        .expect(1)
        .mount(&server)
        .await;
    let found = client(&server).people().search().send().await.unwrap();
    assert!(found.employees.is_empty());
    assert_eq!(found.skipped, 0);
}

#[tokio::test]
async fn a_search_names_fields_ids_and_inactive_people() {
    let server = MockServer::start().await;
    Mock::given(body_json(json!({
        "fields": ["root.id", "work.title", "internal.status"],
        "filters": [{"fieldPath": "root.id", "operator": "equals", "values": ["1", "2"]}],
        "showInactive": true,
    })))
    .respond_with(ok(&json!({"employees": [
        {"id": "2", "work": {"title": null}, "/internal/status": {"value": "Inactive"}},
        {"surname": "without an id"},
        {"id": "3"},
    ]})))
    .expect(1)
    .mount(&server)
    .await;
    let found = client(&server)
        .people()
        .search()
        .fields([field("work.title"), field(fields::INTERNAL_STATUS)])
        .ids([id("1"), id("2"), id("1")])
        .show_inactive(true)
        .send()
        .await
        .unwrap();
    assert_eq!(found.employees.len(), 1);
    assert_eq!(found.employees[0].id(), &id("2"));
    assert_eq!(found.employees[0].field(&field("work.title")), Field::Null);
    assert_eq!(found.skipped, 2);
}

#[tokio::test]
async fn many_ids_are_asked_for_by_the_hundred() {
    let server = MockServer::start().await;
    let echo = |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let ids = body["filters"][0]["values"].as_array().unwrap();
        assert!(ids.len() <= 100);
        let employees: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        ok(&json!({"employees": employees}))
    };
    Mock::given(path("/v1/people/search"))
        .respond_with(echo)
        .expect(3)
        .mount(&server)
        .await;
    let ids: Vec<_> = (1..=250).map(|n| id(&n.to_string())).collect();
    let found = client(&server)
        .people()
        .search()
        .ids(&ids)
        .send()
        .await
        .unwrap();
    let found: Vec<_> = found
        .employees
        .iter()
        .map(|employee| employee.id().clone())
        .collect();
    assert_eq!(found, ids);
}

#[tokio::test]
async fn a_search_for_nobody_asks_nobody() {
    let server = MockServer::start().await;
    always(&server, ok(&json!({"employees": [{"id": "1"}]})), 0).await;
    let nobody: [hibob_client::EmployeeId; 0] = [];
    let found = client(&server)
        .people()
        .search()
        .ids(nobody)
        .send()
        .await
        .unwrap();
    assert!(found.employees.is_empty());
}

#[tokio::test]
async fn more_fields_than_allowed_are_not_sent() {
    let server = MockServer::start().await;
    always(&server, ok(&json!({})), 0).await;
    let fields: Vec<FieldId> = (0..400).map(|n| field(&format!("work.f{n}"))).collect();
    let people = client(&server).people();
    let error = people.search().fields(&fields).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let error = people
        .get(id("1"))
        .fields(&fields)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert_eq!(error.attempts(), 0);
}

#[tokio::test]
async fn one_person() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/people/3332883894235038486"))
        .and(body_json(json!({"fields": ["root.id", "root.email"]})))
        .respond_with(ok(
            &json!({"id": "3332883894235038486", "email": "ada@example.com"}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let ada = id("3332883894235038486");
    let people = client(&server).people();
    let employee = people
        .get(&ada)
        .fields([field(fields::ROOT_EMAIL)])
        .send()
        .await
        .unwrap();
    assert_eq!(employee.email(), Field::Value("ada@example.com"));
}

#[tokio::test]
async fn one_person_without_fields() {
    let server = MockServer::start().await;
    Mock::given(body_json(json!({})))
        .respond_with(ok(&json!({"id": "7"})))
        .expect(1)
        .mount(&server)
        .await;
    assert!(client(&server).people().get(id("7")).send().await.is_ok());
}

#[tokio::test]
async fn another_persons_record_is_never_handed_out() {
    let server = MockServer::start().await;
    always(&server, ok(&json!({"id": "8"})), 1).await;
    let error = client(&server)
        .people()
        .get(id("7"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn compressed_answers_are_read() {
    // `{"employees":[{"id":"1"}]}`, compressed with gzip.
    const BODY: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 205, 45, 200, 201, 175, 76, 77, 45, 86, 178,
        138, 174, 86, 202, 76, 81, 178, 82, 50, 84, 170, 141, 173, 5, 0, 213, 34, 179, 91, 26, 0,
        0, 0,
    ];
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .set_body_raw(BODY, "application/json")
        .insert_header("content-encoding", "gzip");
    Mock::given(header("accept-encoding", "gzip"))
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    let found = client(&server).people().search().send().await.unwrap();
    assert_eq!(found.employees.len(), 1);
}

#[test]
fn futures_can_move_between_threads() {
    fn check<T: Send>(future: T) {
        drop(future);
    }
    let client = support::builder("http://127.0.0.1:9/v1").build().unwrap();
    check(client.people().search().send());
    check(client.people().get(id("1")).send());
    check(client.metadata().fields());
}
