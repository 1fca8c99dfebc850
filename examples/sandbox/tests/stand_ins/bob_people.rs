//! Reading people: both wire forms, permissions, refusals.

use sandbox::{
    BobAct, LifecycleRow, OutsidePopulation, Person, Sandbox, Seed, ServiceUser, Switches,
};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, ada, bob, bob_as, bob_get, monday, search};

#[tokio::test]
async fn a_read_answers_slash_keys_and_nested_categories() {
    let charles = Person::new(BEN)
        .names("Charles", "Babbage")
        .mail("charles@example.com");
    let seed = monday()
        .employee(ada().manager(BEN).title("253891"))
        .employee(charles);
    let sandbox = Sandbox::start(seed).await.unwrap();
    let fields = [
        "root.id",
        "root.email",
        "work.startDate",
        "work.department",
        "work.site",
        "work.siteId",
        "work.reportsTo",
        "work.title",
        "internal.status",
        "internal.lifecycleStatus",
        "nonsense.x",
    ];
    let person: Value = bob(
        &sandbox,
        &format!("/people/{ADA}"),
        json!({ "fields": fields }),
    )
    .await
    .json()
    .await
    .unwrap();
    assert_eq!(
        person,
        json!({
            "/root/id": { "value": ADA },
            "/root/email": { "value": "ada@example.com" },
            "/work/startDate": { "value": "2024-04-01" },
            "/work/site": { "value": "Paris" },
            "/work/siteId": { "value": Seed::PARIS },
            "/work/title": { "value": "253891" },
            "/work/reportsTo": { "value": {
                "id": BEN, "firstName": "Charles", "surname": "Babbage",
                "email": "charles@example.com", "displayName": "Charles Babbage",
            } },
            "/internal/status": { "value": "Active" },
            "/internal/lifecycleStatus": { "value": "employed" },
            "id": ADA,
            "email": "ada@example.com",
            "work": {
                "startDate": "2024-04-01", "department": null, "site": "Paris",
                "siteId": Seed::PARIS, "title": "253891",
                "reportsTo": {
                    "id": BEN, "firstName": "Charles", "surname": "Babbage",
                    "email": "charles@example.com", "displayName": "Charles Babbage",
                },
            },
            "internal": { "status": "Active", "lifecycleStatus": "employed" },
        })
    );
}

#[tokio::test]
async fn without_slash_keys_only_the_nested_form_is_left() {
    let mut switches = Switches::default();
    switches.bob.slash_keys = false;
    let sandbox = Sandbox::start(monday().employee(ada()).switches(switches))
        .await
        .unwrap();
    let found = search(&sandbox, json!({ "fields": ["root.id", "work.title"] })).await;
    assert_eq!(found, [json!({ "id": ADA, "work": { "title": null } })]);
}

#[tokio::test]
async fn a_read_without_fields_has_four_categories_and_no_custom_fields() {
    let person = ada()
        .field("work.custom.field_1", "x")
        .field("home.mobilePhone", "1");
    let sandbox = Sandbox::start(monday().employee(person)).await.unwrap();
    let found = search(&sandbox, json!({})).await;
    assert_eq!(found[0]["firstName"], "Ada");
    assert_eq!(found[0]["work"]["startDate"], "2024-04-01");
    assert!(found[0]["work"].get("custom").is_none());
    assert!(found[0].get("home").is_none());
    assert!(found[0].get("internal").is_none());
}

#[tokio::test]
async fn the_human_form_is_appended_or_replaces() {
    let seed = Seed::demo();
    let sandbox = Sandbox::start(seed).await.unwrap();
    let id = "3332883894235038401";
    let fields = json!([
        "work.title",
        "work.startDate",
        "work.siteId",
        "work.manager"
    ]);
    let read = async |human: &str| -> Value {
        let body = json!({ "fields": fields, "humanReadable": human });
        bob(&sandbox, &format!("/people/{id}"), body)
            .await
            .json()
            .await
            .unwrap()
    };
    let appended = read("APPEND").await;
    assert_eq!(appended["work"]["title"], "253902");
    assert_eq!(
        appended["humanReadable"]["work"],
        json!({ "title": "Team Lead", "startDate": "01/04/2024", "siteId": "Paris",
            "manager": "Hana Kovářová" })
    );
    let replaced = read("replace").await;
    assert_eq!(replaced["work"]["title"], "Team Lead");
    assert!(replaced.get("humanReadable").is_none());
    let body = json!({ "humanReadable": "YES" });
    assert_eq!(bob(&sandbox, "/people/search", body).await.status(), 400);
}

#[tokio::test]
async fn a_person_is_found_by_mail_too() {
    let sandbox = Sandbox::start(monday().employee(ada())).await.unwrap();
    for path in ["/people/ada@example.com", "/people/ADA%40example.com"] {
        let person: Value = bob(&sandbox, path, json!({ "fields": ["root.id"] }))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(person["id"], ADA);
    }
}

#[tokio::test]
async fn an_unknown_person_is_404_without_a_body() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let response = bob(&sandbox, "/people/1", json!({})).await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn inactive_people_are_searched_only_on_demand() {
    let hired = Person::new(BEN).started("2026-04-01");
    let sandbox = Sandbox::start(monday().employee(ada()).employee(hired))
        .await
        .unwrap();
    let fields = json!(["root.id", "internal.lifecycleStatus"]);
    let active = search(&sandbox, json!({ "fields": fields })).await;
    assert_eq!(active.len(), 1);
    let all = search(&sandbox, json!({ "fields": fields, "showInactive": true })).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1]["internal"]["lifecycleStatus"], "hired");
}

#[tokio::test]
async fn filters_take_ids_or_mails() {
    let sandbox = Sandbox::start(monday().employee(ada()).employee(Person::new(BEN)))
        .await
        .unwrap();
    for (path, value) in [
        ("root.id", ADA),
        ("/root/id", ADA),
        ("root.email", "Ada@example.com"),
    ] {
        let filter = json!([{ "fieldPath": path, "operator": "equals", "values": [value, "7"] }]);
        let found = search(
            &sandbox,
            json!({ "fields": ["root.id"], "filters": filter }),
        )
        .await;
        assert_eq!(found.len(), 1, "{path}");
        assert_eq!(found[0]["id"], ADA);
    }
}

#[tokio::test]
async fn bad_searches_are_refused_with_key_and_error() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let filter = |path: &str, operator: &str, values: Value| json!({ "filters": [{ "fieldPath": path, "operator": operator, "values": values }] });
    let one = filter("root.id", "equals", json!(["1"]))["filters"][0].clone();
    let many_fields: Vec<String> = (0..401).map(|n| format!("work.custom.field_{n}")).collect();
    let bad = [
        json!({ "filters": [] }),
        json!({ "filters": [one, one] }),
        filter("work.title", "equals", json!(["1"])),
        filter("root.id", "notEqual", json!(["1"])),
        filter("root.id", "equals", json!([])),
        filter("root.id", "equals", json!([1])),
        json!({ "fields": many_fields }),
        json!({ "fields": "root.id" }),
        json!({ "showInactive": "true" }),
        json!([]),
    ];
    for body in bad {
        let response = bob(&sandbox, "/people/search", body.clone()).await;
        assert_eq!(response.status(), 400, "{body}");
        let refusal: Value = response.json().await.unwrap();
        assert!(refusal["key"].is_string() && refusal["error"].is_string());
    }
    assert_eq!(
        bob(
            &sandbox,
            "/people/search",
            json!({ "fields": many_fields[1..] })
        )
        .await
        .status(),
        200
    );
}

#[tokio::test]
async fn wrong_credentials_are_token_not_match() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let response = bob_as(&sandbox, "/people/search", json!({}), "wrong").await;
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.json::<Value>().await.unwrap()["key"],
        "tokenNotMatch"
    );
    let bare = reqwest::get(format!("{}/company/people/fields", sandbox.bob_base_url())).await;
    assert_eq!(bare.unwrap().status(), 401);
}

#[tokio::test]
async fn unknown_paths_and_methods_answer_the_web_application() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    for path in [
        "/people/1/variables",
        "/People/search",
        "/people/search",
        "",
    ] {
        let response = bob_get(&sandbox, path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=UTF-8"
        );
    }
}

#[tokio::test]
async fn content_type_is_refused_on_get_and_needed_on_post() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let client = reqwest::Client::new();
    let request = |method, path: &str| {
        client
            .request(method, format!("{}{path}", sandbox.bob_base_url()))
            .basic_auth(Seed::SERVICE_USER_ID, Some(Seed::SERVICE_USER_TOKEN))
    };
    let get = request(reqwest::Method::GET, "/company/people/fields")
        .header("content-type", "application/json");
    let response = get.send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=UTF-8"
    );
    let post = request(reqwest::Method::POST, "/people/search").body("{}");
    assert_eq!(post.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn unpermitted_categories_vanish_from_both_forms() {
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN)
        .categories(["root", "work"]);
    let person = ada().field("home.privateEmail", "a@home.example");
    let sandbox = Sandbox::start(monday().employee(person).service_user(user))
        .await
        .unwrap();
    let fields = json!([
        "root.id",
        "internal.status",
        "home.privateEmail",
        "work.startDate"
    ]);
    let found = search(&sandbox, json!({ "fields": fields })).await;
    assert_eq!(
        found,
        [json!({
            "/root/id": { "value": ADA },
            "/work/startDate": { "value": "2024-04-01" },
            "id": ADA,
            "work": { "startDate": "2024-04-01" },
        })]
    );
    // `home.privateEmail` belongs to another category than its name says.
    let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN)
        .categories(["personalContact"]);
    sandbox
        .control()
        .act(BobAct::ServiceUser(user))
        .await
        .unwrap();
    let found = search(&sandbox, json!({ "fields": fields })).await;
    assert_eq!(found[0]["home"]["privateEmail"], "a@home.example");
    assert!(found[0].get("id").is_none());
}

#[tokio::test]
async fn people_outside_the_population_are_invisible() {
    let user =
        ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN).population(["Employed"]);
    let leaver = Person::new(BEN)
        .started("2024-01-01")
        .terminated("2026-01-31");
    let seed = monday().employee(ada()).employee(leaver).service_user(user);
    let sandbox = Sandbox::start(seed).await.unwrap();
    let all = search(
        &sandbox,
        json!({ "fields": ["root.id"], "showInactive": true }),
    )
    .await;
    assert_eq!(all.len(), 1);
    let path = format!("/people/{BEN}");
    assert_eq!(bob(&sandbox, &path, json!({})).await.status(), 404);

    let mut switches = Switches::default();
    switches.bob.outside_population = OutsidePopulation::Forbidden;
    sandbox.control().switches(&switches).await.unwrap();
    let response = bob(&sandbox, &path, json!({})).await;
    assert_eq!(response.status(), 403);
    assert!(response.json::<Value>().await.unwrap()["key"].is_string());
    assert_eq!(bob(&sandbox, "/people/9", json!({})).await.status(), 404);
}

#[tokio::test]
async fn metadata_lists_fields_and_named_lists() {
    let sandbox = Sandbox::start(Seed::demo()).await.unwrap();
    let fields: Value = bob_get(&sandbox, "/company/people/fields")
        .await
        .json()
        .await
        .unwrap();
    let title = fields
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == "work.title")
        .unwrap();
    assert_eq!(title["categoryId"], "work");
    assert_eq!(title["type"], "list");
    assert_eq!(title["historical"], true);
    assert_eq!(title["jsonPath"], "work.title");
    assert_eq!(title["typeData"]["listId"], "title");
    let email = fields
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == "root.email")
        .unwrap();
    assert_eq!(email["jsonPath"], "email");

    let list: Value = bob_get(&sandbox, "/company/named-lists/department")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list["items"][1]["id"], "253891");
    assert_eq!(list["items"][1]["name"], "Engineering");
    assert_eq!(list["values"], list["items"]);
    let site: Value = bob_get(&sandbox, "/company/named-lists/site")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(site["items"][0]["id"], Seed::PARIS);
    let all: Value = bob_get(&sandbox, "/company/named-lists")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(all["department"]["items"], list["items"]);
    assert_eq!(
        bob_get(&sandbox, "/company/named-lists/Department")
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn limits_count_per_minute_of_virtual_time_and_say_so() {
    let mut switches = Switches::default();
    switches.bob.rate_limits = true;
    switches.bob.search_per_minute = 2;
    switches.bob.retry_after = true;
    let sandbox = Sandbox::start(monday().switches(switches)).await.unwrap();
    for left in ["1", "0"] {
        let response = bob(&sandbox, "/people/search", json!({})).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-ratelimit-limit"], "2");
        assert_eq!(response.headers()["x-ratelimit-remaining"], left);
    }
    let response = bob(&sandbox, "/people/search", json!({})).await;
    assert_eq!(response.status(), 429);
    let reset: i64 = response.headers()["x-ratelimit-reset"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        reset,
        sandbox.control().now().await.unwrap().as_second() + 60
    );
    assert_eq!(response.headers()["retry-after"], "60");
    assert_eq!(
        bob(&sandbox, "/people/1", json!({})).await.status(),
        404,
        "another endpoint"
    );
    sandbox.control().advance(60).await.unwrap();
    assert_eq!(
        bob(&sandbox, "/people/search", json!({})).await.status(),
        200
    );
}

#[tokio::test]
async fn fifty_refusals_in_ten_seconds_block_for_five_minutes() {
    let mut switches = Switches::default();
    switches.bob.blocking = true;
    let sandbox = Sandbox::start(monday().switches(switches)).await.unwrap();
    for _ in 0..50 {
        let response = bob_as(&sandbox, "/people/search", json!({}), "wrong").await;
        assert_eq!(response.status(), 401);
    }
    assert_eq!(
        bob_as(&sandbox, "/people/search", json!({}), "wrong")
            .await
            .status(),
        403
    );
    assert_eq!(
        bob(&sandbox, "/people/search", json!({})).await.status(),
        200,
        "other credentials"
    );
    sandbox.control().advance(300).await.unwrap();
    assert_eq!(
        bob_as(&sandbox, "/people/search", json!({}), "wrong")
            .await
            .status(),
        401
    );
}

#[tokio::test]
async fn what_a_seed_states_wins_over_what_its_rows_imply() {
    let date = "2024-01-01".parse().unwrap();
    let odd = ada()
        .row(LifecycleRow::new(date, "employed"))
        .field("internal.status", "Inactive")
        .field("internal.terminationDate", Value::Null);
    let sandbox = Sandbox::start(monday().employee(odd)).await.unwrap();
    let fields = json!(["internal.status", "internal.lifecycleStatus"]);
    let found = search(&sandbox, json!({ "fields": fields, "showInactive": true })).await;
    assert_eq!(
        found[0]["internal"],
        json!({ "status": "Inactive", "lifecycleStatus": "employed" })
    );
}
