//! Roles in groups: given, taken, implied.

use reqwest::Method;
use sandbox::{Control, Group, InheritedRole, LastRole, Membership, Sandbox, Seed, UserStatus};
use serde_json::{Value, json};

use crate::support::{Answer, Lms, monday, start_lms, switched, three_users, user, user_id};

const EUROPE: u32 = 21;
const FRANCE: u32 = 22;
const PARIS: u32 = 23;

async fn role(lms: &Lms, method: Method, group: &str, role: &str, user: u32) -> Answer {
    let path = format!("/groups/{group}/{role}/{}", user_id(user));
    lms.send(method, &path, None).await
}

/// Europe (private) over France over Paris (both public).
fn europe() -> Seed {
    monday()
        .group(Group::private(user_id(EUROPE), "Europe", Seed::ROOT_GROUP))
        .group(Group::public(user_id(FRANCE), "France", user_id(EUROPE)))
        .group(Group::public(user_id(PARIS), "Paris", user_id(FRANCE)))
}

async fn direct(control: &Control, user: u32) -> Vec<(String, String)> {
    let state = control.state().await.unwrap();
    let pair = |it: &Membership| (it.group_id.clone(), it.role.clone());
    state.users[&user_id(user)]
        .memberships
        .iter()
        .map(pair)
        .collect()
}

#[tokio::test]
async fn every_role_is_given_and_taken_in_the_spelling_of_paths() {
    let (_sandbox, _control, lms) = start_lms(three_users()).await;
    let group = Seed::LEARNERS_GROUP;
    let roles = [
        "admin",
        "analyst",
        "coach",
        "contributor",
        "editor",
        "user-admin",
    ];
    for name in roles {
        assert_eq!(role(&lms, Method::POST, group, name, 1).await.status, 204);
        assert_eq!(role(&lms, Method::POST, group, name, 1).await.status, 204);
    }
    let read = lms.get(&format!("/groups/{group}/roles")).await;
    let mine = read.body.as_array().unwrap().iter();
    let mine: Vec<&str> = mine
        .filter(|it| it["userId"] == user_id(1))
        .map(|it| it["role"].as_str().unwrap())
        .collect();
    let expected = [
        "admin",
        "analyst",
        "coach",
        "contributor",
        "editor",
        "learner",
        "userAdmin",
    ];
    assert_eq!(mine, expected);
    for name in roles {
        assert_eq!(role(&lms, Method::DELETE, group, name, 1).await.status, 204);
        role(&lms, Method::DELETE, group, name, 1)
            .await
            .refused(404, "userNotFoundInGroup");
    }
    for name in ["owner", "userAdmin", "author", "Learner"] {
        for method in [Method::POST, Method::DELETE] {
            role(&lms, method, group, name, 1)
                .await
                .refused(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn roles_have_their_refusals() {
    let seed = three_users().switches(switched(|it| it.analyst_available = false));
    let (_sandbox, _control, lms) = start_lms(seed).await;
    let (group, nowhere) = (Seed::LEARNERS_GROUP, user_id(9));
    let cases = [
        (Method::POST, group, "analyst", 1, 400, "analystUnavailable"),
        (Method::POST, group, "learner", 3, 400, "userDeleted"),
        (Method::POST, &nowhere, "learner", 1, 404, "groupNotFound"),
        (Method::POST, group, "learner", 9, 404, "userNotFound"),
        (
            Method::DELETE,
            group,
            "analyst",
            1,
            400,
            "analystUnavailable",
        ),
        (Method::DELETE, &nowhere, "learner", 1, 404, "groupNotFound"),
        (
            Method::DELETE,
            group,
            "coach",
            1,
            404,
            "userNotFoundInGroup",
        ),
        (
            Method::DELETE,
            group,
            "learner",
            9,
            404,
            "userNotFoundInGroup",
        ),
    ];
    for (method, group, name, user, status, code) in cases {
        role(&lms, method, group, name, user)
            .await
            .refused(status, code);
    }
    lms.get(&format!("/groups/{nowhere}/roles"))
        .await
        .refused(404, "groupNotFound");
}

#[tokio::test]
async fn a_deleted_user_is_in_no_group() {
    let (_sandbox, _control, lms) = start_lms(three_users()).await;
    lms.delete(1).await;
    role(&lms, Method::DELETE, Seed::LEARNERS_GROUP, "learner", 1)
        .await
        .refused(404, "userNotFoundInGroup");
    let roles = lms.get(&format!("/users/{}/roles", user_id(1))).await;
    assert_eq!(roles.body, json!([]));
}

#[tokio::test]
async fn a_learner_of_a_public_group_is_one_of_its_ancestors_too() {
    let seed = europe().user(user(1, "a@example.com"));
    let (_sandbox, _control, lms) = start_lms(seed).await;
    role(&lms, Method::POST, &user_id(PARIS), "learner", 1).await;
    let groups = async || -> Vec<String> {
        let roles = lms.get(&format!("/users/{}/roles", user_id(1))).await;
        let id = |it: &Value| it["groupId"].as_str().unwrap().to_owned();
        roles.body.as_array().unwrap().iter().map(id).collect()
    };
    let learners = Seed::LEARNERS_GROUP.to_owned();
    let implied = [
        learners.clone(),
        user_id(EUROPE),
        user_id(FRANCE),
        user_id(PARIS),
    ];
    let mut found = groups().await;
    found.sort_by_key(|id| implied.iter().position(|it| it == id));
    assert_eq!(found, implied);
    let members = lms.get(&format!("/groups/{}/roles", user_id(EUROPE))).await;
    assert_eq!(
        members.body,
        json!([{ "userId": user_id(1), "role": "learner" }])
    );
    // It is implied there, and so cannot be taken away there.
    role(&lms, Method::DELETE, &user_id(EUROPE), "learner", 1)
        .await
        .refused(404, "userNotFoundInGroup");
    assert_eq!(
        role(&lms, Method::DELETE, &user_id(PARIS), "learner", 1)
            .await
            .status,
        204
    );
    assert_eq!(groups().await, [learners]);
}

#[tokio::test]
async fn taking_a_learners_role_takes_it_from_public_groups_below() {
    let (_sandbox, control, lms) = start_lms(
        europe()
            .group(Group::private(user_id(24), "Office", user_id(FRANCE)))
            .group(Group::public(user_id(25), "Floor", user_id(24)))
            .user(
                user(1, "a@example.com")
                    .member_of(user_id(FRANCE), "learner")
                    .member_of(user_id(PARIS), "learner")
                    .member_of(user_id(PARIS), "coach")
                    .member_of(user_id(24), "learner")
                    .member_of(user_id(25), "learner"),
            ),
    )
    .await;
    role(&lms, Method::DELETE, &user_id(FRANCE), "learner", 1).await;
    let pair = |group: u32, role: &str| (user_id(group), role.to_owned());
    let left = [
        (Seed::LEARNERS_GROUP.to_owned(), "learner".to_owned()),
        pair(PARIS, "coach"),
        pair(24, "learner"),
        pair(25, "learner"),
    ];
    assert!(Seed::LEARNERS_GROUP < user_id(FRANCE).as_str());
    assert_eq!(direct(&control, 1).await, left);
}

#[tokio::test]
async fn an_inherited_role_may_be_taken_where_the_switch_says_so() {
    let switches = switched(|it| it.remove_inherited_role = InheritedRole::Removed);
    let seed = europe()
        .user(user(1, "a@example.com").member_of(user_id(PARIS), "learner"))
        .switches(switches);
    let (_sandbox, control, lms) = start_lms(seed).await;
    let taken = role(&lms, Method::DELETE, &user_id(EUROPE), "learner", 1).await;
    assert_eq!(taken.status, 204);
    assert_eq!(direct(&control, 1).await.len(), 1, "gone from Paris too");
}

#[tokio::test]
async fn the_last_role_goes_is_kept_or_takes_the_user_along() {
    for (switch, status) in [
        (LastRole::Removed, 204),
        (LastRole::Refused, 400),
        (LastRole::DeletesUser, 204),
    ] {
        let seed = three_users().switches(switched(|it| it.last_role = switch));
        let (sandbox, control, lms) = start_lms(seed).await;
        let answer = role(&lms, Method::DELETE, Seed::LEARNERS_GROUP, "learner", 1).await;
        assert_eq!(answer.status, status);
        let state = control.state().await.unwrap();
        let left = &state.users[&user_id(1)];
        assert_eq!(left.memberships.is_empty(), switch != LastRole::Refused);
        let deleted = left.status == UserStatus::Deleted;
        assert_eq!(deleted, switch == LastRole::DeletesUser);
        drop::<Sandbox>(sandbox);
    }
}

#[tokio::test]
async fn the_primary_group_goes_with_its_role_unless_the_switch_keeps_it() {
    for clears in [true, false] {
        let primary = user(1, "a@example.com").primary_group(Seed::LEARNERS_GROUP);
        let switches = switched(|it| it.role_removal_clears_primary = clears);
        let (_sandbox, control, lms) = start_lms(monday().user(primary).switches(switches)).await;
        role(&lms, Method::DELETE, Seed::LEARNERS_GROUP, "learner", 1).await;
        let state = control.state().await.unwrap();
        assert_eq!(state.users[&user_id(1)].primary_group_id.is_none(), clears);
    }
}
