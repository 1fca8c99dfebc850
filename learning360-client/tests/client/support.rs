//! What the tests share.

use learning360_client::{
    Client, GroupId, MappingId, Membership, NewMapping, NewUser, Quota, UserField, UserId,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const USER: &str = "507f1f77bcf86cd799439011";
pub(crate) const GROUP: &str = "507f1f77bcf86cd799439012";
pub(crate) const MAPPING: &str = "507f1f77bcf86cd799439013";

pub(crate) fn user_id() -> UserId {
    UserId::try_from(USER).unwrap()
}

pub(crate) fn group_id() -> GroupId {
    GroupId::try_from(GROUP).unwrap()
}

pub(crate) fn mapping_id() -> MappingId {
    MappingId::try_from(MAPPING).unwrap()
}

pub(crate) fn new_user() -> NewUser {
    let membership = Membership::learner(group_id());
    NewUser::new(membership)
        .set(UserField::Mail, "ada+lms@example.com")
        .unwrap()
}

pub(crate) fn new_mapping() -> NewMapping {
    NewMapping::new("example-provisioner", user_id(), "3332883894235038486").unwrap()
}

pub(crate) fn user_json() -> Value {
    json!({"_id": USER, "status": "invited", "lang": "en", "mail": "ada+lms@example.com"})
}

pub(crate) fn mapping_json() -> Value {
    json!({
        "_id": MAPPING, "platform": "example-provisioner", "targetId": USER,
        "targetType": "user", "value": "3332883894235038486",
    })
}

/// A stand-in that grants tokens and answers nothing else.
pub(crate) async fn vendor() -> MockServer {
    let vendor = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/v2/oauth2/token"))
        .respond_with(granted("token-1"))
        .mount(&vendor)
        .await;
    vendor
}

pub(crate) fn granted(token: &str) -> ResponseTemplate {
    let body = json!({"token_type": "Bearer", "access_token": token, "expires_in": "3600"});
    ResponseTemplate::new(200).set_body_json(body)
}

pub(crate) fn client(origin: &str) -> Client {
    Client::builder()
        .base_url(origin.parse().unwrap())
        .credentials("client-id", "client-secret")
        .quota(Quota::unlimited())
        .build()
        .unwrap()
}

/// The requests to anything but the token endpoint.
pub(crate) async fn requests(vendor: &MockServer) -> Vec<wiremock::Request> {
    let mut requests = vendor.received_requests().await.unwrap();
    requests.retain(|request| !request.url.path().ends_with("/token"));
    requests
}
