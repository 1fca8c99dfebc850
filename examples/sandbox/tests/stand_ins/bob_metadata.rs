//! Lists, fields, sites, profiles, and the Learning module.

use reqwest::Method;
use sandbox::{BobAct, FieldDefinition, List, Person, Sandbox, Seed, Site, Switches};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, ada, bob_send, events, monday, search};

#[tokio::test]
async fn list_items_are_added_renamed_and_archived() {
    let seed = monday().list(List::new("department").item("7", "Engineering"));
    let sandbox = Sandbox::start(seed).await.unwrap();
    let path = "/company/named-lists/department";
    let post = async |body: Value| bob_send(&sandbox, Method::POST, path, Some(body)).await;
    let names = async |query: &str| -> Vec<Value> {
        let (_, list) = bob_send(&sandbox, Method::GET, &format!("{path}{query}"), None).await;
        let items = list["items"].as_array().unwrap().iter();
        items.map(|it| it["name"].clone()).collect()
    };
    let (status, created) = post(json!({ "name": "Sales" })).await;
    assert_eq!(status, 200);
    let (status, child) = post(json!({ "name": "Field sales", "parentId": created["id"] })).await;
    assert_eq!(status, 200);
    assert_ne!(child["id"], created["id"]);
    assert_eq!(names("").await, ["Engineering", "Sales"]);
    assert_eq!(post(json!({ "name": "X", "parentId": "1" })).await.0, 400);
    assert_eq!(post(json!({})).await.0, 400);

    let one = format!("{path}/7");
    let body = Some(json!({ "name": "Technology" }));
    assert_eq!(
        bob_send(&sandbox, Method::PUT, &one, body.clone()).await,
        (200, Value::Null)
    );
    assert_eq!(names("").await, ["Technology", "Sales"]);
    assert_eq!(
        bob_send(&sandbox, Method::DELETE, &one, None).await,
        (200, Value::Null)
    );
    assert_eq!(names("").await, ["Sales"]);
    assert_eq!(
        names("?includeArchived=true").await,
        ["Technology", "Sales"]
    );
    for (list, status) in [("nonsense", 404), ("status", 400)] {
        let path = format!("/company/named-lists/{list}/1");
        assert_eq!(
            bob_send(&sandbox, Method::PUT, &path, body.clone()).await.0,
            status
        );
    }
    let nobody = format!("{path}/8");
    assert_eq!(
        bob_send(&sandbox, Method::DELETE, &nobody, None).await.0,
        404
    );
}

#[tokio::test]
async fn custom_fields_are_added_renamed_and_removed() {
    let sandbox = Sandbox::start(monday().employee(ada())).await.unwrap();
    let fields = "/company/people/fields";
    let body = json!({ "category": "work", "name": "Locker", "type": "text" });
    let (status, created) = bob_send(&sandbox, Method::POST, fields, Some(body)).await;
    assert_eq!(status, 200);
    let id = created["id"].as_str().unwrap();
    let entry = async || -> Option<Value> {
        let (_, all) = bob_send(&sandbox, Method::GET, fields, None).await;
        let mut all = all.as_array().unwrap().clone();
        all.retain(|it| it["id"] == id);
        all.pop()
    };
    assert_eq!(entry().await.unwrap()["name"], "Locker");
    let one = format!("{fields}/{id}");
    let rename = Some(json!({ "name": "Key" }));
    assert_eq!(bob_send(&sandbox, Method::PUT, &one, rename).await.0, 200);
    assert_eq!(entry().await.unwrap()["name"], "Key");
    let control = sandbox.control();
    control.act(BobAct::edit(ADA, id, "7")).await.unwrap();
    assert_eq!(bob_send(&sandbox, Method::DELETE, &one, None).await.0, 200);
    assert_eq!(entry().await, None);
    assert!(
        !control.state().await.unwrap().employees[ADA]
            .fields
            .contains_key(id)
    );
    assert_eq!(bob_send(&sandbox, Method::DELETE, &one, None).await.0, 404);
    // Bob's own fields stay.
    let own = format!("{fields}/work.title");
    assert_eq!(bob_send(&sandbox, Method::DELETE, &own, None).await.0, 404);
}

#[tokio::test]
async fn another_zone_moves_a_sites_midnights() {
    let person = Person::new(BEN).started("2026-03-10").site(Seed::PARIS);
    let sandbox = Sandbox::start(monday().employee(person)).await.unwrap();
    let control = sandbox.control();
    let at = async || {
        control.state().await.unwrap().employees[BEN]
            .next_switch
            .unwrap()
            .to_string()
    };
    assert_eq!(at().await, "2026-03-09T23:00:00Z");
    let moved = Site::new(Seed::PARIS, "Lutetia", "Asia/Tokyo");
    control.act(BobAct::Site(moved)).await.unwrap();
    assert_eq!(at().await, "2026-03-09T15:00:00Z");
    let body = json!({ "fields": ["work.site"], "showInactive": true });
    let found = search(&sandbox, body).await;
    assert_eq!(found[0]["work"]["site"], "Lutetia");
    let added = Site::new(9, "Oslo", "Europe/Oslo");
    control.act(BobAct::Site(added)).await.unwrap();
    let (_, list) = bob_send(&sandbox, Method::GET, "/company/named-lists/site", None).await;
    let items = list["items"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["Lutetia", "Auckland", "Oslo"]);
    let nowhere = Site::new(10, "Nowhere", "Moon/Tranquility");
    assert!(control.act(BobAct::Site(nowhere)).await.is_err());
}

#[tokio::test]
async fn a_list_can_be_replaced() {
    let list = |label: &str| List::new("department").item("7", label);
    let sandbox = Sandbox::start(monday().list(list("Engineering")))
        .await
        .unwrap();
    let control = sandbox.control();
    control.act(BobAct::List(list("Technology"))).await.unwrap();
    let path = "/company/named-lists/department";
    let (_, list) = bob_send(&sandbox, Method::GET, path, None).await;
    assert_eq!(list["values"][0]["value"], "Technology");
    assert!(events(&control).await.is_empty());
}

#[tokio::test]
async fn profiles_are_public_and_of_active_people_only() {
    let hired = Person::new(BEN).started("2027-01-01");
    let seed = monday().employee(ada().manager(ADA)).employee(hired);
    let sandbox = Sandbox::start(seed).await.unwrap();
    let (status, answer) = bob_send(&sandbox, Method::GET, "/profiles", None).await;
    assert_eq!(status, 200);
    let profiles = answer["employees"].as_array().unwrap();
    assert_eq!(profiles.len(), 1);
    assert_eq!(
        profiles[0],
        json!({
            "id": ADA, "firstName": "Ada", "surname": "Lovelace", "displayName": "Ada Lovelace",
            "email": "ada@example.com", "personal": { "pronouns": null },
            "about": { "avatar": null, "hobbies": null },
            "work": {
                "title": null, "department": null, "site": "Paris", "startDate": "2024-04-01",
                "reportsTo": {
                    "id": ADA, "firstName": "Ada", "surname": "Lovelace", "email": "ada@example.com",
                },
            },
        })
    );
}

#[tokio::test]
async fn without_the_learning_module_nothing_of_it_is_there() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let body = Some(json!({ "providerIdentifier": "360" }));
    let path = "/learning/lms-integrations";
    assert_eq!(
        bob_send(&sandbox, Method::POST, path, body.clone()).await,
        (404, Value::Null)
    );
    let one = format!("{path}/360");
    assert_eq!(bob_send(&sandbox, Method::DELETE, &one, None).await.0, 404);
    for below in ["training-content", "xapi/statements"] {
        let path = format!("{one}/{below}");
        assert_eq!(
            bob_send(&sandbox, Method::POST, &path, body.clone())
                .await
                .0,
            404
        );
    }
}

#[tokio::test]
async fn completions_are_reported_to_the_learning_module() {
    let mut switches = Switches::default();
    switches.bob.learning_module = true;
    let sandbox = Sandbox::start(monday().employee(ada()).switches(switches))
        .await
        .unwrap();
    let post = async |path: &str, body: Value| {
        let path = format!("/learning/lms-integrations{path}");
        bob_send(&sandbox, Method::POST, &path, Some(body)).await
    };
    assert_eq!(post("", json!({})).await.0, 400);
    let content =
        json!({ "items": [{ "title": "Safety", "sourceLink": "https://360.example/c/1" }] });
    assert_eq!(post("/360/training-content", content.clone()).await.0, 404);
    assert_eq!(
        post("", json!({ "providerIdentifier": "360" })).await.0,
        200
    );
    assert_eq!(
        post("/360/training-content", json!({ "items": [] }))
            .await
            .0,
        400
    );
    assert_eq!(
        post("/360/training-content", content).await,
        (200, Value::Null)
    );
    let statement = |mail: &str, verb: &str, link: &str| {
        json!({
            "id": "7e0d", "actor": { "mbox": format!("mailto:{mail}") },
            "verb": { "id": format!("http://adlnet.gov/expapi/verbs/{verb}") },
            "object": { "id": format!("https://360.example/c/{link}") },
        })
    };
    let report = async |body: Value| post("/360/xapi/statements", body).await;
    let done = statement("ada@example.com", "completed", "1");
    let expected = json!({ "accepted": true, "statementId": "7e0d" });
    assert_eq!(report(done.clone()).await, (200, expected));
    assert_eq!(report(done).await.0, 409);
    assert_eq!(
        report(statement("ada@example.com", "attempted", "1")).await,
        (204, Value::Null)
    );
    assert_eq!(
        report(statement("ada@example.com", "passed", "2")).await.0,
        400
    );
    assert_eq!(
        report(statement("nobody@example.com", "failed", "1"))
            .await
            .0,
        400
    );
    let statements = sandbox.control().state().await.unwrap().statements;
    assert_eq!(statements.len(), 1);
    assert_eq!(
        (
            statements[0].employee_id.as_str(),
            statements[0].verb.as_str()
        ),
        (ADA, "completed")
    );
    let one = "/learning/lms-integrations/360";
    assert_eq!(bob_send(&sandbox, Method::DELETE, one, None).await.0, 200);
}

#[tokio::test]
async fn a_custom_column_that_a_seed_uses_is_a_field() {
    let field = FieldDefinition::text("work.customColumns.column_9", "Desk");
    let row = json!({ "effectiveDate": "2024-04-01", "customColumns": { "column_9": "4b" } });
    let seed = monday().field(field).employee(ada().table_row("work", row));
    let sandbox = Sandbox::start(seed).await.unwrap();
    let body = json!({ "fields": ["work.customColumns.column_9"] });
    let found = search(&sandbox, body).await;
    assert_eq!(found[0]["work"]["customColumns"]["column_9"], "4b");
}
