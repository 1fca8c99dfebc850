//! Switches of 360Learning that concern no single endpoint.

use sandbox::{ArrayStyle, Control, RateWindow, Sandbox};
use serde_json::json;

use crate::support::{
    Lms, answer, credentials, monday, start_lms, switched, three_users, token, user, user_id,
};

async fn start(change: impl FnOnce(&mut sandbox::Learning360Switches)) -> (Sandbox, Control, Lms) {
    start_lms(three_users().switches(switched(change))).await
}

#[tokio::test]
async fn refusals_of_versions_and_schemas_may_look_otherwise() {
    let (_sandbox, _control, lms) = start(|it| {
        it.version_status = 406;
        it.schema_code = "validationFailed".into();
    })
    .await;
    let bare = reqwest::Client::new()
        .get(format!("{}/api/v2/users", lms.base))
        .bearer_auth(&lms.token);
    answer(bare.send().await.unwrap())
        .await
        .refused(406, "invalidApiVersion");
    lms.get("/users/7").await.refused(400, "validationFailed");
    let mut body = credentials();
    body["scope"] = json!("x");
    let refused = token(&lms.base, body).await;
    assert_eq!(
        refused.body,
        json!({ "error": "invalid_request" }),
        "documented there"
    );
}

#[tokio::test]
async fn lists_in_filters_have_a_form_and_a_length() {
    let (_sandbox, _control, lms) = start(|it| {
        it.array_style = ArrayStyle::Indexed;
        it.most_filter_values = Some(2);
    })
    .await;
    let list = |n: usize| -> String {
        let mails = ["invited", "active", "deleted"];
        let one = |(index, mail): (usize, &&str)| format!("mail[in][{index}]={mail}@example.com");
        let all: Vec<String> = mails.iter().take(n).enumerate().map(one).collect();
        format!("/users?{}", all.join("&"))
    };
    assert_eq!(lms.get(&list(2)).await.body.as_array().unwrap().len(), 2);
    lms.get(&list(3)).await.refused(400, "invalid_request");
    lms.get("/users?mail[in][x]=a")
        .await
        .refused(400, "invalid_request");
}

#[tokio::test]
async fn a_second_may_slide() {
    for (window, third) in [(RateWindow::Fixed, 200), (RateWindow::Sliding, 429)] {
        let seed = monday().user(user(1, "a@example.com"));
        let seed = seed.switches(switched(|it| {
            it.rate_limits = true;
            it.reads_per_second = 2;
            it.rate_window = window;
        }));
        let (_sandbox, control, lms) = start_lms(seed).await;
        let at = |text: &str| text.parse().unwrap();
        control
            .advance_to(at("2026-03-02T08:00:10.900Z"))
            .await
            .unwrap();
        for status in [200, 200, 429] {
            assert_eq!(lms.get("/users").await.status, status);
        }
        // Another second of the clock, 200 milliseconds later.
        control
            .advance_to(at("2026-03-02T08:00:11.100Z"))
            .await
            .unwrap();
        assert_eq!(lms.get("/users").await.status, third);
        control
            .advance_to(at("2026-03-02T08:00:11.900Z"))
            .await
            .unwrap();
        assert_eq!(lms.get("/users").await.status, 200);
    }
}

#[tokio::test]
async fn a_new_token_may_revoke_the_old_ones_and_tokens_be_limited() {
    let (_sandbox, control, lms) = start(|_| {}).await;
    assert_eq!(token(&lms.base, credentials()).await.status, 200);
    assert_eq!(
        lms.get("/users").await.status,
        200,
        "earlier tokens stay valid"
    );
    let switches = switched(|it| {
        it.new_token_revokes = true;
        it.tokens_per_minute = Some(1);
    });
    control.switches(&switches).await.unwrap();
    assert_eq!(token(&lms.base, credentials()).await.status, 200);
    assert_eq!(lms.get("/users").await.status, 401);
    let refused = token(&lms.base, credentials()).await;
    assert_eq!(
        (refused.status, refused.body),
        (429, json!({ "error": "tooManyRequests" }))
    );
    control.advance(60).await.unwrap();
    assert_eq!(token(&lms.base, credentials()).await.status, 200);
}

#[tokio::test]
async fn a_second_activation_may_be_an_error() {
    let (_sandbox, control, lms) = start(|_| {}).await;
    assert_eq!(lms.activate(2).await.status, 200);
    let switches = switched(|it| it.activate_again_is_error = true);
    control.switches(&switches).await.unwrap();
    lms.activate(2).await.refused(400, "userAlreadyActive");
}

#[tokio::test]
async fn a_mail_announces_a_deactivation_a_day_before() {
    for reminds in [true, false] {
        let (_sandbox, control, lms) = start(|it| {
            it.deactivation_reminder = reminds;
            it.token_seconds = 30 * 24 * 3600;
        })
        .await;
        let at = json!({ "toBeDeactivatedAt": "2026-03-10T00:00:00.000Z" });
        assert_eq!(lms.patch(1, at).await.status, 200);
        let later = json!({ "toBeDeactivatedAt": "2026-03-12T15:00:00.000Z" });
        assert_eq!(lms.patch(1, later).await.status, 200);
        let mut kinds = Vec::new();
        for day in [
            "2026-03-10T23:59:59Z",
            "2026-03-11T00:00:00Z",
            "2026-03-12T00:00:00Z",
        ] {
            control.advance_to(day.parse().unwrap()).await.unwrap();
            let state = control.state().await.unwrap();
            let status = state.users[&user_id(1)].status;
            kinds.push((state.mails.len(), status.as_str()));
        }
        let mails = usize::from(reminds);
        let expected = [(0, "invited"), (mails, "invited"), (mails, "deleted")];
        assert_eq!(kinds, expected);
    }
}
