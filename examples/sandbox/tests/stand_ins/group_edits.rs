//! Creating, editing and deleting groups.

use reqwest::Method;
use sandbox::{Control, Group, Sandbox, Seed};
use serde_json::{Value, json};

use crate::support::{Answer, Lms, happenings, monday, start_lms, switched, user, user_id};

/// A private group 21 over a public one 22, with user 1 in the latter.
async fn start() -> (Sandbox, Control, Lms) {
    let member = user(1, "a@example.com")
        .member_of(user_id(22), "learner")
        .primary_group(user_id(22));
    let seed = monday()
        .group(Group::private(user_id(21), "Europe", Seed::ROOT_GROUP))
        .group(Group::public(user_id(22), "France", user_id(21)))
        .user(member);
    start_lms(seed).await
}

async fn patch(lms: &Lms, group: &str, body: Value) -> Answer {
    let path = format!("/groups/{group}");
    lms.send(Method::PATCH, &path, Some(body)).await
}

fn new(public: bool) -> Value {
    json!({ "name": "New", "public": public, "parentId": user_id(21) })
}

#[tokio::test]
async fn groups_are_created_edited_and_deleted_with_what_is_below() {
    let (_sandbox, control, lms) = start().await;
    let mut body = new(true);
    body["custom"] = json!("D-7");
    let created = lms.post("/groups", body.clone()).await;
    let id = created.body["_id"].as_str().unwrap().to_owned();
    body["_id"] = json!(id);
    assert_eq!((created.status, &created.body), (201, &body));
    let moved = patch(
        &lms,
        &id,
        json!({ "parentId": user_id(22), "custom": null }),
    )
    .await;
    assert_eq!(moved.body["parentId"], json!(user_id(22)));
    assert!(moved.body.get("custom").is_none());
    patch(&lms, &id, json!({ "name": "New" })).await;

    let path = format!("/groups/{}", user_id(21));
    assert_eq!(lms.send(Method::DELETE, &path, None).await.status, 204);
    let expected = ["group.created", "group.updated", "group.deleted"];
    assert_eq!(happenings(&control, &id).await, expected);
    let state = control.state().await.unwrap();
    assert_eq!(state.groups.len(), 2, "root and learners");
    let member = &state.users[&user_id(1)];
    assert_eq!(member.memberships.len(), 1);
    assert_eq!(member.primary_group_id, None);
}

#[tokio::test]
async fn groups_have_their_refusals() {
    let (_sandbox, control, lms) = start().await;
    let with = |name: &str, value: Value| {
        let mut body = new(true);
        body[name] = value;
        body
    };
    let policy = json!({ "url": "https://example.com", "explicitConsent": true });
    for (body, status, code) in [
        (
            with("parentId", json!(user_id(9))),
            404,
            "parentGroupNotFound",
        ),
        (with("logoImageId", json!(user_id(8))), 400, "mediaNotFound"),
        (with("termsOfUse", policy), 400, "noTermsOfUseOnPublicGroup"),
        (with("termsOfUse", json!({})), 400, "invalid_request"),
        (with("subdomain", json!("ab")), 400, "invalid_request"),
        (with("subdomain", Value::Null), 400, "invalid_request"),
        (with("public", json!("yes")), 400, "invalid_request"),
        (with("name", json!("")), 400, "invalid_request"),
        (
            json!({ "name": "New", "public": true }),
            400,
            "invalid_request",
        ),
    ] {
        lms.post("/groups", body).await.refused(status, code);
    }
    let root = Seed::ROOT_GROUP;
    let europe = user_id(21);
    for (group, body, status, code) in [
        (root, json!({ "public": true }), 400, "rootGroupNotPublic"),
        (
            &europe,
            json!({ "parentId": europe }),
            400,
            "parentGroupNotDescendantOrSelf",
        ),
        (
            &europe,
            json!({ "parentId": user_id(22) }),
            400,
            "parentGroupNotDescendantOrSelf",
        ),
        (
            &europe,
            json!({ "parentId": user_id(9) }),
            404,
            "parentGroupNotFound",
        ),
        (&europe, json!({ "parentId": null }), 400, "invalid_request"),
        (&user_id(9), json!({}), 404, "groupNotFound"),
    ] {
        patch(&lms, group, body).await.refused(status, code);
    }
    let delete = async |group: &str| -> Answer {
        let path = format!("/groups/{group}");
        lms.send(Method::DELETE, &path, None).await
    };
    delete(root).await.refused(400, "groupIsRoot");
    delete(&user_id(9)).await.refused(404, "groupNotFound");
    let switches = switched(|it| {
        it.most_groups = 4;
        it.integrated_groups = [user_id(22)].into();
    });
    control.switches(&switches).await.unwrap();
    delete(&europe)
        .await
        .refused(400, "hasActiveIntegrationsOrLtiConnectors");
    lms.post("/groups", new(true))
        .await
        .refused(400, "maxGroupsLimitReached");
}
