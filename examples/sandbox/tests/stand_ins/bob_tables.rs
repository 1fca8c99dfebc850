//! Employees' tables: rows, what a caller sees of them, and when they take effect.

use reqwest::Method;
use sandbox::{BobAct, LifecycleRow, List, Person, Sandbox, Seed, ServiceUser, Switches};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, ada, bob_send, events, monday, rows, search};

fn team() -> Seed {
    let charles = Person::new(BEN)
        .names("Charles", "Babbage")
        .mail("charles@example.com");
    let titles = List::new("title").item("1", "Poet").item("2", "Programmer");
    monday()
        .list(titles)
        .employee(ada().title("1").department("7").manager(BEN))
        .employee(charles)
}

#[tokio::test]
async fn a_work_row_follows_from_the_fields() {
    let sandbox = Sandbox::start(team()).await.unwrap();
    let found = rows(&sandbox, "work").await;
    assert_eq!(
        found,
        [json!({
            "id": 1_000_020_240_401_u64,
            "effectiveDate": "2024-04-01",
            "endEffectiveDate": null,
            "activeEffectiveDate": "2024-04-01",
            "isCurrent": true,
            "canBeDeleted": false,
            "creationDate": "2026-03-02",
            "modificationDate": "2026-03-02",
            "title": "1",
            "department": "7",
            "site": "Paris",
            "siteId": Seed::PARIS,
            "reportsTo": {
                "id": BEN, "firstName": "Charles", "surname": "Babbage",
                "email": "charles@example.com", "displayName": "Charles Babbage",
            },
            "reason": null,
            "workChangeType": null,
            "change": { "changedBy": null, "changedById": "3332883804594373380", "reason": null },
            "customColumns": {},
        })]
    );
}

#[tokio::test]
async fn labels_come_when_they_are_asked_for_with_the_right_word() {
    let sandbox = Sandbox::start(team()).await.unwrap();
    let labels = async |table: &str, value: &str| {
        let path = format!("/people/{ADA}/{table}?includeHumanReadable={value}");
        bob_send(&sandbox, Method::GET, &path, None).await
    };
    let (_, work) = labels("work", "true").await;
    assert_eq!(
        work["values"][0]["humanReadable"],
        json!({
            "effectiveDate": "01/04/2024", "title": "Poet", "department": "7", "site": "Paris",
            "reportsTo": "Charles Babbage",
        })
    );
    let (_, lifecycle) = labels("lifecycle", "true").await;
    let expected = json!({ "effectiveDate": "01/04/2024", "status": "Employed" });
    assert_eq!(lifecycle["values"][0]["humanReadable"], expected);
    let (_, plain) = labels("work", "false").await;
    assert!(plain["values"][0].get("humanReadable").is_none());
    // A value of another type is answered by the web application.
    assert_eq!(labels("work", "APPEND").await, (200, json!("html")));
}

#[tokio::test]
async fn the_lifecycle_table_has_every_row_in_the_order_of_effect() {
    let mut leave = LifecycleRow::new("2025-06-01".parse().unwrap(), "Parental leave");
    leave.reason_type = Some("family".to_owned());
    let person = ada()
        .row(LifecycleRow::new("2024-04-01".parse().unwrap(), "employed"))
        .row(leave)
        .row(LifecycleRow::new("2026-06-01".parse().unwrap(), "employed"));
    let sandbox = Sandbox::start(monday().employee(person)).await.unwrap();
    let found = rows(&sandbox, "lifecycle").await;
    let columns = |name: &str| found.iter().map(|it| it[name].clone()).collect::<Vec<_>>();
    assert_eq!(
        columns("status"),
        ["employed", "parental leave", "employed"]
    );
    assert_eq!(columns("isCurrent"), [false, true, false]);
    assert_eq!(
        columns("endEffectiveDate"),
        [json!("2025-05-31"), json!("2026-05-31"), Value::Null]
    );
    assert_eq!(found[1]["reasonType"], "family");
}

#[tokio::test]
async fn editing_a_historical_field_adds_a_row_of_today_and_then_changes_it() {
    let sandbox = Sandbox::start(team()).await.unwrap();
    let control = sandbox.control();
    let edit = |value: &str| BobAct::edit(ADA, "work.title", value);
    control.act(edit("2")).await.unwrap();
    control.act(edit("1")).await.unwrap();
    assert_eq!(
        events(&control).await,
        [
            "table.entry.created",
            "employee.updated",
            "table.entry.updated",
            "employee.updated"
        ]
    );
    let found = rows(&sandbox, "work").await;
    let columns = |name: &str| found.iter().map(|it| it[name].clone()).collect::<Vec<_>>();
    assert_eq!(columns("effectiveDate"), ["2024-04-01", "2026-03-02"]);
    assert_eq!(columns("title"), ["1", "1"]);
    assert_eq!(columns("department"), ["7", "7"]);
    assert_eq!(columns("isCurrent"), [false, true]);
    assert_eq!(columns("canBeDeleted"), [true, false]);
}

#[tokio::test]
async fn a_planned_row_takes_effect_at_midnight_of_the_site_in_silence() {
    for told in [false, true] {
        let mut switches = Switches::default();
        switches.bob.table_row_sends_updated = told;
        let sandbox = Sandbox::start(team().switches(switches)).await.unwrap();
        let control = sandbox.control();
        let row = json!({ "effectiveDate": "2026-03-10", "siteId": Seed::AUCKLAND, "title": "2" });
        control
            .act(BobAct::add_row(ADA, "work", row))
            .await
            .unwrap();
        // The table's event comes when the row is entered.
        assert_eq!(events(&control).await, ["table.entry.created"]);
        let title =
            async || control.state().await.unwrap().employees[ADA].fields["work.title"].clone();
        // The 10th begins in Paris (UTC+1) at 23:00 UTC of the 9th.
        let before = "2026-03-09T22:59:59Z".parse().unwrap();
        control.advance_to(before).await.unwrap();
        assert_eq!(title().await, "1");
        let report = control.advance(1).await.unwrap();
        assert_eq!(report.lifecycle_switches, 0);
        assert_eq!(title().await, "2");
        // A row is complete: what it leaves out is empty.
        let fields = ["work.department", "work.manager", "work.site"];
        let found = search(&sandbox, json!({ "fields": fields })).await;
        let ada = found.iter().find(|it| it["work"]["site"] == "Auckland");
        let expected = json!({ "department": null, "manager": null, "site": "Auckland" });
        assert_eq!(ada.unwrap()["work"], expected);
        let expected: &[&str] = if told {
            &["table.entry.created", "*employee.updated"]
        } else {
            &["table.entry.created"]
        };
        assert_eq!(events(&control).await, expected);
    }
}

#[tokio::test]
async fn a_row_of_the_past_takes_effect_at_once() {
    let sandbox = Sandbox::start(team()).await.unwrap();
    let control = sandbox.control();
    let row = json!({ "effectiveDate": "2025-01-01", "siteId": Seed::PARIS, "title": "2",
        "customColumns": { "column_1": "red" } });
    control
        .act(BobAct::add_row(ADA, "work", row))
        .await
        .unwrap();
    let state = control.state().await.unwrap();
    assert_eq!(state.employees[ADA].fields["work.title"], "2");
    let changed = &state.events[1].fields;
    let expected = [
        "work.customColumns.column_1",
        "work.department",
        "work.manager",
        "work.title",
    ];
    assert_eq!(*changed, expected);
    let found = rows(&sandbox, "work").await;
    assert_eq!(found[1]["customColumns"], json!({ "column_1": "red" }));
    // An older row than the present one changes nothing.
    let row = json!({ "effectiveDate": "2024-06-01", "title": "1" });
    control
        .act(BobAct::add_row(ADA, "work", row))
        .await
        .unwrap();
    let state = control.state().await.unwrap();
    assert_eq!(state.employees[ADA].fields["work.title"], "2");
    assert_eq!(state.events.len(), 3);
}

#[tokio::test]
async fn a_seed_has_rows_and_the_one_in_effect_gives_the_fields() {
    let row = |date: &str, title: &str| json!({ "effectiveDate": date, "title": title, "siteId": Seed::PARIS });
    let person = ada()
        .table_row("work", row("2024-04-01", "1"))
        .table_row("work", row("2025-01-01", "2"))
        .table_row("work", row("2026-05-01", "3"))
        .table_row(
            "employment",
            json!({ "effectiveDate": "2024-04-01", "contract": "Full time", "weeklyHours": 40 }),
        )
        .table_row(
            "salaries",
            json!({ "base": { "value": 1, "currency": "EUR" } }),
        );
    let sandbox = Sandbox::start(monday().employee(person)).await.unwrap();
    let control = sandbox.control();
    let fields = &control.state().await.unwrap().employees[ADA].fields;
    assert_eq!(fields["work.title"], "2");
    assert_eq!(fields["payroll.employment.contract"], "Full time");
    let work = rows(&sandbox, "work").await;
    let current: Vec<_> = work.iter().map(|it| it["isCurrent"].clone()).collect();
    assert_eq!(current, [false, true, false]);
    let employment = rows(&sandbox, "employment").await;
    assert_eq!(employment[0]["weeklyHours"], 40);
    assert!(employment[0].get("workChangeType").is_none());
    assert_eq!(rows(&sandbox, "salaries").await[0]["id"], 1);
    assert!(rows(&sandbox, "variable").await.is_empty());
    let stored = &control.state().await.unwrap().employees[ADA].tables;
    assert_eq!(stored["work"].len(), 3);
}

#[tokio::test]
async fn a_seed_with_an_impossible_table_is_refused() {
    for (table, row) in [
        ("nonsense", json!({})),
        ("work", json!({ "title": "1" })),
        ("work", json!({ "effectiveDate": "soon" })),
        (
            "work",
            json!({ "effectiveDate": "2026-01-01", "colour": "red" }),
        ),
    ] {
        let seed = monday().employee(ada().table_row(table, row));
        assert!(Sandbox::start(seed).await.is_err(), "{table}");
    }
}

#[tokio::test]
async fn permissions_hide_tables_columns_and_history() {
    let row = |date: &str, title: &str| {
        json!({ "effectiveDate": date, "title": title,
        "customColumns": { "column_1": "red" } })
    };
    let person = ada()
        .table_row("work", row("2024-04-01", "1"))
        .table_row("work", row("2025-01-01", "2"));
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    let seed = monday()
        .employee(person)
        .field(
            sandbox::FieldDefinition::text("work.customColumns.column_1", "Colour")
                .category("secret"),
        )
        .service_user(
            user.categories(["root", "work", "lifecycle"])
                .history(["work"]),
        );
    let sandbox = Sandbox::start(seed).await.unwrap();
    let read = async |table: &str| {
        bob_send(
            &sandbox,
            Method::GET,
            &format!("/people/{ADA}/{table}"),
            None,
        )
        .await
    };
    let (_, work) = read("work").await;
    assert_eq!(work["values"].as_array().unwrap().len(), 2);
    assert_eq!(work["values"][0]["customColumns"], json!({}));
    let restricted = json!({
        "no_view_permission": ["column_1"], "no_view_history_permission": [],
    });
    assert_eq!(work["restricted_columns"], restricted);
    let (_, lifecycle) = read("lifecycle").await;
    assert_eq!(lifecycle["values"].as_array().unwrap().len(), 1);
    let hidden = &lifecycle["restricted_columns"]["no_view_history_permission"];
    assert_eq!(*hidden, json!(["reason", "reasonType", "status"]));
    assert_eq!(read("employment").await.0, 403);
    assert_eq!(read("salaries").await.0, 403);

    let user =
        ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN).history(["lifecycle"]);
    let control = sandbox.control();
    control.act(BobAct::ServiceUser(user)).await.unwrap();
    let (_, work) = read("work").await;
    assert_eq!(work["values"][0]["title"], "2");
    assert_eq!(work["values"].as_array().unwrap().len(), 1);
    let hidden = &work["restricted_columns"]["no_view_history_permission"];
    assert_eq!(*hidden, json!(["department", "manager", "siteId", "title"]));
}

#[tokio::test]
async fn unknown_people_tables_and_paths() {
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    let seed = team().service_user(user.population(["hired"]));
    let sandbox = Sandbox::start(seed).await.unwrap();
    let read = async |path: &str| bob_send(&sandbox, Method::GET, path, None).await;
    assert_eq!(read("/people/1/work").await, (404, Value::Null));
    assert_eq!(
        read(&format!("/people/{ADA}/work")).await,
        (404, Value::Null)
    );
    assert_eq!(
        read(&format!("/people/{ADA}/nonsense")).await,
        (200, json!("html"))
    );
    assert_eq!(
        read(&format!("/people/{ADA}/dependents")).await,
        (200, json!("html"))
    );
    assert_eq!(read("/bulk/people/nonsense").await, (200, json!("html")));
    assert_eq!(read("/bulk/people/lifecycle").await, (200, json!("html")));
    assert_eq!(read("/bulk/people/work").await.1["results"], json!([]));
}

fn many(count: u64) -> Seed {
    (0..count).fold(monday(), |seed, n| {
        let person = Person::new(Seed::employee_id(n))
            .title(n.to_string())
            .started("2025-01-01");
        seed.employee(person)
    })
}

#[tokio::test]
async fn bulk_reads_have_pages() {
    let sandbox = Sandbox::start(many(120)).await.unwrap();
    let read = async |query: &str| {
        bob_send(
            &sandbox,
            Method::GET,
            &format!("/bulk/people/work{query}"),
            None,
        )
        .await
    };
    let mut titles = Vec::new();
    let mut query = String::new();
    let mut pages = 0;
    loop {
        let (status, page) = read(&query).await;
        assert_eq!(status, 200);
        pages += 1;
        let results = page["results"].as_array().unwrap();
        titles.extend(
            results
                .iter()
                .map(|it| it["title"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["response_metadata"]["next_cursor"].as_str() else {
            break;
        };
        query = format!("?cursor={cursor}");
    }
    // The default is 50.
    assert_eq!((pages, titles.len()), (3, 120));
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), 120);

    let (_, page) = read("?limit=200").await;
    assert_eq!(page["response_metadata"]["next_cursor"], Value::Null);
    let some = format!(
        "?employeeIds={},{}",
        Seed::employee_id(3),
        Seed::employee_id(5)
    );
    let (_, page) = read(&some).await;
    assert_eq!(page["results"][1]["employeeId"], Seed::employee_id(5));
    assert_eq!(page["results"].as_array().unwrap().len(), 2);
    for bad in ["?limit=201", "?limit=0", "?cursor=nonsense"] {
        assert_eq!(read(bad).await.0, 400, "{bad}");
    }
    assert_eq!(read("?limit=many").await, (200, json!("html")));
}

#[tokio::test]
async fn bulk_reads_may_be_grouped_and_may_hold_the_lifecycle() {
    let mut switches = Switches::default();
    switches.bob.bulk_grouped = true;
    switches.bob.bulk_lifecycle = true;
    let sandbox = Sandbox::start(many(2).switches(switches)).await.unwrap();
    for table in ["work", "lifecycle", "employment", "dependents"] {
        let path = format!("/bulk/people/{table}");
        let (status, page) = bob_send(&sandbox, Method::GET, &path, None).await;
        assert_eq!(status, 200, "{table}");
        let results = page["results"].as_array().unwrap();
        assert_eq!(results.len(), 2, "{table}");
        let rows = results[1]["values"].as_array().unwrap().len();
        assert_eq!(rows, usize::from(table != "dependents"), "{table}");
    }
}
