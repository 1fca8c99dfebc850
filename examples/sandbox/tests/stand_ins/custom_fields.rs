//! Custom fields, authorised values, and users' values.

use reqwest::Method;
use sandbox::{CustomField, CustomValue, Seed, UserStatus};
use serde_json::{Value, json};

use crate::support::{Answer, Lms, monday, new_user, start_lms, switched, user, user_id};

/// Fields 31 (free text), 32 (restricted text), 33 (date).
fn fields() -> Seed {
    monday()
        .custom_field(CustomField::text(user_id(31), "Team"))
        .custom_field(CustomField::text(user_id(32), "Level").allow(["junior", "senior"]))
        .custom_field(CustomField::date(user_id(33), "Since"))
        .user(user(1, "a@example.com"))
        .user(user(3, "c@example.com").status(UserStatus::Deleted))
}

fn value(field: u32, kind: &str, value: &str) -> Value {
    json!({ "customFieldId": user_id(field), "type": kind, "value": value })
}

async fn put(lms: &Lms, n: u32, values: Value) -> Answer {
    let path = format!("/users/{}/custom-fields/values", user_id(n));
    let body = json!({ "customValues": values });
    lms.send(Method::PUT, &path, Some(body)).await
}

#[tokio::test]
async fn the_whole_set_is_replaced() {
    let (_sandbox, control, lms) = start_lms(fields()).await;
    let path = format!("/users/{}/custom-fields/values", user_id(1));
    assert_eq!(lms.get(&path).await.body, json!([]));
    let both = json!([value(31, "string", "Blue"), value(33, "date", "2026-01-31")]);
    let answer = put(&lms, 1, both.clone()).await;
    assert_eq!((answer.status, &answer.body), (200, &both));
    assert_eq!(lms.get(&path).await.body, both);

    let one = json!([value(32, "string", "junior")]);
    assert_eq!(
        put(&lms, 1, one.clone()).await.body,
        one,
        "the others are gone"
    );
    let state = control.state().await.unwrap();
    let stored = &state.users[&user_id(1)].custom_values;
    assert_eq!(stored, &[CustomValue::text(user_id(32), "junior")]);
    assert_eq!(put(&lms, 1, json!([])).await.body, json!([]));
    assert_eq!(put(&lms, 3, one).await.status, 200, "a deleted user's too");
}

#[tokio::test]
async fn one_bad_value_refuses_all() {
    let (_sandbox, control, lms) = start_lms(fields()).await;
    let good = value(31, "string", "Blue");
    put(&lms, 1, json!([good])).await;
    let cases = [
        (value(32, "string", "chief"), 400, "unauthorizedValue"),
        (value(32, "date", "2026-01-31"), 400, "wrongTypeValue"),
        (value(33, "date", "31/01/2026"), 400, "wrongTypeValue"),
        (value(33, "string", "2026-01-31"), 400, "wrongTypeValue"),
        (
            value(31, "string", "Red"),
            400,
            "multipleValuesForSingleCustomField",
        ),
        (value(39, "string", "x"), 404, "customFieldNotFound"),
        (value(31, "string", ""), 400, "invalid_request"),
        (value(31, "number", "7"), 400, "invalid_request"),
        (
            json!({ "customFieldId": "7", "type": "string", "value": "x" }),
            400,
            "invalid_request",
        ),
        (
            json!({ "customFieldId": user_id(31), "value": "x" }),
            400,
            "invalid_request",
        ),
        (json!("x"), 400, "invalid_request"),
    ];
    for (bad, status, code) in cases {
        put(&lms, 1, json!([value(31, "string", "New"), bad]))
            .await
            .refused(status, code);
    }
    let many: Vec<Value> = (0..301).map(|_| value(31, "string", "x")).collect();
    put(&lms, 1, json!(many))
        .await
        .refused(400, "invalid_request");
    put(&lms, 9, json!([])).await.refused(404, "userNotFound");
    let path = format!("/users/{}/custom-fields/values", user_id(9));
    lms.get(&path).await.refused(404, "userNotFound");
    let state = control.state().await.unwrap();
    let stored = &state.users[&user_id(1)].custom_values;
    assert_eq!(stored, &[CustomValue::text(user_id(31), "Blue")]);
}

#[tokio::test]
async fn an_instant_is_a_day_too() {
    let (_sandbox, _control, lms) = start_lms(fields()).await;
    let answer = put(
        &lms,
        1,
        json!([value(33, "date", "2026-01-31T00:00:00.000Z")]),
    )
    .await;
    assert_eq!(answer.body, json!([value(33, "date", "2026-01-31")]));
}

#[tokio::test]
async fn fields_are_listed_and_filtered() {
    let (_sandbox, _control, lms) = start_lms(fields()).await;
    let names = async |query: &str| -> Vec<String> {
        let answer = lms.get(&format!("/custom-fields{query}")).await;
        assert_eq!(answer.status, 200);
        let name = |it: &Value| it["name"].as_str().unwrap().to_owned();
        answer.body.as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(names("").await, ["Team", "Level", "Since"]);
    assert_eq!(names("?type[eq]=date").await, ["Since"]);
    assert_eq!(
        names("?name[in]=Team&name[in]=Level").await,
        ["Team", "Level"]
    );
    assert!(names("?targetType[ne]=users").await.is_empty());
    lms.get("/custom-fields?id[eq]=7")
        .await
        .refused(400, "invalid_request");
}

#[tokio::test]
async fn authorised_values_are_replaced_but_not_under_values_in_use() {
    let (_sandbox, _control, lms) = start_lms(fields()).await;
    let path = |n: u32| format!("/custom-fields/{}/authorized-values", user_id(n));
    let set = async |n: u32, values: Value| -> Answer {
        let body = json!({ "authorizedValues": values });
        lms.send(Method::PUT, &path(n), Some(body)).await
    };
    assert_eq!(lms.get(&path(31)).await.body, json!([]));
    assert_eq!(lms.get(&path(32)).await.body, json!(["junior", "senior"]));
    put(&lms, 1, json!([value(32, "string", "junior")])).await;
    let wider = json!(["junior", "senior", "chief"]);
    assert_eq!(set(32, wider.clone()).await.body, wider);
    assert_eq!(
        put(&lms, 1, json!([value(32, "string", "chief")]))
            .await
            .status,
        200
    );
    set(32, json!(["junior"]))
        .await
        .refused(400, "customFieldValuesConflict");
    set(33, json!(["today"]))
        .await
        .refused(400, "authorizedValuesTypeMismatch");
    set(39, json!([])).await.refused(404, "customFieldNotFound");
    lms.get(&path(39)).await.refused(404, "customFieldNotFound");
    set(32, json!([7])).await.refused(400, "invalid_request");
    let many: Vec<String> = (0..301).map(|n| n.to_string()).collect();
    set(31, json!(many)).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn an_empty_list_allows_everything_or_nothing() {
    for unrestricted in [true, false] {
        let seed = fields().switches(switched(|it| it.empty_values_unrestricted = unrestricted));
        let (_sandbox, _control, lms) = start_lms(seed).await;
        let path = format!("/custom-fields/{}/authorized-values", user_id(32));
        let empty = json!({ "authorizedValues": [] });
        assert_eq!(lms.send(Method::PUT, &path, Some(empty)).await.status, 200);
        let answer = put(&lms, 1, json!([value(32, "string", "anything")])).await;
        assert_eq!(answer.status, if unrestricted { 200 } else { 400 });
    }
}

#[tokio::test]
async fn fields_are_created_renamed_and_deleted() {
    let seed = fields().switches(switched(|it| {
        it.content_custom_fields = false;
        it.most_custom_fields = 4;
    }));
    let (_sandbox, control, lms) = start_lms(seed).await;
    let field = |name: &str, target: &str, kind: &str| json!({ "name": name, "targetType": target, "type": kind });
    let created = lms
        .post("/custom-fields", field("New", "users", "date"))
        .await;
    assert_eq!(
        (created.status, &created.body["name"]),
        (201, &json!("New"))
    );
    let cases = [
        (field(" ", "users", "string"), "invalidName"),
        (field("Team", "users", "string"), "nameAlreadyTaken"),
        (
            field("A", "contents", "string"),
            "customFieldsTargetTypeNotEnabled",
        ),
        (field("A", "users", "string"), "customFieldLimitReached"),
        (field("A", "groups", "string"), "invalid_request"),
        (field("A", "users", "number"), "invalid_request"),
        (
            json!({ "targetType": "users", "type": "date" }),
            "invalid_request",
        ),
    ];
    for (body, code) in cases {
        lms.post("/custom-fields", body).await.refused(400, code);
    }
    let path = |n: u32| format!("/custom-fields/{}", user_id(n));
    let rename = async |n: u32, name: &str| -> Answer {
        let body = json!({ "name": name });
        lms.send(Method::PATCH, &path(n), Some(body)).await
    };
    assert_eq!(rename(31, "Squad").await.body["name"], "Squad");
    assert_eq!(rename(31, "Squad").await.status, 200, "its own name");
    rename(31, "").await.refused(400, "invalidName");
    rename(31, "Level").await.refused(400, "nameAlreadyTaken");
    rename(39, "x").await.refused(404, "customFieldNotFound");

    put(&lms, 1, json!([value(31, "string", "Blue")])).await;
    assert_eq!(lms.send(Method::DELETE, &path(31), None).await.status, 204);
    lms.send(Method::DELETE, &path(31), None)
        .await
        .refused(404, "customFieldNotFound");
    let state = control.state().await.unwrap();
    assert!(state.users[&user_id(1)].custom_values.is_empty());
}

#[tokio::test]
async fn a_restore_drops_the_values_or_not() {
    for drops in [true, false] {
        let seed = fields().switches(switched(|it| it.restore_drops_custom_values = drops));
        let (_sandbox, control, lms) = start_lms(seed).await;
        put(&lms, 1, json!([value(31, "string", "Blue")])).await;
        lms.delete(1).await;
        lms.post("/users", new_user("a@example.com")).await;
        let state = control.state().await.unwrap();
        assert_eq!(state.users[&user_id(1)].custom_values.is_empty(), drops);
    }
}

#[test]
fn values_do_not_show_in_debug() {
    let value = CustomValue::text(user_id(31), "Canary");
    let holder = user(1, "canary@example.com").custom_value(value.clone());
    let text = format!("{value:?} {holder:?}");
    assert!(!text.to_lowercase().contains("canary"), "{text}");
    assert!(text.contains(&user_id(31)));
}
