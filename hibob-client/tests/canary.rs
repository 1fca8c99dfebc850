//! Secrets and personal data never appear in `Debug`, `Display`, errors or traces.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::fmt::{Debug, Display, Write as _};
use std::sync::{Arc, Mutex};

use hibob_client::webhook::{Secret, Verifier};
use hibob_client::{Client, Employee, Environment, ListName, testing};
use serde_json::{Value, json};
use support::{always, builder, client, field, id, raw_server};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use wiremock::{MockServer, ResponseTemplate};

const CANARY: &str = "canary";

#[track_caller]
fn debug(value: &impl Debug) {
    clean(&format!("{value:?} {value:#?}"));
}

#[track_caller]
fn display(value: &(impl Debug + Display)) {
    debug(value);
    clean(&value.to_string());
}

#[track_caller]
fn clean(text: &str) {
    let lower = text.to_lowercase();
    assert!(!lower.contains(CANARY), "{text}");
    // The same as Basic credentials.
    assert!(
        !text.contains("Y2FuYXJ5") && !text.contains("OmNhbmFye"),
        "{text}"
    );
}

/// A record with the canary in every value.
fn record() -> Value {
    json!({
        "id": "31415926", "email": "canary@example.com", "surname": "canary",
        "work": {"title": "canary", "reportsTo": {"email": "canary@example.com"}},
        "/work/title": {"value": "canary"}, "humanReadable": {"surname": "canary"},
    })
}

#[test]
fn secrets_and_builders() {
    let secret = Secret::new("label", CANARY);
    debug(&secret);
    let verifier = Verifier::new([secret]).unwrap();
    debug(&verifier);
    let signature = hibob_client::webhook::sign(CANARY, b"canary");
    debug(
        &verifier
            .verify(b"canary", Some(signature.as_bytes()))
            .unwrap(),
    );
    display(&verifier.verify(b"canary", Some(b"canary")).unwrap_err());
    let builder = Client::builder().service_user("canary", "canary");
    debug(&builder);
    debug(&builder.build().unwrap());
    debug(&Environment::Production);
    display(
        &Client::builder()
            .service_user("canary:", "canary")
            .build()
            .unwrap_err(),
    );
}

#[test]
fn records_and_their_errors() {
    let employee = Employee::from_json(record()).unwrap();
    debug(&employee);
    debug(&employee.email());
    debug(&employee.text(&field("work.title")));
    debug(&employee.field(&field("root.surname")));
    display(&employee.try_date(&field("work.title")).unwrap_err());
    display(&employee.try_text(&field("work.reportsTo")).unwrap_err());
    display(&Employee::from_json(json!({"id": "canary"})).unwrap_err());
    display(&serde_json::from_value::<Employee>(json!({"id": "canary"})).unwrap_err());
    display(&hibob_client::EmployeeId::try_from(CANARY).unwrap_err());
}

#[test]
fn deliveries() {
    for body in [
        json!({
            "type": "employee.created", "companyId": 1, "employee": {"id": "1", "email": CANARY},
            "changedBy": {"displayName": CANARY}, "data": record(), "previous": record(),
            "creationDate": "2022-05-09T07:36:42.486",
        }),
        json!({
            "type": "employee.deleted", "version": "v2", "triggeredAt": CANARY,
            "data": {"employeeId": CANARY, "email": CANARY, "fieldUpdates": [{"old": CANARY}]},
        }),
        json!({"text": CANARY}),
        json!(CANARY),
    ] {
        debug(&testing::event(body));
    }
}

#[tokio::test]
async fn calls_and_their_traces() {
    let traces = Traces::default();
    let subscriber = tracing_subscriber::registry().with(traces.clone());
    let guard = tracing::subscriber::set_default(subscriber);

    let list = ListName::try_from("canary-list").unwrap();
    let page = format!("<html>{CANARY}</html>");
    let error = json!({"key": "k", "error": CANARY, "message": CANARY, "errorMessage": CANARY,
        "errors": {"canary@example.com": {"error": CANARY, "message": CANARY}}});
    for answer in [
        ResponseTemplate::new(200).set_body_json(json!({"employees": [record()]})),
        ResponseTemplate::new(200).set_body_json(record()),
        ResponseTemplate::new(200).set_body_json(json!({"employees": CANARY})),
        ResponseTemplate::new(200).set_body_raw(page, "text/html"),
        ResponseTemplate::new(400).set_body_json(&error),
        ResponseTemplate::new(401).set_body_json(json!({"errorMessage": CANARY})),
        ResponseTemplate::new(403).set_body_json(json!({"key": "canary@example.com"})),
        ResponseTemplate::new(500)
            .set_body_string(CANARY)
            .insert_header("x-trace", CANARY),
    ] {
        let server = MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::any())
            .respond_with(answer)
            .mount(&server)
            .await;
        calls(&client(&server), &list).await;
    }
    let broken = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\ncanary");
    calls(&builder(&broken).build().unwrap(), &list).await;
    calls(&builder(&raw_server(b"canary\r\n")).build().unwrap(), &list).await;
    calls(&builder("http://127.0.0.1:1/v1").build().unwrap(), &list).await;

    drop(guard);
    let text = traces.0.lock().unwrap().clone();
    assert!(text.contains("url.template=/people/{id}"), "{text}");
    assert!(text.contains("http.response.status_code=401"), "{text}");
    clean(&text);
    assert!(!text.contains("31415926"), "{text}");
}

async fn calls(client: &Client, list: &ListName) {
    let search = client.people().search().ids([id("31415926")]);
    debug(&search);
    match search.send().await {
        Ok(found) => debug(&found),
        Err(error) => check(&error),
    }
    match client.people().get(id("31415926")).send().await {
        Ok(employee) => debug(&employee),
        Err(error) => check(&error),
    }
    for error in [
        client.metadata().fields().await.err(),
        client.metadata().list(list).await.err(),
    ] {
        error.iter().for_each(check);
    }
}

/// The whole chain of causes.
fn check(error: &hibob_client::Error) {
    display(error);
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        let text = format!("{error} {error:?} {error:#?}");
        clean(&text);
        assert!(!text.contains("31415926"), "{text}");
        cause = error.source();
    }
}

/// Everything that any library traces, at every level.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<String>>);

impl<S: tracing::Subscriber> Layer<S> for Traces {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut Line(&mut self.0.lock().unwrap()));
    }

    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        _: &tracing::span::Id,
        _: Context<'_, S>,
    ) {
        attributes.record(&mut Line(&mut self.0.lock().unwrap()));
    }
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.0, "{}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = writeln!(self.0, "{}={value}", field.name());
    }
}

#[tokio::test]
async fn the_needle_is_in_the_haystack() {
    let server = MockServer::start().await;
    always(
        &server,
        ResponseTemplate::new(400).set_body_string(CANARY),
        1,
    )
    .await;
    let error = client(&server).metadata().fields().await.unwrap_err();
    assert_eq!(error.body(), Some(CANARY.as_bytes()));
}
