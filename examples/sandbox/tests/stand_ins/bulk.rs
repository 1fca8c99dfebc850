//! Bulk operations: they run on the virtual clock.

use reqwest::Method;
use sandbox::{Control, Learning360Switches, Sandbox, Seed, UserStatus};
use serde_json::{Value, json};

use crate::support::{Answer, Lms, happenings, start_lms, switched, three_users, user, user_id};

const MEMBERSHIPS: &str = "/bulk/groups/memberships";

fn item(user: u32, role: &str) -> Value {
    json!({ "userId": user_id(user), "groupId": Seed::ROOT_GROUP, "role": role })
}

async fn start(change: impl FnOnce(&mut Learning360Switches)) -> (Sandbox, Control, Lms) {
    let seed = three_users().user(user(4, "d@example.com").status(UserStatus::Active));
    start_lms(seed.switches(switched(change))).await
}

/// Submits, and returns the path of the operation.
async fn submit(lms: &Lms, method: Method, items: &[Value]) -> String {
    let body = json!({ "input": items });
    let answer = lms.send(method, MEMBERSHIPS, Some(body)).await;
    assert_eq!((answer.status, answer.body), (202, Value::Null));
    let location = answer.location.unwrap();
    assert!(location.starts_with(&lms.base), "an absolute URL");
    location.split_once("/api/v2").unwrap().1.to_owned()
}

async fn operation(lms: &Lms, path: &str) -> Value {
    let answer = lms.get(path).await;
    assert_eq!(answer.status, 200);
    answer.body
}

#[tokio::test]
async fn an_operation_takes_its_time_and_tells_of_every_item() {
    let (_sandbox, control, lms) = start(|it| it.bulk.items_per_second = 2).await;
    let items = [
        item(1, "coach"),
        item(9, "coach"),
        item(3, "coach"),
        item(4, "userAdmin"),
    ];
    let path = submit(&lms, Method::POST, &items).await;
    let created = operation(&lms, &path).await;
    assert_eq!(created["status"], "pending");
    assert_eq!(created["type"], "addUsersToGroups");
    assert_eq!(created["createdAt"], "2026-03-02T08:00:00.000Z");
    let results = format!("{path}/results");
    for (status, index) in [("queued", None), ("running", Some(0)), ("running", Some(1))] {
        lms.get(&results).await.refused(400, "bulkOperationNotRun");
        control.advance(1).await.unwrap();
        let seen = operation(&lms, &path).await;
        assert_eq!(seen["status"], status);
        assert_eq!(seen["progress"]["index"].as_u64(), index);
    }
    control.advance(1).await.unwrap();
    let done = operation(&lms, &path).await;
    assert_eq!(
        (&done["status"], &done["progress"]["index"]),
        (&json!("completed"), &json!(3))
    );
    assert_eq!(done["endedAt"], "2026-03-02T08:00:04.000Z");

    let results = lms.get(&results).await;
    assert_eq!(results.link, None, "the whole list");
    let results = results.body.as_array().unwrap().clone();
    assert_eq!(
        results[0],
        json!({
            "input": items[0], "status": "success", "resourceId": user_id(1),
        })
    );
    let inputs: Vec<&Value> = results.iter().map(|it| &it["input"]).collect();
    assert_eq!(inputs, items.iter().collect::<Vec<_>>(), "in their order");
    let statuses: Vec<&Value> = results.iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, ["success", "error", "error", "success"]);
    let text = results[1]["errorMessage"].as_str().unwrap();
    assert!(
        !text.contains("userNotFound"),
        "prose without a code: {text}"
    );
    let state = control.state().await.unwrap();
    let roles = |n: u32| state.users[&user_id(n)].memberships.len();
    assert_eq!((roles(1), roles(3), roles(4)), (2, 0, 2));
    let id = path.rsplit('/').next().unwrap();
    let events = happenings(&control, id).await;
    assert_eq!(events, ["bulk.operation.created", "bulk.operation.ended"]);
    let told = &state.operations[0];
    assert_eq!((told.status.as_str(), told.processed), ("completed", 4));
}

#[tokio::test]
async fn removals_follow_the_rules_of_single_ones() {
    let (_sandbox, control, lms) = start(|_| {}).await;
    let mine = json!({ "userId": user_id(1), "groupId": Seed::LEARNERS_GROUP, "role": "learner" });
    let path = submit(&lms, Method::DELETE, &[mine, item(4, "learner")]).await;
    control.advance(3).await.unwrap();
    let results = lms.get(&format!("{path}/results")).await.body;
    assert_eq!(results[0]["status"], "success");
    assert_eq!(results[1]["status"], "error", "not a member there");
    let state = control.state().await.unwrap();
    assert!(state.users[&user_id(1)].memberships.is_empty());
}

#[tokio::test]
async fn groups_are_deleted_with_what_is_below() {
    let (_sandbox, control, lms) = start(|_| {}).await;
    let groups = [Seed::LEARNERS_GROUP, Seed::ROOT_GROUP].map(|id| json!({ "groupId": id }));
    let body = json!({ "input": groups });
    let answer = lms.send(Method::DELETE, "/bulk/groups", Some(body)).await;
    assert_eq!(answer.status, 202);
    control.advance(3).await.unwrap();
    let state = control.state().await.unwrap();
    assert_eq!(state.groups.len(), 1, "the root stays");
    assert!(state.users[&user_id(1)].memberships.is_empty());
}

#[tokio::test]
async fn submissions_have_their_refusals_and_a_limit() {
    let (_sandbox, control, lms) = start(|it| it.rate_limits = true).await;
    let send = async |body: Value| -> Answer { lms.post(MEMBERSHIPS, body).await };
    send(json!({})).await.refused(400, "invalidInput");
    send(json!({ "input": {} }))
        .await
        .refused(400, "invalidInput");
    let many = vec![item(1, "coach"); 20_001];
    send(json!({ "input": many }))
        .await
        .refused(400, "inputTooLong");
    for bad in [
        json!("x"),
        json!({ "userId": user_id(1) }),
        item(1, "owner"),
        item(1, "user-admin"),
    ] {
        send(json!({ "input": [bad] }))
            .await
            .refused(400, "invalid_request");
    }
    // Far more than ten in this second, none of them limited.
    for _ in 0..3 {
        assert_eq!(
            send(json!({ "input": [item(1, "coach")] })).await.status,
            202
        );
    }
    for _ in 0..10 {
        send(json!({ "input": [] }))
            .await
            .refused(429, "bulkOperationsConcurrencyLimitReached");
    }
    control.advance(3).await.unwrap();
    assert_eq!(send(json!({ "input": [] })).await.status, 202, "room again");

    let switches = switched(|it| it.bulk.disabled = true);
    control.switches(&switches).await.unwrap();
    send(json!({ "input": [] }))
        .await
        .refused(503, "bulkAPIDisabled");
}

#[tokio::test]
async fn operations_are_listed_filtered_and_paged() {
    let (_sandbox, control, lms) = start(|it| it.pages.operations = 2).await;
    for _ in 0..3 {
        submit(&lms, Method::POST, &[item(1, "coach")]).await;
    }
    control.advance(60).await.unwrap();
    submit(&lms, Method::DELETE, &[item(1, "coach")]).await;
    let page = lms.get("/bulk/operations").await;
    assert_eq!(page.body.as_array().unwrap().len(), 2);
    assert!(page.link.is_some());
    let count = async |query: &str| -> usize {
        let answer = lms.get(&format!("/bulk/operations?{query}")).await;
        answer.body.as_array().unwrap().len()
    };
    assert_eq!(count("status[eq]=pending").await, 1);
    assert_eq!(count("type[eq]=removeUsersFromGroups").await, 1);
    assert_eq!(count("createdAt[gte]=2026-03-02T08:01:00.000Z").await, 1);
    assert_eq!(
        count("createdAt[lt]=2026-03-02T08:00:00.900Z").await,
        0,
        "whole seconds"
    );
    assert_eq!(
        count("createdAt[lt]=2026-03-02T08:00:01Z").await,
        2,
        "a page of them"
    );
    for bad in [
        "status[eq]=done",
        "createdAt[lt]=today",
        "type[ne]=deleteGroups",
    ] {
        let path = format!("/bulk/operations?{bad}");
        lms.get(&path).await.refused(400, "invalid_request");
    }
    let absent = format!("/bulk/operations/{}", user_id(9));
    lms.get(&absent).await.refused(404, "bulkOperationNotFound");
    let results = format!("{absent}/results");
    lms.get(&results)
        .await
        .refused(404, "bulkOperationNotFound");
}

#[tokio::test]
async fn an_operation_may_fail_in_the_middle() {
    let (_sandbox, control, lms) = start(|it| it.bulk.fail_after = Some(1)).await;
    let path = submit(&lms, Method::POST, &[item(1, "coach"), item(4, "coach")]).await;
    control.advance(5).await.unwrap();
    let ended = operation(&lms, &path).await;
    assert_eq!(ended["status"], "error");
    assert!(ended["errorMessage"].is_string());
    let results = lms.get(&format!("{path}/results")).await.body;
    assert_eq!(results.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn results_may_come_in_pages_and_operations_be_forgotten() {
    let (_sandbox, control, lms) = start(|it| {
        it.bulk.results_page = Some(1);
        it.bulk.kept_seconds = Some(60);
    })
    .await;
    let path = submit(&lms, Method::POST, &[item(1, "coach"), item(4, "coach")]).await;
    control.advance(3).await.unwrap();
    let page = lms.get(&format!("{path}/results")).await;
    assert_eq!(page.body.as_array().unwrap().len(), 1);
    assert!(page.link.is_some());
    control.advance(60).await.unwrap();
    lms.get(&path).await.refused(404, "bulkOperationNotFound");
}
