//! Secrets and personal data appear in no `Debug` and no error of webhooks, cursors and any other
//! call; and every public type is looked at in one of the canary tests.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};

use learning360_client::webhook::{
    Delivery, EmptySecret, EventType, InvalidTimeFrame, NewSubscription, Secret, SentEvent,
    SigningSecret, Subscription, SubscriptionEdit, SubscriptionStatus, TimeFrame, Verifier,
    VerifyError,
};
use learning360_client::{
    Bulk, CourseId, Cursor, CustomFields, ExternalIds, GroupImage, GroupMedia, Groups, Image,
    ImageType, Jobs, ListBulkOperations, ListCertificates, ListContentIds, ListCustomFields,
    ListExternalIds, ListGroupMembers, ListGroups, ListMemberships, ListSentEvents,
    ListSubscriptions, ListUserCustomLinks, ListUserIds, ListUsers, Pager, Request, Response,
    Users, WebhookSubscriptions,
};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{USER, client, group_id, user_id, vendor};

const CANARY: &str = "canary";

#[derive(Default)]
struct Shown(String);

impl Shown {
    fn debug<T: Debug>(&mut self, value: &T) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn error<E: std::error::Error>(&mut self, error: &E) {
        self.debug(error);
        writeln!(self.0, "{error}").unwrap();
    }

    fn holds_nothing(&self) {
        let line = self.0.lines().find(|line| line.contains(CANARY));
        assert_eq!(line, None);
        assert!(self.0.len() > 500, "{}", self.0);
    }
}

#[test]
fn no_type_of_webhooks_shows_what_it_holds() {
    let mut shown = Shown::default();
    let secret: SigningSecret = serde_json::from_value(json!({"secret": CANARY})).unwrap();
    shown.debug(&secret);
    shown.debug::<Secret>(&secret.labelled("users"));
    shown.debug(&Verifier::new([secret.labelled("users")]).unwrap());
    shown.error(&EmptySecret);
    for error in [
        VerifyError::Missing,
        VerifyError::Malformed,
        VerifyError::Mismatch,
    ] {
        shown.error(&error);
    }
    let event = json!({
        "_id": "msg_1", "createdAt": "2026-01-01T00:00:00.000Z", "status": "failed",
        "payload": {"mail": CANARY},
    });
    shown.debug(&serde_json::from_value::<SentEvent>(event).unwrap());
    let subscription = json!({
        "_id": USER, "eventType": "user.deleted", "name": "ours",
        "url": "https://user:canary@example.com/canary?token=canary", "status": "active",
    });
    shown.debug(&serde_json::from_value::<Subscription>(subscription).unwrap());
    let url = "https://example.com/?token=canary";
    shown.debug(&NewSubscription::new(EventType::UserDeleted, "ours", url).unwrap());
    let edit = SubscriptionEdit::new().status(SubscriptionStatus::Inactive);
    shown.debug(&edit.url(url).unwrap());
    let at = jiff::Timestamp::UNIX_EPOCH;
    shown.error::<InvalidTimeFrame>(&TimeFrame::new(at, at).unwrap_err());
    shown.holds_nothing();
}

#[cfg(feature = "test-util")]
#[test]
fn no_delivery_shows_whom_it_is_about() {
    use learning360_client::webhook::{Opened, Verified, signed_headers};

    let mut shown = Shown::default();
    let verifier = Verifier::new([Secret::new("users", CANARY)]).unwrap();
    let now = jiff::Timestamp::UNIX_EPOCH;
    for body in [
        json!({"type": "user.updated", "data": {"userId": USER, "mail": CANARY, "job": CANARY}}),
        json!({"type": "user.updated", "data": {"userId": CANARY}}),
        json!({"type": "user.invited", "data": {"userId": USER, "createdFrom": CANARY}}),
        json!({"type": "group.created", "data": {"groupId": USER, "name": CANARY}}),
        json!({"type": "bulk.operation.ended", "data": {"bulkOperationId": USER, "more": CANARY}}),
        json!({"type": "xapi", "data": [CANARY]}),
        json!({"no": "event", "mail": CANARY}),
    ] {
        let body = body.to_string();
        let headers = signed_headers(CANARY, "msg_1", now, body.as_bytes());
        let found: Verified<'_, '_> = verifier.verify(&headers, body.as_bytes(), now).unwrap();
        shown.debug(&found);
        let opened: Opened = found.open();
        shown.debug(&opened);
        // `Event`, `Unparseable`, and of events the `EventData`: `UserEvent`, `GroupEvent` and
        // `BulkOperationEvent`.
        match &opened.delivery {
            Delivery::Event(event) => shown.debug(event.data()),
            Delivery::Unparseable(what) => shown.debug(what),
            other => shown.debug(other),
        }
    }
    shown.holds_nothing();
}

#[tokio::test]
async fn no_call_of_any_kind_shows_what_it_holds() {
    let mut shown = Shown::default();
    let vendor = vendor().await;
    let answer = ResponseTemplate::new(200).insert_header("x", CANARY);
    Mock::given(any())
        .respond_with(answer.set_body_json(json!([{"a": CANARY}])))
        .with_priority(9)
        .mount(&vendor)
        .await;
    let client = client(&vendor.uri());
    let request = || {
        Request::get("/api/v2/x/{id}")
            .path("id", CANARY)
            .query("mail[eq]", CANARY)
            .json(&json!({"mail": CANARY}))
    };
    shown.debug::<Request>(&request());
    let response: Response = client.request_response(request()).await.unwrap();
    shown.debug(&response);
    let mut pager: Pager<serde_json::Value> = client.request_pages(request()).unwrap();
    let cursor: Cursor = pager.cursor().unwrap();
    shown.debug(&cursor);
    pager.next_item().await.unwrap();
    shown.debug(&pager);
    shown.error(&client.request::<()>(request()).await.unwrap_err());
    shown.error(
        &client
            .users()
            .list()
            .pages()
            .resume_from(&cursor)
            .unwrap_err(),
    );
    let subscriptions: WebhookSubscriptions = client.webhook_subscriptions();
    shown.debug(&subscriptions);
    shown.debug::<ListSubscriptions>(&subscriptions.list());
    shown.debug::<ListSentEvents>(&subscriptions.events(&USER.parse().unwrap()));
    shown.holds_nothing();
}

#[test]
fn no_list_shows_its_filters() {
    let mut shown = Shown::default();
    let client = client("http://127.0.0.1:9");
    let (user, group) = (user_id(), group_id());
    let users: Users = client.users();
    shown.debug(&users);
    shown.debug::<ListUsers>(&users.list().mail(CANARY).username(CANARY));
    shown.debug::<ListUserIds>(&users.managers(&user));
    shown.debug::<ListMemberships>(&users.memberships(&user));
    shown.debug::<ListCertificates>(&users.certificates(&user));
    shown.debug::<ListUserCustomLinks>(&users.custom_links(&user));
    let mappings: ExternalIds = client.external_ids();
    shown.debug(&mappings);
    shown.debug::<ListExternalIds>(&mappings.list().value(CANARY).platform(CANARY));
    let fields: CustomFields = client.custom_fields();
    shown.debug(&fields);
    shown.debug::<ListCustomFields>(&fields.list().name(CANARY));
    let groups: Groups = client.groups();
    shown.debug(&groups);
    shown.debug::<ListGroups>(&groups.list());
    shown.debug::<ListGroupMembers>(&groups.members(&group));
    let contents: ListContentIds<CourseId> = groups.catalog_courses(&group);
    shown.debug(&contents);
    let image = Image::new(ImageType::Png, CANARY).unwrap();
    shown.debug(&GroupMedia::new(user, GroupImage::Logo, image));
    let bulk: Bulk = client.bulk();
    shown.debug(&bulk);
    shown.debug::<ListBulkOperations>(&bulk.operations());
    let jobs: Jobs = client.jobs();
    shown.debug(&jobs);
    shown.holds_nothing();
}

#[test]
fn every_public_type_is_looked_at() {
    let this = include_str!("canary_webhooks.rs")
        .split("const HOLD_NOTHING")
        .next();
    let tests = concat!(
        include_str!("canary.rs"),
        include_str!("organization/canary.rs"),
        include_str!("users/canary.rs"),
    );
    let is_constant = |name: &str| !name.contains(char::is_lowercase);
    let words = |text: &'static str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        text.split(move |c| !is_part(c))
            .filter(|word| !word.is_empty())
    };
    let tests = words(tests).chain(words(this.unwrap()));
    let looked_at: BTreeSet<_> = tests.collect();
    let public = [
        include_str!("../../src/lib.rs"),
        include_str!("../../src/webhook/mod.rs"),
    ];
    let public: BTreeSet<_> = public
        .into_iter()
        .flat_map(|text| text.split("pub use ").skip(1))
        .filter_map(|rest| rest.split_once(';'))
        .flat_map(|(names, _)| words(names))
        .filter(|name| name.starts_with(char::is_uppercase) && !is_constant(name))
        .collect();
    assert!(public.len() > 100, "{public:?}");
    let excused = |name: &&&str| HOLD_NOTHING.contains(*name) || NAMELESS.contains(*name);
    let missing: Vec<_> = public
        .difference(&looked_at)
        .filter(|name| !excused(name))
        .collect();
    assert!(missing.is_empty(), "in no canary test: {missing:?}");
}

/// What cannot hold a secret or anything about a person: ids, words and colours that 360Learning or
/// the company fixes, numbers, instants, and the names of fields.
const HOLD_NOTHING: [&str; 45] = [
    "Attempt",
    "Branding",
    "BulkEvent",
    "BulkOperation",
    "BulkOperationId",
    "BulkOperationType",
    "BulkProgress",
    "BulkResultStatus",
    "BulkStatus",
    "CertificateId",
    "CertificateOutlineId",
    "CertificatePrivacy",
    "CertificateType",
    "Consent",
    "CustomFieldId",
    "CustomLinkId",
    "DeliveryStatus",
    "ErrorClass",
    "ErrorCode",
    "ErrorKind",
    "GroupDeletion",
    "GroupId",
    "GroupMember",
    "GroupPolicy",
    "IdKind",
    "JobIds",
    "ListStyle",
    "MappingId",
    "MappingTarget",
    "MediaId",
    "NextLogin",
    "NotClearable",
    "PathId",
    "PathSessionId",
    "Policy",
    "PseudonymizedExternalIds",
    "Region",
    "Role",
    "Sent",
    "SubscriptionId",
    "TargetType",
    "UnassignableRole",
    "UnknownUserField",
    "UserCustomLinkId",
    "UserJobs",
];

/// What the canary tests show without naming it, or what is a trait.
const NAMELESS: [&str; 10] = [
    "BulkItem",
    "BulkPart",
    "BulkReport",
    "BulkRequest",
    "ClientBuilder",
    "Edit",
    "InvalidCertificate",
    "InvalidGroup",
    "InvalidUser",
    "UserBuilder",
];
