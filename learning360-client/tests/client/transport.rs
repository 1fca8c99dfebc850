//! Cut connections, silence, and what is tried again after which time.

use core::time::Duration;

use learning360_client::{Client, ErrorCode, ErrorKind, Invitation, Request, Sent, UserEdit};
use serde_json::json;
use tokio::time::Instant;

use crate::script::{Reply, Script, json};
use crate::support::{client, mapping_id, mapping_json, new_mapping, new_user, user_id, user_json};

fn user() -> Reply {
    json(200, &user_json())
}

fn trouble(status: u16, headers: &'static str) -> Reply {
    Reply::Answer(
        status,
        headers,
        "{\"error\":\"tooManyRequests\"}".to_owned(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_again_after_a_cut() {
    for cut in [
        Reply::Cut,
        Reply::Short(200),
        trouble(500, ""),
        trouble(503, ""),
    ] {
        let script = Script::play([cut.clone(), cut.clone(), user()]).await;
        client(&script.origin)
            .users()
            .get(&user_id())
            .await
            .unwrap();
        assert_eq!(script.requests().len(), 3, "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn four_attempts_are_enough() {
    let script = Script::play([trouble(502, "")]).await;
    let error = client(&script.origin)
        .users()
        .get(&user_id())
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), script.requests().len()), (4, 4));
    assert_eq!(error.status().unwrap(), 502);
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_create_is_never_sent_twice_once_it_may_have_arrived() {
    for (reply, kind, sent) in [
        (Reply::Cut, ErrorKind::Transport, Sent::Maybe),
        (Reply::Silence, ErrorKind::Timeout, Sent::Maybe),
        (Reply::Short(201), ErrorKind::Transport, Sent::Yes),
        (trouble(500, ""), ErrorKind::Api, Sent::Yes),
        (
            trouble(503, "retry-after: 1\r\n"),
            ErrorKind::Api,
            Sent::Yes,
        ),
    ] {
        let script = Script::play([reply.clone()]).await;
        let client = client(&script.origin);
        let error = client
            .users()
            .create(&new_user(), Invitation::Send)
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.sent()), (kind, sent), "{reply:?}");
        assert_eq!(
            (error.attempts(), error.is_retryable()),
            (1, false),
            "{reply:?}"
        );
        let error = client
            .external_ids()
            .create(&new_mapping())
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.sent()), (kind, sent), "{reply:?}");
        assert_eq!(script.requests().len(), 2, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_writes_are_tried_again() {
    let script = Script::play([Reply::Cut, user()]).await;
    client(&script.origin)
        .users()
        .edit(&user_id(), &UserEdit::new())
        .await
        .unwrap();
    let script = Script::play([Reply::Cut, user()]).await;
    client(&script.origin)
        .users()
        .activate(&user_id())
        .await
        .unwrap();
    let script = Script::play([Reply::Cut, Reply::Answer(204, "", String::new())]).await;
    client(&script.origin)
        .users()
        .delete(&user_id())
        .await
        .unwrap();
    let script = Script::play([Reply::Cut, json(200, &mapping_json())]).await;
    let client = client(&script.origin);
    client
        .external_ids()
        .replace(&mapping_id(), &new_mapping())
        .await
        .unwrap();
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_gone_after_a_cut_delete_is_deleted() {
    let gone = json(
        404,
        &json!({"error": {"code": "mappingIdNotFound", "message": ""}}),
    );
    let script = Script::play([Reply::Cut, gone.clone()]).await;
    client(&script.origin)
        .external_ids()
        .delete(&mapping_id())
        .await
        .unwrap();
    // Without a cut it was not this call that deleted it.
    let script = Script::play([trouble(429, ""), gone]).await;
    let error = client(&script.origin)
        .external_ids()
        .delete(&mapping_id())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::MappingIdNotFound));
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_may_have_arrived_says_so() {
    let script = Script::play([Reply::Cut]).await;
    let error = client(&script.origin)
        .users()
        .edit(&user_id(), &UserEdit::new())
        .await;
    let error = error.unwrap_err();
    assert_eq!((error.attempts(), error.sent()), (4, Sent::Maybe));
}

#[tokio::test(start_paused = true)]
async fn the_cause_of_a_failure_does_not_show_the_address() {
    let script = Script::play([Reply::Cut]).await;
    let list = client(&script.origin)
        .users()
        .list()
        .mail("canary@example.com");
    let error = list.all().await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        !cause.is_empty() && !format!("{cause} {error:?}").contains("canary"),
        "{cause}"
    );
    assert!(script.requests()[0].contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn no_connection_means_not_sent() {
    let origin = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = client(&origin);
    let error = client
        .users()
        .create(&new_user(), Invitation::Send)
        .await
        .unwrap_err();
    // It fails for want of a token already.
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Auth, Sent::No));
    assert!(error.is_retryable());
    assert_eq!(error.route(), Some("/api/v2/users"));
}

#[tokio::test(start_paused = true)]
async fn silence_ends_with_the_attempt_and_the_call() {
    let script = Script::play([Reply::Silence]).await;
    let start = Instant::now();
    let client = client(&script.origin);
    let error = client
        .users()
        .create(&new_user(), Invitation::Send)
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(start.elapsed().as_secs(), 30);
    let start = Instant::now();
    let error = client.users().get(&user_id()).await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() > 1, "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 120);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured() {
    let script = Script::play([trouble(503, "retry-after: 7\r\n"), user()]).await;
    let start = Instant::now();
    client(&script.origin)
        .users()
        .get(&user_id())
        .await
        .unwrap();
    assert!((7..9).contains(&start.elapsed().as_secs()));
    // Too long to wait for: the caller is told.
    let script = Script::play([trouble(503, "retry-after: 3600\r\n")]).await;
    let error = client(&script.origin)
        .users()
        .get(&user_id())
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_429_a_create_waits_and_is_sent_again() {
    let created = json(201, &user_json());
    let script = Script::play([trouble(429, ""), trouble(429, ""), created]).await;
    let start = Instant::now();
    let client = client(&script.origin);
    client
        .users()
        .create(&new_user(), Invitation::Send)
        .await
        .unwrap();
    // 1 s, then 2 s, each with up to half as much again.
    assert!(
        (3..5).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
    let line = "POST /api/v2/users?sendInvitationEmail=true HTTP/1.1";
    assert_eq!(script.requests(), [line; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_back_all_clones_but_not_the_other_kind() {
    let limited = trouble(429, "retry-after: 300\r\n");
    let script = Script::play([limited, user()]).await;
    let client = client(&script.origin);
    let other = client.clone();
    let error = client.users().activate(&user_id()).await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(error.code(), Some(&ErrorCode::TooManyRequests));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    // Reads go on.
    other.users().get(&user_id()).await.unwrap();
    // Writes are not even sent.
    let error = other.users().activate(&user_id()).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Paused, Sent::No));
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(script.requests().len(), 2);
    tokio::time::advance(Duration::from_secs(200)).await;
    other.users().activate(&user_id()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_for_a_token_waits_after_a_429_too() {
    let granted = json(200, &json!({"access_token": "t", "expires_in": 60}));
    let script = Script::play_all([trouble(429, ""), granted, user()]).await;
    let start = Instant::now();
    client(&script.origin)
        .users()
        .get(&user_id())
        .await
        .unwrap();
    assert!(
        (1..2).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn six_429_are_enough() {
    let script = Script::play([trouble(429, "retry-after: 1\r\n")]).await;
    let error = client(&script.origin)
        .users()
        .get(&user_id())
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), script.requests().len()), (6, 6));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let script = Script::play([Reply::Flood(65 << 20)]).await;
    let error = client(&script.origin)
        .users()
        .get(&user_id())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Yes));
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_other_429_pauses_nobody() {
    for (status, code) in [
        (429, "bulkOperationsConcurrencyLimitReached"),
        (503, "bulkAPIDisabled"),
    ] {
        let busy = json(status, &json!({"error": {"code": code, "message": ""}}));
        let script = Script::play([busy.clone(), busy, user()]).await;
        let client = client(&script.origin);
        let start = Instant::now();
        for request in [
            Request::post("/api/v2/bulk/x"),
            Request::delete("/api/v2/bulk/x"),
        ] {
            let error = client.request::<()>(request).await.unwrap_err();
            assert!(
                error.is_bulk_refused() && !error.is_rate_limited(),
                "{error}"
            );
            // Nothing was begun, but a second or two would change nothing.
            assert!(error.is_retryable(), "{error}");
            assert_eq!((error.attempts(), error.sent()), (1, Sent::Yes), "{error}");
        }
        client.users().activate(&user_id()).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_told_by_its_route_and_without_ids() {
    let script = Script::play([trouble(503, ""), Reply::Cut, user()]).await;
    let (told, attempts) = std::sync::mpsc::channel();
    let client = Client::builder()
        .base_url(script.origin.parse().unwrap())
        .credentials("client-id", "client-secret")
        .on_attempt(move |attempt| told.send(attempt.clone()).unwrap())
        .build()
        .unwrap();
    client.users().get(&user_id()).await.unwrap();
    drop(client);
    let attempts: Vec<_> = attempts.into_iter().collect();
    let told: Vec<_> = attempts
        .iter()
        .map(|it| {
            (
                it.method.as_str(),
                it.route,
                it.status.map(|it| it.as_u16()),
            )
        })
        .collect();
    let route = "/api/v2/users/{userId}";
    assert_eq!(
        told,
        [
            ("POST", "/api/v2/oauth2/token", Some(200)),
            ("GET", route, Some(503)),
            ("GET", route, None),
            ("GET", route, Some(200)),
        ]
    );
    assert!(!format!("{attempts:?}").contains(user_id().as_str()));
}
