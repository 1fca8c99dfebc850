//! Errors over HTTP: what is told apart, what is repeated, what is kept.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::time::Duration;

use hibob_client::{Client, Error, ErrorKind, RetryPolicy, Sent};
use serde_json::json;
use support::{always, builder, client, id, raw_server};
use wiremock::{MockServer, ResponseTemplate};

async fn search(client: &Client) -> Error {
    client.people().search().send().await.unwrap_err()
}

/// Searches against a server that always answers so, and expects this many requests.
async fn answered(answer: ResponseTemplate, times: u64) -> Error {
    let server = MockServer::start().await;
    always(&server, answer, times).await;
    let error = search(&client(&server)).await;
    assert_eq!(u64::from(error.attempts()), times);
    error
}

#[tokio::test]
async fn statuses_that_are_final() {
    for status in [301, 302, 304, 400, 401, 403, 404, 405, 409, 410, 418] {
        let error = answered(ResponseTemplate::new(status), 1).await;
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(error.sent(), Sent::Yes);
        assert!(!error.is_retryable());
        let flags = [
            (error.is_not_modified(), 304),
            (error.is_unauthorized(), 401),
            (error.is_forbidden(), 403),
            (error.is_not_found(), 404),
        ];
        assert!(
            flags.iter().all(|(flag, of)| *flag == (status == *of)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn statuses_that_are_repeated() {
    for status in [429, 500, 502, 503, 504] {
        let error = answered(ResponseTemplate::new(status), 3).await;
        assert!(error.is_retryable());
        assert_eq!(error.is_rate_limited(), status == 429);
    }
}

#[tokio::test]
async fn a_repeated_call_may_succeed() {
    let server = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(2)
        .expect(2)
        .mount(&server)
        .await;
    always(
        &server,
        ResponseTemplate::new(200).set_body_json(json!({"employees": []})),
        1,
    )
    .await;
    client(&server).people().search().send().await.unwrap();
}

#[tokio::test]
async fn the_key_is_kept_and_the_message_is_not_shown() {
    let body = json!({"key": "tokenNotMatch", "error": "canary@example.com", "args": {}});
    let error = answered(ResponseTemplate::new(401).set_body_json(&body), 1).await;
    assert!(error.is_unauthorized());
    assert_eq!(error.key(), Some("tokenNotMatch"));
    assert_eq!(error.body().unwrap(), body.to_string().as_bytes());
    assert_eq!(
        error.to_string(),
        "HiBob answered 401 tokenNotMatch (POST /people/search, 1 attempt)"
    );
    assert!(!format!("{error:#?}").contains("canary"));
}

#[tokio::test]
async fn an_error_names_the_route_and_not_the_person() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(404), 1).await;
    let error = client(&server)
        .people()
        .get(id("31415926"))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.route(), Some("/people/{id}"));
    assert!(!format!("{error} {error:?}").contains("31415926"));
}

#[tokio::test]
async fn a_large_error_body_is_cut() {
    let body = "x".repeat(100_000);
    let error = answered(ResponseTemplate::new(400).set_body_string(body), 1).await;
    assert_eq!(error.body().unwrap().len(), 8192);
}

#[tokio::test]
async fn a_web_page_with_200_is_told_apart() {
    let page =
        ResponseTemplate::new(200).set_body_raw("<html>canary</html>", "text/html; charset=UTF-8");
    let error = answered(page, 1).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("web page"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
    assert_eq!(error.body(), Some(&b"<html>canary</html>"[..]));
}

#[tokio::test]
async fn bodies_that_are_not_what_was_asked_for() {
    for (body, content_type, text) in [
        ("{\"employees\":[]}", "text/plain", "content type"),
        ("", "application/json", "ends too early"),
        ("{\"employees\":[", "application/json", "ends too early"),
        ("{\"employees\":[]}}", "application/json", "not JSON"),
        ("\u{feff}{}", "application/json", "not JSON"),
        ("[]", "application/json", "unexpected shape"),
        (
            "{\"employees\":{\"canary\":1}}",
            "application/json",
            "unexpected shape",
        ),
        ("null", "application/json", "unexpected shape"),
    ] {
        let error = answered(
            ResponseTemplate::new(200).set_body_raw(body, content_type),
            1,
        )
        .await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{error:?}"
        );
    }
    let error = answered(ResponseTemplate::new(204), 1).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let body = vec![b' '; 64 * 1024 * 1024 + 1];
    let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    let error = answered(answer, 1).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("larger than 64 MB"), "{error}");
    assert_eq!(error.body().unwrap().len(), 8192);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_repeated() {
    let url = raw_server(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"emp",
    );
    let error = search(&builder(&url).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!((error.attempts(), error.sent()), (3, Sent::Maybe));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn something_else_than_http_is_a_broken_connection() {
    let error = search(&builder(&raw_server(b"hello\r\n")).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
    let error = search(&builder(&raw_server(b"")).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn an_error_body_that_breaks_off_keeps_the_status() {
    let url = raw_server(b"HTTP/1.1 404 Not Found\r\ncontent-length: 900\r\n\r\nhalf");
    let error = search(&builder(&url).build().unwrap()).await;
    assert!(error.is_not_found());
    assert_eq!(error.body(), Some(&b"half"[..]));
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let error = search(&builder(&url).build().unwrap()).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!((error.attempts(), error.sent()), (3, Sent::No));
    assert!(!format!("{error:?}").contains("/v1"), "{error:?}");
}

/// The clock is paused and runs on whenever there is nothing else to do.
#[tokio::test(start_paused = true)]
async fn somebody_listens_and_never_answers() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let error = search(&builder(&url).build().unwrap()).await;
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.sent(), Sent::Maybe);
    assert_eq!(error.attempts(), 3);
    assert_eq!(error.elapsed().as_secs(), 90);
    let hasty = builder(&url)
        .call_timeout(Duration::from_secs(40))
        .build()
        .unwrap();
    let error = search(&hasty).await;
    assert_eq!((error.attempts(), error.elapsed().as_secs()), (2, 40));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start().await;
    let elsewhere = MockServer::start().await;
    always(&elsewhere, ResponseTemplate::new(200), 0).await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    always(&server, answer, 1).await;
    assert_eq!(search(&client(&server)).await.status().unwrap(), 307);
}

#[tokio::test]
async fn an_answer_from_elsewhere_is_refused() {
    let server = MockServer::start().await;
    let elsewhere = MockServer::start().await;
    always(
        &elsewhere,
        ResponseTemplate::new(200).set_body_json(json!({"employees": []})),
        1,
    )
    .await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    always(&server, answer, 1).await;
    let follows = reqwest::Client::builder().no_proxy().build().unwrap();
    let client = builder(&server.uri()).http(follows).build().unwrap();
    assert_eq!(search(&client).await.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn repeating_can_be_turned_off() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(500), 1).await;
    let client = builder(&server.uri())
        .retry(RetryPolicy::default().attempts(1))
        .build()
        .unwrap();
    assert_eq!(search(&client).await.attempts(), 1);
}

#[tokio::test]
async fn every_attempt_is_told_by_its_route_and_without_ids() {
    let server = MockServer::start().await;
    always(&server, ResponseTemplate::new(503), 3).await;
    let (told, attempts) = std::sync::mpsc::channel();
    let client = builder(&format!("{}/v1", server.uri()))
        .on_attempt(move |attempt| told.send(attempt.clone()).unwrap())
        .build()
        .unwrap();
    client.people().get(id("4711")).send().await.unwrap_err();
    drop(client);
    let attempts: Vec<_> = attempts.into_iter().collect();
    assert_eq!(attempts.len(), 3);
    for attempt in &attempts {
        assert_eq!(attempt.method, "POST");
        assert_eq!(attempt.route, "/people/{id}");
        assert_eq!(attempt.status.unwrap(), 503);
        assert!(!format!("{attempt:?}").contains("4711"));
    }
}
