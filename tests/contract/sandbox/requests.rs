//! Requests by the files' schemas: allowed ones are understood, forbidden ones are refused.

use serde_json::{Value, json};
use system_tests::openapi::{Generator, Spec, wrong_values};

use super::{id, routes, start};

/// The path of a template, with ids that exist.
pub(super) fn path(template: &str) -> String {
    let parts = template.trim_start_matches("/api/v2").split('/');
    let parts = parts.map(|part| match part {
        "{userId}" => id(1),
        "{managerId}" => id(2),
        "{groupId}" => id(22),
        "{customFieldId}" => id(31),
        "{role}" => "learner".to_owned(),
        part if part.starts_with('{') => id(9),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn allowed_bodies_are_never_refused_for_their_form() {
    let Some(spec) = Spec::load() else { return };
    let (_sandbox, mut caller) = start(&spec, |switches| {
        switches.learning360.usernames_allowed = true;
    })
    .await;
    let mut generator = Generator::new(360);
    for (method, template) in routes() {
        let operation = spec.operation(method, &template).expect("it is there");
        let Some(schema) = operation.request_schema() else {
            continue;
        };
        if template.ends_with("/oauth2/token") {
            continue;
        }
        for _ in 0..30 {
            let mut body = generator.value(schema);
            // Usernames have a rule that is written in prose only.
            if body["username"].is_string() {
                body["username"] = json!("ada.l");
            }
            let answer = caller
                .send(method, &path(&template), Some(body.clone()))
                .await;
            // The caller judges declared answers; an undeclared code is a refusal of the form.
            assert_ne!(
                answer.code(),
                "invalid_request",
                "{method} {template} {body}"
            );
        }
    }
}

#[tokio::test]
async fn forbidden_bodies_are_refused_and_change_nothing() {
    let Some(spec) = Spec::load() else { return };
    let (sandbox, mut caller) = start(&spec, |_| {}).await;
    let before = sandbox.control().state().await.expect("it answers");
    let mut generator = Generator::new(7);
    let mut accepted = Vec::new();
    for (method, template) in routes() {
        let operation = spec.operation(method, &template).expect("it is there");
        let Some(schema) = operation.request_schema() else {
            continue;
        };
        let allowed = generator.value(schema);
        for wrong in wrong_values(schema, &allowed) {
            let answer = caller
                .send(method, &path(&template), Some(wrong.value))
                .await;
            let named = (answer.status, answer.code());
            let refused = [
                (400, "invalid_request"),
                // These have codes of their own.
                (400, "unsupported_grant_type"),
                (400, "invalidInput"),
                (400, "inputTooLong"),
            ];
            if !refused.contains(&named) {
                accepted.push(format!("{method} {template}: {}: {named:?}", wrong.what));
            }
        }
    }
    assert!(accepted.is_empty(), "not refused: {accepted:#?}");
    let after = sandbox.control().state().await.expect("it answers");
    assert_eq!(before, after);
}

#[tokio::test]
async fn forbidden_ids_and_queries_are_refused() {
    let Some(spec) = Spec::load() else { return };
    let (_sandbox, mut caller) = start(&spec, |_| {}).await;
    for (method, template) in routes() {
        let operation = spec.operation(method, &template).expect("it is there");
        let body = operation
            .request_schema()
            .map(|schema| Generator::new(1).value(schema));
        for (name, _) in operation.path_parameters() {
            let bad = template.trim_start_matches("/api/v2");
            let bad = path(&bad.replace(&format!("{{{name}}}"), "7"));
            let answer = caller.send(method, &bad, body.clone()).await;
            let found = (answer.status, answer.code());
            assert_eq!(
                found,
                (400, "invalid_request"),
                "{method} {template} {name}"
            );
        }
    }
    for bad in [
        "/users?mail=a",
        "/users?mail[like]=a",
        "/users?status[eq]=gone",
        "/users?name[eq]=a",
        "/users?limit=5",
        "/groups?name[eq]=a",
        "/custom-fields?type[eq]=number",
        "/custom-fields?targetType[in]=groups",
        "/external-ids?type[eq]=person",
        "/external-ids?targetType[eq]=user",
        "/bulk/operations?createdAt[lt]=yesterday",
        "/bulk/operations?status[eq]=done",
        "/bulk/operations?status[ne]=error",
        "/webhooks/subscriptions?eventType[eq]=user.lost",
    ] {
        let (_, query) = bad.split_once('?').expect("a query");
        let path = format!("/api/v2{}", bad.split('?').next().expect("a path"));
        let judged = spec.check_request("GET", &path, query, &caller.headers, b"");
        assert!(judged.is_err(), "the files forbid {bad}");
        let answer = caller.send("GET", bad, None).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_request"),
            "{bad}"
        );
    }
    for good in [
        "/users?mail[eq]=a%2Bb@example.com&status[ne]=deleted",
        "/custom-fields?name[in]=Team&name[in]=Level&type[eq]=string",
        "/external-ids?type[eq]=user&platform[nin]=x&value[ne]=y",
        "/bulk/operations?createdAt[gte]=2026-03-02T00:00:00Z&type[eq]=addUsersToGroups",
    ] {
        let (_, query) = good.split_once('?').expect("a query");
        let path = format!("/api/v2{}", good.split('?').next().expect("a path"));
        let judged = spec.check_request("GET", &path, query, &caller.headers, b"");
        assert!(judged.is_ok(), "the files allow {good}: {judged:?}");
        assert_eq!(caller.send("GET", good, None).await.status, 200, "{good}");
    }
}

#[tokio::test]
async fn a_request_without_version_is_refused() {
    let Some(spec) = Spec::load() else { return };
    let (_sandbox, mut caller) = start(&spec, |_| {}).await;
    caller.headers.remove("360-api-version");
    let judged = spec.check_request("GET", "/api/v2/groups", "", &caller.headers, b"");
    assert!(judged.is_err());
    let response: Value = reqwest::Client::new()
        .get(caller.url("/groups"))
        .headers(caller.headers.clone())
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a body");
    assert_eq!(response["error"]["code"], "invalidApiVersion");
}
