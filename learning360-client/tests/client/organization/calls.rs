//! Each operation sends what is documented, takes the documented answer, and tells every
//! documented code.

use learning360_client::{
    AuthorizedValues, BrandingColor, BrandingEdit, BulkOperationType, BulkStatus, Client, Consent,
    CustomFieldEdit, CustomFieldTarget, CustomFieldType, Error, ErrorCode, ErrorKind,
    GroupDeletion, GroupEdit, GroupId, GroupImage, GroupMedia, GroupPolicy, GroupText, Image,
    ImageType, InstantFilter, JobIds, MailSubscription, MailSwitch, NewCustomField, NewGroup,
    NewMapping, Policy, Role, Sent, TextFilter, UserJobs, UserMembership, Visibility,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::operations::{Call, FIELD, OPERATION, OTHER, Operation, all};
use crate::support::{client, group_id, mapping_id, requests, user_id, vendor};

/// Makes a call and shows what came of it.
pub(super) async fn make(client: &Client, call: Call) -> Result<String, Error> {
    let groups = client.groups();
    let group = group_id();
    match call {
        Call::AddRole => groups.add_role(&role()).await.map(debug),
        Call::CatalogCourses => groups.catalog_courses(&group).all().await.map(debug),
        Call::CatalogPathSessions => groups.catalog_path_sessions(&group).all().await.map(debug),
        Call::CreateGroup => groups.create(&new_group()).await.map(debug),
        Call::DeleteGroup => groups.delete(&group).await.map(debug),
        Call::EditGroup => {
            let edit = GroupEdit::new()
                .name("Engineers")
                .unwrap()
                .clear_text(GroupText::Custom)
                .clear_image(GroupImage::Logo);
            groups.edit(&group, &edit).await.map(debug)
        }
        Call::Group => groups.get(&group).await.map(debug),
        Call::Groups => groups.list().all().await.map(debug),
        Call::LibraryCourses => groups.library_courses(&group).all().await.map(debug),
        Call::LibraryPaths => groups.library_paths(&group).all().await.map(debug),
        Call::Members => groups.members(&group).all().await.map(debug),
        Call::RemoveRole => groups.remove_role(&role()).await.map(debug),
        Call::SetBranding => {
            let edit = BrandingEdit::new()
                .set(BrandingColor::Primary, "#0a1b2c")
                .unwrap()
                .clear(BrandingColor::MenuBackground);
            groups.set_branding(&group, &edit).await.map(debug)
        }
        Call::UploadGroupMedia => groups.upload_media(&group, &media()).await.map(debug),
        Call::ReplaceJobs => {
            let jobs = JobIds::new(["JOB1", "JOB2"]).unwrap();
            client.jobs().replace(&user_id(), &jobs).await.map(debug)
        }
        _ => make_other(client, call).await,
    }
}

async fn make_other(client: &Client, call: Call) -> Result<String, Error> {
    let (fields, field) = (client.custom_fields(), FIELD.parse().unwrap());
    let mappings = client.external_ids();
    let mapping = NewMapping::new("ours", group_id(), "7").unwrap();
    match call {
        Call::AuthorizedValues => fields.authorized_values(&field).await.map(debug),
        Call::CreateCustomField => {
            let new =
                NewCustomField::new("Site", CustomFieldTarget::Users, CustomFieldType::String);
            fields.create(&new.unwrap()).await.map(debug)
        }
        Call::CustomFields => {
            let list = fields
                .list()
                .name("a & b")
                .target_type(TextFilter::is_not("contents"))
                .kind(TextFilter::one_of(["date", "string"]).unwrap());
            list.all().await.map(debug)
        }
        Call::DeleteCustomField => fields.delete(&field).await.map(debug),
        Call::EditCustomField => {
            let edit = CustomFieldEdit::name("Site").unwrap();
            fields.edit(&field, &edit).await.map(debug)
        }
        Call::ReplaceAuthorizedValues => {
            let values = AuthorizedValues::texts(["Paris", "Berlin"]).unwrap();
            let replaced = fields.replace_authorized_values(&field, &values).await;
            replaced.map(debug)
        }
        Call::CreateMapping => mappings.create(&mapping).await.map(debug),
        Call::DeleteMapping => mappings.delete(&mapping_id()).await.map(debug),
        Call::Mappings => {
            let list = mappings
                .list_of::<GroupId>()
                .platform("ours")
                .value(TextFilter::one_of(["7", "8+"]).unwrap())
                .target(&group_id());
            list.all().await.map(debug)
        }
        Call::ReplaceMapping => mappings.replace(&mapping_id(), &mapping).await.map(debug),
        _ => make_bulk(client, call).await,
    }
}

async fn make_bulk(client: &Client, call: Call) -> Result<String, Error> {
    let (bulk, operation) = (client.bulk(), OPERATION.parse().unwrap());
    match call {
        Call::BulkAddRoles => bulk.add_roles([role()]).parts()[0]
            .submit()
            .await
            .map(debug),
        Call::BulkDeleteGroups => {
            let request = bulk.delete_groups([GroupDeletion::new(group_id())]);
            request.parts()[0].submit().await.map(debug)
        }
        Call::BulkRemoveRoles => {
            let request = bulk.remove_roles([role()]);
            request.parts()[0].submit().await.map(debug)
        }
        Call::BulkReplaceJobs => {
            let jobs = UserJobs::new(user_id()).current(["JOB1"]).unwrap();
            let request = bulk.replace_jobs([jobs.clear_previous()]);
            request.parts()[0].submit().await.map(debug)
        }
        Call::BulkSwitchMails => {
            let mail = MailSubscription::new("a+b@example.com", MailSwitch::Deactivation);
            let request = bulk.switch_mails([mail.unwrap()]);
            request.parts()[0].submit().await.map(debug)
        }
        Call::BulkOperation => bulk.operation(&operation).await.map(debug),
        Call::BulkOperations => {
            let list = bulk
                .operations()
                .created_at(InstantFilter::From("2026-09-10T00:00:00Z".parse().unwrap()))
                .created_at(InstantFilter::Before(
                    "2026-09-11T00:00:00Z".parse().unwrap(),
                ))
                .status(&BulkStatus::Running)
                .kind(&BulkOperationType::AddUsersToGroups);
            list.all().await.map(debug)
        }
        Call::BulkResults => bulk.results(&operation).await.map(debug),
        other => panic!("{other:?} has no call"),
    }
}

pub(super) fn role() -> UserMembership {
    UserMembership::new(user_id(), group_id(), Role::UserAdmin).unwrap()
}

pub(super) fn new_group() -> NewGroup {
    let imprint = Policy::new("https://example.com/", Consent::Implied).unwrap();
    NewGroup::new("Engineering", Visibility::Private, OTHER.parse().unwrap())
        .and_then(|group| group.text(GroupText::Custom, "d1"))
        .unwrap()
        .policy(GroupPolicy::Imprint, imprint)
}

pub(super) fn media() -> GroupMedia {
    let image = |kind, bytes: &'static [u8]| Image::new(kind, bytes).unwrap();
    GroupMedia::new(
        user_id(),
        GroupImage::Logo,
        image(ImageType::Png, b"\x89PNG"),
    )
    .with(GroupImage::Favicon, image(ImageType::Icon, b"icon"))
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
        Some(body) => answer.set_body_json(body),
        None if operation.status == 202 => {
            // Read for its id, and never followed.
            let url = format!("https://app.360learning.com/api/v2/bulk/operations/{OPERATION}");
            answer.insert_header("location", url)
        }
        None => answer,
    }
}

#[tokio::test]
async fn every_operation_sends_and_takes_what_is_documented() {
    let operations = all();
    // Two of the lists of contents are one operation each.
    assert_eq!(operations.len(), 31 + 2);
    for operation in &operations {
        let call = operation.call;
        let vendor = answering(success(operation)).await;
        let outcome = make(&client(&vendor.uri()), call).await;
        let shown = outcome.unwrap_or_else(|error| panic!("{call:?}: {error}"));
        // Whatever was answered has arrived; a list is not empty.
        let wanted = match &operation.answer {
            Some(answer) => token(answer),
            None if operation.status == 202 => OPERATION.to_owned(),
            None => "()".to_owned(),
        };
        assert!(shown.contains(&wanted), "{call:?}: {shown}");
        let requests = requests(&vendor).await;
        assert_eq!(requests.len(), 1, "{call:?}");
        let request = &requests[0];
        let query = request.url.query().map(|query| format!("?{query}"));
        let path = format!("{}{}", request.url.path(), query.unwrap_or_default());
        assert_eq!(request.method.as_str(), operation.method, "{call:?}");
        assert_eq!(path, format!("/api/v2{}", operation.path), "{call:?}");
        assert_eq!(request.headers["360-api-version"], "v2.0", "{call:?}");
        assert_eq!(request.headers["authorization"], "Bearer token-1");
        let sent: Option<Value> = serde_json::from_slice(&request.body).ok();
        assert_eq!(sent, operation.body, "{call:?}");
    }
}

/// What shows that an answer has arrived.
fn token(answer: &Value) -> String {
    let item = answer.get(0).unwrap_or(answer);
    if item.get("resourceId").is_some() {
        return "Success".to_owned();
    }
    let primary = item.get("colors").and_then(|colors| colors.get("primary"));
    let id = item.get("_id").or(item.get("userId")).or(primary);
    id.unwrap_or(item).as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_operation_tells_every_documented_code() {
    let mut told = 0;
    let vendor = vendor().await;
    let client = client(&vendor.uri());
    for operation in all() {
        let call = operation.call;
        let own = operation.codes.iter();
        let own = own.flat_map(|(status, codes)| codes.iter().map(|code| (*status, *code)));
        for (status, code) in own.chain([(403, "invalid_scope")]) {
            let body = json!({"error": {"code": code, "message": "A sentence for people."}});
            let answer = ResponseTemplate::new(status).set_body_json(body);
            let _answering = Mock::given(any())
                .respond_with(answer)
                .with_priority(9)
                .mount_as_scoped(&vendor)
                .await;
            let error = make(&client, call).await.unwrap_err();
            let context = format!("{call:?}: {error}");
            assert_eq!(error.kind(), ErrorKind::Api, "{context}");
            assert_eq!(error.code().map(ErrorCode::as_str), Some(code), "{context}");
            assert!(error.code().unwrap().is_known(), "{context}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!(error.is_not_found(), status == 404, "{context}");
            assert_eq!(error.is_forbidden(), status == 403, "{context}");
            assert_eq!(
                (error.attempts(), error.sent()),
                (1, Sent::Yes),
                "{context}"
            );
            // No place, or switched off: over after a while.
            let passing = matches!(status, 429 | 503);
            assert_eq!(error.is_retryable(), passing, "{context}");
            assert_eq!(error.is_bulk_refused(), passing, "{context}");
            assert!(!error.is_rate_limited(), "{context}");
            let route = format!("/api/v2{}", operation.route);
            assert_eq!(error.route(), Some(route.as_str()), "{context}");
            assert_eq!(error.method().unwrap().as_str(), operation.method);
            assert!(!error.to_string().contains("sentence"), "{context}");
            told += 1;
        }
    }
    assert_eq!(told, 33 + 95);
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
            assert!(!error.is_bulk_refused(), "{context}");
        }
    }
}

#[tokio::test]
async fn no_operation_takes_an_odd_answer_for_a_success() {
    let vendor = vendor().await;
    let client = client(&vendor.uri());
    for operation in all() {
        let call = operation.call;
        let page = ResponseTemplate::new(200).set_body_raw("<html>Log in</html>", "text/html");
        for answer in [
            page,
            ResponseTemplate::new(200).set_body_raw("{\"_id\":", "application/json"),
            ResponseTemplate::new(200).set_body_json(json!(7)),
            ResponseTemplate::new(302).insert_header("location", "https://example.com/"),
        ] {
            let _answering = Mock::given(any())
                .respond_with(answer)
                .with_priority(9)
                .mount_as_scoped(&vendor)
                .await;
            let outcome = make(&client, call).await;
            // Where nothing is read, there is nothing to be misread.
            if operation.status == 204
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
            assert!(!error.is_retryable(), "{call:?}: {error}");
        }
    }
}

#[tokio::test]
async fn images_go_in_a_form_with_their_author() {
    let answer = ResponseTemplate::new(200).set_body_json(super::operations::group());
    let vendor = answering(answer).await;
    let groups = client(&vendor.uri()).groups();
    groups.upload_media(&group_id(), &media()).await.unwrap();
    let requests = requests(&vendor).await;
    let kind = requests[0].headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8_lossy(&requests[0].body);
    let parts: Vec<_> = body.split(boundary).collect();
    assert_eq!(parts.len(), 5, "{body}");
    for (part, wanted) in parts[1..].iter().zip([
        ["name=\"authorId\"", "507f1f77bcf86cd799439011"],
        ["name=\"favicon\"", "image/x-icon\r\n\r\nicon"],
        ["name=\"logo\"", "image/png"],
        ["--", ""],
    ]) {
        assert!(wanted.iter().all(|text| part.contains(text)), "{part}");
    }
}

#[tokio::test]
async fn an_icon_can_only_be_a_favicon() {
    let vendor = vendor().await;
    let icon = Image::new(ImageType::Icon, &b"icon"[..]).unwrap();
    let media = GroupMedia::new(user_id(), GroupImage::Logo, icon);
    let groups = client(&vendor.uri()).groups();
    let error = groups.upload_media(&group_id(), &media).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Config, Sent::No));
    assert!(requests(&vendor).await.is_empty());
}
