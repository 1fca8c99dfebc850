//! Managers and subordinates.

use reqwest::Method;
use sandbox::{Sandbox, Seed, UserStatus};
use serde_json::json;

use crate::support::{Answer, Lms, monday, start_lms, switched, three_users, user, user_id};

async fn edge(lms: &Lms, method: Method, user: u32, manager: u32) -> Answer {
    let path = format!("/users/{}/managers/{}", user_id(user), user_id(manager));
    lms.send(method, &path, None).await
}

async fn managers(lms: &Lms, user: u32) -> serde_json::Value {
    lms.get(&format!("/users/{}/managers", user_id(user)))
        .await
        .body
}

#[tokio::test]
async fn managers_are_added_listed_and_removed() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    // The manager is only invited, which is enough.
    assert_eq!(edge(&lms, Method::POST, 2, 1).await.status, 204);
    assert_eq!(edge(&lms, Method::POST, 2, 1).await.status, 204, "again");
    assert_eq!(managers(&lms, 2).await, json!([user_id(1)]));
    let reports = format!("/users/{}/subordinates", user_id(1));
    assert_eq!(lms.get(&reports).await.body, json!([user_id(2)]));
    let state = control.state().await.unwrap();
    assert!(state.users[&user_id(2)].managers.contains(&user_id(1)));

    assert_eq!(edge(&lms, Method::DELETE, 2, 1).await.status, 204);
    assert_eq!(managers(&lms, 2).await, json!([]));
    edge(&lms, Method::DELETE, 2, 1)
        .await
        .refused(400, "managerNotAssignedToUser");
}

#[tokio::test]
async fn a_user_has_several_managers_in_pages() {
    let mut seed = monday().switches(switched(|it| {
        it.pages = sandbox::PageSizes::all(2);
    }));
    for n in 1..=4 {
        seed = seed.user(user(n, &format!("{n}@example.com")));
    }
    let (_sandbox, _control, lms) = start_lms(seed).await;
    for manager in [2, 3, 4] {
        edge(&lms, Method::POST, 1, manager).await;
    }
    let page = lms.get(&format!("/users/{}/managers", user_id(1))).await;
    assert_eq!(page.body, json!([user_id(2), user_id(3)]));
    let link = page.link.unwrap();
    let url = link.split(['<', '>']).nth(1).unwrap();
    assert_eq!(lms.get(url).await.body, json!([user_id(4)]));
}

#[tokio::test]
async fn edges_have_their_refusals() {
    let (_sandbox, _control, lms) = start_lms(three_users()).await;
    let cases = [
        (Method::POST, 9, 2, 404, "userNotFound"),
        (Method::POST, 2, 9, 404, "managerNotFound"),
        (Method::POST, 3, 2, 400, "userDeleted"),
        (Method::POST, 2, 3, 400, "managerDeleted"),
        (Method::DELETE, 9, 2, 404, "userNotFound"),
        (Method::DELETE, 2, 9, 404, "managerNotFound"),
        (Method::DELETE, 3, 2, 400, "userDeleted"),
        (Method::DELETE, 2, 3, 400, "managerNotAssignedToUser"),
    ];
    for (method, user, manager, status, code) in cases {
        edge(&lms, method, user, manager)
            .await
            .refused(status, code);
    }
    for list in ["managers", "subordinates"] {
        lms.get(&format!("/users/{}/{list}", user_id(9)))
            .await
            .refused(404, "userNotFound");
    }
}

#[tokio::test]
async fn a_deleted_manager_can_be_removed() {
    let seed = three_users().user(user(4, "d@example.com").manager(user_id(3)));
    let (_sandbox, _control, lms) = start_lms(seed).await;
    assert_eq!(edge(&lms, Method::DELETE, 4, 3).await.status, 204);
}

#[tokio::test]
async fn loops_and_repetitions_are_accepted_or_refused() {
    let (sandbox, control, lms) = start_lms(three_users()).await;
    for (user, manager) in [(1, 1), (1, 2), (2, 1), (2, 1)] {
        assert_eq!(edge(&lms, Method::POST, user, manager).await.status, 204);
    }
    for manager in [1, 2] {
        edge(&lms, Method::DELETE, 1, manager).await;
    }
    let switches = switched(|it| {
        it.manager_loops = false;
        it.manager_again = false;
    });
    control.switches(&switches).await.unwrap();
    for (user, manager) in [(1, 1), (1, 2), (2, 1)] {
        edge(&lms, Method::POST, user, manager)
            .await
            .refused(400, "invalid_request");
    }
    drop::<Sandbox>(sandbox);
}

#[tokio::test]
async fn a_restore_keeps_the_managers_and_not_the_reports() {
    for keeps in [true, false] {
        let seed = monday()
            .user(user(1, "a@example.com").manager(user_id(2)))
            .user(user(2, "b@example.com").status(UserStatus::Active))
            .user(user(3, "c@example.com").manager(user_id(1)))
            .switches(switched(|it| it.restore_keeps_managers = keeps));
        let (_sandbox, _control, lms) = start_lms(seed).await;
        lms.delete(1).await;
        assert_eq!(managers(&lms, 3).await, json!([]));
        let body = json!({
            "mail": "a@example.com",
            "membership": { "groupId": Seed::LEARNERS_GROUP, "role": "learner" },
        });
        assert_eq!(lms.post("/users", body).await.status, 200);
        let expected = if keeps {
            json!([user_id(2)])
        } else {
            json!([])
        };
        assert_eq!(managers(&lms, 1).await, expected);
        assert_eq!(managers(&lms, 3).await, json!([]));
    }
}
