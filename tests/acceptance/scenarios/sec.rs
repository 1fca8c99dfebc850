//! Signatures, limits and replays.

use hibob_client::webhook::sign;
use provisioning_core::{Disposition, Reason};
use sandbox::{BobAct, UserStatus};
use serde_json::{Value, json};
use system_tests::{BOB_COMPANY, Endpoint, person};

use super::World;
use crate::{ADA, MAIL, USER, date, linked};

fn created() -> Value {
    json!({
        "companyId": BOB_COMPANY, "type": "employee.created", "triggeredBy": "system",
        "triggeredAt": "2026-03-02T09:00:00.000001", "version": "v2",
        "data": { "employeeId": ADA },
    })
}

async fn world() -> World {
    World::start(World::seed().employee(person(ADA, MAIL))).await
}

#[tokio::test]
async fn sec_01_one_changed_byte_is_refused_and_not_taken_in() {
    let mut world = world().await;
    let body = created().to_string();
    let signature = sign(Endpoint::Upsert.secrets()[0], body.as_bytes());
    let changed = body.replace(ADA, "3332883894235038480");
    assert_eq!(
        world
            .post(Endpoint::Upsert, changed.as_bytes(), Some(&signature))
            .await,
        401
    );
    assert!(world.pass(60).await.is_empty());
    assert_eq!(
        world
            .counter("deliveries_total", &["signature_wrong"])
            .await,
        1
    );
}

#[tokio::test]
async fn sec_02_the_same_json_in_other_bytes_is_refused() {
    let mut world = world().await;
    let signature = sign(
        Endpoint::Upsert.secrets()[0],
        created().to_string().as_bytes(),
    );
    let pretty = serde_json::to_vec_pretty(&created()).expect("json");
    assert_eq!(
        world
            .post(Endpoint::Upsert, &pretty, Some(&signature))
            .await,
        401
    );
    assert!(world.pass(60).await.is_empty());
}

#[tokio::test]
async fn sec_03_only_the_documented_form_of_a_signature_verifies() {
    let world = world().await;
    let body = created().to_string();
    let good = sign(Endpoint::Upsert.secrets()[0], body.as_bytes());
    let url_safe = good.replace('+', "-").replace('/', "_");
    for bad in [
        &format!("sha512={good}"),
        good.trim_end_matches('='),
        "00",
        "",
    ] {
        assert_eq!(
            world
                .post(Endpoint::Upsert, body.as_bytes(), Some(bad))
                .await,
            401,
            "{bad}"
        );
    }
    if url_safe != good {
        assert_eq!(
            world
                .post(Endpoint::Upsert, body.as_bytes(), Some(&url_safe))
                .await,
            401
        );
    }
    assert_eq!(
        world
            .post(Endpoint::Upsert, body.as_bytes(), Some(&good))
            .await,
        200
    );
}

#[tokio::test]
async fn sec_04_during_a_rotation_both_secrets_verify_and_the_label_is_counted() {
    let mut world = world().await;
    let [old, new] = Endpoint::Upsert.secrets();
    let body = created().to_string();
    assert_eq!(
        world
            .deliver_bytes(Endpoint::Upsert, body.as_bytes(), old)
            .await,
        200
    );
    assert_eq!(
        world
            .deliver_bytes(Endpoint::Upsert, body.as_bytes(), new)
            .await,
        200
    );
    assert_eq!(world.counter("signatures_total", &["upsert-1"]).await, 1);
    assert_eq!(world.counter("signatures_total", &["upsert-2"]).await, 1);
    world.pass(3).await;
    assert_eq!(
        world.dispositions(ADA),
        [Disposition::Apply(Reason::Provision)]
    );
}

#[tokio::test]
async fn sec_05_an_unsigned_body_is_refused() {
    let mut world = world().await;
    assert_eq!(
        world
            .post(Endpoint::Upsert, created().to_string().as_bytes(), None)
            .await,
        401
    );
    assert!(world.pass(60).await.is_empty());
    assert_eq!(
        world
            .counter("deliveries_total", &["signature_missing"])
            .await,
        1
    );
}

#[tokio::test]
async fn sec_05_a_secret_verifies_on_its_own_address_only() {
    let world = world().await;
    let body = created().to_string();
    let secret = Endpoint::Deactivation.secrets()[0];
    assert_eq!(
        world
            .deliver_bytes(Endpoint::Upsert, body.as_bytes(), secret)
            .await,
        401
    );
}

#[tokio::test]
async fn sec_06_a_body_of_a_mebibyte_is_refused_whatever_its_signature() {
    let world = world().await;
    let body = vec![b' '; 1024 * 1024];
    let secret = Endpoint::Upsert.secrets()[0];
    assert_eq!(
        world.deliver_bytes(Endpoint::Upsert, &body, secret).await,
        413
    );
    // The largest that is taken is 256 KiB.
    let largest = vec![b' '; 256 * 1024];
    assert_eq!(
        world
            .deliver_bytes(Endpoint::Upsert, &largest, secret)
            .await,
        200
    );
}

#[tokio::test]
async fn sec_07_and_08_an_old_delivery_is_taken_and_a_very_old_one_only_refreshes() {
    let mut world = World::start(linked()).await;
    let aged = |days: i64| {
        let mut body = created();
        body["type"] = json!("employee.deleted");
        body["triggeredAt"] = json!(format!("2026-02-{:02}T10:00:00.000001", 28 - days));
        body
    };
    // Bob still shows the record, so neither deactivates; only the younger one is a sign.
    assert_eq!(world.deliver(Endpoint::Deactivation, &aged(0)).await, 200);
    world.pass(3).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::EventStateMismatch)
    );
    let mut world = World::start(linked()).await;
    assert_eq!(world.deliver(Endpoint::Deactivation, &aged(5)).await, 200);
    world.pass(3).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
}

#[tokio::test]
async fn sec_09_a_captured_inactivation_is_harmless_after_a_rehire() {
    let mut world = World::start(linked()).await;
    let mut captured = created();
    captured["type"] = json!("employee.inactivated");
    world.bob(BobAct::terminate(ADA, date("2026-03-01"))).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world.bob(BobAct::rehire(ADA, date("2026-03-02"))).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Invited);
    assert_eq!(world.deliver(Endpoint::Deactivation, &captured).await, 200);
    world.pass(3).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Invited);
}

#[tokio::test]
async fn sec_10_two_webhooks_on_one_address_have_a_secret_each() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.inactivated", ADA)).await;
    world.bob(BobAct::emit("employee.left", ADA)).await;
    assert_eq!(
        world.counter("signatures_total", &["deactivation-1"]).await,
        1
    );
    assert_eq!(
        world.counter("signatures_total", &["deactivation-2"]).await,
        1
    );
}
