//! Going too fast, and being refused.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::time::Duration;

use hibob_client::{Client, Error, ErrorKind, Quota, Sent};
use serde_json::json;
use support::{always, client, id, in_one_thread};
use tokio::time::Instant;
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

#[tokio::test]
async fn what_hibob_says_of_its_limits_can_be_seen() {
    let server = MockServer::start().await;
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let limits = |answer: ResponseTemplate, remaining: &str| {
        answer
            .insert_header(date.0, date.1)
            .insert_header("x-ratelimit-limit", "50")
            .insert_header("x-ratelimit-remaining", remaining)
            .insert_header("x-ratelimit-reset", "784111787")
    };
    let found = ResponseTemplate::new(200).set_body_json(json!({"employees": []}));
    Mock::given(path("/v1/people/search"))
        .respond_with(limits(found, "17"))
        .mount(&server)
        .await;
    always(&server, limits(ResponseTemplate::new(404), "3"), 1).await;
    let client = client(&server);
    assert!(client.rate_limits().is_empty());
    client.people().search().send().await.unwrap();
    let error = client
        .clone()
        .people()
        .get(id("1"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.rate_limit().unwrap().remaining, Some(3));
    let limits = client.rate_limits();
    assert_eq!(limits["/people/search"].remaining, Some(17));
    assert_eq!(limits["/people/search"].limit, Some(50));
    assert_eq!(
        limits["/people/{id}"].resets_in,
        Some(Duration::from_secs(10))
    );
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_whose_minute_is_used_up_waits_for_the_next() {
    let answer = |line: &str| {
        if line.contains("/people/search") {
            let headers = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-ratelimit-remaining: 0\r\n\
                x-ratelimit-reset: 784111797\r\n";
            (200, headers, r#"{"employees":[]}"#.to_owned())
        } else {
            (404, "", String::new())
        }
    };
    in_one_thread(answer, async |builder| {
        let client = builder.build().unwrap();
        client.people().search().send().await.unwrap();
        let start = Instant::now();
        // Another endpoint has a minute of its own.
        let error = client.people().get(id("1")).send().await.unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(start.elapsed().as_secs(), 0);
        client.clone().people().search().send().await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 20);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn many_refusals_for_single_people_slow_all_calls_down() {
    let answer = |_: &str| (403, "", String::new());
    in_one_thread(answer, async |builder| {
        let client = builder.quota(Quota::unlimited()).build().unwrap();
        let start = Instant::now();
        for _ in 0..30 {
            let error = client.people().get(id("1")).send().await.unwrap_err();
            assert!(error.is_forbidden(), "{error:?}");
        }
        assert_eq!(start.elapsed().as_secs(), 0);
        client.people().get(id("1")).send().await.unwrap_err();
        assert_eq!(start.elapsed().as_secs(), 10);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_all_clones_together() {
    let mut first = true;
    let answer = |line: &str| match line.contains("/people/search") {
        true if core::mem::take(&mut first) => (429, "retry-after: 20\r\n", String::new()),
        true => (200, "", r#"{"employees":[]}"#.to_owned()),
        false => (404, "", String::new()),
    };
    in_one_thread(answer, async |builder| {
        let client = builder.build().unwrap();
        let start = Instant::now();
        let other = client.clone();
        let later = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let error = other.people().get(id("1")).send().await.unwrap_err();
            assert!(error.is_not_found());
            start.elapsed().as_secs()
        };
        let (found, waited) = tokio::join!(client.people().search().send(), later);
        found.unwrap();
        assert_eq!(waited, 20);
    })
    .await;
}
