//! Editing accounts.

use sandbox::Seed;
use serde_json::{Value, json};

use crate::support::{monday, new_user, start_lms, switched, three_users, user, user_id};

#[tokio::test]
async fn an_edit_keeps_sets_and_clears() {
    let seed = monday().user(
        user(1, "a@example.com")
            .names("Ada", "Lovelace")
            .job("Poet"),
    );
    let (_sandbox, _control, lms) = start_lms(seed).await;
    let body = json!({
        "job": null, "lastName": "King", "mail": "A.King@example.com", "lang": "fr",
        "primaryGroupId": Seed::LEARNERS_GROUP, "profileImageId": null,
        "toBeDeactivatedAt": "2026-06-01T00:00:00Z",
    });
    let edited = lms.patch(1, body).await;
    assert_eq!(edited.status, 200);
    assert_eq!(
        edited.body,
        json!({
            "_id": user_id(1), "status": "invited", "lang": "fr", "mail": "A.King@example.com",
            "firstName": "Ada", "lastName": "King", "primaryGroupId": Seed::LEARNERS_GROUP,
            "toBeDeactivatedAt": "2026-06-01T00:00:00.000Z",
        })
    );
    let cleared = lms.patch(1, json!({ "toBeDeactivatedAt": null })).await;
    assert!(cleared.body.get("toBeDeactivatedAt").is_none());
    // The old mail is free again, the new one is not.
    assert_eq!(
        lms.post("/users", new_user("a@example.com")).await.status,
        201
    );
    lms.post("/users", new_user("a.king@example.com"))
        .await
        .refused(400, "mailAlreadyUsed");
}

#[tokio::test]
async fn edits_have_their_refusals_and_change_nothing() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    let cases = [
        (json!({ "nickname": "x" }), "invalid_request"),
        (json!({ "job": "" }), "invalid_request"),
        (json!({ "lang": null }), "invalid_request"),
        (json!({ "lang": "xx" }), "invalid_request"),
        (json!({ "primaryGroupId": "7" }), "invalid_request"),
        (json!({ "toBeDeactivatedAt": 7 }), "invalid_request"),
        (
            json!({ "toBeDeactivatedAt": "2026-03-02T07:59:59Z" }),
            "deactivationDateInvalid",
        ),
        (json!({ "mail": "nobody" }), "mailInvalid"),
        (json!({ "mail": "ACTIVE@example.com" }), "mailAlreadyUsed"),
        (json!({ "mail": "deleted@example.com" }), "mailAlreadyUsed"),
        (
            json!({ "mail": null }),
            "userShouldHaveAtLeastOneValidIdentifier",
        ),
        (json!({ "username": "bea" }), "usernameNotAllowed"),
        (
            json!({ "primaryGroupId": Seed::ROOT_GROUP }),
            "notMemberOfPrimaryGroup",
        ),
        (json!({ "profileImageId": user_id(8) }), "mediaNotFound"),
    ];
    let before = control.state().await.unwrap().users;
    for (mut body, code) in cases {
        if body.get("job").is_none() {
            body["job"] = json!("Poet");
        }
        lms.patch(1, body).await.refused(400, code);
    }
    assert_eq!(control.state().await.unwrap().users, before);
    lms.patch(9, json!({})).await.refused(404, "userNotFound");
    let owner = format!("/users/{}", Seed::OWNER);
    let date = json!({ "toBeDeactivatedAt": "2026-06-01T00:00:00Z" });
    let refused = lms.send(reqwest::Method::PATCH, &owner, Some(date)).await;
    refused.refused(400, "ownerDeactivationNotAllowed");
}

#[tokio::test]
async fn usernames_are_edited_where_they_are_allowed() {
    let switches = switched(|it| it.usernames_allowed = true);
    let seed = three_users()
        .user(user(4, "b@example.com").username("bea"))
        .switches(switches);
    let (_sandbox, _control, lms) = start_lms(seed).await;
    lms.patch(1, json!({ "username": "bea" }))
        .await
        .refused(400, "usernameAlreadyUsed");
    lms.patch(1, json!({ "username": "Bea" }))
        .await
        .refused(400, "invalid_request");
    let renamed = lms
        .patch(1, json!({ "username": "ina", "mail": null }))
        .await;
    assert_eq!(renamed.body["username"], "ina");
    lms.patch(1, json!({ "username": null }))
        .await
        .refused(400, "userShouldHaveAtLeastOneValidIdentifier");
}

#[tokio::test]
async fn deleted_users_can_be_edited_but_not_dated() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    for date in [json!("2026-06-01T00:00:00Z"), Value::Null] {
        lms.patch(3, json!({ "toBeDeactivatedAt": date }))
            .await
            .refused(400, "invalidUpdateOnDeletedUser");
    }
    let edited = lms.patch(3, json!({ "mail": "again@example.com" })).await;
    assert_eq!(
        (edited.status, &edited.body["status"]),
        (200, &json!("deleted"))
    );
    let restored = lms.post("/users", new_user("again@example.com")).await;
    assert_eq!(
        (restored.status, &restored.body["_id"]),
        (200, &json!(user_id(3)))
    );

    lms.delete(3).await;
    let switches = switched(|it| {
        it.edit_deleted = false;
        it.deleted_identifiers_block = false;
        it.same_mail_is_error = true;
    });
    control.switches(&switches).await.unwrap();
    lms.patch(3, json!({ "job": "x" }))
        .await
        .refused(400, "invalidUpdateOnDeletedUser");
    assert_eq!(
        lms.patch(1, json!({ "mail": "again@example.com" }))
            .await
            .status,
        200
    );
    lms.patch(1, json!({ "mail": "again@example.com" }))
        .await
        .refused(400, "mailAlreadyUsed");
    lms.post("/users", new_user("again@example.com"))
        .await
        .refused(400, "mailAlreadyUsed");
}

#[tokio::test]
async fn mails_that_differ_in_case_may_be_two() {
    let switches = switched(|it| it.mail_ignores_case = false);
    let (_sandbox, _control, lms) = start_lms(three_users().switches(switches)).await;
    assert_eq!(
        lms.post("/users", new_user("ACTIVE@example.com"))
            .await
            .status,
        201
    );
    lms.post("/users", new_user("active@example.com"))
        .await
        .refused(400, "mailAlreadyUsed");
}
