//! Secrets and personal data appear in no `Debug`, no `Display` and no trace.

use std::fmt::{Debug, Display, Write as _};
use std::io;
use std::sync::{Arc, Mutex};

use learning360_client::{
    ClearableField, Client, Created, InvalidId, Invitation, Membership, NewMapping, NewUser, Quota,
    StatusFilter, User, UserEdit, UserField, UserId, UserStatus,
};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{MAPPING, USER, client, granted, group_id, mapping_id, user_id, vendor};

const CANARY: &str = "canary";

fn user_json() -> Value {
    let mut user = json!({"_id": USER, "status": "active"});
    for field in UserField::ALL {
        user[field.as_str()] = json!("canary@example.com");
    }
    user
}

fn new_user() -> NewUser {
    let user = NewUser::new(Membership::learner(group_id()));
    user.set(UserField::Mail, CANARY).unwrap()
}

fn edit() -> UserEdit {
    UserEdit::new()
        .set(UserField::Job, CANARY)
        .unwrap()
        .clear(ClearableField::PHONE)
}

fn new_mapping() -> NewMapping {
    NewMapping::new("ours", user_id(), CANARY).unwrap()
}

/// Collects every form of what is shown.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn debug(&mut self, value: &impl Debug) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn both(&mut self, value: &(impl Debug + Display)) {
        self.debug(value);
        writeln!(self.0, "{value}").unwrap();
    }

    fn error(&mut self, error: &dyn std::error::Error) {
        self.both(&error);
        if let Some(source) = error.source() {
            self.error(source);
        }
    }
}

#[test]
fn no_type_shows_what_it_holds() {
    let mut shown = Shown::default();
    let user = User::from_json(user_json()).unwrap();
    shown.debug(&user);
    shown.debug(&User::builder(user_id(), UserStatus::Active).set(UserField::Mail, CANARY));
    shown.debug(&Created::New(user.clone()));
    shown.debug(&Created::Restored(user));
    shown.debug(&new_user());
    shown.debug(&edit());
    shown.debug(&edit().get(UserField::Job));
    shown.debug(&new_mapping());
    shown.debug(&learning360_client::Mapping::new(
        mapping_id(),
        new_mapping(),
    ));
    let refused: InvalidId = UserId::try_from(CANARY).unwrap_err();
    shown.error(&refused);
    let at = UserField::ToBeDeactivatedAt;
    shown.error(&UserEdit::new().set(at, CANARY).unwrap_err());
    shown.error(&CANARY.parse::<UserField>().unwrap_err());
    shown.error(&User::from_json(json!({"_id": CANARY})).unwrap_err());
    let builder = Client::builder()
        .base_url(format!("http://127.0.0.1:9/{CANARY}").parse().unwrap())
        .credentials(CANARY, CANARY)
        .quota(Quota::default());
    shown.debug(&builder);
    shown.error(&builder.build().unwrap_err());
    let client = Client::builder()
        .base_url("http://127.0.0.1:9".parse().unwrap())
        .credentials(CANARY, CANARY)
        .build()
        .unwrap();
    shown.debug(&client);
    shown.debug(&client.users());
    shown.debug(&client.external_ids());
    let list = client.users().list().mail(CANARY).username(CANARY);
    shown.debug(&list);
    shown.debug(&list.pages());
    let list = client.external_ids().list().value(CANARY).platform(CANARY);
    shown.debug(&list);
    shown.debug(&list.pages());
    assert!(!shown.0.contains(CANARY), "{}", shown.0);
    assert!(shown.0.len() > 2000);
}

#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<u8>>>);

impl io::Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Traces {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Makes every call; the outcomes are those of the stand-in.
async fn make_all(client: &Client, shown: &mut Shown) {
    let (users, mappings) = (client.users(), client.external_ids());
    let by_mail = users.list().mail(CANARY).username(CANARY);
    let by_value = mappings
        .list()
        .platform(CANARY)
        .value(CANARY)
        .target(&user_id());
    let errors = [
        users.get(&user_id()).await.err(),
        by_mail
            .status(StatusFilter::Is(UserStatus::Active))
            .all()
            .await
            .err(),
        users.create(&new_user(), Invitation::Send).await.err(),
        users.edit(&user_id(), &edit()).await.err(),
        users.activate(&user_id()).await.err(),
        users.delete(&user_id()).await.err(),
        by_value.all().await.err(),
        mappings.create(&new_mapping()).await.err(),
        mappings.replace(&mapping_id(), &new_mapping()).await.err(),
        mappings.delete(&mapping_id()).await.err(),
    ];
    for error in errors.iter().flatten() {
        shown.error(error);
    }
}

#[tokio::test]
async fn no_trace_and_no_error_shows_what_was_sent_or_answered() {
    let traces = Traces::default();
    let tracing = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(traces.clone())
        .set_default();
    let mut shown = Shown::default();
    let link = "<https://canary.example.com/?next=canary>; rel=next";
    for answer in [
        ResponseTemplate::new(200).set_body_json(user_json()),
        ResponseTemplate::new(200).set_body_json(json!([user_json(), {"value": CANARY}])),
        ResponseTemplate::new(200)
            .set_body_json(json!([]))
            .insert_header("link", link),
        ResponseTemplate::new(400).set_body_json(json!({"error": {"code": "canary@example.com"}})),
        ResponseTemplate::new(403).set_body_json(json!({"error": "a canary", "message": CANARY})),
        ResponseTemplate::new(200).set_body_raw("<p>canary", "text/html"),
        ResponseTemplate::new(200).set_body_raw("\"canary", "application/json"),
    ] {
        let vendor = wiremock::MockServer::start().await;
        let token = Mock::given(method("POST")).and(path("/api/v2/oauth2/token"));
        token.respond_with(granted(CANARY)).mount(&vendor).await;
        Mock::given(any())
            .respond_with(answer)
            .with_priority(9)
            .mount(&vendor)
            .await;
        let client = Client::builder()
            .base_url(vendor.uri().parse().unwrap())
            .credentials(CANARY, CANARY)
            .quota(Quota::unlimited())
            .build()
            .unwrap();
        make_all(&client, &mut shown).await;
    }
    // A refused credential.
    let vendor = vendor().await;
    vendor.reset().await;
    let refused = json!({"error": "invalid_client", "message": CANARY});
    let refused = ResponseTemplate::new(401).set_body_json(refused);
    Mock::given(any())
        .respond_with(refused)
        .mount(&vendor)
        .await;
    make_all(&client(&vendor.uri()), &mut shown).await;
    drop(tracing);

    assert!(shown.0.contains("invalid_client") && shown.0.contains("/api/v2/users/{userId}"));
    let traces = String::from_utf8(traces.0.lock().unwrap().clone()).unwrap();
    assert!(
        traces.contains("called 360Learning") && traces.contains("invalid_client"),
        "{traces}"
    );
    for (told, text) in [("errors", &shown.0), ("traces", &traces)] {
        for secret in [CANARY, USER, MAPPING, "Bearer", "client-secret", "token-1"] {
            let shown = text.lines().find(|line| line.contains(secret));
            assert_eq!(shown, None, "{secret} in the {told}");
        }
    }
}
