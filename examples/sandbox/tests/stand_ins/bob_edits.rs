//! What callers of Bob's API change.

use reqwest::Method;
use sandbox::{BobAct, Control, List, Person, Sandbox, Seed, ServiceUser, Switches};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, ada, bob_send, events, monday, rows};

async fn start(seed: Seed) -> (Sandbox, Control) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let control = sandbox.control();
    (sandbox, control)
}

async fn put(sandbox: &Sandbox, path: &str, body: Value) -> (u16, Value) {
    bob_send(sandbox, Method::PUT, path, Some(body)).await
}

async fn post(sandbox: &Sandbox, path: &str, body: Value) -> (u16, Value) {
    bob_send(sandbox, Method::POST, path, Some(body)).await
}

async fn field(control: &Control, id: &str, field: &str) -> Value {
    let state = control.state().await.unwrap();
    let fields = &state.employees[id].fields;
    fields.get(field).cloned().unwrap_or(Value::Null)
}

fn ben() -> Person {
    Person::new(BEN)
        .names("Ben", "Bitdiddle")
        .mail("ben@example.com")
        .started("2020-01-01")
}

#[tokio::test]
async fn an_edit_changes_what_is_named_and_tells_what_changed() {
    let person = ada()
        .field("work.custom.field_1", "old")
        .field("home.mobilePhone", "1");
    let (sandbox, control) = start(monday().employee(person)).await;
    let body = json!({
        "firstName": "Augusta",
        "work": { "custom": { "field_1": "L-77" } },
        "home": { "mobilePhone": null },
        "surname": "Lovelace",
    });
    let path = format!("/people/{ADA}");
    assert_eq!(put(&sandbox, &path, body.clone()).await, (200, Value::Null));
    assert_eq!(field(&control, ADA, "root.firstName").await, "Augusta");
    assert_eq!(field(&control, ADA, "work.custom.field_1").await, "L-77");
    assert_eq!(field(&control, ADA, "home.mobilePhone").await, Value::Null);
    assert_eq!(events(&control).await, ["*employee.updated"]);
    let state = control.state().await.unwrap();
    let changed = ["home.mobilePhone", "root.firstName", "work.custom.field_1"];
    assert_eq!(state.events[0].fields, changed);
    // The same once more is no change.
    assert_eq!(put(&sandbox, &path, body).await, (304, Value::Null));
    assert_eq!(events(&control).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_written_is_ignored_without_a_word() {
    let (sandbox, control) = start(monday().employee(ada())).await;
    let path = format!("/people/{ADA}");
    let ignored = json!({
        "id": "1", "email": "x@example.com", "fullName": "X", "creationDate": "2020-01-01",
        "work": { "title": "9", "startDate": "2020-01-01", "site": "Oslo", "nonsense": 1 },
        "internal": { "status": "Inactive", "terminationDate": "2026-01-01" },
        "nonsense": { "x": 1 },
    });
    assert_eq!(put(&sandbox, &path, ignored).await, (304, Value::Null));
    assert!(events(&control).await.is_empty());
    assert_eq!(field(&control, ADA, "root.email").await, "ada@example.com");
    assert_eq!(field(&control, ADA, "work.title").await, Value::Null);

    // Neither is what the service user may not edit.
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    control
        .act(BobAct::ServiceUser(user.editable(["root"])))
        .await
        .unwrap();
    let both = json!({ "surname": "King", "home": { "mobilePhone": "2" } });
    assert_eq!(put(&sandbox, &path, both).await, (200, Value::Null));
    assert_eq!(field(&control, ADA, "home.mobilePhone").await, Value::Null);
    assert_eq!(
        control.state().await.unwrap().events[0].fields,
        ["root.surname"]
    );
}

#[tokio::test]
async fn impossible_values_are_refused_by_field() {
    let pronouns = List::new("pronouns").item("1", "She / Her");
    let (sandbox, control) = start(monday().list(pronouns).employee(ada())).await;
    let path = format!("/people/{ADA}");
    for (body, field, error) in [
        (
            json!({ "firstName": null }),
            "root.firstName",
            "MISSING_MANDATORY_FIELD",
        ),
        (
            json!({ "surname": " " }),
            "root.surname",
            "MISSING_MANDATORY_FIELD",
        ),
        (
            json!({ "secondName": 7 }),
            "root.secondName",
            "INVALID_VALUE",
        ),
        (
            json!({ "personal": { "birthDate": "soon" } }),
            "personal.birthDate",
            "INVALID_VALUE",
        ),
        (
            json!({ "personal": { "pronouns": "2" } }),
            "personal.pronouns",
            "INVALID_VALUE",
        ),
        (
            json!({ "personal": { "nationality": "French" } }),
            "personal.nationality",
            "INVALID_VALUE",
        ),
    ] {
        let (status, answer) = put(&sandbox, &path, body).await;
        assert_eq!(status, 400);
        assert_eq!(answer["errors"][field]["error"], error, "{answer}");
        assert!(answer["errors"][field]["message"].is_string());
    }
    let fine = json!({ "personal": { "pronouns": "1", "nationality": ["French"] } });
    assert_eq!(put(&sandbox, &path, fine).await.0, 200);
    assert_eq!(put(&sandbox, &path, json!([])).await.0, 400);
    assert_eq!(
        put(&sandbox, "/people/1", json!({})).await,
        (404, Value::Null)
    );
    // Only the read takes a mail for an id.
    assert_eq!(
        put(&sandbox, "/people/ada@example.com", json!({})).await.0,
        404
    );
    assert_eq!(events(&control).await.len(), 1);
}

#[tokio::test]
async fn the_mail_has_an_endpoint_of_its_own() {
    let (sandbox, control) = start(monday().employee(ada()).employee(ben())).await;
    let path = format!("/people/{ADA}/email");
    let mail = |mail: &str| json!({ "email": mail });
    assert_eq!(
        put(&sandbox, &path, mail("ada@example.com")).await,
        (304, Value::Null)
    );
    assert_eq!(
        put(&sandbox, &path, mail("king@example.com")).await,
        (200, Value::Null)
    );
    assert_eq!(field(&control, ADA, "root.email").await, "king@example.com");
    let state = control.state().await.unwrap();
    assert_eq!(state.events[0].fields, ["root.email"]);
    // She is found by it, and no longer by the old one.
    assert_eq!(
        post(&sandbox, "/people/king@example.com", json!({}))
            .await
            .0,
        200
    );
    assert_eq!(
        post(&sandbox, "/people/ada@example.com", json!({})).await.0,
        404
    );
    let (status, answer) = put(&sandbox, &path, mail("BEN@example.com")).await;
    assert_eq!(
        (status, &answer["key"]),
        (400, &json!("emailAlreadyExists"))
    );
    assert_eq!(put(&sandbox, &path, mail("nobody")).await.0, 400);
    assert_eq!(put(&sandbox, &path, json!({})).await.0, 400);

    let mut switches = Switches::default();
    switches.bob.duplicate_mail_status = 409;
    control.switches(&switches).await.unwrap();
    assert_eq!(put(&sandbox, &path, mail("ben@example.com")).await.0, 409);
}

#[tokio::test]
async fn the_start_date_has_an_endpoint_of_its_own() {
    let (sandbox, control) = start(monday().employee(ada())).await;
    let path = format!("/employees/{ADA}/start-date");
    let start = |date: &str| json!({ "startDate": date, "reason": "typo" });
    assert_eq!(
        post(&sandbox, &path, start("2026-03-20")).await,
        (200, Value::Null)
    );
    assert_eq!(field(&control, ADA, "work.startDate").await, "2026-03-20");
    // Visible at once, with its consequences.
    assert_eq!(
        field(&control, ADA, "internal.lifecycleStatus").await,
        "hired"
    );
    assert_eq!(events(&control).await[0], "*employee.updated");
    assert_eq!(post(&sandbox, &path, start("soon")).await.0, 400);
    assert_eq!(post(&sandbox, &path, json!({})).await.0, 400);
}

#[tokio::test]
async fn somebody_is_hired() {
    let (sandbox, control) = start(monday().employee(ada())).await;
    let body = json!({
        "email": "ben@example.com", "firstName": "Ben", "surname": "Bitdiddle",
        "work": { "site": "Auckland", "startDate": "2026-04-01", "title": "3" },
    });
    let (status, person) = post(&sandbox, "/people", body.clone()).await;
    assert_eq!(status, 200);
    let id = person["id"].as_str().unwrap();
    assert_eq!(person["work"]["siteId"], Seed::AUCKLAND);
    assert_eq!(events(&control).await, ["*employee.created"]);
    assert_eq!(
        field(&control, id, "internal.lifecycleStatus").await,
        "hired"
    );
    assert_eq!(field(&control, id, "work.title").await, "3");
    let (status, answer) = post(&sandbox, "/people", body).await;
    assert_eq!(
        (status, &answer["key"]),
        (400, &json!("emailAlreadyExists"))
    );

    let (status, answer) = post(&sandbox, "/people", json!({ "work": { "site": "Oslo" } })).await;
    assert_eq!(status, 400);
    let errors = answer["errors"].as_object().unwrap();
    let named: Vec<&str> = errors.keys().map(String::as_str).collect();
    let expected = [
        "root.email",
        "root.firstName",
        "root.surname",
        "work.site",
        "work.startDate",
    ];
    assert_eq!(named, expected);
    assert_eq!(errors["work.site"]["error"], "INVALID_VALUE");
    assert_eq!(errors["root.email"]["error"], "MISSING_MANDATORY_FIELD");
}

#[tokio::test]
async fn somebody_is_terminated() {
    let reasons = List::new("terminationreason").item("1", "Resignation");
    let (sandbox, control) = start(monday().list(reasons).employee(ada())).await;
    let path = format!("/employees/{ADA}/terminate");
    let body = json!({
        "terminationDate": "2026-03-31", "lastDayOfWork": "2026-03-20", "terminationReason": "1",
        "reasonType": "Voluntary", "noticePeriod": { "unit": "weeks", "length": 4 },
    });
    assert_eq!(post(&sandbox, &path, body).await, (200, Value::Null));
    assert_eq!(
        events(&control).await,
        ["*table.entry.created", "*employee.updated"]
    );
    // Access is not taken away by it.
    assert_eq!(field(&control, ADA, "internal.status").await, "Active");
    assert_eq!(
        field(&control, ADA, "internal.terminationDate").await,
        "2026-03-31"
    );
    assert_eq!(
        field(&control, ADA, "internal.terminationType").await,
        "Voluntary"
    );
    assert_eq!(field(&control, ADA, "internal.notice").await["length"], 4);
    let found = rows(&sandbox, "lifecycle").await;
    let last = found.last().unwrap();
    assert_eq!(
        (&last["status"], &last["reason"]),
        (&json!("terminated"), &json!("1"))
    );
    assert_eq!(found[1]["status"], "garden leave");

    for bad in [
        json!({}),
        json!({ "terminationDate": "soon" }),
        json!({ "terminationDate": "2026-03-31", "lastDayOfWork": 7 }),
        json!({ "terminationDate": "2026-03-31", "terminationReason": "2" }),
        json!({ "terminationDate": "2026-03-31", "noticePeriod": { "unit": "eons", "length": 1 } }),
    ] {
        assert_eq!(post(&sandbox, &path, bad.clone()).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn access_is_taken_away_and_given_back() {
    let (sandbox, control) = start(monday().employee(ada())).await;
    let path = |action: &str| format!("/employees/{ADA}/{action}");
    assert_eq!(
        post(&sandbox, &path("uninvite"), json!({})).await,
        (200, Value::Null)
    );
    assert_eq!(field(&control, ADA, "internal.status").await, "Inactive");
    assert_eq!(
        field(&control, ADA, "internal.lifecycleStatus").await,
        "employed"
    );
    assert_eq!(field(&control, ADA, "root.state").await, "uninvited");
    assert_eq!(events(&control).await, ["*employee.updated"]);
    assert_eq!(post(&sandbox, &path("invitations"), json!({})).await.0, 400);
    let wizard = json!({ "welcomeWizardId": 1 });
    assert_eq!(
        post(&sandbox, &path("invitations"), wizard).await,
        (200, Value::Null)
    );
    assert_eq!(field(&control, ADA, "internal.status").await, "Active");
    assert_eq!(field(&control, ADA, "root.state").await, "invited");
    assert_eq!(events(&control).await[2], "*employee.activated");
}

#[tokio::test]
async fn a_work_row_is_added_once_per_day_and_site() {
    let titles = List::new("title").item("2", "Programmer");
    let (sandbox, control) = start(monday().list(titles).employee(ada())).await;
    let path = format!("/people/{ADA}/work");
    let body = json!({
        "effectiveDate": "2026-03-02", "site": "Auckland", "title": "2",
        "reportsTo": { "id": ADA }, "reason": "moved", "workChangeType": "Transfer",
    });
    assert_eq!(
        post(&sandbox, &path, body.clone()).await,
        (200, Value::Null)
    );
    assert_eq!(
        events(&control).await,
        ["*table.entry.created", "*employee.updated"]
    );
    assert_eq!(field(&control, ADA, "work.siteId").await, Seed::AUCKLAND);
    let found = rows(&sandbox, "work").await;
    assert_eq!(found[1]["workChangeType"], "Transfer");
    assert_eq!(found[1]["change"]["reason"], "moved");
    assert_eq!(post(&sandbox, &path, body).await.0, 400);
    for bad in [
        json!({}),
        json!({ "effectiveDate": "2026-03-03", "site": "Oslo" }),
        json!({ "effectiveDate": "2026-03-03", "title": "9" }),
        json!({ "effectiveDate": "2026-03-03", "colour": "red" }),
    ] {
        assert_eq!(post(&sandbox, &path, bad.clone()).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn training_rows_come_and_go_in_silence() {
    let names = List::new("trainingName").item("1", "First aid");
    let (sandbox, control) = start(monday().list(names).employee(ada())).await;
    let path = format!("/people/{ADA}/training");
    let row = json!({ "name": "1", "status": "done", "startDate": "2026-01-01" });
    assert_eq!(post(&sandbox, &path, row).await, (200, Value::Null));
    let found = rows(&sandbox, "training").await;
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("1")));
    for bad in [
        json!({}),
        json!({ "name": "2" }),
        json!({ "name": "1", "endDate": "soon" }),
        json!({ "name": "1", "colour": "red" }),
    ] {
        assert_eq!(post(&sandbox, &path, bad.clone()).await.0, 400, "{bad}");
    }
    let entry = format!("{path}/{}", found[0]["id"]);
    let delete = async || bob_send(&sandbox, Method::DELETE, &entry, None).await;
    assert_eq!(delete().await, (200, Value::Null));
    assert_eq!(delete().await, (404, Value::Null));
    assert!(rows(&sandbox, "training").await.is_empty());
    assert!(events(&control).await.is_empty());
    // Other tables have no such write.
    assert_eq!(
        post(&sandbox, &format!("/people/{ADA}/salaries"), json!({}))
            .await
            .1,
        "html"
    );
}

#[tokio::test]
async fn custom_tables_wrap_new_rows_and_patch_old_ones() {
    let (sandbox, control) = start(monday().employee(ada())).await;
    let path = format!("/people/custom-tables/{ADA}/category_1__table_2");
    let row = json!({ "column_1": "red" });
    let (status, answer) = post(&sandbox, &path, row.clone()).await;
    assert_eq!(status, 400);
    assert_eq!(answer["error"], "Missing required field: values");
    assert_eq!(
        post(&sandbox, &path, json!({ "values": [row] })).await,
        (200, Value::Null)
    );
    let more = json!({ "column_2": "blue" });
    assert_eq!(
        put(&sandbox, &format!("{path}/1"), more).await,
        (200, Value::Null)
    );
    assert_eq!(
        put(&sandbox, &format!("{path}/2"), json!({})).await,
        (404, Value::Null)
    );
    let (_, table) = bob_send(&sandbox, Method::GET, &path, None).await;
    let expected = json!([{ "id": 1, "column_1": "red", "column_2": "blue" }]);
    assert_eq!(table["values"], expected);
    assert_eq!(
        events(&control).await,
        ["*table.entry.created", "*table.entry.updated"]
    );
    let nowhere = format!("/people/custom-tables/{ADA}/nonsense");
    assert_eq!(bob_send(&sandbox, Method::GET, &nowhere, None).await.0, 404);
}

#[tokio::test]
async fn writes_need_the_permission_to_edit_and_see() {
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    let seed = monday()
        .employee(ada())
        .service_user(user.editable(["about"]));
    let (sandbox, control) = start(seed).await;
    let writes = [
        (Method::PUT, format!("/people/{ADA}/email")),
        (Method::POST, format!("/employees/{ADA}/start-date")),
        (Method::POST, format!("/employees/{ADA}/terminate")),
        (Method::POST, format!("/employees/{ADA}/uninvite")),
        (Method::POST, format!("/employees/{ADA}/invitations")),
        (Method::POST, format!("/people/{ADA}/work")),
        (Method::POST, format!("/people/{ADA}/training")),
        (
            Method::POST,
            format!("/people/custom-tables/{ADA}/category_1__table_2"),
        ),
        (Method::POST, "/people".to_owned()),
        (Method::POST, "/company/people/fields".to_owned()),
    ];
    let body = json!({ "category": "work", "name": "x", "type": "text" });
    for (method, path) in &writes {
        let (status, answer) = bob_send(&sandbox, method.clone(), path, Some(body.clone())).await;
        assert_eq!(status, 401, "{path}");
        let text = answer["errorMessage"].as_str().unwrap();
        assert!(text.starts_with("No permissions to "), "{text}");
    }
    let mut switches = Switches::default();
    switches.bob.write_refusal_status = 403;
    control.switches(&switches).await.unwrap();
    let (method, path) = &writes[0];
    assert_eq!(
        bob_send(&sandbox, method.clone(), path, Some(body.clone()))
            .await
            .0,
        403
    );
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    control
        .act(BobAct::ServiceUser(user.population(["hired"])))
        .await
        .unwrap();
    for (method, path) in &writes[..8] {
        let (status, _) = bob_send(&sandbox, method.clone(), path, Some(body.clone())).await;
        assert_eq!(status, 404, "{path}");
    }
    assert!(events(&control).await.is_empty());
}

#[tokio::test]
async fn writes_are_counted_by_their_documented_limits() {
    let mut switches = Switches::default();
    switches.bob.rate_limits = true;
    let (sandbox, _control) = start(monday().employee(ada()).switches(switches)).await;
    for (method, path, limit) in [
        (Method::PUT, format!("/people/{ADA}"), 10),
        (Method::PUT, format!("/people/{ADA}/email"), 20),
        (Method::POST, format!("/employees/{ADA}/start-date"), 20),
        (Method::POST, format!("/employees/{ADA}/terminate"), 10),
        (Method::POST, format!("/employees/{ADA}/uninvite"), 50),
        (Method::GET, format!("/people/{ADA}/salaries"), 10),
        (Method::GET, format!("/people/{ADA}/work"), 50),
    ] {
        let body = (method != Method::GET).then(|| json!({}));
        for _ in 0..limit {
            let (status, _) = bob_send(&sandbox, method.clone(), &path, body.clone()).await;
            assert_ne!(status, 429, "{path}");
        }
        let (status, _) = bob_send(&sandbox, method, &path, body).await;
        assert_eq!(status, 429, "{path}");
    }
}

#[tokio::test]
async fn events_of_api_writes_go_out_when_time_passes() {
    let receiver = crate::support::Receiver::start().await;
    let webhook = sandbox::Webhook::upsert(&receiver.url, "secret");
    let (sandbox, control) = start(monday().employee(ada()).webhook(webhook)).await;
    let body = json!({ "firstName": "Augusta" });
    put(&sandbox, &format!("/people/{ADA}"), body).await;
    assert!(receiver.events().is_empty());
    control.advance(1).await.unwrap();
    assert_eq!(receiver.kinds(), ["employee.updated"]);
}
