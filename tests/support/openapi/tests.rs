//! The judge refuses what is wrong; with a document of its own, so that it always runs.

use super::*;
use serde_json::json;

fn spec() -> Spec {
    let version = json!({
        "name": "360-api-version", "in": "header", "required": true,
        "schema": { "type": "string", "enum": ["v2.0"] },
    });
    let id = json!({ "type": "string", "format": "ObjectId", "pattern": "^[a-fA-F0-9]{24}$" });
    let parameter = json!({ "name": "userId", "in": "path", "required": true, "schema": id });
    let error = |code: &str| {
        json!({
            "type": "object", "required": ["error"],
            "properties": { "error": {
                "type": "object", "required": ["code", "message"],
                "properties": {
                    "code": { "type": "string", "enum": [code] },
                    "message": { "type": "string" },
                },
            } },
        })
    };
    let text = |operator: &str| match operator {
        "in" => json!({ "type": "array", "items": { "type": "string" } }),
        _ => json!({ "type": "string" }),
    };
    let user = json!({ "$ref": "#/components/schemas/User" });
    let content =
        |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let mut list = content(json!({ "type": "array", "items": user }));
    list["headers"] = json!({ "Link": { "schema": { "type": "string" } } });
    let document = json!({
        "openapi": "3.1.0",
        "paths": {
            "/users": { "get": {
                "security": [{ "oauth2": [] }],
                "parameters": [version, {
                    "name": "mail", "in": "query", "style": "deepObject", "explode": true,
                    "schema": { "properties": { "eq": text("eq"), "in": text("in") } },
                }],
                "responses": { "200": list },
            } },
            "/users/{userId}": {
                "patch": {
                    "security": [{ "oauth2": [] }],
                    "parameters": [version, parameter],
                    "requestBody": content(json!({ "$ref": "#/components/schemas/Edit" })),
                    "responses": {
                        "200": content(user),
                        "400": content(json!({ "oneOf": [error("a"), error("b")] })),
                    },
                },
                "delete": {
                    "security": [{ "oauth2": [] }],
                    "parameters": [version, parameter],
                    "responses": { "204": {} },
                },
            },
            "/users/me": { "delete": {
                "security": [{ "oauth2": [] }],
                "parameters": [version],
                "responses": { "204": {} },
            } },
            "/token": { "post": {
                "requestBody": content(json!({ "type": "object" })),
                "responses": { "200": content(json!({ "type": "object" })) },
            } },
        },
        "webhooks": { "user.deleted": { "post": { "requestBody": content(json!({
            "type": "object", "required": ["type"],
            "properties": { "type": { "type": "string", "enum": ["user.deleted"] } },
        })) } } },
        "components": { "schemas": {
            "User": {
                "type": "object", "required": ["_id"],
                "properties": { "_id": id, "mail": { "type": "string", "minLength": 1 } },
            },
            "Edit": { "type": "object", "properties": {
                "job": { "type": "string", "nullable": true, "minLength": 1 },
                "lang": { "type": "string", "enum": ["en", "fr"] },
                "at": { "type": "string", "format": "date-time", "nullable": true },
                "group": { "allOf": [{ "$ref": "#/components/schemas/User" }], "nullable": true },
                "values": { "maxItems": 2, "oneOf": [
                    { "type": "array", "items": { "type": "string", "format": "date" } },
                    { "type": "array", "items": { "type": "string" } },
                ] },
            } },
        } },
    });
    let mut spec = Spec {
        operations: Vec::new(),
        events: BTreeMap::new(),
    };
    spec.add(&document).expect("the document is understood");
    spec
}

const ID: &str = "507f1f77bcf86cd799439011";

fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (
            reqwest::header::HeaderName::from_static(name),
            reqwest::header::HeaderValue::from_static(value),
        )
    };
    list.iter().map(pair).collect()
}

fn usual() -> HeaderMap {
    headers(&[
        ("360-api-version", "v2.0"),
        ("authorization", "Bearer t"),
        ("content-type", "application/json; charset=utf-8"),
    ])
}

fn edit(body: &str) -> Result<(), Problems> {
    let path = format!("/users/{ID}");
    let spec = spec();
    let checked = spec.check_request("PATCH", &path, "", &usual(), body.as_bytes());
    checked.map(drop)
}

#[test]
fn bodies_follow_their_schema_with_nullable_and_unions() {
    for good in [
        "{}",
        r#"{"job": null, "lang": "fr", "at": null, "group": null, "values": []}"#,
        r#"{"job": "Poet", "at": "2026-01-31T00:00:00.000Z", "values": ["2026-01-31"]}"#,
        r#"{"group": {"_id": "507f1f77bcf86cd799439011"}, "values": ["any", "text"]}"#,
    ] {
        edit(good).unwrap_or_else(|problems| panic!("{good}: {problems}"));
    }
    for bad in [
        "",
        "[]",
        "null",
        r#"{"job": ""}"#,
        r#"{"job": 7}"#,
        r#"{"lang": null}"#,
        r#"{"lang": "xx"}"#,
        r#"{"at": "tomorrow"}"#,
        r#"{"at": "2026-01-31"}"#,
        r#"{"group": {}}"#,
        r#"{"group": {"_id": "7"}}"#,
        r#"{"group": {"_id": "507f1f77bcf86cd799439011", "more": 1}}"#,
        r#"{"values": ["a", "b", "c"]}"#,
        r#"{"values": [7]}"#,
        r#"{"nickname": "x"}"#,
    ] {
        assert!(edit(bad).is_err(), "{bad}");
    }
    assert!(!edit(r#"{"job": 7}"#).unwrap_err().to_string().contains('7'));
}

#[test]
fn requests_need_their_path_headers_and_token() {
    let spec = spec();
    let path = format!("/users/{ID}");
    let check = |method: &str, path: &str, headers: &HeaderMap, body: &[u8]| {
        spec.check_request(method, path, "", headers, body)
            .map(Operation::template)
    };
    assert_eq!(check("delete", &path, &usual(), b""), Ok("/users/{userId}"));
    assert_eq!(check("DELETE", "/users/me", &usual(), b""), Ok("/users/me"));
    assert!(check("DELETE", &path, &usual(), b"{}").is_err(), "a body");
    assert!(check("PUT", &path, &usual(), b"").is_err(), "the method");
    assert!(
        check("DELETE", "/users/7", &usual(), b"").is_err(),
        "the id"
    );
    assert!(check("DELETE", "/users", &usual(), b"").is_err());
    assert!(check("DELETE", &format!("{path}/x"), &usual(), b"").is_err());
    for wrong in [
        headers(&[("authorization", "Bearer t")]),
        headers(&[("360-api-version", "v1.0"), ("authorization", "Bearer t")]),
        headers(&[("360-api-version", "v2.0")]),
        headers(&[("360-api-version", "v2.0"), ("authorization", "Basic t")]),
    ] {
        assert!(check("DELETE", &path, &wrong, b"").is_err(), "{wrong:?}");
    }
    let form = headers(&[("content-type", "application/x-www-form-urlencoded")]);
    assert!(check("POST", "/token", &form, b"{}").is_err());
    let json = headers(&[("content-type", "application/json")]);
    assert_eq!(check("POST", "/token", &json, b"{}"), Ok("/token"));
    assert!(
        check("POST", "/token", &usual(), b"{}").is_err(),
        "a token where none is asked for"
    );
}

#[test]
fn queries_are_declared_filters_or_one_cursor() {
    let spec = spec();
    let check = |query: &str| {
        spec.check_request("GET", "/users", query, &usual(), b"")
            .is_ok()
    };
    for good in [
        "",
        "mail[eq]=a%2Bb",
        "mail%5Bin%5D=a&mail[in]=b",
        "next=abc",
    ] {
        assert!(check(good), "{good}");
    }
    for bad in [
        "mail=a",
        "mail[ne]=a",
        "name[eq]=a",
        "limit=5",
        "mail[eq]=a&mail[eq]=b",
        "next=abc&mail[eq]=a",
    ] {
        assert!(!check(bad), "{bad}");
    }
}

#[test]
fn answers_have_a_declared_status_type_and_body() {
    let spec = spec();
    let json = Some("application/json");
    let user = format!(r#"{{"_id": "{ID}"}}"#);
    let refusal = br#"{"error": {"code": "b", "message": "x"}}"#;
    let patch = |status: u16, content_type: Option<&str>, body: &[u8]| {
        spec.check_response("PATCH", "/users/{userId}", status, content_type, body)
            .is_ok()
    };
    assert!(patch(200, json, user.as_bytes()));
    assert!(patch(400, json, refusal));
    assert!(!patch(200, json, b"{}"), "no id");
    assert!(!patch(200, Some("text/html"), user.as_bytes()));
    assert!(!patch(200, None, user.as_bytes()));
    assert!(!patch(200, json, b"<html>"));
    assert!(!patch(201, json, user.as_bytes()), "not declared");
    assert!(!patch(
        400,
        json,
        br#"{"error": {"code": "c", "message": ""}}"#
    ));
    assert!(!patch(400, json, br#"{"error": "a"}"#));
    let delete = |body: &[u8]| {
        spec.check_response("DELETE", "/users/{userId}", 204, None, body)
            .is_ok()
    };
    assert!(delete(b"") && !delete(b"{}"));
    assert!(
        spec.check_response("GET", "/nowhere", 200, json, b"[]")
            .is_err()
    );
    assert!(
        spec.check_event("user.deleted", &json!({ "type": "user.deleted" }))
            .is_ok()
    );
    assert!(spec.check_event("user.deleted", &json!({})).is_err());
    assert!(spec.check_event("user.lost", &json!({})).is_err());
    let operation = spec
        .operation("patch", "/users/{userId}")
        .expect("it is there");
    assert_eq!(operation.answers()[&400].codes(), ["a", "b"]);
}

#[test]
fn generated_values_are_allowed_repeatable_and_different() {
    let spec = spec();
    let operation = spec
        .operation("PATCH", "/users/{userId}")
        .expect("it is there");
    let schema = operation.request_schema().expect("it has a body");
    let make = |seed: u64| Generator::new(seed).value(schema);
    for seed in 0..200 {
        let value = make(seed);
        assert_eq!(violations(schema, &value), Vec::<String>::new(), "{value}");
        assert_eq!(value, make(seed));
    }
    assert!((0..200).any(|seed| make(seed)["job"].is_null() && make(seed).get("job").is_some()));
    assert!((0..200).any(|seed| make(seed)["job"].is_string()));
}

#[test]
fn wrong_values_are_wrong_in_one_way_each() {
    let spec = spec();
    let operation = spec
        .operation("PATCH", "/users/{userId}")
        .expect("it is there");
    let schema = operation.request_schema().expect("it has a body");
    let wrong = wrong_values(schema, &json!({}));
    let what: Vec<&str> = wrong.iter().map(|it| it.what.as_str()).collect();
    for expected in [
        "is no object",
        "job is empty",
        "lang is null",
        "values has too many items",
        "undocumented is unknown",
    ] {
        assert!(what.contains(&expected), "{expected} in {what:?}");
    }
    assert!(!what.contains(&"job is null"), "it is nullable");
}

#[test]
fn broken_documents_are_refused() {
    let add = |document: Value| {
        let mut spec = spec();
        spec.add(&document).is_ok()
    };
    assert!(!add(json!({})));
    assert!(!add(json!({ "paths": {} })));
    let with = |schema: Value| {
        json!({
            "paths": { "/x": { "get": { "responses": { "200": {
                "content": { "application/json": { "schema": schema } },
            } } } } },
            "components": { "schemas": { "Loop": { "$ref": "#/components/schemas/Loop" } } },
        })
    };
    assert!(add(with(json!({ "type": "string" }))));
    assert!(!add(with(
        json!({ "$ref": "#/components/schemas/Nowhere" })
    )));
    assert!(!add(with(json!({ "$ref": "#/components/schemas/Loop" }))));
}

#[test]
fn the_vendors_files_are_understood() {
    let Some(spec) = Spec::load() else { return };
    assert_eq!(spec.operations().len(), 162);
    let mut generator = Generator::new(1);
    for operation in spec.operations() {
        let name = format!("{} {}", operation.method(), operation.template());
        let bodies = operation.answers().values().filter_map(Answer::schema);
        for schema in bodies.chain(operation.request_schema()) {
            for _ in 0..5 {
                let value = generator.value(schema);
                let wrong = violations(schema, &value);
                assert!(wrong.is_empty(), "{name}: {wrong:?} in {value}");
            }
        }
    }
    assert!(spec.event("user.deleted").is_some());
}
