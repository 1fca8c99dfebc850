//! Every documented code of every call, and answers that are no documented errors.

use learning360_client::{
    Client, Error, ErrorClass, ErrorCode, ErrorKind, Invitation, Sent, UserEdit,
};
use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{client, mapping_id, new_mapping, new_user, user_id, user_json, vendor};

/// The codes that the reference lists for each call, with their status.
const DOCUMENTED: [(Call, u16, &[&str]); 14] = [
    (
        Call::Create,
        400,
        &[
            "analystUnavailable",
            "deactivationDateInvalid",
            "loginIdentifierMultipleUsersFound",
            "mailInvalid",
            "mailAndUsernameUndefined",
            "mailAlreadyUsed",
            "mailUsedTooManyTimes",
            "notMemberOfPrimaryGroup",
            "usernameAlreadyUsed",
            "usernameNotAllowed",
        ],
    ),
    (Call::Create, 404, &["groupNotFound"]),
    (Call::Get, 404, &["userNotFound"]),
    (
        Call::Edit,
        400,
        &[
            "deactivationDateInvalid",
            "mediaNotFound",
            "invalidUpdateOnDeletedUser",
            "mailInvalid",
            "mailAlreadyUsed",
            "notMemberOfPrimaryGroup",
            "usernameAlreadyUsed",
            "usernameNotAllowed",
            "userShouldHaveAtLeastOneValidIdentifier",
            "ownerDeactivationNotAllowed",
        ],
    ),
    (Call::Edit, 404, &["userNotFound"]),
    (Call::Delete, 400, &["userIsCompanyOwner"]),
    (Call::Delete, 404, &["userNotFound"]),
    (Call::Activate, 400, &["userDeleted"]),
    (Call::Activate, 404, &["userNotFound"]),
    (
        Call::Link,
        400,
        &[
            "mappingAlreadyExists",
            "reservedPlatformName",
            "valueAlreadyUsed",
        ],
    ),
    (Call::Link, 404, &["resourceNotFound"]),
    (
        Call::Relink,
        400,
        &[
            "reservedPlatformName",
            "targetAlreadyMapped",
            "valueAlreadyUsed",
        ],
    ),
    (
        Call::Relink,
        404,
        &["mappingIdNotFound", "resourceNotFound"],
    ),
    (Call::Unlink, 400, &["reservedPlatformName"]),
];

#[derive(Clone, Copy, Debug)]
enum Call {
    Activate,
    Create,
    Delete,
    Edit,
    Get,
    Link,
    List,
    ListLinks,
    Relink,
    Unlink,
}

const CALLS: [Call; 10] = [
    Call::Activate,
    Call::Create,
    Call::Delete,
    Call::Edit,
    Call::Get,
    Call::Link,
    Call::List,
    Call::ListLinks,
    Call::Relink,
    Call::Unlink,
];

async fn make(client: &Client, call: Call) -> Result<(), Error> {
    let (users, mappings, user) = (client.users(), client.external_ids(), user_id());
    match call {
        Call::Activate => users.activate(&user).await.map(drop),
        Call::Create => users.create(&new_user(), Invitation::Send).await.map(drop),
        Call::Delete => users.delete(&user).await,
        Call::Edit => users.edit(&user, &UserEdit::new()).await.map(drop),
        Call::Get => users.get(&user).await.map(drop),
        Call::Link => mappings.create(&new_mapping()).await.map(drop),
        Call::List => users.list().all().await.map(drop),
        Call::ListLinks => mappings.list().all().await.map(drop),
        Call::Relink => mappings
            .replace(&mapping_id(), &new_mapping())
            .await
            .map(drop),
        Call::Unlink => mappings.delete(&mapping_id()).await,
    }
}

async fn fail(call: Call, answer: ResponseTemplate) -> Error {
    let vendor = vendor().await;
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    make(&client(&vendor.uri()), call).await.unwrap_err()
}

#[tokio::test]
async fn every_documented_code_is_known() {
    for (call, status, codes) in DOCUMENTED {
        for code in codes {
            let body = json!({"error": {"code": code, "message": "canary"}});
            let error = fail(call, ResponseTemplate::new(status).set_body_json(body)).await;
            let found = error.code().unwrap();
            assert_eq!(found.as_str(), *code, "{call:?}");
            assert!(
                found.is_known() && found.class() != ErrorClass::Unknown,
                "{call:?} {code}"
            );
            assert_eq!(
                (error.kind(), error.sent()),
                (ErrorKind::Api, Sent::Yes),
                "{call:?}"
            );
            assert_eq!(error.is_not_found(), status == 404, "{call:?} {code}");
            assert!(!error.is_retryable(), "{call:?} {code}");
            let told = format!("{error} {error:?} {error:#?}");
            assert!(told.contains(code) && !told.contains("canary"), "{told}");
            assert!(
                error
                    .body()
                    .unwrap()
                    .windows(6)
                    .any(|part| part == b"canary")
            );
        }
    }
}

#[tokio::test]
async fn a_missing_scope_is_forbidden_in_both_forms() {
    for call in CALLS {
        for body in [
            json!({"error": {"code": "invalid_scope", "message": "canary"}}),
            json!({"error": "invalid_scope"}),
        ] {
            let error = fail(call, ResponseTemplate::new(403).set_body_json(body)).await;
            assert!(error.is_forbidden(), "{call:?}");
            assert_eq!(error.code(), Some(&ErrorCode::InvalidScope), "{call:?}");
        }
    }
}

#[tokio::test]
async fn the_status_counts_whatever_the_body() {
    for (body, kind) in [
        ("<html>canary</html>", "text/html"),
        ("", "application/json"),
        ("null", "application/json"),
        ("{\"error\":", "application/json"),
        ("\u{0}\u{1}", "application/octet-stream"),
    ] {
        let answer = ResponseTemplate::new(409).set_body_raw(body, kind);
        let error = fail(Call::Create, answer).await;
        assert_eq!(error.status().unwrap(), 409);
        assert_eq!((error.kind(), error.code()), (ErrorKind::Api, None));
        assert_eq!(error.to_string(), "POST /api/v2/users: refused: 409");
    }
}

#[tokio::test]
async fn an_error_page_with_a_success_is_an_error() {
    for call in [
        Call::Get,
        Call::List,
        Call::Create,
        Call::Edit,
        Call::Link,
        Call::ListLinks,
    ] {
        let page = "<!doctype html><p>canary</p>";
        let answer = ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8");
        let error = fail(call, answer).await;
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Decode, Sent::Yes),
            "{call:?}"
        );
        assert_eq!(error.status().unwrap(), 200);
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert_eq!(error.body().unwrap(), page.as_bytes());
    }
    // It need not even look like a page.
    let answer = ResponseTemplate::new(200).set_body_raw("[]", "text/html");
    assert_eq!(fail(Call::List, answer).await.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_quoted() {
    let body = json!({"_id": "canary", "status": "canary", "platform": ["canary"]});
    for call in [Call::Get, Call::Create, Call::Link, Call::Relink] {
        let error = fail(call, ResponseTemplate::new(200).set_body_json(&body)).await;
        assert_eq!(error.kind(), ErrorKind::Decode);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.starts_with("unexpected JSON"), "{source}");
        assert!(!format!("{error} {error:?} {source}").contains("canary"));
    }
}

#[tokio::test]
async fn a_client_of_the_host_that_follows_redirects_is_found_out() {
    let vendor = vendor().await;
    let answer = ResponseTemplate::new(302).insert_header("location", "/elsewhere");
    let page = ResponseTemplate::new(200).set_body_json(user_json());
    Mock::given(path("/elsewhere"))
        .respond_with(page)
        .mount(&vendor)
        .await;
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    let client = Client::builder()
        .base_url(vendor.uri().parse().unwrap())
        .credentials("client-id", "client-secret")
        .http(reqwest::Client::new())
        .build()
        .unwrap();
    let error = make(&client, Call::Get).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.to_string(), "GET /api/v2/users/{userId}: redirected");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let vendor = vendor().await;
    let elsewhere = format!("{}/elsewhere", vendor.uri());
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere);
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .expect(1)
        .mount(&vendor)
        .await;
    let error = make(&client(&vendor.uri()), Call::Create)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
}
