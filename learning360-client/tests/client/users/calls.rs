//! Each operation sends what is documented, takes the documented answer, and tells every
//! documented code.

use learning360_client::{
    CertificatePrivacy, ClearableField, Client, CustomValue, CustomValues, Error, ErrorCode,
    ErrorKind, Image, ImageType, InstantFilter, Invitation, Membership, NewCertificate,
    NewPassword, NewUser, NewUserCustomLink, NextLogin, PseudonymizedExternalIds, Role, Sent,
    StatusFilter, TextFilter, UserEdit, UserField, UserId, UserStatus,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::operations::{Call, FIELD, OTHER, Operation, all};
use crate::support::{client, group_id, requests, user_id, vendor};

/// Makes a call and shows what came of it.
async fn make(client: &Client, call: Call) -> Result<String, Error> {
    let (users, user) = (client.users(), user_id());
    let other = UserId::try_from(OTHER).unwrap();
    match call {
        Call::Activate => users.activate(&user).await.map(debug),
        Call::AddManager => users.add_manager(&user, &other).await.map(debug),
        Call::CertificatePdf => {
            let id = OTHER.parse().unwrap();
            users.certificate_pdf(&user, &id).await.map(debug)
        }
        Call::CertificatePrivacy => {
            let ids = [OTHER.parse().unwrap()];
            let privacy = CertificatePrivacy::Private;
            let set = users.set_certificate_privacy(&user, &ids, privacy).await;
            set.map(debug)
        }
        Call::Certificates => {
            let list = users
                .certificates(&user)
                .delivery_date(InstantFilter::From("2026-01-01T00:00:00Z".parse().unwrap()))
                .expiration_date(InstantFilter::Before(
                    "2027-01-01T00:00:00Z".parse().unwrap(),
                ));
            list.all().await.map(debug)
        }
        Call::Create => {
            let user = NewUser::new(Membership::new(group_id(), Role::UserAdmin))
                .set(UserField::Mail, "ada+lms@example.com")
                .unwrap();
            users.create(&user, Invitation::Suppress).await.map(debug)
        }
        Call::CreateCustomLink => users.create_custom_link(&user, &link()).await.map(debug),
        Call::CustomLinks => users.custom_links(&user).all().await.map(debug),
        Call::CustomValues => users.custom_values(&user).await.map(debug),
        Call::Delete => users.delete(&user).await.map(debug),
        Call::DeleteCustomLink => {
            let id = OTHER.parse().unwrap();
            users.delete_custom_link(&user, &id).await.map(debug)
        }
        Call::Edit => {
            let edit = UserEdit::new()
                .set(UserField::Job, "Engineer")
                .unwrap()
                .clear(ClearableField::PHONE)
                .clear(ClearableField::TO_BE_DEACTIVATED_AT);
            users.edit(&user, &edit).await.map(debug)
        }
        Call::Get => users.get(&user).await.map(debug),
        Call::ImportCertificate => {
            let at = "2026-01-31T00:00:00Z".parse().unwrap();
            let certificate = NewCertificate::new("First aid", at, &b"%PDF-1.7"[..]).unwrap();
            users
                .import_certificate(&user, &certificate)
                .await
                .map(debug)
        }
        Call::List => {
            let list = users
                .list()
                .mail("a+b@x.c")
                .username(TextFilter::none_of(["x", "y"]).unwrap())
                .status(StatusFilter::IsNot(UserStatus::Deleted));
            list.all().await.map(debug)
        }
        Call::Managers => users.managers(&user).all().await.map(debug),
        Call::Memberships => users.memberships(&user).all().await.map(debug),
        Call::Pseudonymize => {
            let external_ids = PseudonymizedExternalIds::Delete;
            users.pseudonymize(&user, external_ids).await.map(debug)
        }
        Call::RemoveManager => users.remove_manager(&user, &other).await.map(debug),
        Call::ReplaceCustomLink => {
            let id = OTHER.parse().unwrap();
            let replaced = users.replace_custom_link(&user, &id, &link()).await;
            replaced.map(debug)
        }
        Call::ReplaceCustomValues => users
            .replace_custom_values(&user, &values())
            .await
            .map(debug),
        Call::ReplacePassword => {
            let password = NewPassword::new("correct horse").unwrap();
            let next_login = NextLogin::ChangesPassword;
            let replaced = users.replace_password(&user, &password, next_login).await;
            replaced.map(debug)
        }
        Call::Subordinates => users.subordinates(&user).all().await.map(debug),
        Call::UploadProfileImage => {
            let image = Image::new(ImageType::Png, &b"\x89PNG"[..]).unwrap();
            users.upload_profile_image(&user, &image).await.map(debug)
        }
    }
}

fn link() -> NewUserCustomLink {
    NewUserCustomLink::new(FIELD.parse().unwrap(), "https://example.com/ada").unwrap()
}

fn values() -> CustomValues {
    let field = FIELD.parse().unwrap();
    CustomValues::from_iter([CustomValue::text(field, "Sales").unwrap()])
}

fn debug(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let vendor = vendor().await;
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    vendor
}

fn success(operation: &Operation) -> ResponseTemplate {
    let answer = ResponseTemplate::new(operation.status);
    match &operation.answer {
        Some(Value::Null) => answer.set_body_raw(format!("%PDF {OTHER}"), "application/pdf"),
        Some(body) => answer.set_body_json(body),
        None => answer,
    }
}

#[tokio::test]
async fn every_operation_sends_and_takes_what_is_documented() {
    let operations = all();
    assert_eq!(operations.len(), 24);
    for operation in &operations {
        let call = operation.call;
        let vendor = answering(success(operation)).await;
        let outcome = make(&client(&vendor.uri()), call).await;
        let shown = outcome.unwrap_or_else(|error| panic!("{call:?}: {error}"));
        // Whatever was answered has arrived; a list is not empty.
        let ids = operation.answer.as_ref().map(first_id);
        if let Some(id) = ids {
            assert!(shown.contains(&id), "{call:?}: {shown}");
        }
        let requests = requests(&vendor).await;
        assert_eq!(requests.len(), 1, "{call:?}");
        let request = &requests[0];
        let query = request.url.query().map(|query| format!("?{query}"));
        let path = format!("{}{}", request.url.path(), query.unwrap_or_default());
        assert_eq!(request.method.as_str(), operation.method, "{call:?}");
        assert_eq!(path, format!("/api/v2/users{}", operation.path), "{call:?}");
        assert_eq!(request.headers["360-api-version"], "v2.0", "{call:?}");
        assert_eq!(request.headers["authorization"], "Bearer token-1");
        let sent: Option<Value> = serde_json::from_slice(&request.body).ok();
        assert_eq!(sent, operation.body, "{call:?}");
    }
}

/// The first id in an answer.
fn first_id(answer: &Value) -> String {
    let item = answer.get(0).unwrap_or(answer);
    if answer.is_null() {
        return OTHER.to_owned();
    }
    let id = ["_id", "groupId", "customFieldId"]
        .iter()
        .find_map(|key| item.get(key));
    id.unwrap_or(item).as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_operation_tells_every_documented_code() {
    let mut told = 0;
    for operation in all() {
        let call = operation.call;
        let own = operation.codes.iter();
        let own = own.flat_map(|(status, codes)| codes.iter().map(|code| (*status, *code)));
        for (status, code) in own.chain([(403, "invalid_scope")]) {
            let body = json!({"error": {"code": code, "message": "A sentence for people."}});
            let vendor = answering(ResponseTemplate::new(status).set_body_json(body)).await;
            let error = make(&client(&vendor.uri()), call).await.unwrap_err();
            let context = format!("{call:?}: {error}");
            assert_eq!(error.kind(), ErrorKind::Api, "{context}");
            assert_eq!(error.code().map(ErrorCode::as_str), Some(code), "{context}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!(error.is_not_found(), status == 404, "{context}");
            assert_eq!(error.is_forbidden(), status == 403, "{context}");
            assert_eq!(
                (error.attempts(), error.sent()),
                (1, Sent::Yes),
                "{context}"
            );
            assert!(!error.is_retryable(), "{context}");
            let route = format!("/api/v2/users{}", operation.route);
            assert_eq!(error.route(), Some(route.as_str()), "{context}");
            assert_eq!(error.method().unwrap().as_str(), operation.method);
            assert!(!error.to_string().contains("sentence"), "{context}");
            told += 1;
        }
    }
    assert_eq!(told, 98);
}

#[tokio::test]
async fn every_operation_tells_refused_tokens_and_too_many_calls() {
    for operation in all() {
        let call = operation.call;
        for (status, code, attempts) in [(401, "invalid_token", 2), (429, "tooManyRequests", 1)] {
            let answer = ResponseTemplate::new(status).set_body_json(json!({"error": code}));
            // Longer than any call may take.
            let vendor = answering(answer.insert_header("retry-after", "3600")).await;
            let error = make(&client(&vendor.uri()), call).await.unwrap_err();
            let context = format!("{call:?}: {error}");
            assert_eq!(error.code().map(ErrorCode::as_str), Some(code), "{context}");
            assert_eq!(error.attempts(), attempts, "{context}");
            assert_eq!(error.is_unauthorized(), status == 401, "{context}");
            assert_eq!(error.is_rate_limited(), status == 429, "{context}");
        }
    }
}

#[tokio::test]
async fn no_operation_takes_an_odd_answer_for_a_success() {
    for operation in all() {
        let call = operation.call;
        let page = ResponseTemplate::new(200).set_body_raw("<html>Log in</html>", "text/html");
        for answer in [
            page,
            ResponseTemplate::new(200).set_body_raw("{\"_id\":", "application/json"),
            ResponseTemplate::new(200).set_body_json(json!(7)),
            ResponseTemplate::new(302).insert_header("location", "https://example.com/"),
        ] {
            let vendor = answering(answer).await;
            let outcome = make(&client(&vendor.uri()), call).await;
            // Where nothing is read, there is nothing to be misread.
            if operation.answer.is_none()
                && !matches!(&outcome, Err(error) if error.kind() == ErrorKind::Api)
            {
                assert_eq!(outcome.unwrap(), "()", "{call:?}");
                continue;
            }
            let error = outcome.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Decode | ErrorKind::Api),
                "{call:?}: {error}"
            );
            assert_eq!(error.sent(), Sent::Yes);
        }
    }
}
