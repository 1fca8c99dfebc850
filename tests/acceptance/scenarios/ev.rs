//! Events and their classification.

use provisioning_core::{Disposition, Reason};
use sandbox::{Access, BobAct, LifecycleRow, Seed, UserStatus};
use serde_json::json;
use system_tests::{BOB_COMPANY, Endpoint, person};

use super::World;
use crate::{ADA, MAIL, USER, at, date, linked};

const CREATE: [&str; 2] = ["POST /api/v2/users", "POST /api/v2/external-ids"];

fn event(kind: &str, employee: &str) -> serde_json::Value {
    json!({
        "companyId": BOB_COMPANY, "type": kind, "triggeredBy": "system",
        "triggeredAt": "2026-03-02T09:00:00.000001", "version": "v2",
        "data": { "employeeId": employee },
    })
}

fn update(fields: serde_json::Value) -> serde_json::Value {
    let mut body = event("employee.updated", ADA);
    body["data"]["fieldUpdates"] = fields;
    body
}

#[tokio::test]
async fn ev_01_a_hire_gets_an_invited_account_that_is_linked_before_anything_else() {
    let mut world = World::start(World::seed()).await;
    world
        .bob(BobAct::Hire(person(ADA, "Ada@Example.com")))
        .await;
    let account = world.account(ADA).await.expect("the account is linked");
    assert_eq!(account.status, UserStatus::Invited);
    assert_eq!(account.mail.as_deref(), Some(MAIL));
    assert_eq!(account.first_name.as_deref(), Some("Ada"));
    assert_eq!(
        account.job.as_deref(),
        Some("Engineer"),
        "the label, not the list id"
    );
    assert_eq!(world.writes().await, CREATE);
    let mails = world.state().await.mails;
    assert_eq!(
        mails
            .iter()
            .filter(|mail| mail.kind == "invitation")
            .count(),
        1
    );
    // The second look, when Bob's reads have settled, finds nothing to do.
    world.pass(60).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    assert_eq!(world.writes().await, CREATE);
}

#[tokio::test]
async fn ev_01_the_policy_may_activate_at_once_and_send_no_mail() {
    let policy = format!(
        "{}\n[lifecycle]\nactivate = true\ninvite = false\n",
        system_tests::POLICY
    );
    let mut world = World::with_policy(World::seed(), &policy).await;
    world.bob(BobAct::Hire(person(ADA, MAIL))).await;
    assert_eq!(
        world.account(ADA).await.expect("linked").status,
        UserStatus::Active
    );
    assert!(
        world
            .state()
            .await
            .mails
            .iter()
            .all(|mail| mail.kind != "invitation")
    );
}

#[tokio::test]
async fn ev_02_an_account_in_sync_is_not_written() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    world.pass(30).await;
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn ev_03_a_new_job_title_is_one_patch_with_only_the_job() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::edit(ADA, "work.title", "t2")).await;
    assert_eq!(world.user(USER).await.job.as_deref(), Some("Analyst"));
    let log = world.control().log().await.expect("the sandbox answers");
    let patches: Vec<_> = log
        .of(sandbox::Api::Learning360, "PATCH", "/api/v2/users/{userId}")
        .collect();
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0].body, ["job"]);
}

#[tokio::test]
async fn ev_04_a_return_restores_the_same_account_without_an_invitation() {
    let mut world = World::start(linked()).await;
    world
        .bob(BobAct::leave(ADA, date("2026-03-03"), "parental leave"))
        .await;
    world.pass_until("2026-03-03T01:00:00Z").await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world.bob(BobAct::return_on(ADA, date("2026-06-01"))).await;
    world.pass_until("2026-06-01T01:00:00Z").await;
    let user = world.user(USER).await;
    assert_eq!(user.status, UserStatus::Invited);
    assert!(
        world
            .dispositions(ADA)
            .contains(&Disposition::Apply(Reason::Returned))
    );
    assert!(
        world
            .state()
            .await
            .mails
            .iter()
            .all(|mail| mail.kind != "invitation")
    );
}

#[tokio::test]
async fn ev_05_joining_with_an_active_account_changes_nothing() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.joined", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn ev_06_inactivity_deactivates_leavers_leaves_and_suspended_people_but_no_pre_hire() {
    let rows = [
        (
            LifecycleRow::new(date("2026-02-27"), "terminated"),
            Some(Reason::Leaver),
        ),
        (
            LifecycleRow::new(date("2026-02-27"), "parental leave"),
            Some(Reason::LeaveBegan),
        ),
        (suspended(), Some(Reason::Suspended)),
        (LifecycleRow::new(date("2026-02-27"), "hired"), None),
    ];
    for (row, reason) in rows {
        let status = row.status.clone();
        let mut seed = linked();
        seed.employees = vec![person(ADA, MAIL).row(row)];
        let mut world = World::start(seed).await;
        world.bob(BobAct::emit("employee.inactivated", ADA)).await;
        let account = world.user(USER).await;
        match reason {
            Some(reason) => {
                assert_eq!(
                    world.last(ADA).disposition,
                    Disposition::Apply(reason),
                    "{status}"
                );
                assert_eq!(account.status, UserStatus::Deleted, "{status}");
            }
            None => assert_eq!(account.status, UserStatus::Active, "{status}"),
        }
    }
}

fn suspended() -> LifecycleRow {
    let mut row = LifecycleRow::new(date("2026-02-27"), "employed");
    row.access = Some(Access::Inactive);
    row
}

#[tokio::test]
async fn ev_07_the_undocumented_terminated_event_deactivates_as_well() {
    let mut world = World::start(linked()).await;
    world
        .bob_act(BobAct::terminate(ADA, date("2026-03-02")))
        .await;
    world
        .control()
        .advance_to(at("2026-03-02T23:30:00Z"))
        .await
        .expect("time passes");
    assert_eq!(
        world
            .deliver(Endpoint::Deactivation, &event("employee.terminated", ADA))
            .await,
        200
    );
    world.pass(3).await;
    assert!(
        world
            .dispositions(ADA)
            .contains(&Disposition::Apply(Reason::Leaver))
    );
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn ev_08_a_deleted_record_deactivates_by_link() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::delete(ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Apply(Reason::SourceGone)
    );
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    assert_eq!(world.writes().await, ["DELETE /api/v2/users/{userId}"]);
}

#[tokio::test]
async fn ev_09_left_is_acknowledged_counted_and_ignored() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.left", ADA)).await;
    assert!(world.dispositions(ADA).is_empty());
    assert_eq!(world.reads().await, 0);
    let delivered = world.state().await.deliveries;
    let left = delivered
        .iter()
        .filter(|it| it.kind == "employee.left")
        .collect::<Vec<_>>();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].status, 200);
    assert_eq!(world.counter("deliveries_total", &["ignored"]).await, 1);
}

#[tokio::test]
async fn ev_10_garden_leave_counts_when_bob_says_inactivated() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.left", ADA)).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Active);
    world
        .bob(BobAct::leave(ADA, date("2026-03-03"), "garden leave"))
        .await;
    world.pass_until("2026-03-03T01:00:00Z").await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn ev_12_an_unknown_type_is_acknowledged_and_counted() {
    let mut world = World::start(linked()).await;
    assert_eq!(
        world
            .deliver(Endpoint::Upsert, &event("employee.teleported", ADA))
            .await,
        200
    );
    assert!(world.pass(60).await.is_empty());
    assert_eq!(
        world.counter("deliveries_total", &["unknown_type"]).await,
        1
    );
    assert_eq!(world.reads().await, 0);
}

#[tokio::test]
async fn ev_13_a_signed_test_delivery_or_an_empty_object_has_no_effect() {
    let mut world = World::start(linked()).await;
    let secret = Endpoint::Upsert.secrets()[0];
    assert_eq!(
        world
            .deliver_bytes(Endpoint::Upsert, b"Ping test", secret)
            .await,
        200
    );
    assert_eq!(
        world.deliver_bytes(Endpoint::Upsert, b"{}", secret).await,
        200
    );
    assert!(world.pass(60).await.is_empty());
    assert_eq!(world.counter("deliveries_total", &["unparseable"]).await, 1);
}

#[tokio::test]
async fn ev_14_the_data_in_a_v1_body_changes_nothing() {
    let mut world = World::start(linked()).await;
    let body = json!({
        "companyId": BOB_COMPANY,
        "type": "employee.updated",
        "employee": {
            "id": ADA, "companyId": BOB_COMPANY, "firstName": "Mallory", "surname": "Other",
            "email": "mallory@example.com", "displayName": "Mallory", "site": "Paris", "siteId": 1,
        },
        "changedBy": null,
        "data": { "internal": { "status": "Inactive", "lifecycleStatus": "terminated" } },
        "previous": null,
        "creationDate": "2026-03-02T09:00:00.486",
    });
    assert_eq!(world.deliver(Endpoint::Upsert, &body).await, 200);
    world.pass(3).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn ev_15_an_update_of_fields_that_nothing_uses_costs_no_read() {
    let mut world = World::start(linked()).await;
    world
        .bob(BobAct::edit(ADA, "home.mobilePhone", "07700 900123"))
        .await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::Irrelevant)
    );
    assert_eq!(world.last(ADA).due, None);
    assert_eq!(world.reads().await, 0);
}

#[tokio::test]
async fn ev_15_another_name_of_a_used_field_is_relevant() {
    let mut world = World::start(linked()).await;
    world
        .deliver(Endpoint::Upsert, &update(json!([{ "id": "work.site" }])))
        .await;
    world.pass(3).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
}

#[tokio::test]
async fn ev_16_an_update_of_an_unknown_field_is_looked_at() {
    let mut world = World::start(linked()).await;
    let fields = json!(["/home/mobilePhone", "work.custom.field_1999999999999"]);
    world.deliver(Endpoint::Upsert, &update(fields)).await;
    world.pass(3).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    assert!(world.reads().await > 0);
}

#[tokio::test]
async fn ev_19_an_event_without_a_usable_employee_is_dead_and_acknowledged() {
    let mut world = World::start(linked()).await;
    for employee in [json!("12 OR 1=1"), json!(null), json!(["7"])] {
        let mut body = event("employee.updated", ADA);
        body["data"]["employeeId"] = employee;
        assert_eq!(world.deliver(Endpoint::Upsert, &body).await, 200);
    }
    assert!(world.pass(60).await.is_empty());
    assert_eq!(world.counter("deliveries_total", &["unparseable"]).await, 3);
}

#[tokio::test]
async fn ev_21_an_event_of_another_company_is_not_processed() {
    let mut world = World::start(linked()).await;
    let mut body = event("employee.inactivated", ADA);
    body["companyId"] = json!(BOB_COMPANY + 1);
    assert_eq!(world.deliver(Endpoint::Deactivation, &body).await, 200);
    assert!(world.pass(60).await.is_empty());
    assert_eq!(
        world.counter("deliveries_total", &["wrong_company"]).await,
        1
    );
}

#[tokio::test]
async fn ev_22_a_deactivation_on_the_other_address_is_processed_by_its_type() {
    let mut world = World::start(linked()).await;
    world.bob_act(BobAct::delete(ADA)).await;
    assert_eq!(
        world
            .deliver(Endpoint::Upsert, &event("employee.deleted", ADA))
            .await,
        200
    );
    world.pass(3).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn ev_23_the_set_up_ping_needs_no_signature_and_nothing_else_goes_without() {
    let world = World::start(linked()).await;
    for ping in ["Ping test", "\"Ping test\"", "{\"text\":\"Ping test\"}"] {
        assert_eq!(
            world.post(Endpoint::Upsert, ping.as_bytes(), None).await,
            200,
            "{ping}"
        );
    }
    for other in [
        "ping test",
        "Ping test ",
        "{\"text\":\"Ping test\",\"x\":1}",
        "{}",
    ] {
        assert_eq!(
            world.post(Endpoint::Upsert, other.as_bytes(), None).await,
            401,
            "{other}"
        );
    }
}

#[tokio::test]
async fn ev_24_one_change_delivered_as_v1_and_as_v2_is_one_decision() {
    let mut world = World::start(World::seed().employee(person(ADA, MAIL))).await;
    let v1 = json!({
        "companyId": BOB_COMPANY, "type": "employee.created",
        "employee": { "id": ADA }, "creationDate": "2026-03-02T09:00:00.486",
    });
    world.deliver(Endpoint::Upsert, &v1).await;
    world
        .deliver(Endpoint::Upsert, &event("employee.created", ADA))
        .await;
    world.pass(3).await;
    assert_eq!(
        world.dispositions(ADA),
        [Disposition::Apply(Reason::Provision)]
    );
    assert_eq!(world.writes().await, CREATE);
}

#[tokio::test]
async fn ord_01_and_02_late_events_do_not_move_what_the_record_says() {
    let mut world = World::start(linked()).await;
    world
        .bob(BobAct::leave(ADA, date("2026-03-01"), "parental leave"))
        .await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world.bob(BobAct::emit("employee.activated", ADA)).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world.bob(BobAct::return_on(ADA, date("2026-03-02"))).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Invited);
    world.bob(BobAct::emit("employee.inactivated", ADA)).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Invited);
}

#[tokio::test]
async fn ord_03_and_04_many_deliveries_are_one_decision() {
    let mut world = World::start(World::seed().employee(person(ADA, MAIL))).await;
    let same = event("employee.created", ADA);
    for _ in 0..10 {
        assert_eq!(world.deliver(Endpoint::Upsert, &same).await, 200);
    }
    for number in 0..30 {
        let mut body = event("employee.updated", ADA);
        body["triggeredAt"] = json!(format!("2026-03-02T09:00:00.{number:06}"));
        assert_eq!(world.deliver(Endpoint::Upsert, &body).await, 200);
    }
    world.pass(3).await;
    assert_eq!(
        world.dispositions(ADA),
        [Disposition::Apply(Reason::Provision)]
    );
    assert_eq!(world.counter("deliveries_total", &["duplicate"]).await, 9);
}

#[tokio::test]
async fn ev_01_an_employee_in_auckland_is_a_pre_hire_until_midnight_there() {
    let policy = format!(
        "{}\n[lifecycle]\ncreate_at = \"start\"\n",
        system_tests::POLICY
    );
    let mut world = World::with_policy(World::seed(), &policy).await;
    let hire = person(ADA, MAIL).started("2026-03-10").site(Seed::AUCKLAND);
    world.bob(BobAct::Hire(hire)).await;
    // Midnight of 10 March in Auckland is 11:00 UTC of the 9th.
    world.pass_until("2026-03-09T10:59:00Z").await;
    assert!(world.account(ADA).await.is_none());
    world.pass_until("2026-03-09T11:00:01Z").await;
    assert!(world.account(ADA).await.is_some());
}

#[tokio::test]
async fn ev_26_a_read_soon_after_an_event_is_made_once_more_and_not_again() {
    let mut world = World::start(World::seed().employee(person(ADA, MAIL))).await;
    let body = event("employee.created", ADA);
    assert_eq!(world.deliver(Endpoint::Upsert, &body).await, 200);
    assert_eq!(world.pass(2).await.len(), 1);
    assert!(world.pass(22).await.is_empty());
    assert_eq!(world.pass(1).await.len(), 1, "25 seconds after the event");
    assert!(world.pass(24 * 60 * 60).await.is_empty());
}

#[tokio::test]
async fn ord_05_a_deactivation_among_updates_is_one_decision_and_does_not_wait() {
    let mut world = World::start(linked()).await;
    world.host_hears_nothing().await;
    world
        .bob_act(BobAct::terminate(ADA, date("2026-03-01")))
        .await;
    let updated = event("employee.updated", ADA);
    assert_eq!(world.deliver(Endpoint::Upsert, &updated).await, 200);
    assert!(world.settle().await.is_empty(), "it waits");
    let inactivated = event("employee.inactivated", ADA);
    let delivered = world.deliver(Endpoint::Deactivation, &inactivated).await;
    assert_eq!(delivered, 200);
    let decided = world.settle().await;
    assert_eq!(decided.len(), 1, "at once, and both together");
    assert_eq!(decided[0].disposition, Disposition::Apply(Reason::Leaver));
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}
