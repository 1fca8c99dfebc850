//! Lifecycle and dates.

use provisioning_core::{Disposition, Reason};
use sandbox::{
    Api, BobAct, Credential, CustomField, CustomValue, Effect, Fault, Learning360Act, Seed,
    ServiceUser, UserStatus,
};
use system_tests::{POLICY, person};

use super::World;
use crate::{ADA, MAIL, USER, account, at, date, linked};

#[tokio::test]
async fn lif_12_a_rehire_gets_the_same_account_back_without_a_mail() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::terminate(ADA, date("2026-03-31"))).await;
    world.pass_until("2026-04-01T00:00:00Z").await;
    let left = world.user(USER).await;
    assert_eq!(left.status, UserStatus::Deleted);
    world.bob(BobAct::rehire(ADA, date("2026-09-01"))).await;
    world.pass_until("2026-08-31T23:00:00Z").await;
    let back = world.user(USER).await;
    assert_eq!(back.status, UserStatus::Invited);
    assert_eq!(back.deleted_at, left.deleted_at, "its history is kept");
    assert_eq!(back.job.as_deref(), Some("Engineer"));
    assert_eq!(world.state().await.users.len(), 2);
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
async fn lif_12_a_pseudonymised_account_is_never_revived() {
    let user = account(USER, "x93kd@erased.invalid", UserStatus::Deleted)
        .deleted_at(at("2023-01-01T00:00:00Z"));
    let mut seed = linked();
    seed.users.retain(|known| known.id != USER);
    let mut world = World::start(seed.user(user)).await;
    world.bob(BobAct::emit("employee.activated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::Erased)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn lif_13_a_rehire_with_a_new_mail_restores_by_the_stored_one() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    world.bob(BobAct::terminate(ADA, date("2026-03-01"))).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world
        .bob_act(BobAct::edit(ADA, "root.email", "ada.king@example.com"))
        .await;
    world.bob(BobAct::rehire(ADA, date("2026-03-02"))).await;
    let back = world.user(USER).await;
    assert_eq!(back.status, UserStatus::Invited);
    assert_eq!(back.mail.as_deref(), Some("ada.king@example.com"));
    assert_eq!(world.state().await.users.len(), 2, "no second account");
}

#[tokio::test]
async fn lif_10_the_last_day_ends_at_midnight_where_the_person_works() {
    let mut seed = linked();
    seed.employees = vec![person(ADA, MAIL).site(Seed::AUCKLAND)];
    let mut world = World::start(seed).await;
    // Auckland changes its clocks on 5 April 2026; the day after the last ends at 12:00 UTC.
    world.bob(BobAct::terminate(ADA, date("2026-04-05"))).await;
    world.pass_until("2026-04-05T11:59:00Z").await;
    assert_eq!(world.user(USER).await.status, UserStatus::Active);
    world.pass_until("2026-04-05T12:00:01Z").await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn lif_19_inactivity_of_a_deleted_account_is_nothing_to_do() {
    let mut world = World::start(linked()).await;
    world
        .learning360(Learning360Act::AdminDelete {
            user: USER.to_owned(),
        })
        .await;
    world
        .bob(BobAct::leave(ADA, date("2026-03-01"), "parental leave"))
        .await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::AlreadyInactive)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn lif_17_without_the_right_to_custom_fields_the_rest_is_given_back() {
    const SHIRT: &str = "650000000000000000000c01";
    let own = World::seed().credentials.remove(0);
    let without = Credential::new(own.client_id, own.client_secret.expose()).scopes([
        "users:read",
        "users:write",
        "externalIds:read",
        "externalIds:write",
        "groups:read",
        "groups:write",
    ]);
    let user = account(USER, MAIL, UserStatus::Active);
    let user = user.custom_value(CustomValue::text(SHIRT, "M"));
    let mut seed = linked().custom_field(CustomField::text(SHIRT, "Shirt"));
    seed.users.retain(|known| known.id != USER);
    seed.credentials = vec![without];
    let mut world = World::start(seed.user(user)).await;
    let coach = |user: &sandbox::User| user.memberships.iter().any(|held| held.role == "coach");
    world
        .learning360(Learning360Act::AdminAddRole {
            user: USER.to_owned(),
            group: Seed::LEARNERS_GROUP.to_owned(),
            role: "coach".to_owned(),
        })
        .await;
    world
        .bob(BobAct::leave(ADA, date("2026-03-01"), "parental leave"))
        .await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world.bob(BobAct::return_on(ADA, date("2026-03-02"))).await;
    let back = world.user(USER).await;
    assert_ne!(back.status, UserStatus::Deleted);
    assert!(coach(&back), "{:?}", back.memberships);
    let found = world.last(ADA).findings.iter().map(ToString::to_string);
    let found: Vec<_> = found.collect();
    assert!(found.contains(&"fix_config".to_owned()), "{found:?}");
}

#[tokio::test]
async fn lif_20_an_inactivation_that_the_record_contradicts_deactivates_nobody() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.inactivated", ADA)).await;
    for seconds in [25, 100, 800, 2700, 7200] {
        world.pass(seconds).await;
    }
    let expected = Disposition::NoOp(Reason::EventStateMismatch);
    assert_eq!(
        world.dispositions(ADA),
        [expected; 5],
        "at once, +25 s, +2, +15, +60 min"
    );
    assert_eq!(world.user(USER).await.status, UserStatus::Active);
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn lif_20_a_record_that_was_stale_is_caught_by_the_second_look() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.inactivated", ADA)).await;
    // The change becomes visible now, without another event.
    world.host_hears_nothing().await;
    world
        .bob(BobAct::leave(ADA, date("2026-03-01"), "parental leave"))
        .await;
    assert_eq!(world.user(USER).await.status, UserStatus::Active);
    world.pass(25).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn lif_21_while_bob_gives_no_answer_the_event_alone_counts_only_if_the_policy_says_so() {
    let after = "[lifecycle]\nact_on_event_after = \"4h\"\n";
    for (rule, status) in [("", UserStatus::Active), (after, UserStatus::Deleted)] {
        let mut world = World::with_policy(linked(), &format!("{POLICY}{rule}")).await;
        let page = Fault::new(Api::Bob, Effect::Html);
        world.fault(page.on("POST", "/v1/people/search")).await;
        world.bob(BobAct::emit("employee.inactivated", ADA)).await;
        let first = world.last(ADA).disposition;
        assert_eq!(first, Disposition::Retry(Reason::Unavailable));
        for _ in 0..7 {
            world.pass(30 * 60).await;
            assert_eq!(world.user(USER).await.status, UserStatus::Active);
        }
        for _ in 0..5 {
            world.pass(30 * 60).await;
        }
        assert_eq!(world.user(USER).await.status, status, "{rule}");
    }
}

#[tokio::test]
async fn lif_23_a_linked_person_whom_bob_does_not_show_keeps_the_account() {
    let mut world = World::start(linked()).await;
    world.bob_act(BobAct::ServiceUser(sees_only("hired"))).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    for seconds in [120, 800, 2700, 7200] {
        world.pass(seconds).await;
    }
    assert!(!world.dispositions(ADA).is_empty());
    for disposition in world.dispositions(ADA) {
        assert_eq!(disposition, Disposition::NoOp(Reason::NotVisible));
    }
    assert_eq!(world.user(USER).await.status, UserStatus::Active);
}

#[tokio::test]
async fn lif_24_an_employee_who_becomes_visible_late_is_created_then() {
    let mut world = World::start(World::seed().employee(person(ADA, MAIL))).await;
    world.bob_act(BobAct::ServiceUser(sees_only("hired"))).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::NotVisible)
    );
    let all = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    world.bob_act(BobAct::ServiceUser(all)).await;
    world.pass(25).await;
    assert!(world.account(ADA).await.is_some());
}

#[tokio::test]
async fn lif_33_an_announced_leaver_whom_bob_hides_is_deactivated_after_two_minutes() {
    let mut world = World::start(linked()).await;
    world.bob_act(BobAct::ServiceUser(sees_only("hired"))).await;
    world.bob(BobAct::emit("employee.inactivated", ADA)).await;
    let first = world.last(ADA).disposition;
    assert_eq!(first, Disposition::NoOp(Reason::NotVisible));
    world.pass(60).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Active);
    world.pass(60).await;
    let second = world.last(ADA).disposition;
    assert_eq!(second, Disposition::Apply(Reason::EventAndInvisible));
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn lif_27_somebody_elses_deactivation_is_respected_until_the_person_returns() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    world
        .learning360(Learning360Act::AdminDelete {
            user: USER.to_owned(),
        })
        .await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::ManualDeactivation)
    );
    world
        .bob(BobAct::leave(ADA, date("2026-03-10"), "parental leave"))
        .await;
    world.pass_until("2026-03-10T01:00:00Z").await;
    world.bob(BobAct::return_on(ADA, date("2026-05-04"))).await;
    world.pass_until("2026-05-04T01:00:00Z").await;
    assert_eq!(world.user(USER).await.status, UserStatus::Invited);
}

#[tokio::test]
async fn lif_28_an_account_that_an_administrator_revived_is_deactivated_again() {
    let mut world = World::start(linked()).await;
    world.bob(BobAct::terminate(ADA, date("2026-03-01"))).await;
    world
        .learning360(Learning360Act::AdminActivate {
            user: USER.to_owned(),
        })
        .await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
}

#[tokio::test]
async fn lif_29_and_30_leaving_the_scope_keeps_the_account_and_coming_back_reuses_it() {
    let policy = POLICY.replace(
        "[time]",
        "[scope]\nwhen = \"work.siteId == '2606110'\"\n[time]",
    );
    let mut world = World::with_policy(linked(), &policy).await;
    world
        .bob(BobAct::edit(ADA, "work.siteId", Seed::AUCKLAND))
        .await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::OutOfScope)
    );
    world.bob_act(BobAct::edit(ADA, "work.title", "t2")).await;
    world
        .bob(BobAct::edit(ADA, "work.siteId", Seed::PARIS))
        .await;
    assert_eq!(world.user(USER).await.job.as_deref(), Some("Analyst"));
}

#[tokio::test]
async fn lif_35_a_leaver_out_of_scope_or_with_hidden_scope_fields_is_deactivated() {
    let out = POLICY.replace("[time]", "[scope]\nwhen = \"work.siteId == '1'\"\n[time]");
    let hidden = POLICY.replace(
        "[time]",
        "[scope]\nwhen = \"home.mobilePhone == '1'\"\n[time]",
    );
    for policy in [out, hidden] {
        let service_user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
        let categories = ["root", "work", "about", "employment", "lifecycle"];
        let seed = linked().service_user(service_user.categories(categories));
        let mut world = World::with_policy(seed, &policy).await;
        world.bob(BobAct::terminate(ADA, date("2026-03-01"))).await;
        assert_eq!(
            world.last(ADA).disposition,
            Disposition::Apply(Reason::Leaver)
        );
        assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    }
}

#[tokio::test]
async fn lif_35_a_hidden_scope_field_changes_nothing_for_an_active_person() {
    let hidden = POLICY.replace(
        "[time]",
        "[scope]\nwhen = \"home.mobilePhone == '1'\"\n[time]",
    );
    let service_user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
    let seed = linked().service_user(service_user.categories(["root", "work", "lifecycle"]));
    let mut world = World::with_policy(seed, &hidden).await;
    world.bob(BobAct::edit(ADA, "work.title", "t2")).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::SourceFieldMissing)
    );
    assert!(world.writes().await.is_empty());
}

fn sees_only(status: &str) -> ServiceUser {
    ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN).population([status])
}
