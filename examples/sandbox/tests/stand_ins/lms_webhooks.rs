//! 360Learning's webhooks: subscriptions, signed deliveries, retries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use sandbox::{Control, Learning360Act, RestoreEvents, Sandbox, SecretForm, Seed, UserStatus};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{
    Delivery, Lms, Receiver, happenings, monday, new_user, start_lms, switched, three_users, user,
    user_id,
};

const SUBSCRIPTIONS: &str = "/webhooks/subscriptions";

struct Heard {
    receiver: Receiver,
    _sandbox: Sandbox,
    control: Control,
    lms: Lms,
    /// Path of the subscription to `user.updated`.
    path: String,
}

async fn subscribed(mut seed: Seed) -> Heard {
    // The tests take days.
    seed.switches.learning360.token_seconds = 100 * 24 * 3600;
    let receiver = Receiver::start().await;
    let (sandbox, control, lms) = start_lms(seed).await;
    let body = json!({ "eventType": "user.updated", "name": "Ours", "url": receiver.url });
    let created = lms.post(SUBSCRIPTIONS, body).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.body["status"], "active");
    let path = format!("{SUBSCRIPTIONS}/{}", created.body["_id"].as_str().unwrap());
    Heard {
        receiver,
        _sandbox: sandbox,
        control,
        lms,
        path,
    }
}

impl Heard {
    async fn secret(&self) -> String {
        let answer = self.lms.get(&format!("{}/secrets", self.path)).await;
        answer.body["secret"].as_str().unwrap().to_owned()
    }

    async fn promote(&self, job: &str) {
        let edited = self.lms.patch(1, json!({ "job": job })).await;
        assert_eq!(edited.status, 200);
    }
}

/// The Standard Webhooks signature of a delivery.
fn signature(key: &[u8], delivery: &Delivery) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    let (id, at) = (
        &delivery.headers["webhook-id"],
        &delivery.headers["webhook-timestamp"],
    );
    mac.update(format!("{id}.{at}.{}", delivery.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn an_event_is_delivered_signed_after_its_latency() {
    let heard = subscribed(three_users()).await;
    heard.promote("Poet").await;
    assert!(heard.receiver.all().is_empty(), "seconds pass first");
    let report = heard.control.advance(1).await.unwrap();
    assert_eq!(report.learning360_deliveries.delivered, 1);
    let [delivery] = &heard.receiver.all()[..] else {
        panic!("one delivery")
    };
    let body = delivery.json();
    assert_eq!(body["type"], "user.updated");
    assert_eq!(body["timestamp"], 1_772_438_400_000_i64, "milliseconds");
    assert_eq!(
        delivery.headers["webhook-timestamp"], "1772438401",
        "seconds"
    );
    assert_eq!(body["data"]["userId"], user_id(1));
    assert_eq!(body["data"]["job"], "Poet");
    assert!(
        body["data"].get("phone").is_none(),
        "what is unset is absent"
    );
    assert!(delivery.headers["webhook-id"].starts_with("msg_"));
    let secret = heard.secret().await;
    assert_eq!(
        delivery.headers["webhook-signature"],
        signature(secret.as_bytes(), delivery)
    );
}

#[tokio::test]
async fn a_secret_may_have_the_prefix_and_signs_for_a_day_after_its_rotation() {
    let seed = three_users().switches(switched(|it| it.events.secret = SecretForm::Prefixed));
    let heard = subscribed(seed).await;
    let key = |secret: &str| {
        STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap()
    };
    let old = key(&heard.secret().await);
    let rotate = format!("{}/secrets/rotate", heard.path);
    let rotated = heard.lms.send(Method::POST, &rotate, None).await;
    assert_eq!(rotated.status, 201);
    let new = key(rotated.body["secret"].as_str().unwrap());
    assert_ne!(old, new);
    heard.promote("Poet").await;
    heard.control.advance(1).await.unwrap();
    let delivery = heard.receiver.all().remove(0);
    let both = format!(
        "{} {}",
        signature(&new, &delivery),
        signature(&old, &delivery)
    );
    assert_eq!(delivery.headers["webhook-signature"], both);
    heard.control.advance(24 * 3600).await.unwrap();
    heard.promote("Poetess").await;
    heard.control.advance(1).await.unwrap();
    let delivery = heard.receiver.all().remove(0);
    assert_eq!(
        delivery.headers["webhook-signature"],
        signature(&new, &delivery),
        "a day later the old one is silent"
    );
}

#[tokio::test]
async fn failures_are_tried_eight_times_with_the_same_id() {
    let heard = subscribed(three_users()).await;
    heard.receiver.answer(302);
    heard.promote("Poet").await;
    let pauses = [1, 5, 300, 1800, 7200, 18_000, 36_000, 36_000];
    let mut ids = Vec::new();
    for pause in pauses {
        heard.control.advance(pause - 1).await.unwrap();
        assert!(heard.receiver.all().is_empty(), "not yet after {pause}");
        heard.control.advance(1).await.unwrap();
        let [delivery] = &heard.receiver.all()[..] else {
            panic!("one attempt after {pause}")
        };
        ids.push(delivery.headers["webhook-id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    heard.control.advance(100_000).await.unwrap();
    assert!(heard.receiver.all().is_empty(), "given up");
    let events = format!("{}/events", heard.path);
    let failed = heard.lms.get(&format!("{events}?status[eq]=failed")).await;
    assert_eq!(failed.body[0]["_id"], ids[0]);

    heard.receiver.answer(204);
    let days = json!({ "startDate": "2026-03-02T00:00:00Z", "endDate": "2026-03-04T00:00:00Z" });
    let retry = format!("{events}/retry-failure");
    assert_eq!(heard.lms.post(&retry, days.clone()).await.status, 204);
    heard.control.advance(0).await.unwrap();
    assert_eq!(heard.receiver.all().len(), 1, "any 2xx is a success");
    let delivered = heard
        .lms
        .get(&format!("{events}?status[eq]=delivered"))
        .await;
    assert_eq!(delivered.body[0]["payload"]["data"]["job"], "Poet");
    let retry = format!("{events}/retry-success");
    assert_eq!(heard.lms.post(&retry, days).await.status, 204);
    heard.control.advance(0).await.unwrap();
    assert_eq!(heard.receiver.all().len(), 1, "again");
}

#[tokio::test]
async fn five_days_of_failures_switch_a_subscription_off() {
    let heard = subscribed(three_users()).await;
    heard.receiver.answer(500);
    for day in 0..6 {
        heard.promote(&format!("Poet {day}")).await;
        heard.control.advance(24 * 3600).await.unwrap();
    }
    assert_eq!(heard.lms.get(&heard.path).await.body["status"], "inactive");
    let state = heard.control.state().await.unwrap();
    assert!(!state.subscriptions[0].active && state.subscriptions[0].failed > 8);
    let days = json!({ "startDate": "2026-03-02T00:00:00Z", "endDate": "2026-03-03T00:00:00Z" });
    let retry = format!("{}/events/retry-failure", heard.path);
    heard
        .lms
        .post(&retry, days)
        .await
        .refused(404, "activeSubscriptionNotFound");
    heard.receiver.all();
    heard.receiver.answer(200);
    let on = json!({ "status": "active" });
    heard.lms.send(Method::PATCH, &heard.path, Some(on)).await;
    heard.promote("Poetess").await;
    heard.control.advance(1).await.unwrap();
    assert_eq!(heard.receiver.all().len(), 1, "on again");
}

#[tokio::test]
async fn subscriptions_have_their_refusals() {
    let seed = three_users().switches(switched(|it| it.events.subscriptions_per_type = 2));
    let heard = subscribed(seed).await;
    let new = |kind: &str, url: &str| json!({ "eventType": kind, "name": "Ours", "url": url });
    let url = &heard.receiver.url;
    let other = format!("{url}/other");
    let cases = [
        (new("user.updated", url), "subscriptionAlreadyExists"),
        (new("user.deleted", "http://127.0.0.1:1/"), "urlUnreachable"),
        (
            new("user.deleted", "https://example.com/"),
            "urlUnreachable",
        ),
        (new("user.deleted", "nowhere"), "urlUnreachable"),
        (new("user.lost", url), "invalid_request"),
        (new("user.deleted", ""), "invalid_request"),
        (
            json!({ "eventType": "user.deleted", "url": url }),
            "invalid_request",
        ),
    ];
    for (body, code) in cases {
        heard.lms.post(SUBSCRIPTIONS, body).await.refused(400, code);
    }
    let second = heard
        .lms
        .post(SUBSCRIPTIONS, new("user.updated", &other))
        .await;
    assert_eq!(second.status, 201);
    let third = new("user.updated", &format!("{url}/third"));
    heard
        .lms
        .post(SUBSCRIPTIONS, third.clone())
        .await
        .refused(400, "subscriptionsLimitReached");
    let patch = async |body: Value| heard.lms.send(Method::PATCH, &heard.path, Some(body)).await;
    patch(json!({ "url": other }))
        .await
        .refused(400, "subscriptionAlreadyExists");
    patch(json!({ "url": "nowhere" }))
        .await
        .refused(400, "urlUnreachable");
    patch(json!({ "status": "asleep" }))
        .await
        .refused(400, "invalid_request");
    assert_eq!(patch(json!({ "name": "New" })).await.body["name"], "New");

    assert_eq!(
        heard
            .lms
            .send(Method::DELETE, &heard.path, None)
            .await
            .status,
        204
    );
    heard
        .lms
        .get(&heard.path)
        .await
        .refused(404, "subscriptionNotFound");
    let switches = switched(|it| it.events.check_url = false);
    heard.control.switches(&switches).await.unwrap();
    let unchecked = new("user.deleted", "https://example.com/");
    assert_eq!(heard.lms.post(SUBSCRIPTIONS, unchecked).await.status, 201);
    let listed = heard
        .lms
        .get(&format!("{SUBSCRIPTIONS}?eventType[eq]=user.updated"))
        .await;
    assert_eq!(listed.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn each_transition_has_its_events() {
    let (_sandbox, control, lms) = start_lms(three_users()).await;
    let created = lms.post("/users", new_user("new@example.com")).await;
    let id = created.body["_id"].as_str().unwrap().to_owned();
    let path = format!("/users/{id}");
    let activate = format!("{path}/activate");
    lms.send(Method::PUT, &activate, None).await;
    lms.send(Method::PUT, &activate, None).await;
    lms.send(Method::PATCH, &path, Some(json!({ "job": "Poet" })))
        .await;
    lms.send(Method::PATCH, &path, Some(json!({ "job": "Poet" })))
        .await;
    lms.send(Method::DELETE, &path, None).await;
    lms.send(Method::DELETE, &path, None).await;
    lms.post("/users", new_user("new@example.com")).await;
    lms.send(Method::PUT, &activate, None).await;
    let expected = [
        "user.invited",
        "user.activated",
        "user.updated",
        "user.deleted",
        "user.reactivated",
        "user.invited",
    ];
    assert_eq!(
        happenings(&control, &id).await,
        expected,
        "activated once only"
    );

    control
        .act360(Learning360Act::AcceptInvitation { user: user_id(1) })
        .await
        .unwrap();
    assert_eq!(happenings(&control, &user_id(1)).await, ["user.activated"]);
    control
        .act360(Learning360Act::AdminActivate { user: user_id(3) })
        .await
        .unwrap();
    assert_eq!(
        happenings(&control, &user_id(3)).await,
        ["user.reactivated"]
    );
    let registered = control
        .act360(Learning360Act::self_registration("self@example.com"))
        .await
        .unwrap();
    let id = registered.id.unwrap();
    assert_eq!(happenings(&control, &id).await, ["user.created"]);
}

#[tokio::test]
async fn what_a_restore_and_custom_values_send_is_a_switch() {
    for (switch, expected) in [
        (
            RestoreEvents::Both,
            vec!["user.reactivated", "user.invited"],
        ),
        (RestoreEvents::Reactivated, vec!["user.reactivated"]),
        (RestoreEvents::Invited, vec!["user.invited"]),
    ] {
        let gone = user(3, "deleted@example.com").status(UserStatus::Deleted);
        let switches = switched(|it| it.events.restore = switch);
        let (_sandbox, control, lms) = start_lms(monday().user(gone).switches(switches)).await;
        lms.post("/users", new_user("deleted@example.com")).await;
        assert_eq!(happenings(&control, &user_id(3)).await, expected);
    }
    for sends in [false, true] {
        let switches = switched(|it| it.events.custom_values_send_updated = sends);
        let (_sandbox, control, lms) = start_lms(three_users().switches(switches)).await;
        let path = format!("/users/{}/custom-fields/values", user_id(1));
        let none = json!({ "customValues": [] });
        lms.send(Method::PUT, &path, Some(none)).await;
        assert_eq!(
            happenings(&control, &user_id(1)).await.len(),
            usize::from(sends)
        );
    }
}
