//! The access token over HTTP; how long it lives is tested beside the code.

use core::time::Duration;

use learning360_client::{ErrorCode, ErrorKind, Invitation, Sent};
use serde_json::json;
use wiremock::matchers::{body_json, header, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::script::{Reply, Script, json};
use crate::support::{client, granted, new_user, requests, user_id, user_json};

fn token_endpoint() -> wiremock::MockBuilder {
    Mock::given(method("POST")).and(path("/api/v2/oauth2/token"))
}

fn refused() -> ResponseTemplate {
    ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_token"}))
}

async fn two_tokens(vendor: &MockServer) {
    token_endpoint()
        .respond_with(granted("old"))
        .up_to_n_times(1)
        .mount(vendor)
        .await;
    token_endpoint()
        .respond_with(granted("new"))
        .with_priority(9)
        .mount(vendor)
        .await;
}

#[tokio::test]
async fn many_callers_fetch_one_token() {
    let vendor = MockServer::start().await;
    let wanted = json!({
        "grant_type": "client_credentials",
        "client_id": "client-id",
        "client_secret": "client-secret",
    });
    token_endpoint()
        .and(body_json(wanted))
        .respond_with(granted("one"))
        .expect(1)
        .mount(&vendor)
        .await;
    Mock::given(header("authorization", "Bearer one"))
        .respond_with(ResponseTemplate::new(200).set_body_json(user_json()))
        .with_priority(9)
        .expect(1000)
        .mount(&vendor)
        .await;
    let client = client(&vendor.uri());
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let users = client.users();
        callers.spawn(async move { users.get(&user_id()).await.is_ok() });
    }
    assert!(callers.join_all().await.into_iter().all(|good| good));
    // The token call is the only one without a version.
    Mock::given(header_exists("360-api-version"))
        .respond_with(refused())
        .mount(&vendor)
        .await;
    vendor.verify().await;
}

#[tokio::test]
async fn after_a_401_the_call_is_made_once_more_with_a_new_token() {
    let vendor = MockServer::start().await;
    two_tokens(&vendor).await;
    Mock::given(header("authorization", "Bearer old"))
        .respond_with(refused())
        .mount(&vendor)
        .await;
    Mock::given(header("authorization", "Bearer new"))
        .respond_with(ResponseTemplate::new(201).set_body_json(user_json()))
        .mount(&vendor)
        .await;
    // A 401 is a refusal, so that even a create may be sent again.
    client(&vendor.uri())
        .users()
        .create(&new_user(), Invitation::Suppress)
        .await
        .unwrap();
    let sent = requests(&vendor).await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
}

#[tokio::test]
async fn a_second_401_is_the_end() {
    let vendor = MockServer::start().await;
    token_endpoint()
        .respond_with(granted("bad"))
        .expect(2)
        .mount(&vendor)
        .await;
    Mock::given(header("authorization", "Bearer bad"))
        .respond_with(refused())
        .expect(2)
        .mount(&vendor)
        .await;
    let error = client(&vendor.uri())
        .users()
        .get(&user_id())
        .await
        .unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some(&ErrorCode::InvalidToken));
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 2));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let vendor = MockServer::start().await;
    token_endpoint()
        .respond_with(ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_client"})))
        .expect(1)
        .mount(&vendor)
        .await;
    let client = client(&vendor.uri());
    let error = client
        .users()
        .create(&new_user(), Invitation::Suppress)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Auth, Sent::No));
    assert_eq!(error.code(), Some(&ErrorCode::InvalidClient));
    assert!(error.is_unauthorized() && !error.is_retryable());
    let told = "POST /api/v2/users: no access token: refused: 401 invalid_client";
    assert_eq!(error.to_string(), told);
    assert!(requests(&vendor).await.is_empty());
}

#[tokio::test]
async fn an_answer_without_token_is_not_kept() {
    for body in [
        json!({"access_token": "canary\ncanary", "expires_in": 1}),
        json!({"access_token": ["canary"], "expires_in": 1}),
    ] {
        let vendor = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_json(body);
        token_endpoint().respond_with(answer).mount(&vendor).await;
        let error = client(&vendor.uri())
            .users()
            .get(&user_id())
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.body()), (ErrorKind::Auth, None));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_scope_granted_later_takes_effect_within_a_minute() {
    let forbidden = json(
        403,
        &json!({"error": {"code": "invalid_scope", "message": ""}}),
    );
    let granted = |token: &str| json(200, &json!({"access_token": token, "expires_in": 3600}));
    let script = Script::play_all([
        granted("old"),
        forbidden.clone(),
        forbidden,
        granted("new"),
        json(200, &user_json()),
    ])
    .await;
    let users = client(&script.origin).users();
    let error = users.get(&user_id()).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::InvalidScope));
    // The token is too young to be the reason.
    tokio::time::advance(Duration::from_secs(61)).await;
    assert!(users.get(&user_id()).await.unwrap_err().is_forbidden());
    users.get(&user_id()).await.unwrap();
    assert_eq!(script.requests().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_renewal_disturbs_nobody() {
    let granted = json(200, &json!({"access_token": "one", "expires_in": "3600"}));
    let user = json(200, &user_json());
    let script = Script::play_all([granted, user.clone(), Reply::Cut, user]).await;
    let users = client(&script.origin).users();
    users.get(&user_id()).await.unwrap();
    // Less than five minutes are left; the renewal fails, in all its attempts.
    tokio::time::advance(Duration::from_secs(3595 - 20)).await;
    users.get(&user_id()).await.unwrap();
    let lines = script.requests();
    assert!(lines[2].contains("/oauth2/token"), "{lines:?}");
}
