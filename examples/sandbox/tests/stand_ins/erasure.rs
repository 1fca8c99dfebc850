//! Pseudonymisation, passwords, jobs.

use reqwest::Method;
use sandbox::{CustomField, CustomValue, Mapping, UserStatus};
use serde_json::{Value, json};

use crate::support::{
    Answer, Lms, happenings, monday, new_user, start_lms, switched, three_users, user, user_id,
};

async fn put(lms: &Lms, path: &str, body: Option<Value>) -> Answer {
    lms.send(Method::PUT, path, body).await
}

#[tokio::test]
async fn a_pseudonymised_user_keeps_his_id_and_nothing_personal() {
    let gone = user(1, "ada@example.com")
        .names("Ada", "Lovelace")
        .custom_value(CustomValue::text(user_id(31), "Blue"))
        .status(UserStatus::Deleted);
    let seed = monday()
        .custom_field(CustomField::text(user_id(31), "Team"))
        .user(gone)
        .mapping(Mapping::user("ours", user_id(1), "7"));
    let (_sandbox, control, lms) = start_lms(seed).await;
    let path = format!("/users/{}/pseudonymize", user_id(1));
    let answer = put(&lms, &path, None).await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("deleted"))
    );
    let text = answer.body.to_string().to_lowercase();
    assert!(
        !text.contains("ada") && !text.contains("lovelace"),
        "{text}"
    );
    assert!(answer.body["mail"].is_string() && answer.body.get("username").is_none());
    let state = control.state().await.unwrap();
    assert!(state.users[&user_id(1)].custom_values.is_empty());
    assert!(
        state.linked("ours", "7").is_some(),
        "connectors still find him"
    );
    assert!(
        happenings(&control, &user_id(1)).await.is_empty(),
        "no event exists"
    );
    // His mail is free: nobody is restored by it.
    let created = lms.post("/users", new_user("ada@example.com")).await;
    assert_eq!(created.status, 201);

    let with_mappings = format!("{path}?deleteExternalIds=true");
    assert_eq!(put(&lms, &with_mappings, None).await.status, 200);
    assert!(control.state().await.unwrap().mappings.is_empty());
    put(&lms, &format!("{path}?deleteExternalIds=yes"), None)
        .await
        .refused(400, "invalid_request");
}

#[tokio::test]
async fn only_deleted_users_are_pseudonymised() {
    let (_sandbox, _control, lms) = start_lms(three_users()).await;
    for (n, status, code) in [
        (1, 400, "userNotDeleted"),
        (2, 400, "userNotDeleted"),
        (9, 404, "userNotFound"),
    ] {
        let path = format!("/users/{}/pseudonymize", user_id(n));
        put(&lms, &path, None).await.refused(status, code);
    }
}

#[tokio::test]
async fn passwords_are_checked_and_forgotten() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    let set = async |n: u32, body: Value| -> Answer {
        put(&lms, &format!("/users/{}/password", user_id(n)), Some(body)).await
    };
    let password = |text: &str| json!({ "password": text, "passwordMustBeChanged": false });
    assert_eq!(set(1, password("correct horse")).await.status, 204);
    let state = serde_json::to_string(&control.state().await.unwrap()).unwrap();
    assert!(!state.contains("correct horse"));
    set(1, password("1234567"))
        .await
        .refused(400, "passwordInvalid");
    set(3, password("correct horse"))
        .await
        .refused(400, "userDeleted");
    set(9, password("correct horse"))
        .await
        .refused(404, "userNotFound");
    set(1, json!({ "password": "correct horse" }))
        .await
        .refused(400, "invalid_request");
    let switches = switched(|it| it.shortest_password = 20);
    control.switches(&switches).await.unwrap();
    set(1, password("correct horse"))
        .await
        .refused(400, "passwordInvalid");
}

#[tokio::test]
async fn jobs_are_replaced_where_the_company_has_them() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    let set = async |n: u32, jobs: Value| -> Answer {
        let path = format!("/skills/users/{}/jobs", user_id(n));
        put(&lms, &path, Some(json!({ "jobIds": jobs }))).await
    };
    set(1, json!([]))
        .await
        .refused(400, "skillSolutionNotEnabled");
    let switches = switched(|it| {
        it.skills = true;
        it.known_jobs = ["JOB1", "JOB2"].map(String::from).into();
    });
    control.switches(&switches).await.unwrap();
    assert_eq!(set(1, json!(["JOB1"])).await.body, json!(["JOB1"]));
    assert_eq!(set(1, json!(["JOB2"])).await.body, json!(["JOB2"]));
    let state = control.state().await.unwrap();
    assert_eq!(state.users[&user_id(1)].jobs, ["JOB2".to_owned()].into());
    set(1, json!(["JOB3"]))
        .await
        .refused(400, "jobExternalIdNotFound");
    let many: Vec<String> = (0..101).map(|n| format!("JOB{n}")).collect();
    set(1, json!(many)).await.refused(400, "tooManyJobs");
    set(3, json!([])).await.refused(404, "userNotFound");
    set(1, json!([7])).await.refused(400, "invalid_request");
}
