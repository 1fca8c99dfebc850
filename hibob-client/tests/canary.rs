//! Secrets and personal data never appear in `Debug`, `Display`, errors or traces.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::fmt::{Debug, Display, Write as _};
use std::sync::{Arc, Mutex};

use hibob_client::table::{
    Cursor, EmploymentRow, LifecycleRow, TableRecord, TableRow, TrainingEntry, TrainingRow, WorkRow,
};
use hibob_client::{
    Client, EmailAddress, Employee, Environment, ListName, Money, PersonKey, Quota, TableId,
};
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
fn builders() {
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
    debug(&employee.reports_to());
    debug(&employee.read::<String>(&field("work.title")).unwrap());
    display(&employee.read::<bool>(&field("work.title")).unwrap_err());
    debug(&employee.label(&field("root.surname")));
}

#[test]
fn rows_and_values() {
    let value = json!({"id": 1, "status": CANARY, "title": CANARY, "name": CANARY,
        "reason": CANARY, "contract": CANARY, "humanReadable": {"title": CANARY},
        "reportsTo": {"id": "7", "email": CANARY, "displayName": CANARY},
        "customColumns": {"column_1": CANARY}, "cost": {"value": 7, "currency": CANARY}});
    debug(&row::<TableRow>(&value).raw().len());
    debug(&row::<LifecycleRow>(&value).status());
    let work = row::<WorkRow>(&value);
    debug(&(work.title(), work.reports_to()));
    debug(&work.reports_to().value().unwrap());
    debug(&row::<EmploymentRow>(&value).contract());
    debug(&row::<TrainingRow>(&value).cost().value().unwrap());
    display(&WorkRow::from_json(json!([CANARY])).unwrap_err());
    debug(&Money::new(7.0, CANARY));
    debug(&Cursor::new(CANARY));
    debug(&EmailAddress::parse("canary@example.com").unwrap());
    display(&EmailAddress::parse(CANARY).unwrap_err());
    debug(&PersonKey::from(
        EmailAddress::parse("canary@example.com").unwrap(),
    ));
    debug(&entry());
}

#[track_caller]
fn row<R: TableRecord + Debug>(value: &Value) -> R {
    let row = R::from_json(value.clone()).unwrap();
    debug(&row);
    row
}

fn entry() -> TrainingEntry {
    let id = hibob_client::ListItemId::try_from(CANARY).unwrap();
    TrainingEntry::new(id)
        .description(CANARY)
        .reason(CANARY)
        .cost(Money::new(7.0, CANARY))
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
        ResponseTemplate::new(200).set_body_json(json!({"employees": [{"id": CANARY}, CANARY]})),
        ResponseTemplate::new(200).set_body_json(json!({
            "values": [{"id": 1, "status": CANARY, "title": CANARY}],
            "results": [{"employeeId": "31415926", "title": CANARY}],
            "response_metadata": {"next_cursor": CANARY},
        })),
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
        calls(&fast(&format!("{}/v1", server.uri())), &list).await;
    }
    let broken = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\ncanary");
    calls(&fast(&broken), &list).await;
    calls(&fast(&raw_server(b"canary\r\n")), &list).await;
    calls(&fast("http://127.0.0.1:1/v1"), &list).await;

    drop(guard);
    let text = traces.0.lock().unwrap().clone();
    assert!(text.contains("url.template=/people/{id}"), "{text}");
    assert!(text.contains("http.response.status_code=401"), "{text}");
    clean(&text);
    assert!(!text.contains("31415926"), "{text}");
}

/// A client that waits for no quota.
fn fast(url: &str) -> Client {
    builder(url).quota(Quota::unlimited()).build().unwrap()
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
        client.metadata().lists().await.err(),
    ] {
        error.iter().for_each(check);
    }
    let address = EmailAddress::parse("canary@example.com").unwrap();
    let mut people = client.people().search().emails([&address]).stream();
    debug(&people);
    while let Some(person) = people.next().await {
        debug(&people);
        match person {
            Ok(person) => debug(&person),
            Err(error) => check(&error),
        }
    }
    let get = client.people().get(&address);
    seen(&get.clone(), get.send().await);
    let profiles = client.people().profiles();
    seen(&profiles.clone(), profiles.send().await);
    write_calls(client, &address).await;
    table_calls(client).await;
    debug(&client.rate_limits());
}

async fn write_calls(client: &Client, address: &EmailAddress) {
    let who = id("31415926");
    let edit = client.people().edit(&who).set(field("work.title"), CANARY);
    seen(&edit.clone(), edit.send().await);
    let change = client.people().change_email(&who, address);
    seen(&change.clone(), change.send().await);
    let change = client
        .people()
        .change_start_date(&who, jiff::civil::date(2026, 1, 1));
    let change = change.reason(CANARY);
    seen(&change.clone(), change.send().await);
    let add = client.tables().add_training(&who, entry());
    seen(&add.clone(), add.send().await);
    let row = hibob_client::RowId::try_from("31415926").unwrap();
    let delete = client.tables().delete_training(&who, row);
    debug(&delete);
    if let Err(error) = delete.send().await {
        check(&error);
    }
}

async fn table_calls(client: &Client) {
    let who = id("31415926");
    let read = client.tables().lifecycle(&who);
    seen(&read.clone(), read.send().await);
    let read = client.tables().work(&who);
    seen(&read.clone(), read.send().await);
    let read = client
        .tables()
        .custom(&who, &TableId::try_from("category_1").unwrap());
    seen(&read.clone(), read.send().await);
    let mut pager = client
        .tables()
        .bulk_work()
        .resume_from(Cursor::new(CANARY))
        .pager();
    debug(&pager);
    seen(&pager.continuation().cloned(), pager.next_page().await);
    let check = client
        .metadata()
        .check_access([field("work.title")])
        .people([who]);
    seen(&check.clone(), check.send().await);
}

/// A request and what became of it.
#[track_caller]
fn seen<T: Debug>(request: &impl Debug, result: Result<T, hibob_client::Error>) {
    debug(request);
    match result {
        Ok(value) => debug(&value),
        Err(error) => check(&error),
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
