//! Walks the fixtures: each is an answer, and what to make of it.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

mod support;

use std::path::PathBuf;
use std::time::Duration;

use hibob_client::table::{LifecycleRow, TableRows, WorkRow};
use hibob_client::{
    AccessStatus, Client, Employee, EmployeeId, Error, Field, FieldInventory, LifecycleStatus,
    ListName, NamedList, NamedLists, SearchResult,
};
use serde_json::{Map, Value, json};
use support::{client, field, id};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The fixtures of a folder: name and content.
fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures", folder]
        .iter()
        .collect();
    let mut files: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {folder}");
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            (
                file.display().to_string(),
                serde_json::from_str(&text).unwrap(),
            )
        })
        .collect()
}

/// A server that gives the fixture's answer, and a client of it.
async fn serve(fixture: &Value) -> (MockServer, Client) {
    let answer = &fixture["answer"];
    let status = answer
        .get("status")
        .map_or(200, |status| status.as_u64().unwrap());
    let mut response = ResponseTemplate::new(u16::try_from(status).unwrap());
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        response = response.insert_header(name.as_str(), value.as_str().unwrap());
    }
    if let Some(body) = answer.get("body") {
        response = response.set_body_json(body);
    }
    if let Some(text) = answer["text"].as_str() {
        response = response.set_body_raw(text, answer["content_type"].as_str().unwrap());
    }
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    let client = client(&server);
    (server, client)
}

/// What became of a call, in the form that the fixtures use.
fn outcome<T>(result: Result<T, Error>, summary: impl Fn(T) -> Value) -> Value {
    match result {
        Ok(value) => summary(value),
        Err(error) => {
            let mut outcome = json!({"error": format!("{:?}", error.kind())});
            let status = error.status().map(|status| status.as_u16().into());
            let attempts = Some(error.attempts())
                .filter(|attempts| *attempts > 1)
                .map(Value::from);
            let wait = error
                .retry_after()
                .as_ref()
                .map(Duration::as_secs)
                .map(Value::from);
            for (key, value) in [
                ("status", status),
                ("key", error.key().map(Value::from)),
                ("attempts", attempts),
                ("retry_after", wait),
            ] {
                if let Some(value) = value {
                    outcome[key] = value;
                }
            }
            outcome
        }
    }
}

fn person(employee: &Employee) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Field<String>| {
        let value = match value {
            Field::Missing => return,
            Field::Null => Value::Null,
            Field::Value(text) => text.into(),
        };
        fields.insert(name.to_owned(), value);
    };
    put("root.email", employee.email().map(str::to_owned));
    let access = employee
        .access_status()
        .map(|status: AccessStatus| status.as_str().to_owned());
    put("internal.status", access);
    let lifecycle = employee
        .lifecycle_status()
        .map(|status: LifecycleStatus| status.as_str().to_owned());
    put("internal.lifecycleStatus", lifecycle);
    for date in ["internal.terminationDate", "work.startDate"] {
        put(
            date,
            employee.date(&field(date)).map(|date| date.to_string()),
        );
    }
    for text in ["work.siteId", "work.title", "work.reportsTo.email"] {
        put(
            text,
            employee
                .text(&field(text))
                .map(std::borrow::Cow::into_owned),
        );
    }
    json!({"id": employee.id(), "fields": fields})
}

#[tokio::test]
async fn people_search() {
    for (name, fixture) in fixtures("people_search") {
        let (_server, client) = serve(&fixture).await;
        let found = outcome(
            client.people().search().send().await,
            |found: SearchResult| {
                let employees: Vec<_> = found.employees.iter().map(person).collect();
                json!({"employees": employees, "skipped": found.skipped})
            },
        );
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn people_get() {
    for (name, fixture) in fixtures("people_get") {
        let (_server, client) = serve(&fixture).await;
        let asked: EmployeeId = id(fixture["id"].as_str().unwrap());
        let found = outcome(client.people().get(asked).send().await, |found| {
            person(&found)
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn metadata_fields() {
    for (name, fixture) in fixtures("metadata_fields") {
        let (_server, client) = serve(&fixture).await;
        let found = outcome(client.metadata().fields().await, |found: FieldInventory| {
            let fields: Map<_, _> = found
                .iter()
                .map(|field| (field.id.to_string(), field.kind.as_str().into()))
                .collect();
            json!({"fields": fields, "skipped": found.skipped()})
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn metadata_list() {
    let asked = ListName::try_from("asked").unwrap();
    for (name, fixture) in fixtures("metadata_list") {
        let (_server, client) = serve(&fixture).await;
        let found = outcome(client.metadata().list(&asked).await, |found: NamedList| {
            let items: Map<_, _> = found
                .items()
                .iter()
                .map(|item| (item.id.to_string(), found.label(&item.id).into()))
                .collect();
            json!({"name": found.name(), "items": items, "skipped": found.skipped()})
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn profiles() {
    for (name, fixture) in fixtures("profiles") {
        let (_server, client) = serve(&fixture).await;
        let found = outcome(
            client.people().profiles().send().await,
            |found: SearchResult| {
                let employees: Vec<_> = found.employees.iter().map(person).collect();
                json!({"employees": employees, "skipped": found.skipped})
            },
        );
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn metadata_lists() {
    for (name, fixture) in fixtures("metadata_lists") {
        let (_server, client) = serve(&fixture).await;
        let found = outcome(client.metadata().lists().await, |found: NamedLists| {
            let ids = |list: &NamedList| list.items().iter().map(|item| json!(item.id)).collect();
            let lists: Map<_, _> = found
                .iter()
                .map(|list| (list.name().to_string(), ids(list)))
                .collect();
            json!({"lists": lists, "skipped": found.skipped()})
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

/// The rows of a table, each as some of its columns.
fn table<R>(found: &TableRows<R>, columns: impl Fn(&R) -> Value) -> Value {
    let rows: Vec<_> = found.rows.iter().map(columns).collect();
    let restricted = &found.restricted;
    let restricted: Vec<_> = restricted
        .no_view
        .union(&restricted.no_view_history)
        .collect();
    json!({"rows": rows, "restricted": restricted, "skipped": found.skipped})
}

#[tokio::test]
async fn table_lifecycle() {
    for (name, fixture) in fixtures("table_lifecycle") {
        let (_server, client) = serve(&fixture).await;
        let read = client.tables().lifecycle(id("7"));
        let found = outcome(read.send().await, |found| {
            table(&found, |row: &LifecycleRow| {
                json!([
                    row.id().value(),
                    row.effective_date().value(),
                    row.status().value()
                ])
            })
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn table_work() {
    for (name, fixture) in fixtures("table_work") {
        let (_server, client) = serve(&fixture).await;
        let found = outcome(client.tables().work(id("7")).send().await, |found| {
            table(&found, |row: &WorkRow| {
                let manager = row.reports_to().map(|manager| manager.id().clone());
                json!([
                    row.id().value(),
                    row.effective_date().value(),
                    row.title().value(),
                    row.site_id().value(),
                    manager.value()
                ])
            })
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}

#[tokio::test]
async fn bulk_work() {
    for (name, fixture) in fixtures("bulk_work") {
        let (_server, client) = serve(&fixture).await;
        let mut pager = client.tables().bulk_work().pager();
        let found = outcome(pager.next_page().await, |page| {
            let page = page.unwrap();
            let rows: Vec<_> = page.rows.iter().map(|row| &row.employee).collect();
            json!({"rows": rows, "skipped": page.skipped, "next": page.next})
        });
        assert_eq!(found, fixture["expect"], "{name}");
    }
}
