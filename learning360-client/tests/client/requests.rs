//! Calls that have no method of their own.

use learning360_client::{Error, ErrorCode, ErrorKind, Request, Sent};
use serde::Deserialize;
use serde_json::{Value, json};
use wiremock::matchers::{any, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::script::{Reply, Script};
use crate::support::{client, requests, vendor};

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Tag {
    name: String,
}

fn tag(name: &str) -> Tag {
    Tag { name: name.into() }
}

#[tokio::test]
async fn any_endpoint_can_be_called() {
    let vendor = vendor().await;
    Mock::given(method("PUT"))
        .and(path("/api/v2/tags/a%2Fb"))
        .and(query_param("x[eq]", "1 2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"name": "new"})))
        .mount(&vendor)
        .await;
    let request = Request::put("/api/v2/tags/{tagId}")
        .path("tagId", "a/b")
        .query("x[eq]", "1 2")
        .json(&json!({"name": "new"}));
    let found: Tag = client(&vendor.uri()).request(request).await.unwrap();
    assert_eq!(found, tag("new"));
    let sent = &requests(&vendor).await[0];
    assert_eq!(sent.headers["authorization"], "Bearer token-1");
    assert_eq!(sent.headers["360-api-version"], "v2.0");
    assert_eq!(sent.headers["content-type"], "application/json");
    assert_eq!(sent.body_json::<Value>().unwrap(), json!({"name": "new"}));
}

#[tokio::test]
async fn no_body_reads_as_nothing() {
    let vendor = vendor().await;
    Mock::given(method("DELETE"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&vendor)
        .await;
    let client = client(&vendor.uri());
    let request = || Request::delete("/api/v2/tags/{tagId}").path("tagId", "1");
    client.request::<()>(request()).await.unwrap();
    let found: Option<Tag> = client.request(request()).await.unwrap();
    assert_eq!(found, None);
    let error = client.request::<Tag>(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn lists_are_paged() {
    let vendor = vendor().await;
    let list = || Mock::given(method("GET")).and(path("/api/v2/tags"));
    let page = json!([{"name": "b"}, {"name": 5}]);
    list()
        .and(query_param("next", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .mount(&vendor)
        .await;
    let first = ResponseTemplate::new(200).insert_header("link", "<?next=2>; rel=\"next\"");
    list()
        .respond_with(first.set_body_json(json!([{"name": "a"}])))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let client = client(&vendor.uri());
    let mut tags = client.request_pages(Request::get("/api/v2/tags")).unwrap();
    assert_eq!(tags.next_item().await.unwrap(), Some(tag("a")));
    assert_eq!(tags.next_item().await.unwrap(), Some(tag("b")));
    assert_eq!(tags.next_item().await.unwrap(), None);
    assert_eq!(tags.skipped(), 1);
    let error = client
        .request_pages::<Tag>(Request::post("/api/v2/tags"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /api/v2/tags: a list is read with GET"
    );
}

#[tokio::test]
async fn an_answer_can_be_had_as_it_is() {
    let vendor = vendor().await;
    let answer = ResponseTemplate::new(202)
        .insert_header(
            "location",
            "https://app.360learning.com/api/v2/bulk/operations/1",
        )
        .set_body_raw("%PDF", "application/pdf");
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    let pdf = http::HeaderValue::from_static("application/pdf");
    let request = Request::post("/api/v2/x")
        .accept(pdf)
        .body(http::HeaderValue::from_static("text/plain"), "text");
    let answer = client(&vendor.uri())
        .request_response(request)
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.body()[..]),
        (202, b"%PDF".as_slice())
    );
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert!(answer.location().unwrap().ends_with("/operations/1"));
    let sent = &requests(&vendor).await[0];
    assert_eq!(sent.headers["accept"], "application/pdf");
    assert_eq!(
        (&sent.headers["content-type"], &sent.body[..]),
        (&"text/plain".parse().unwrap(), b"text".as_slice())
    );
}

#[tokio::test]
async fn errors_are_those_of_all_calls() {
    let vendor = vendor().await;
    let body = json!({"error": {"code": "tagNotFound", "message": "canary"}});
    Mock::given(any())
        .respond_with(ResponseTemplate::new(404).set_body_json(body))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let request = Request::get("/api/v2/tags/{tagId}").path("tagId", "canary");
    let error: Error = client(&vendor.uri())
        .request::<Tag>(request)
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.code(), Some(&ErrorCode::from("tagNotFound")));
    let told = "GET /api/v2/tags/{tagId}: refused: 404 tagNotFound";
    assert_eq!(error.to_string(), told);
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test]
async fn what_was_put_together_wrongly_is_not_sent() {
    let vendor = vendor().await;
    let client = client(&vendor.uri());
    let error = client
        .request::<()>(Request::get("/api/v2/tags/{tagId}"))
        .await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Config, Sent::No));
    assert_eq!(error.route(), Some("/api/v2/tags/{tagId}"));
    assert!(vendor.received_requests().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_post_is_repeated_only_if_that_was_said() {
    let script = Script::play([Reply::Cut]).await;
    let request = Request::post("/api/v2/tags");
    let error = client(&script.origin)
        .request::<()>(request)
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), error.sent()), (1, Sent::Maybe));
    let script = Script::play([Reply::Cut, Reply::Answer(204, "", String::new())]).await;
    let request = Request::post("/api/v2/tags").repeatable();
    client(&script.origin).request::<()>(request).await.unwrap();
    assert_eq!(script.requests().len(), 2);
}
