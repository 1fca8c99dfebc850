//! Fault rules: each effect, and what limits it.

use reqwest::Method;
use sandbox::{Api, BobAct, Effect, Fault, Moment, Person, Sandbox};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, Lms, ada, bob, bob_get, monday, new_user, search, user, user_id};

const SEARCH: &str = "/v1/people/search";
const PERSON: &str = "/v1/people/{identifier}";

async fn start(faults: &[Fault]) -> Sandbox {
    let seed = monday().employee(ada()).user(user(1, "ada@example.com"));
    let sandbox = Sandbox::start(seed).await.unwrap();
    sandbox.control().add_faults(faults).await.unwrap();
    sandbox
}

#[tokio::test]
async fn an_answer_replaces_the_real_one_so_many_times() {
    let effect = Effect::json(500, json!({ "error": "boom" }));
    let sandbox = start(&[Fault::new(Api::Bob, effect).on("POST", SEARCH).times(2)]).await;
    for status in [500, 500, 200] {
        assert_eq!(
            bob(&sandbox, "/people/search", json!({})).await.status(),
            status
        );
    }
    let log = sandbox.control().log().await.unwrap();
    let seen: Vec<(u16, bool)> = log
        .requests
        .iter()
        .map(|it| (it.status, it.fault))
        .collect();
    assert_eq!(seen, [(500, true), (500, true), (200, false)]);
}

#[tokio::test]
async fn a_rule_can_concern_one_person_and_one_call() {
    let about = Fault::new(Api::Bob, Effect::status(403)).about(ADA);
    let sandbox = start(&[about]).await;
    assert_eq!(
        bob(&sandbox, &format!("/people/{ADA}"), json!({}))
            .await
            .status(),
        403
    );
    assert_eq!(
        bob(&sandbox, &format!("/people/{BEN}"), json!({}))
            .await
            .status(),
        404
    );
    let filter = json!([{ "fieldPath": "root.id", "operator": "equals", "values": [ADA] }]);
    let response = bob(&sandbox, "/people/search", json!({ "filters": filter })).await;
    assert_eq!(response.status(), 403, "named in the filter");
    sandbox.control().clear_faults().await.unwrap();
    assert_eq!(
        bob(&sandbox, &format!("/people/{ADA}"), json!({}))
            .await
            .status(),
        200
    );

    let third = Fault::new(Api::Bob, Effect::status(500))
        .on("POST", PERSON)
        .nth(3);
    sandbox.control().add_faults(&[third]).await.unwrap();
    for status in [200, 200, 500, 200] {
        let response = bob(&sandbox, &format!("/people/{ADA}"), json!({})).await;
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn chances_are_repeatable() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let rule = Fault::new(Api::Bob, Effect::status(500)).sometimes(0.5, 7);
        let sandbox = start(&[rule]).await;
        let mut run = Vec::new();
        for _ in 0..20 {
            run.push(
                bob_get(&sandbox, "/company/people/fields")
                    .await
                    .status()
                    .as_u16(),
            );
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&500) && runs[0].contains(&200));
}

#[tokio::test]
async fn a_cut_before_has_no_effect_and_a_cut_after_loses_the_answer() {
    let sandbox = start(&[]).await;
    let lms = Lms::new(&sandbox).await;
    let control = sandbox.control();
    for (moment, mail, exists) in [
        (Moment::Before, "before@example.com", false),
        (Moment::After, "after@example.com", true),
    ] {
        let rule = Fault::new(Api::Learning360, Effect::Cut { moment }).on("POST", "/api/v2/users");
        control.add_faults(&[rule.times(1)]).await.unwrap();
        let request = reqwest::Client::new()
            .request(Method::POST, format!("{}/api/v2/users", lms.base))
            .bearer_auth(&lms.token)
            .header("360-api-version", "v2.0")
            .json(&new_user(mail));
        assert!(request.send().await.is_err(), "no answer");
        let state = control.state().await.unwrap();
        assert_eq!(state.user_by_mail(mail).is_some(), exists);
        assert_eq!(
            control.log().await.unwrap().requests.last().unwrap().status,
            0
        );
    }
}

#[tokio::test]
async fn the_body_can_be_html_or_called_something_else_or_empty() {
    let sandbox = start(&[Fault::new(Api::Bob, Effect::Html).times(1)]).await;
    let response = bob(&sandbox, "/people/search", json!({})).await;
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=UTF-8"
    );

    let control = sandbox.control();
    let value = "text/plain".to_owned();
    let rule = Fault::new(Api::Bob, Effect::ContentType { value }).times(1);
    control.add_faults(&[rule]).await.unwrap();
    let response = bob(&sandbox, "/people/search", json!({})).await;
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert!(response.text().await.unwrap().contains(ADA));

    control
        .add_faults(&[Fault::new(Api::Bob, Effect::EmptyList).times(1)])
        .await
        .unwrap();
    assert!(search(&sandbox, json!({})).await.is_empty());
    assert_eq!(search(&sandbox, json!({})).await.len(), 1);

    let lms = Lms::new(&sandbox).await;
    control
        .add_faults(&[Fault::new(Api::Learning360, Effect::EmptyList).times(1)])
        .await
        .unwrap();
    assert_eq!(lms.get("/users").await.body, json!([]));
    let path = format!("/users/{}", user_id(1));
    assert_eq!(lms.get(&path).await.body["mail"], "ada@example.com");
}

#[tokio::test]
async fn a_delayed_answer_is_the_real_one() {
    let sandbox = start(&[Fault::new(Api::Bob, Effect::Delay { milliseconds: 1 })]).await;
    assert_eq!(search(&sandbox, json!({})).await.len(), 1);
    assert!(sandbox.control().log().await.unwrap().requests[0].fault);
}

#[tokio::test]
async fn a_rule_is_plain_json_on_the_wire() {
    let sandbox = start(&[]).await;
    let mut url = sandbox.learning360_base_url();
    url.set_path("/_sandbox/faults");
    let rules = json!([{
        "api": "bob", "method": "POST", "route": SEARCH, "times": 1,
        "effect": { "kind": "answer", "status": 429, "headers": { "X-RateLimit-Reset": "1" } },
    }]);
    let client = reqwest::Client::new();
    assert_eq!(
        client
            .post(url.clone())
            .json(&rules)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let response = bob(&sandbox, "/people/search", json!({})).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-ratelimit-reset"], "1");

    let response = client
        .post(url)
        .json(&json!([{ "api": "bob" }]))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    assert!(body["error"].as_str().unwrap().contains("effect"));
}

#[tokio::test]
async fn a_lost_answer_had_its_effect() {
    let sandbox = start(&[]).await;
    let lms = Lms::new(&sandbox).await;
    let rule = Fault::new(Api::Learning360, Effect::Lost { status: 502 });
    let control = sandbox.control();
    control
        .add_faults(&[rule.on("POST", "/api/v2/users").times(1)])
        .await
        .unwrap();
    let answer = lms.post("/users", new_user("lost@example.com")).await;
    assert_eq!((answer.status, answer.body), (502, Value::Null));
    let state = control.state().await.unwrap();
    assert!(state.user_by_mail("lost@example.com").is_some());
}

#[tokio::test]
async fn a_storm_of_429_has_the_vendors_shape_and_passes() {
    let storm = |api, retry_after| {
        Fault::new(api, Effect::TooManyRequests { retry_after }).between(
            "2026-03-02T08:00:10Z".parse().unwrap(),
            "2026-03-02T08:00:20Z".parse().unwrap(),
        )
    };
    let sandbox = start(&[storm(Api::Learning360, Some(2)), storm(Api::Bob, None)]).await;
    let control = sandbox.control();
    let lms = Lms::new(&sandbox).await;
    assert_eq!(lms.get("/users").await.status, 200, "not yet");
    control.advance(10).await.unwrap();
    for _ in 0..3 {
        let answer = lms.get("/users").await;
        assert_eq!(answer.body, json!({ "error": "tooManyRequests" }));
        assert_eq!(answer.retry_after.as_deref(), Some("2"));
        let answer = bob(&sandbox, "/people/search", json!({})).await;
        assert_eq!(answer.status(), 429);
        assert!(answer.headers().get("retry-after").is_none());
    }
    control.advance(10).await.unwrap();
    assert_eq!(lms.get("/users").await.status, 200, "over");
}

#[tokio::test]
async fn a_body_can_come_slowly_or_end_too_early() {
    let slow = Effect::SlowBody {
        bytes: 16,
        milliseconds: 1,
    };
    let sandbox = start(&[Fault::new(Api::Bob, slow).times(1)]).await;
    let people = search(&sandbox, json!({ "fields": ["root.email"] })).await;
    assert_eq!(people[0]["email"], "ada@example.com", "nothing is lost");

    let rule = Fault::new(Api::Bob, Effect::CutBody { bytes: 20 }).times(1);
    sandbox.control().add_faults(&[rule]).await.unwrap();
    let response = bob(&sandbox, "/people/search", json!({})).await;
    assert_eq!(response.status(), 200, "the head was fine");
    assert!(response.text().await.is_err());
}

#[tokio::test]
async fn stale_reads_show_people_as_they_were() {
    let sandbox = start(&[]).await;
    let control = sandbox.control();
    let rule = Fault::new(Api::Bob, Effect::Stale { seconds: 20 });
    control.add_faults(&[rule]).await.unwrap();
    let read = async |id: &str| -> Option<Value> {
        let filter = json!([{ "fieldPath": "root.id", "operator": "equals", "values": [id] }]);
        let body = json!({ "fields": ["root.surname"], "filters": filter, "showInactive": true });
        search(&sandbox, body)
            .await
            .first()
            .map(|it| it["surname"].clone())
    };
    control.advance(60).await.unwrap();
    control
        .act(BobAct::edit(ADA, "root.surname", "King"))
        .await
        .unwrap();
    control
        .act(BobAct::emit("employee.updated", ADA))
        .await
        .unwrap();
    let ben = Person::new(BEN).names("Ben", "New").mail("ben@example.com");
    control
        .act(BobAct::Hire(ben.started("2026-05-01")))
        .await
        .unwrap();
    assert_eq!(read(ADA).await, Some(json!("Lovelace")));
    assert_eq!(read(BEN).await, None, "not there yet");
    control.advance(10).await.unwrap();
    control
        .act(BobAct::edit(ADA, "root.surname", "Byron"))
        .await
        .unwrap();
    assert_eq!(read(ADA).await, Some(json!("Lovelace")));
    control.advance(10).await.unwrap();
    assert_eq!(read(ADA).await, Some(json!("King")), "the first change");
    assert_eq!(read(BEN).await, Some(json!("New")));
    control.advance(10).await.unwrap();
    assert_eq!(read(ADA).await, Some(json!("Byron")));
    control.act(BobAct::delete(ADA)).await.unwrap();
    assert_eq!(read(ADA).await, Some(json!("Byron")), "not gone yet");
    control.clear_faults().await.unwrap();
    assert_eq!(read(ADA).await, None);
    let now = control.state().await.unwrap().employees;
    assert!(!now.contains_key(ADA), "the truth is not touched");
}

#[tokio::test]
async fn stale_reads_show_the_status_before_a_switch_by_the_clock() {
    let sandbox = start(&[]).await;
    let control = sandbox.control();
    let leaves = BobAct::terminate(ADA, "2026-03-02".parse().unwrap());
    control.act(leaves).await.unwrap();
    // Midnight in Paris.
    control
        .advance_to("2026-03-02T23:00:05Z".parse().unwrap())
        .await
        .unwrap();
    let status = async || -> Value {
        let body = json!({ "fields": ["internal.lifecycleStatus"], "showInactive": true });
        search(&sandbox, body).await[0]["internal"]["lifecycleStatus"].clone()
    };
    assert_eq!(status().await, "terminated");
    let rule = Fault::new(Api::Bob, Effect::Stale { seconds: 20 });
    control.add_faults(&[rule]).await.unwrap();
    assert_ne!(status().await, "terminated");
}

#[tokio::test]
async fn hidden_fields_vanish_from_every_form() {
    let fields = ["root.email", "work.title", "mail"]
        .map(String::from)
        .to_vec();
    let hide = |api| {
        let fields = fields.clone();
        Fault::new(api, Effect::HiddenFields { fields })
    };
    let sandbox = start(&[hide(Api::Bob), hide(Api::Learning360)]).await;
    let body = json!({
        "fields": ["root.email", "root.surname", "work.title", "work.site"],
        "humanReadable": "APPEND",
    });
    let people = search(&sandbox, body.clone()).await;
    let text = people[0].to_string();
    assert!(!text.contains("email") && !text.contains("title"), "{text}");
    assert_eq!(people[0]["surname"], "Lovelace");
    assert!(people[0]["work"].get("site").is_some());
    let one = bob(&sandbox, &format!("/people/{ADA}"), body).await;
    assert!(!one.text().await.unwrap().contains("ada@example.com"));

    let lms = Lms::new(&sandbox).await;
    for path in ["/users".to_owned(), format!("/users/{}", user_id(1))] {
        let text = lms.get(&path).await.body.to_string();
        assert!(!text.contains("mail") && text.contains("status"), "{text}");
    }
}

#[tokio::test]
async fn nobody_asks_for_the_past_from_outside() {
    let sandbox = start(&[]).await;
    sandbox
        .control()
        .act(BobAct::edit(ADA, "root.surname", "King"))
        .await
        .unwrap();
    let response = reqwest::Client::new()
        .post(format!("{}/people/{ADA}", sandbox.bob_base_url()))
        .basic_auth(
            sandbox::Seed::SERVICE_USER_ID,
            Some(sandbox::Seed::SERVICE_USER_TOKEN),
        )
        .header("x-sandbox-stale", "20")
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert!(response.text().await.unwrap().contains("King"));
}
