//! How the client behaves on the wire.

use core::time::Duration;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use learning360_client::{Client, ErrorKind, Invitation, Quota, Request, Sent};
use serde_json::json;
use tokio::time::Instant;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::script::{Reply, Script, json as reply};
use crate::support::{client, new_user, requests, user_id, user_json, vendor};

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn answering(answer: ResponseTemplate) -> (Client, wiremock::MockServer) {
    let vendor = vendor().await;
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    (client(&vendor.uri()), vendor)
}

#[tokio::test]
async fn answers_may_be_compressed() {
    let body = zipped(user_json().to_string().as_bytes());
    let answer = ResponseTemplate::new(200).insert_header("content-encoding", "gzip");
    let (client, vendor) = answering(answer.set_body_raw(body, "application/json")).await;
    client.users().get(&user_id()).await.unwrap();
    assert_eq!(
        requests(&vendor).await[0].headers["accept-encoding"],
        "gzip"
    );
}

#[tokio::test]
async fn a_small_answer_cannot_become_an_endless_one() {
    let body = zipped(&vec![b' '; 65 << 20]);
    assert!(body.len() < 100_000);
    let answer = ResponseTemplate::new(200).insert_header("content-encoding", "gzip");
    let (client, _vendor) = answering(answer.set_body_raw(body, "application/json")).await;
    let error = client.users().get(&user_id()).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Yes));
    assert!(
        error
            .to_string()
            .ends_with("the answer is larger than 64 MB"),
        "{error}"
    );
}

#[tokio::test]
async fn of_a_long_error_the_beginning_is_kept() {
    let body = format!(
        "{{\"error\":\"mailInvalid\",\"x\":\"{}\"}}",
        "canary".repeat(100_000)
    );
    let answer = ResponseTemplate::new(400).set_body_raw(body.clone(), "application/json");
    let (client, _vendor) = answering(answer).await;
    let error = client.users().get(&user_id()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    assert_eq!(error.body().unwrap(), &body.as_bytes()[..8192]);
    assert!(!format!("{error} {error:?} {error:#?}").contains("canary"));
}

#[tokio::test]
async fn connections_are_kept() {
    let script = Script::play([reply(200, &user_json())]).await;
    let client = client(&script.origin);
    for _ in 0..5 {
        client.users().get(&user_id()).await.unwrap();
    }
    assert_eq!((script.requests().len(), script.connections()), (5, 1));
}

#[tokio::test]
async fn an_error_says_all_there_is_to_say() {
    let body = json!({"error": {"code": "mailInvalid", "message": "canary"}});
    let answer = ResponseTemplate::new(400).insert_header("retry-after", "7");
    let (client, _vendor) = answering(answer.set_body_json(&body)).await;
    let error = client
        .users()
        .create(&new_user(), Invitation::Suppress)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    assert_eq!(error.code().unwrap().as_str(), "mailInvalid");
    assert_eq!(error.method(), Some(&http::Method::POST));
    assert_eq!(error.route(), Some("/api/v2/users"));
    assert_eq!((error.attempts(), error.sent()), (1, Sent::Yes));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let kept: serde_json::Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    assert_eq!(kept, body);
    assert_eq!(
        error.to_string(),
        "POST /api/v2/users: refused: 400 mailInvalid"
    );
}

#[tokio::test(start_paused = true)]
async fn times_can_be_set() {
    let script = Script::play([Reply::Silence]).await;
    let client = Client::builder()
        .base_url(script.origin.parse().unwrap())
        .credentials("client-id", "client-secret")
        .quota(Quota::unlimited())
        .attempt_timeout(Duration::from_secs(2))
        .call_timeout(Duration::from_secs(6))
        .build()
        .unwrap();
    let start = Instant::now();
    let error = client.users().get(&user_id()).await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() > 1);
    assert_eq!(start.elapsed().as_secs(), 6);
    let start = Instant::now();
    let request = Request::post("/api/v2/tags");
    let error = client.request::<()>(request).await.unwrap_err();
    assert_eq!((error.attempts(), error.sent()), (1, Sent::Maybe));
    assert_eq!(start.elapsed().as_secs(), 2);
}
