//! Walks the fixtures: each is a delivery, and what to make of it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hibob_client::testing;
use hibob_client::webhook::{ChangedFields, Delivery, Event, EventDetail, EventKind, TriggeredBy};
use serde_json::{Value, json};

/// The fixtures: name and content.
fn fixtures() -> Vec<(String, Value)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/webhook"]
        .iter()
        .collect();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

#[test]
fn every_delivery_is_read_as_its_fixture_says() {
    for (name, fixture) in fixtures() {
        let delivery = match testing::event(&fixture["body"]) {
            Delivery::Ping => json!({"ping": true}),
            Delivery::Event(found) => event(&found),
            Delivery::Unparseable(found) => json!({"unparseable": found.reason().as_str()}),
        };
        assert_eq!(delivery, fixture["expect"], "{name}");
    }
}

/// Every documented type in every generation that has it.
#[test]
fn every_documented_type_has_a_fixture() {
    let seen: BTreeSet<(String, String)> = fixtures()
        .iter()
        .filter_map(|(_, fixture)| {
            let expect = &fixture["expect"];
            let part = |key: &str| expect[key].as_str().map(str::to_owned);
            Some((part("version")?, part("kind")?))
        })
        .collect();
    let missing: Vec<_> = ["v1", "v2"]
        .into_iter()
        .flat_map(|version| DOCUMENTED.iter().map(move |kind| (version, *kind)))
        .filter(|(version, kind)| *version == "v2" || !kind.starts_with("employee.access."))
        .filter(|(version, kind)| !seen.contains(&((*version).to_owned(), (*kind).to_owned())))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for kind in DOCUMENTED {
        assert!(EventKind::from(*kind).is_known(), "{kind}");
    }
}

/// The fixture's form of an event.
fn event(event: &Event) -> Value {
    let changed = match event.changed() {
        ChangedFields::NotListed => Value::Null,
        ChangedFields::Fields(fields) => json!(fields),
    };
    let mut found = json!({
        "kind": event.kind().as_str(),
        "version": event.version().as_str(),
        "employee": event.employee_id(),
        "company": event.company_id(),
        "at": event.triggered_at().map(|at| at.to_string()),
        "by": event.triggered_by().map(|by| match by {
            TriggeredBy::System => "system",
            TriggeredBy::Employee(id) => id.as_str(),
            _ => "?",
        }),
        "changed": changed,
    });
    if let Some(detail) = detail(event.detail()) {
        found["detail"] = detail;
    }
    found
}

fn detail(detail: &EventDetail) -> Option<Value> {
    Some(match detail {
        EventDetail::TableEntry(entry) => json!({
            "table": entry.table, "row": entry.row, "from": entry.effective_date,
        }),
        EventDetail::TimeOff(request) => json!({"request": request}),
        EventDetail::Tasks(change) => json!({
            "tasks": change.tasks, "for": change.requested_for, "assignees": change.assignees,
            "status": change.status,
        }),
        EventDetail::Document(document) => json!({
            "document": document.document, "signed_by": document.signed_by,
        }),
        _ => return None,
    })
}

/// The types that HiBob's documentation names.
const DOCUMENTED: &[&str] = &[
    "employee.created",
    "employee.updated",
    "employee.deleted",
    "employee.joined",
    "employee.activated",
    "employee.inactivated",
    "employee.left",
    "employee.access.revoked.immediately",
    "table.entry.created",
    "table.entry.updated",
    "timeoff.request.requested",
    "timeoff.request.approved",
    "timeoff.request.declined",
    "timeoff.request.cancelled",
    "timeoff.request.deleted",
    "timeoff.request.updated",
    "timeoff.request.imported",
    "todo.assign",
    "todo.changedStatus",
    "documents.eSign.completed",
];
