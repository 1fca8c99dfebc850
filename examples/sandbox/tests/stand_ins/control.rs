//! The control routes: seed, clock, state, log.

use sandbox::{Api, BobAct, Control, ControlError, Options, Person, Sandbox, Seed, StartError};
use sandbox::{List, Secret, Webhook};
use serde_json::{Value, json};

use crate::support::{ADA, Lms, ada, bob, monday, new_user, search, user, user_id};

#[tokio::test]
async fn a_seed_replaces_everything_and_survives_json() {
    let sandbox = Sandbox::start(monday().employee(ada())).await.unwrap();
    let control = sandbox.control();
    control.advance(3600).await.unwrap();
    let lms = Lms::new(&sandbox).await;
    let demo = Seed::demo();
    let text = serde_json::to_string(&demo).unwrap();
    assert_eq!(serde_json::from_str::<Seed>(&text).unwrap(), demo);
    control.seed(&demo).await.unwrap();
    let state = control.state().await.unwrap();
    assert_eq!(state.now, demo.now);
    assert_eq!(state.employees.len(), 12);
    assert!(control.log().await.unwrap().requests.is_empty());
    assert_eq!(lms.get("/users").await.status, 401, "old tokens are gone");
}

#[tokio::test]
async fn the_demo_company_has_one_future_hire() {
    let sandbox = Sandbox::start(Seed::demo()).await.unwrap();
    let fields = json!(["root.fullName", "work.manager"]);
    let active = search(&sandbox, json!({ "fields": fields })).await;
    assert_eq!(active.len(), 11);
    assert_eq!(active[4]["fullName"], "Olena Шевченко");
    let all = search(&sandbox, json!({ "fields": fields, "showInactive": true })).await;
    assert_eq!(all.len(), 12);
}

#[tokio::test]
async fn a_contradicting_seed_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::start(monday().employee(ada())).await.unwrap();
    let bad = [
        monday().employee(Person::new("12x")),
        monday().employee(ada()).employee(ada()),
        monday()
            .employee(ada())
            .employee(Person::new("7").mail("ADA@example.com")),
        monday().employee(ada().field("nonsense", 1)),
        monday().employee(ada().started("soon")),
        monday().site(sandbox::Site::new(1, "Mars", "Mars/Olympus")),
        monday().user(sandbox::User::new("7")),
        monday().user(user(1, "a@example.com").member_of(user_id(9), "learner")),
        monday().webhook(Webhook::upsert("nowhere", "s")),
    ];
    for seed in bad {
        let refused = sandbox.control().seed(&seed).await;
        assert!(matches!(refused, Err(ControlError::Refused(_))));
        assert!(matches!(
            Sandbox::start(seed).await,
            Err(StartError::Seed(_))
        ));
    }
    assert_eq!(search(&sandbox, json!({})).await.len(), 1);
}

#[tokio::test]
async fn both_stand_ins_share_one_clock() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let mut bob = sandbox.bob_base_url();
    bob.set_path("/_sandbox/clock");
    let mut learning360 = sandbox.learning360_base_url();
    learning360.set_path("/_sandbox/clock");
    let client = reqwest::Client::new();
    let post = async |url: url::Url, body: Value| {
        client
            .post(url)
            .json(&body)
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap()
    };
    let answer = post(bob.clone(), json!({ "advance_seconds": 90 })).await;
    assert_eq!(answer["now"], "2026-03-02T08:01:30Z");
    post(
        learning360.clone(),
        json!({ "set": "2026-03-03T00:00:00Z" }),
    )
    .await;
    let now: Value = client
        .get(bob.clone())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(now, json!({ "now": "2026-03-03T00:00:00Z" }));
    let back = post(learning360, json!({ "set": "2026-03-02T00:00:00Z" })).await;
    assert_eq!(back, json!({ "error": "the clock does not run backwards" }));
}

#[tokio::test]
async fn the_log_names_routes_fields_and_people_but_no_values() {
    let sandbox = Sandbox::start(monday().employee(ada()).user(user(1, "ada@example.com")))
        .await
        .unwrap();
    let control = sandbox.control();
    let fields = json!(["root.id", "/work/title"]);
    let filter = json!([{ "fieldPath": "root.id", "operator": "equals", "values": [ADA] }]);
    search(&sandbox, json!({ "fields": fields, "filters": filter })).await;
    bob(&sandbox, "/people/ada@example.com", json!({})).await;
    bob(&sandbox, &format!("/people/{ADA}"), json!({})).await;
    let lms = Lms::new(&sandbox).await;
    lms.get("/users?mail[eq]=ada@example.com").await;
    lms.patch(1, json!({ "job": "Countess", "lastName": "King" }))
        .await;
    lms.post("/users", new_user("new@example.com")).await;
    let log = control.log().await.unwrap();

    assert_eq!(log.count(Api::Bob, "POST", "/v1/people/search"), 1);
    assert_eq!(log.count(Api::Bob, "POST", "/v1/people/{identifier}"), 2);
    assert_eq!(log.counts["learning360 PATCH /api/v2/users/{userId}"], 1);
    let first = &log.requests[0];
    assert_eq!(first.fields, ["root.id", "work.title"]);
    assert_eq!(first.about, [ADA]);
    let people: Vec<Option<&str>> = log.requests.iter().map(|it| it.person.as_deref()).collect();
    assert_eq!(people[1..3], [None, Some(ADA)], "a mail is not logged");
    let patch = log
        .of(Api::Learning360, "PATCH", "/api/v2/users/{userId}")
        .next()
        .unwrap();
    assert_eq!(patch.body, ["job", "lastName"]);
    assert_eq!(patch.person, Some(user_id(1)));
    let text = serde_json::to_string(&log).unwrap();
    let secrets = [
        "example.com",
        "Countess",
        Seed::CLIENT_SECRET,
        Seed::SERVICE_USER_TOKEN,
        &lms.token,
    ];
    for secret in secrets {
        assert!(!text.contains(secret));
    }
    control.clear_log().await.unwrap();
    assert!(control.log().await.unwrap().counts.is_empty());
}

#[tokio::test]
async fn debug_shows_neither_secrets_nor_people() {
    let seed = Seed::demo().webhook(Webhook::upsert("http://127.0.0.1:9/x", "canary-secret"));
    let user = user(1, "canary@example.com").names("Canary", "Canary");
    let text = format!(
        "{seed:?} {user:?} {:?} {:?}",
        ada(),
        Secret::from("canary-secret")
    );
    for canary in [
        "canary",
        "Canary",
        "Lovelace",
        "ada@",
        Seed::SERVICE_USER_TOKEN,
    ] {
        assert!(!text.contains(canary), "{canary}");
    }
    let sandbox = Sandbox::start(monday().employee(ada())).await.unwrap();
    let state = sandbox.control().state().await.unwrap();
    assert!(!format!("{state:?}").contains("Lovelace"));
    assert!(
        !serde_json::to_string(&state)
            .unwrap()
            .contains(Seed::CLIENT_SECRET)
    );
}

#[tokio::test]
async fn a_control_client_works_from_two_urls_and_ports_can_be_chosen() {
    let sandbox = Sandbox::start(monday()).await.unwrap();
    let origin = sandbox.bob_base_url().origin().ascii_serialization();
    let control = Control::new(origin, sandbox.learning360_base_url().as_str());
    let hire = Person::unnumbered().names("Zoë", "Ærø");
    let report = control.act(BobAct::Hire(hire)).await.unwrap();
    assert_eq!(report.id.as_deref(), Some("3400000000000000001"));
    assert_eq!(
        control.now().await.unwrap(),
        sandbox.control().now().await.unwrap()
    );

    let taken = sandbox.bob_base_url().port().unwrap();
    let busy = Sandbox::start(Options::new(monday()).bob_port(taken)).await;
    assert!(matches!(busy, Err(StartError::Bind(_))));
    sandbox.shutdown().await;
    assert!(control.now().await.is_err());
    let again = Sandbox::start(Options::new(monday()).bob_port(taken))
        .await
        .unwrap();
    assert_eq!(again.bob_base_url().port(), Some(taken));
}

#[tokio::test]
async fn lists_of_a_seed_replace_the_standard_ones() {
    let list = List::new("title").item("1", "Poet");
    let sandbox = Sandbox::start(monday().list(list).employee(ada().title("1")))
        .await
        .unwrap();
    let body = json!({ "fields": ["work.title"], "humanReadable": "APPEND" });
    let found = search(&sandbox, body).await;
    assert_eq!(found[0]["humanReadable"]["work"]["title"], "Poet");
}

#[tokio::test]
async fn a_seed_may_be_large() {
    let mut seed = monday();
    for n in 0..6000 {
        let person = Person::new(format!("9{n:06}")).mail(format!("{n}@example.com"));
        seed = seed.employee(person.field("about.about", "x".repeat(500)));
    }
    let sandbox = Sandbox::start(monday()).await.unwrap();
    sandbox.control().seed(&seed).await.unwrap();
    let found = search(&sandbox, json!({ "fields": ["root.id"] })).await;
    assert_eq!(found.len(), 6000);
}
