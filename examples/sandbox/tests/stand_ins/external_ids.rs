//! External-ID mappings.

use reqwest::Method;
use sandbox::{Mapping, Sandbox, Seed, Switches};
use serde_json::{Value, json};

use crate::support::{Answer, Lms, monday, user, user_id};

const PLATFORM: &str = "ours";

fn mapping(platform: &str, target: &str, value: &str) -> Value {
    json!({ "platform": platform, "targetId": target, "targetType": "user", "value": value })
}

fn seed() -> Seed {
    monday()
        .user(user(1, "1@example.com"))
        .user(user(2, "2@example.com"))
        .mapping(Mapping::user(PLATFORM, user_id(1), "E1"))
        .mapping(Mapping::user("BambooHR", user_id(1), "B1"))
}

async fn start(seed: Seed) -> (Sandbox, Lms) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let lms = Lms::new(&sandbox).await;
    (sandbox, lms)
}

async fn id_of(lms: &Lms, platform: &str) -> String {
    let found = lms
        .get(&format!("/external-ids?platform[eq]={platform}"))
        .await;
    found.body[0]["_id"].as_str().unwrap().to_owned()
}

async fn put(lms: &Lms, id: &str, body: Value) -> Answer {
    lms.send(Method::PUT, &format!("/external-ids/{id}"), Some(body))
        .await
}

#[tokio::test]
async fn mappings_are_created_found_replaced_and_deleted() {
    let (sandbox, lms) = start(seed()).await;
    let created = lms
        .post("/external-ids", mapping(PLATFORM, &user_id(2), "E2"))
        .await;
    assert_eq!(created.status, 201);
    let id = created.body["_id"].as_str().unwrap().to_owned();
    let mut expected = mapping(PLATFORM, &user_id(2), "E2");
    expected["_id"] = json!(id);
    assert_eq!(created.body, expected);
    let queries = [
        "type[eq]=user&platform[eq]=ours&value[eq]=E2".to_owned(),
        format!("type[eq]=user&targetId[eq]={}", user_id(2)),
        "value[in]=E2&value[in]=E9".to_owned(),
        "platform[nin]=BambooHR&value[ne]=E1".to_owned(),
    ];
    for query in queries {
        assert_eq!(
            lms.get(&format!("/external-ids?{query}")).await.body,
            json!([expected])
        );
    }
    lms.get("/external-ids?targetType[eq]=user")
        .await
        .refused(400, "invalid_request");
    let linked = sandbox.control().state().await.unwrap();
    assert_eq!(linked.linked(PLATFORM, "E2").unwrap().id, user_id(2));

    let replaced = put(&lms, &id, mapping(PLATFORM, &user_id(2), "E3")).await;
    assert_eq!(
        (replaced.status, &replaced.body["value"]),
        (200, &json!("E3"))
    );
    let path = format!("/external-ids/{id}");
    assert_eq!(lms.send(Method::DELETE, &path, None).await.status, 204);
    lms.send(Method::DELETE, &path, None)
        .await
        .refused(404, "mappingIdNotFound");
}

#[tokio::test]
async fn creation_has_its_refusals() {
    let (_sandbox, lms) = start(seed()).await;
    let target = user_id(2);
    let mut extra = mapping(PLATFORM, &target, "E2");
    extra["note"] = json!("x");
    let mut path = mapping(PLATFORM, &target, "E2");
    path["targetType"] = json!("path");
    let cases = [
        (
            mapping(PLATFORM, &user_id(1), "E9"),
            400,
            "mappingAlreadyExists",
        ),
        (mapping(PLATFORM, &target, "E1"), 400, "valueAlreadyUsed"),
        (
            mapping("Oracle", &target, "E2"),
            400,
            "reservedPlatformName",
        ),
        (
            mapping(PLATFORM, &user_id(9), "E2"),
            404,
            "resourceNotFound",
        ),
        (path, 404, "resourceNotFound"),
        (extra, 400, "invalid_request"),
        (mapping(PLATFORM, "7", "E2"), 400, "invalid_request"),
        (mapping(PLATFORM, &target, ""), 400, "invalid_request"),
        (json!({ "platform": PLATFORM }), 400, "invalid_request"),
    ];
    for (body, status, code) in cases {
        lms.post("/external-ids", body).await.refused(status, code);
    }
}

#[tokio::test]
async fn replacing_and_deleting_have_their_refusals() {
    let seed = seed().mapping(Mapping::user(PLATFORM, user_id(2), "E2"));
    let (_sandbox, lms) = start(seed).await;
    let ours = id_of(&lms, PLATFORM).await;
    let theirs = id_of(&lms, "BambooHR").await;
    let same = mapping(PLATFORM, &user_id(1), "E1");
    assert_eq!(
        put(&lms, &ours, same.clone()).await.status,
        200,
        "itself is no conflict"
    );
    put(&lms, &user_id(9), same.clone())
        .await
        .refused(404, "mappingIdNotFound");
    put(&lms, &theirs, same)
        .await
        .refused(400, "reservedPlatformName");
    let cases = [
        (
            mapping("Oracle", &user_id(1), "E1"),
            400,
            "reservedPlatformName",
        ),
        (
            mapping(PLATFORM, &user_id(2), "E1"),
            400,
            "targetAlreadyMapped",
        ),
        (
            mapping(PLATFORM, &user_id(1), "E2"),
            400,
            "valueAlreadyUsed",
        ),
        (
            mapping(PLATFORM, &user_id(9), "E1"),
            404,
            "resourceNotFound",
        ),
    ];
    for (body, status, code) in cases {
        put(&lms, &ours, body).await.refused(status, code);
    }
    let path = format!("/external-ids/{theirs}");
    lms.send(Method::DELETE, &path, None)
        .await
        .refused(400, "reservedPlatformName");
}

#[tokio::test]
async fn values_are_unique_per_platform_or_per_type() {
    let group = |value: &str| {
        json!({
            "platform": PLATFORM, "targetId": Seed::LEARNERS_GROUP, "targetType": "group",
            "value": value,
        })
    };
    let (sandbox, lms) = start(seed()).await;
    lms.post("/external-ids", group("E1"))
        .await
        .refused(400, "valueAlreadyUsed");
    let mut switches = Switches::default();
    switches.learning360.value_unique_across_types = false;
    switches.learning360.reserved_platforms.clear();
    sandbox.control().switches(&switches).await.unwrap();
    assert_eq!(lms.post("/external-ids", group("E1")).await.status, 201);
    let oracle = mapping("Oracle", &user_id(1), "O1");
    assert_eq!(lms.post("/external-ids", oracle).await.status, 201);
}

#[tokio::test]
async fn a_mapping_survives_the_deletion_of_its_user() {
    let (_sandbox, lms) = start(seed()).await;
    lms.delete(1).await;
    let found = lms.get("/external-ids?value[eq]=E1&type[eq]=user").await;
    assert_eq!(found.body[0]["targetId"], user_id(1));
}
