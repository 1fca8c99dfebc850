//! Findings about Bob, 360Learning and the clock.

use provisioner::EXAMPLE_POLICY;
use sandbox::{
    Api, Credential, Effect, Fault, Mapping, Person, Sandbox, Seed, ServiceUser, User, UserStatus,
};
use serde_json::json;

use super::{PLATFORM, Patient, patient, table};

#[tokio::test]
async fn refused_credentials_of_bob_are_tried_once() {
    let told = patient()
        .set("HIBOB_SERVICE_USER_TOKEN", "canary")
        .examined()
        .await;
    told.expect(
        "credentials_refused",
        "error",
        &["401", "HIBOB_SERVICE_USER_TOKEN", "api.sandbox.hibob.com"],
    );
    let log = told.sandbox.control().log().await.unwrap();
    let refused = log.requests.iter().filter(|it| it.status == 401).count();
    assert_eq!(refused, 1, "Bob blocks whoever collects refusals");
    assert!(
        told.has("scopes_granted"),
        "360Learning is looked at all the same"
    );
}

#[tokio::test]
async fn a_base_url_without_its_version_is_told_from_a_dead_one() {
    let patient_at = |url: String| patient().set("HIBOB_BASE_URL", url).examined();
    let sandbox = Sandbox::start(Seed::demo()).await.unwrap();
    let mut url = sandbox.bob_base_url();
    url.set_path("/");
    let told = patient_at(url.into()).await;
    told.expect("no_api", "error", &["api.hibob.com/v1"]);

    let told = patient()
        .set("HIBOB_BASE_URL", "http://127.0.0.1:9/v1")
        .in_real_time();
    told.examined()
        .await
        .expect("unreachable", "error", &["HIBOB_BASE_URL"]);
}

#[tokio::test]
async fn refused_credentials_of_360learning_hint_at_the_region() {
    let told = patient()
        .set("LEARNING360_CLIENT_SECRET", "canary")
        .examined()
        .await;
    told.expect(
        "credentials_refused",
        "error",
        &[
            "401",
            "LEARNING360_BASE_URL",
            "https://app.us.360learning.com",
        ],
    );
    assert!(!told.text.contains("canary"));
    assert!(told.has("people_visible"), "Bob is looked at all the same");

    let dead = patient().set("LEARNING360_BASE_URL", "http://127.0.0.1:9");
    dead.examined()
        .await
        .expect("unreachable", "error", &["LEARNING360_BASE_URL"]);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named_with_what_it_is_for() {
    let all = [
        "users:read",
        "externalIds:read",
        "groups:read",
        "bulkOperations:read",
    ];
    let revoked = Credential::new(Seed::CLIENT_ID, Seed::CLIENT_SECRET).scopes(all);
    let told = patient()
        .seed(|seed| seed.credential(revoked))
        .examined()
        .await;
    told.expect(
        "scope_missing",
        "error",
        &[
            "customFields:read",
            "know the custom fields",
            "Customer Success Partner",
        ],
    );

    let no_groups = [
        "users:read",
        "externalIds:read",
        "customFields:read",
        "bulkOperations:read",
    ];
    let revoked = Credential::new(Seed::CLIENT_ID, Seed::CLIENT_SECRET).scopes(no_groups);
    let told = patient()
        .seed(|seed| seed.credential(revoked))
        .examined()
        .await;
    told.expect("scope_missing", "error", &["groups:read"]);
    told.expect("scopes_granted", "ok", &["customFields:read"]);
}

#[tokio::test]
async fn dat_01_a_hidden_field_is_told_with_its_section_and_its_line() {
    let told = patient()
        .service_user(|it| it.categories(["root", "lifecycle", "about"]))
        .examined()
        .await;
    let hidden = told
        .findings
        .iter()
        .filter(|it| it["code"] == "source_field_missing");
    let hidden: Vec<_> = hidden.collect();
    assert_eq!(hidden.len(), 5, "{}", told.text);
    for finding in &hidden {
        assert!(
            finding["next"].as_str().unwrap().contains("\"Work\""),
            "{finding}"
        );
    }
    let title = hidden
        .iter()
        .find(|it| it["what"].as_str().unwrap().contains("work.title"));
    let line = usize::try_from(title.unwrap()["line"].as_u64().unwrap()).unwrap();
    assert!(
        EXAMPLE_POLICY
            .lines()
            .nth(line - 1)
            .unwrap()
            .starts_with("job")
    );
}

#[tokio::test]
async fn a_canary_that_is_gone_means_that_permissions_are() {
    let told = patient()
        .service_user(|it| it.categories(["root", "work"]))
        .examined()
        .await;
    let gaps = told
        .findings
        .iter()
        .filter(|it| it["code"] == "permission_gap");
    assert_eq!(gaps.count(), 2, "both statuses: {}", told.text);
    assert!(told.text.contains("Lifecycle"));

    let told = patient()
        .service_user(|it| it.categories(["work", "lifecycle"]))
        .examined()
        .await;
    told.expect("permission_gap", "error", &["13 records", "Basic info"]);
}

#[tokio::test]
async fn lif_27_a_lifecycle_table_without_its_history_is_told() {
    let faults = |fault: Fault| Patient {
        faults: vec![fault],
        ..patient()
    };
    let present = faults(table(&["terminated"])).examined().await;
    present.expect("history_hidden", "warning", &["present row", "histories"]);
    let refused = Fault::new(Api::Bob, Effect::status(403));
    let refused = refused.on("GET", "/v1/people/{identifier}/lifecycle");
    let refused = faults(refused).examined().await;
    refused.expect("history_hidden", "warning", &["cannot be read"]);
}

#[tokio::test]
async fn nobody_to_be_seen_is_an_error() {
    let told = patient()
        .service_user(|it| it.population([""; 0]))
        .examined()
        .await;
    told.expect(
        "nobody_visible",
        "error",
        &["permission group", "Access data for"],
    );
}

#[tokio::test]
async fn lif_33_hidden_leavers_are_suspected_and_proved() {
    let employed = |user: ServiceUser| user.population(["employed"]);
    let told = patient().service_user(employed).examined().await;
    told.expect("population_hides_leavers", "note", &["Terminated"]);
    told.expect("population_hides_pre_hires", "note", &["Hired"]);

    // The account of somebody who left is the proof.
    let account = User::new("650000000000000000000100")
        .mail("canary@example.com")
        .status(UserStatus::Active)
        .member_of(Seed::LEARNERS_GROUP, "learner");
    let link = Mapping::user(PLATFORM, "650000000000000000000100", "3332883894235038490");
    let with_account = |seed: Seed| seed.user(account).mapping(link);
    let told = patient()
        .seed(with_account.clone())
        .service_user(employed)
        .examined()
        .await;
    told.expect(
        "population_hides_leavers",
        "error",
        &["1 of 1", "Terminated"],
    );

    let told = patient().seed(with_account).examined().await;
    assert!(!told.has("population_hides_leavers"), "{}", told.text);
    told.expect("links", "ok", &["1 accounts are linked"]);
}

#[tokio::test]
async fn a_large_company_without_leavers_is_suspicious_by_itself() {
    let crowd = |seed: Seed| {
        (0..50_u64).fold(seed, |seed, number| {
            let id = (4_000_000_000_000_000_000 + number).to_string();
            seed.employee(
                Person::new(id)
                    .mail(format!("p{number}@example.com"))
                    .started("2024-01-01"),
            )
        })
    };
    let employed = |user: ServiceUser| user.population(["employed", "hired"]);
    let told = patient()
        .seed(crowd)
        .service_user(employed)
        .examined()
        .await;
    told.expect("population_hides_leavers", "warning", &["Terminated"]);
}

#[tokio::test]
async fn the_company_is_checked_against_the_setting() {
    let told = patient().examined().await;
    told.expect("company", "ok", &["637323"]);
    let told = patient().set("HIBOB_COMPANY_ID", "1").examined().await;
    told.expect(
        "wrong_company",
        "error",
        &["no event is taken", "HIBOB_COMPANY_ID=637323"],
    );
    let told = patient().set("HIBOB_COMPANY_ID", "").examined().await;
    told.expect("company_unchecked", "note", &["HIBOB_COMPANY_ID=637323"]);
}

#[tokio::test]
async fn the_machines_clock_is_compared_with_360learnings() {
    let told = patient().in_real_time().examined().await;
    told.expect("clock", "ok", &["right"]);
    let mut headers = std::collections::BTreeMap::new();
    headers.insert(
        "date".to_owned(),
        "Mon, 02 Mar 2020 12:00:00 GMT".to_owned(),
    );
    let late = Effect::Answer {
        status: 200,
        body: Some(json!([])),
        headers,
    };
    let fault = Fault::new(Api::Learning360, late).on("GET", "/api/v2/groups");
    let told = patient().in_real_time().fault(fault).examined().await;
    told.expect("clock_skew", "error", &["fast", "NTP"]);
    assert!(
        !patient().examined().await.has("clock"),
        "a sandbox has a time of its own"
    );
}

#[tokio::test]
async fn an_api_that_fails_is_told_and_the_rest_is_looked_at() {
    let broken = Fault::new(Api::Bob, Effect::status(500)).on("GET", "/v1/company/named-lists");
    let told = patient().fault(broken).examined().await;
    told.expect("unavailable", "error", &["the named lists", "500"]);
    assert!(told.has("people_visible") && told.has("scopes_granted"));
}
