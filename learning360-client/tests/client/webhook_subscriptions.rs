//! The calls about webhook subscriptions.

use learning360_client::webhook::{
    DeliveryStatus, EventType, NewSubscription, SubscriptionEdit, SubscriptionStatus, TimeFrame,
};
use learning360_client::{
    Client, Error, ErrorCode, ErrorKind, InstantFilter, Sent, SubscriptionId,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::script::{Reply, Script};
use crate::support::{client, requests, vendor};

const ID: &str = "507f1f77bcf86cd799439031";

const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3Q=";

#[derive(Clone, Copy, Debug)]
enum Call {
    Create,
    Delete,
    Edit,
    Events,
    Get,
    List,
    RetryFailures,
    RetrySuccesses,
    RotateSecret,
    Secret,
}

/// An operation: the call, its method, its path behind `/api/v2/webhooks/subscriptions`, what it
/// sends, the answer it gets, and the codes it may be refused with.
type Operation = (
    Call,
    &'static str,
    &'static str,
    Option<Value>,
    (u16, Option<Value>),
    &'static [(u16, &'static str)],
);

fn operations() -> Vec<Operation> {
    const UNKNOWN: &[(u16, &str)] = &[(404, "subscriptionNotFound")];
    const RETRY: &[(u16, &str)] = &[
        (400, "invalidRetryTimeframe"),
        (404, "activeSubscriptionNotFound"),
    ];
    let frame = json!({
        "startDate": "2026-01-01T00:00:00.000Z", "endDate": "2026-01-03T12:00:00.000Z",
    });
    let event = json!({
        "_id": "msg_1", "createdAt": "2026-01-01T00:00:00.000Z", "status": "failed",
        "payload": {"type": "user.deleted"},
    });
    vec![
        (
            Call::Create,
            "POST",
            "",
            Some(json!({"eventType": "user.deleted", "name": "ours", "url": "https://a.b/c"})),
            (201, Some(subscription())),
            &[
                (400, "subscriptionAlreadyExists"),
                (400, "urlUnreachable"),
                (400, "subscriptionsLimitReached"),
            ],
        ),
        (
            Call::List,
            "GET",
            "?eventType[eq]=user.deleted",
            None,
            (200, Some(json!([subscription(), {"_id": "x"}]))),
            &[],
        ),
        (
            Call::Get,
            "GET",
            "/ID",
            None,
            (200, Some(subscription())),
            UNKNOWN,
        ),
        (
            Call::Edit,
            "PATCH",
            "/ID",
            Some(json!({"status": "inactive", "url": "https://a.b/d"})),
            (200, Some(subscription())),
            &[
                (400, "subscriptionAlreadyExists"),
                (400, "urlUnreachable"),
                (404, "subscriptionNotFound"),
            ],
        ),
        (Call::Delete, "DELETE", "/ID", None, (204, None), UNKNOWN),
        (
            Call::Events,
            "GET",
            "/ID/events?createdAt[gte]=2026-01-01T00%3A00%3A00.000Z&status[eq]=failed",
            None,
            (200, Some(json!([event]))),
            UNKNOWN,
        ),
        (
            Call::RetryFailures,
            "POST",
            "/ID/events/retry-failure",
            Some(frame.clone()),
            (204, None),
            RETRY,
        ),
        (
            Call::RetrySuccesses,
            "POST",
            "/ID/events/retry-success",
            Some(frame),
            (204, None),
            RETRY,
        ),
        (
            Call::Secret,
            "GET",
            "/ID/secrets",
            None,
            (200, Some(json!({"secret": SECRET}))),
            UNKNOWN,
        ),
        (
            Call::RotateSecret,
            "POST",
            "/ID/secrets/rotate",
            None,
            (201, Some(json!({"secret": SECRET}))),
            UNKNOWN,
        ),
    ]
}

fn subscription() -> Value {
    json!({
        "_id": ID, "eventType": "user.deleted", "name": "ours", "url": "https://a.b/c",
        "status": "active", "more": 1,
    })
}

fn id() -> SubscriptionId {
    ID.parse().unwrap()
}

fn frame() -> TimeFrame {
    let at = |text: &str| text.parse().unwrap();
    TimeFrame::new(at("2026-01-01T00:00:00Z"), at("2026-01-03T12:00:00Z")).unwrap()
}

/// Makes a call and tells what came of it.
async fn make(client: &Client, call: Call) -> Result<String, Error> {
    let subscriptions = client.webhook_subscriptions();
    let told = |subscription: learning360_client::webhook::Subscription| {
        assert_eq!(subscription.id(), &id());
        assert_eq!(subscription.event_type(), &EventType::UserDeleted);
        assert_eq!(subscription.status(), &SubscriptionStatus::Active);
        format!("{} {}", subscription.name(), subscription.url())
    };
    let none = |()| String::new();
    match call {
        Call::Create => {
            let new = NewSubscription::new(EventType::UserDeleted, "ours", "https://a.b/c");
            subscriptions.create(&new.unwrap()).await.map(told)
        }
        Call::Delete => subscriptions.delete(&id()).await.map(none),
        Call::Edit => {
            let edit = SubscriptionEdit::new().status(SubscriptionStatus::Inactive);
            let edit = edit.url("https://a.b/d").unwrap();
            subscriptions.edit(&id(), &edit).await.map(told)
        }
        Call::Events => {
            let from = InstantFilter::From("2026-01-01T00:00:00Z".parse().unwrap());
            let list = subscriptions.events(&id()).created_at(from);
            let events = list.status(&DeliveryStatus::Failed).all().await?;
            assert_eq!(events[0].status(), &DeliveryStatus::Failed);
            Ok(format!(
                "{} {}",
                events[0].id(),
                events[0].payload()["type"]
            ))
        }
        Call::Get => subscriptions.get(&id()).await.map(told),
        Call::List => {
            let list = subscriptions.list().event_type(&EventType::UserDeleted);
            let mut found = list.all().await?;
            assert_eq!(found.len(), 1);
            Ok(told(found.remove(0)))
        }
        Call::RetryFailures => subscriptions.retry_failures(&id(), frame()).await.map(none),
        Call::RetrySuccesses => subscriptions
            .retry_successes(&id(), frame())
            .await
            .map(none),
        Call::RotateSecret => subscriptions
            .rotate_secret(&id())
            .await
            .map(|secret| secret.expose().to_owned()),
        Call::Secret => subscriptions
            .secret(&id())
            .await
            .map(|secret| secret.expose().to_owned()),
    }
}

#[tokio::test]
async fn every_operation_sends_and_reads_what_is_documented() {
    for (call, method, path, body, (status, answer), _) in operations() {
        let vendor = vendor().await;
        let response = ResponseTemplate::new(status);
        let response = match &answer {
            Some(answer) => response.set_body_json(answer),
            None => response,
        };
        Mock::given(any())
            .respond_with(response)
            .with_priority(9)
            .mount(&vendor)
            .await;
        let told = make(&client(&vendor.uri()), call).await.unwrap();
        let expected = match call {
            Call::Events => "msg_1 \"user.deleted\"",
            Call::Secret | Call::RotateSecret => SECRET,
            _ if status == 204 => "",
            _ => "ours https://a.b/c",
        };
        assert_eq!(told, expected, "{call:?}");
        let requests = requests(&vendor).await;
        assert_eq!(requests.len(), 1, "{call:?}");
        let request = &requests[0];
        assert_eq!(request.method.as_str(), method, "{call:?}");
        let path = format!("/api/v2/webhooks/subscriptions{}", path.replace("ID", ID));
        let (wanted, query) = path.split_once('?').unwrap_or((&path, ""));
        assert_eq!(request.url.path(), wanted, "{call:?}");
        assert_eq!(request.url.query().unwrap_or_default(), query, "{call:?}");
        let sent: Option<Value> = serde_json::from_slice(&request.body).ok();
        assert_eq!(sent, body, "{call:?}");
        assert_eq!(request.headers["360-api-version"], "v2.0", "{call:?}");
    }
}

#[tokio::test]
async fn every_documented_refusal_is_understood() {
    for (call, .., codes) in operations() {
        for (status, code) in codes {
            let vendor = vendor().await;
            let body = json!({"error": {"code": code, "message": "canary"}});
            Mock::given(any())
                .respond_with(ResponseTemplate::new(*status).set_body_json(body))
                .with_priority(9)
                .mount(&vendor)
                .await;
            let error = make(&client(&vendor.uri()), call).await.unwrap_err();
            assert_eq!(error.code(), Some(&ErrorCode::from(*code)), "{call:?}");
            assert!(error.code().unwrap().is_known(), "{call:?} {code}");
            assert!(!error.is_retryable(), "{call:?} {code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_that_may_have_arrived_is_not_repeated() {
    for call in [
        Call::Create,
        Call::RetryFailures,
        Call::RetrySuccesses,
        Call::RotateSecret,
    ] {
        let script = Script::play([Reply::Cut]).await;
        let error = make(&client(&script.origin), call).await.unwrap_err();
        assert_eq!(
            (error.sent(), error.attempts()),
            (Sent::Maybe, 1),
            "{call:?}"
        );
        assert!(!error.is_retryable(), "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_gone_after_a_cut_delete_is_deleted() {
    let gone = crate::script::json(404, &json!({"error": {"code": "subscriptionNotFound"}}));
    let script = Script::play([Reply::Cut, gone]).await;
    make(&client(&script.origin), Call::Delete).await.unwrap();
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test]
async fn no_error_keeps_a_secret() {
    let vendor = vendor().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"secret": [SECRET]}));
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    let error = make(&client(&vendor.uri()), Call::Secret)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.body()), (ErrorKind::Decode, None));
}

#[cfg(feature = "test-util")]
#[tokio::test]
async fn the_secret_verifies_what_it_signed() {
    use learning360_client::webhook::{Verifier, signed_headers};

    let vendor = vendor().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"secret": SECRET})))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let subscriptions = client(&vendor.uri()).webhook_subscriptions();
    let secret = subscriptions.secret(&id()).await.unwrap();
    let verifier = Verifier::new([secret.labelled("users")]).unwrap();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let headers = signed_headers(SECRET, "msg_1", now, b"{}");
    assert_eq!(
        &*verifier.open(&headers, b"{}", now).unwrap().secret,
        "users"
    );
}
