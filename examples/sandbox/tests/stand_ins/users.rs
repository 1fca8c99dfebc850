//! The life of an account: every transition of the status machine, and every refusal.

use jiff::Timestamp;
use sandbox::{
    CustomField, CustomValue, DeactivationMoment, DeleteAgain, Group, Learning360Act, Seed,
    UserStatus,
};
use serde_json::{Value, json};

use crate::support::{monday, new_user, start_lms, switched, three_users, user, user_id, with};

#[tokio::test]
async fn a_new_account_is_invited_and_mailed() {
    let (_sandbox, control, lms) = start_lms(monday()).await;
    let body = json!({
        "mail": "New@Example.com", "firstName": "Zoë", "lastName": "Ærø", "lang": "fr",
        "job": "Poet", "organization": "O", "phone": "1", "custom": "c",
        "primaryGroupId": Seed::LEARNERS_GROUP,
        "toBeDeactivatedAt": "2026-12-31T00:00:00.000Z",
        "membership": { "groupId": Seed::LEARNERS_GROUP, "role": "learner" },
    });
    let created = lms.post("/users", body).await;
    assert_eq!(created.status, 201);
    let id = created.body["_id"].as_str().unwrap().to_owned();
    assert_eq!(
        created.body,
        json!({
            "_id": id, "status": "invited", "lang": "fr", "mail": "New@Example.com",
            "firstName": "Zoë", "lastName": "Ærø", "job": "Poet", "organization": "O",
            "phone": "1", "custom": "c", "primaryGroupId": Seed::LEARNERS_GROUP,
            "toBeDeactivatedAt": "2026-12-31T00:00:00.000Z",
        })
    );
    assert_eq!(
        lms.get(&format!("/users/{}", id.to_uppercase())).await.body,
        created.body
    );
    let mails = control.state().await.unwrap().mails;
    assert_eq!(
        (mails[0].to.as_str(), mails[0].kind.as_str()),
        ("New@Example.com", "invitation")
    );
}

#[tokio::test]
async fn the_invitation_can_be_suppressed() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    let send = async |query: &str, mail: &str| {
        lms.post(
            &format!("/users?sendInvitationEmail={query}"),
            new_user(mail),
        )
        .await
        .status
    };
    assert_eq!(send("false", "a@example.com").await, 201);
    assert_eq!(send("false", "deleted@example.com").await, 200);
    assert!(control.state().await.unwrap().mails.is_empty());
    assert_eq!(send("true", "b@example.com").await, 201);
    assert_eq!(send("no", "c@example.com").await, 400);
    lms.delete(3).await;
    let switches = switched(|it| it.restore_honours_invitation = false);
    control.switches(&switches).await.unwrap();
    assert_eq!(send("false", "deleted@example.com").await, 200);
    assert_eq!(control.state().await.unwrap().mails.len(), 2);
}

#[tokio::test]
async fn creating_with_a_deleted_mail_restores_the_account() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    let body = with(new_user("DELETED@example.com"), "job", "Poet");
    let restored = lms.post("/users", body).await;
    assert_eq!(restored.status, 200);
    assert_eq!(
        restored.body,
        json!({
            "_id": user_id(3), "status": "invited", "lang": "en", "mail": "DELETED@example.com",
            "firstName": "Dora", "lastName": "Deleted", "job": "Poet",
            "deletedAt": ["2026-01-01T00:00:00.000Z"],
            "reactivatedAt": ["2026-03-02T08:00:00.000Z"],
        })
    );
    // A second round appends.
    control.advance(1).await.unwrap();
    lms.delete(3).await;
    let again = lms.post("/users", new_user("deleted@example.com")).await;
    assert_eq!(again.body["deletedAt"].as_array().unwrap().len(), 2);
    assert_eq!(again.body["reactivatedAt"][1], "2026-03-02T08:00:01.000Z");
}

#[tokio::test]
async fn what_a_restore_overwrites_and_drops_is_a_switch() {
    for on in [true, false] {
        let switches = switched(|it| {
            it.restore_overwrites = on;
            it.restore_drops_custom_values = on;
            it.deletion_drops_reports = on;
        });
        let seed = three_users()
            .user(
                user(4, "manager@example.com")
                    .status(UserStatus::Active)
                    .manager(user_id(2))
                    .custom_value(CustomValue::text(user_id(40), "x")),
            )
            .custom_field(CustomField::text(user_id(40), "Team"))
            .user(user(5, "report@example.com").manager(user_id(4)))
            .switches(switches);
        let (_sandbox, control, lms) = start_lms(seed).await;
        assert_eq!(lms.delete(4).await.status, 204);
        let body = with(new_user("manager@example.com"), "firstName", "New");
        assert_eq!(lms.post("/users", body).await.status, 200);
        let users = control.state().await.unwrap().users;
        assert_eq!(users[&user_id(4)].first_name.is_some(), on);
        assert_eq!(users[&user_id(4)].custom_values.is_empty(), on);
        assert_eq!(
            users[&user_id(4)].managers.len(),
            1,
            "his own manager stays"
        );
        assert_eq!(users[&user_id(5)].managers.is_empty(), on);
        let group = users[&user_id(4)].memberships.first().unwrap();
        assert_eq!(group.group_id, Seed::LEARNERS_GROUP);
    }
}

#[tokio::test]
async fn taken_identifiers_are_refused_on_creation() {
    let seed = three_users()
        .user(
            user(4, "bea@example.com")
                .username("bea")
                .status(UserStatus::Active),
        )
        .switches(switched(|it| {
            it.usernames_allowed = true;
            it.foreign_usernames = ["elsewhere".to_owned()].into();
            it.overused_mails = ["everywhere@example.com".to_owned()].into();
        }));
    let (_sandbox, _control, lms) = start_lms(seed).await;
    let named = |mail: &str, name: &str| with(new_user(mail), "username", name);
    let cases = [
        (new_user("INVITED@example.com"), "mailAlreadyUsed"),
        (new_user("active@example.com"), "mailAlreadyUsed"),
        (named("x@example.com", "bea"), "usernameAlreadyUsed"),
        (named("x@example.com", "elsewhere"), "usernameAlreadyUsed"),
        (
            named("active@example.com", "bea"),
            "loginIdentifierMultipleUsersFound",
        ),
        (
            named("deleted@example.com", "bea"),
            "loginIdentifierMultipleUsersFound",
        ),
        (new_user("everywhere@example.com"), "mailUsedTooManyTimes"),
    ];
    for (body, code) in cases {
        lms.post("/users", body).await.refused(400, code);
    }
    assert_eq!(
        lms.post("/users", named("x@example.com", "xenia"))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_username_restores_too_and_gets_no_mail() {
    let switches = switched(|it| it.usernames_allowed = true);
    let (_sandbox, control, lms) = start_lms(monday().switches(switches)).await;
    let mut body = with(new_user("x"), "username", "bea");
    body.as_object_mut().unwrap().remove("mail");
    let created = lms.post("/users", body.clone()).await;
    assert_eq!(created.status, 201);
    let path = format!("/users/{}", created.body["_id"].as_str().unwrap());
    assert_eq!(
        lms.send(reqwest::Method::DELETE, &path, None).await.status,
        204
    );
    assert_eq!(
        lms.post("/users", body).await.body["_id"],
        created.body["_id"]
    );
    assert!(control.state().await.unwrap().mails.is_empty());
}

#[tokio::test]
async fn creation_has_its_refusals() {
    let mut seed = three_users();
    seed.switches.learning360.analyst_available = false;
    let (_sandbox, control, lms) = start_lms(seed).await;
    let base = || new_user("x@example.com");
    let member = |group: &str, role: &str| {
        with(
            base(),
            "membership",
            json!({ "groupId": group, "role": role }),
        )
    };
    let mut anonymous = base();
    anonymous.as_object_mut().unwrap().remove("mail");
    let mut outsider = base();
    outsider.as_object_mut().unwrap().remove("membership");
    let cases = [
        (anonymous, 400, "mailAndUsernameUndefined"),
        (outsider, 400, "invalid_request"),
        (with(base(), "nickname", "x"), 400, "invalid_request"),
        (with(base(), "firstName", ""), 400, "invalid_request"),
        (
            with(base(), "firstName", Value::Null),
            400,
            "invalid_request",
        ),
        (with(base(), "firstName", 7), 400, "invalid_request"),
        (with(base(), "lang", "pt_BR"), 400, "invalid_request"),
        (
            with(base(), "toBeDeactivatedAt", "tomorrow"),
            400,
            "invalid_request",
        ),
        (member(Seed::ROOT_GROUP, "owner"), 400, "invalid_request"),
        (
            member(Seed::ROOT_GROUP, "user-admin"),
            400,
            "invalid_request",
        ),
        (member("7", "learner"), 400, "invalid_request"),
        (
            member(Seed::ROOT_GROUP, "analyst"),
            400,
            "analystUnavailable",
        ),
        (member(&user_id(9), "learner"), 404, "groupNotFound"),
        (with(base(), "mail", "nobody"), 400, "mailInvalid"),
        (with(base(), "username", "bea"), 400, "usernameNotAllowed"),
        (
            with(base(), "primaryGroupId", Seed::ROOT_GROUP),
            400,
            "notMemberOfPrimaryGroup",
        ),
        (
            with(base(), "toBeDeactivatedAt", "2026-03-02T08:00:00.000Z"),
            400,
            "deactivationDateInvalid",
        ),
    ];
    for (body, status, code) in cases {
        lms.post("/users", body).await.refused(status, code);
    }
    lms.post("/users", json!([]))
        .await
        .refused(400, "invalid_request");
    assert_eq!(
        control.state().await.unwrap().users.len(),
        4,
        "nothing was created"
    );

    let switches = switched(|it| it.reject_unknown = false);
    control.switches(&switches).await.unwrap();
    assert_eq!(
        lms.post("/users", with(base(), "nickname", "x"))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_public_group_makes_its_ancestors_possible_primary_groups() {
    let group = user_id(30);
    let seed = monday().group(Group::public(&group, "Public", Seed::ROOT_GROUP));
    let (_sandbox, _control, lms) = start_lms(seed).await;
    let member = json!({ "groupId": group, "role": "learner" });
    let body = with(new_user("x@example.com"), "membership", member);
    let body = with(body, "primaryGroupId", Seed::ROOT_GROUP);
    assert_eq!(lms.post("/users", body).await.status, 201);
}

#[tokio::test]
async fn activation_by_status() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    for n in [1, 2] {
        let answer = lms.activate(n).await;
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (200, &json!("active"))
        );
    }
    lms.activate(3).await.refused(400, "userDeleted");
    lms.activate(9).await.refused(404, "userNotFound");
    assert!(control.state().await.unwrap().mails.is_empty());

    let switches = switched(|it| it.activation_mail = true);
    control.switches(&switches).await.unwrap();
    lms.post(
        "/users?sendInvitationEmail=false",
        new_user("deleted@example.com"),
    )
    .await;
    assert_eq!(lms.activate(3).await.status, 200);
    assert_eq!(control.state().await.unwrap().mails[0].kind, "activation");
}

#[tokio::test]
async fn deletion_by_status() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    for n in [1, 2, 3] {
        assert_eq!(lms.delete(n).await.status, 204);
    }
    lms.delete(9).await.refused(404, "userNotFound");
    let owner = format!("/users/{}", Seed::OWNER);
    lms.send(reqwest::Method::DELETE, &owner, None)
        .await
        .refused(400, "userIsCompanyOwner");
    let user = lms.get(&format!("/users/{}", user_id(1))).await;
    assert_eq!(user.body["status"], "deleted");
    assert_eq!(user.body["deletedAt"], json!(["2026-03-02T08:00:00.000Z"]));
    assert_eq!(
        lms.get(&format!("/users/{}/roles", user_id(1))).await.body,
        json!([])
    );
    let state = control.state().await.unwrap();
    assert_eq!(
        state.users[&user_id(3)].deleted_at.len(),
        1,
        "the second deletion is none"
    );

    let switches = switched(|it| it.delete_again = DeleteAgain::NotFound);
    control.switches(&switches).await.unwrap();
    lms.delete(3).await.refused(404, "userNotFound");
}

#[tokio::test]
async fn an_announced_deactivation_happens_at_midnight_utc() {
    let end = json!({ "toBeDeactivatedAt": "2026-06-01T15:30:00.000Z" });
    for (moment, expected) in [
        (DeactivationMoment::UtcMidnight, "2026-06-01T00:00:00Z"),
        (
            DeactivationMoment::Midnight("Europe/Paris".into()),
            "2026-05-31T22:00:00Z",
        ),
        (DeactivationMoment::Instant, "2026-06-01T15:30:00Z"),
    ] {
        let switches = switched(|it| it.deactivation_moment = moment);
        let (_sandbox, control, lms) = start_lms(three_users().switches(switches)).await;
        assert_eq!(lms.patch(2, end.clone()).await.status, 200);
        let at: Timestamp = expected.parse().unwrap();
        let second = jiff::SignedDuration::from_secs(1);
        assert_eq!(
            control.advance_to(at - second).await.unwrap().deactivations,
            0
        );
        assert_eq!(control.advance(1).await.unwrap().deactivations, 1);
        let user = &control.state().await.unwrap().users[&user_id(2)];
        assert_eq!(user.status, UserStatus::Deleted);
        assert_eq!(user.deleted_at, [at]);
        assert_eq!(user.to_be_deactivated_at, None);
    }
}

#[tokio::test]
async fn a_cleared_announcement_does_not_happen() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    lms.patch(2, json!({ "toBeDeactivatedAt": "2026-03-05T00:00:00Z" }))
        .await;
    lms.patch(2, json!({ "toBeDeactivatedAt": null })).await;
    lms.patch(1, json!({ "toBeDeactivatedAt": "2026-03-05T00:00:00Z" }))
        .await;
    lms.delete(1).await;
    assert_eq!(control.advance(30 * 86_400).await.unwrap().deactivations, 0);
}

#[tokio::test]
async fn administrators_and_users_act_too() {
    let (_sandbox, control, _lms) = start_lms(three_users()).await;
    let user = |n| user_id(n);
    control
        .act360(Learning360Act::AcceptInvitation { user: user(1) })
        .await
        .unwrap();
    control
        .act360(Learning360Act::Login { user: user(2) })
        .await
        .unwrap();
    control
        .act360(Learning360Act::AdminActivate { user: user(3) })
        .await
        .unwrap();
    let role = |role: &str| (user_id(2), Seed::ROOT_GROUP.to_owned(), role.to_owned());
    let (id, group, name) = role("admin");
    let add = Learning360Act::AdminAddRole {
        user: id,
        group,
        role: name,
    };
    control.act360(add).await.unwrap();
    let fields = json!({ "job": "Chief" }).as_object().unwrap().clone();
    let edit = Learning360Act::AdminEdit {
        user: user(2),
        fields,
    };
    control.act360(edit).await.unwrap();
    let users = control.state().await.unwrap().users;
    assert_eq!(users[&user(1)].status, UserStatus::Active);
    assert!(users[&user(1)].last_login_date.is_some() && users[&user(2)].last_login_date.is_some());
    assert_eq!(users[&user(2)].job.as_deref(), Some("Chief"));
    assert_eq!(users[&user(2)].memberships.len(), 2);
    assert_eq!(users[&user(3)].status, UserStatus::Active);
    assert_eq!(users[&user(3)].reactivated_at.len(), 1);

    let (id, group, name) = role("admin");
    let remove = Learning360Act::AdminRemoveRole {
        user: id,
        group,
        role: name,
    };
    control.act360(remove.clone()).await.unwrap();
    assert!(control.act360(remove).await.is_err());
    control
        .act360(Learning360Act::AdminDelete { user: user(2) })
        .await
        .unwrap();
    assert!(
        control
            .act360(Learning360Act::Login { user: user(2) })
            .await
            .is_err()
    );
    assert!(
        control
            .act360(Learning360Act::AcceptInvitation { user: user(9) })
            .await
            .is_err()
    );
    let owner = Learning360Act::AdminDelete {
        user: Seed::OWNER.into(),
    };
    assert!(control.act360(owner).await.is_err());
}
