//! Reading fields and lists over HTTP.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use hibob_client::{ErrorKind, ListItemId, ListName};
use serde_json::json;
use support::{always, client, field};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn list(name: &str) -> ListName {
    ListName::try_from(name).unwrap()
}

#[tokio::test]
async fn the_field_inventory() {
    let server = MockServer::start().await;
    let body = r#"[{"id": "work.title", "type": "list", "typeData": {"listId": "title"}},
        {"id": "work.broken", "weight": 1e999}, {"name": "no id"}]"#;
    Mock::given(method("GET"))
        .and(path("/v1/company/people/fields"))
        // HiBob refuses some requests that have a content type but no content.
        .and(|request: &Request| !request.headers.contains_key("content-type"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(body, "application/json"))
        .expect(1)
        .mount(&server)
        .await;
    let fields = client(&server).metadata().fields().await.unwrap();
    assert!(fields.contains(&field("work.title")));
    assert_eq!((fields.len(), fields.skipped()), (1, 2));
}

#[tokio::test]
async fn one_named_list() {
    let server = MockServer::start().await;
    let items = json!([{"id": 2_606_110, "name": "London"}]);
    Mock::given(method("GET"))
        .and(path("/v1/company/named-lists/site"))
        .and(|request: &Request| !request.headers.contains_key("content-type"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"name": "site", "values": items, "items": items})),
        )
        .expect(1)
        .mount(&server)
        .await;
    let sites = client(&server)
        .metadata()
        .list(&list("site"))
        .await
        .unwrap();
    let london = ListItemId::try_from("2606110").unwrap();
    assert_eq!(sites.label(&london), Some("London"));
}

#[tokio::test]
async fn odd_list_names_stay_one_segment() {
    for (name, path) in [
        ("a/b", "/v1/company/named-lists/a%2Fb"),
        ("a b", "/v1/company/named-lists/a%20b"),
        ("a?b#c", "/v1/company/named-lists/a%3Fb%23c"),
        ("%2e%2e", "/v1/company/named-lists/%252e%252e"),
        ("é", "/v1/company/named-lists/%C3%A9"),
        ("../../people", "/v1/company/named-lists/..%2F..%2Fpeople"),
    ] {
        let server = MockServer::start().await;
        let matches = move |request: &Request| request.url.path() == path;
        Mock::given(matches)
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"items": []})))
            .expect(1)
            .mount(&server)
            .await;
        let read = client(&server).metadata().list(&list(name)).await.unwrap();
        assert_eq!(read.name().as_str(), name);
    }
}

#[tokio::test]
async fn names_that_a_path_would_drop_are_not_sent() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(200), 0).await;
    for name in [".", ".."] {
        let error = client(&server)
            .metadata()
            .list(&list(name))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
    }
}

#[tokio::test]
async fn an_unknown_list_is_not_found_although_the_body_is_empty() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(404), 1).await;
    let error = client(&server)
        .metadata()
        .list(&list("terminationReason"))
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.body(), Some(&b""[..]));
}

#[tokio::test]
async fn a_list_of_another_shape_is_an_error() {
    for body in ["[]", "{}", "null", "{\"items\":5}"] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
        always(&server, answer, 1).await;
        let error = client(&server)
            .metadata()
            .list(&list("site"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}
