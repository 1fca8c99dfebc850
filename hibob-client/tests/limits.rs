//! Going too fast, and being refused.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::time::Duration;

use hibob_client::{Client, Error, ErrorKind, Sent};
use serde_json::json;
use support::{always, client, id};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn search(client: &Client) -> Error {
    client.people().search().send().await.unwrap_err()
}

#[tokio::test]
async fn a_long_wait_is_told_instead_of_waited_for_and_holds_all_clones() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    always(&server, answer, 1).await;
    let client = client(&server);
    let error = search(&client).await;
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));

    let error = client
        .clone()
        .people()
        .get(id("1"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Throttled, Sent::No)
    );
    assert!(error.is_rate_limited() && error.is_retryable());
    // Never longer than five minutes, whatever was asked for.
    assert!(error.retry_after().unwrap() <= Duration::from_secs(300));
}

#[tokio::test]
async fn the_reset_is_compared_with_the_servers_own_date() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(429)
        .insert_header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .insert_header("x-ratelimit-reset", "784112077");
    always(&server, answer, 1).await;
    assert_eq!(
        search(&client(&server)).await.retry_after(),
        Some(Duration::from_secs(300))
    );
}

#[tokio::test]
async fn refusals_in_a_row_stop_all_calls() {
    for status in [401, 403] {
        let server = MockServer::start().await;
        always(&server, ResponseTemplate::new(status), 10).await;
        let client = client(&server);
        for _ in 0..10 {
            assert_eq!(search(&client).await.status().unwrap(), status);
        }
        for error in [
            search(&client).await,
            client.metadata().fields().await.unwrap_err(),
            client.people().get(id("1")).send().await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Suspended, 0));
            assert!(error.retry_after().unwrap() > Duration::from_secs(290));
            assert!(error.to_string().contains("service user"), "{error}");
        }
    }
}

#[tokio::test]
async fn refusals_for_single_people_stop_nothing() {
    let server = MockServer::start().await;
    Mock::given(path("/v1/people/search"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"employees": []})))
        .expect(1)
        .mount(&server)
        .await;
    always(&server, ResponseTemplate::new(403), 12).await;
    let client = client(&server);
    for _ in 0..12 {
        assert!(
            client
                .people()
                .get(id("1"))
                .send()
                .await
                .unwrap_err()
                .is_forbidden()
        );
    }
    client.people().search().send().await.unwrap();
}
