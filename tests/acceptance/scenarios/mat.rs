//! Matching and identity.

use provisioning_core::{Disposition, Reason};
use sandbox::{Api, BobAct, Effect, Fault, Learning360Act, Mapping, Moment, UserStatus};
use system_tests::person;

use super::World;
use crate::{ADA, GRACE, MAIL, OTHER, USER, account, at, linked};

fn employed() -> sandbox::Seed {
    World::seed().employee(person(ADA, MAIL))
}

#[tokio::test]
async fn mat_01_an_unlinked_account_with_the_mail_is_adopted() {
    let user = account(USER, "Ada@example.com", UserStatus::Active).job("Intern");
    let mut world = World::start(employed().user(user)).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Apply(Reason::Adopted)
    );
    assert_eq!(world.account(ADA).await.expect("linked").id, USER);
    assert_eq!(world.user(USER).await.job.as_deref(), Some("Engineer"));
    assert_eq!(
        world.writes().await,
        ["POST /api/v2/external-ids", "PATCH /api/v2/users/{userId}"]
    );
}

#[tokio::test]
async fn mat_01_an_account_that_was_deleted_and_reactivated_is_not_adopted() {
    let user = account(USER, MAIL, UserStatus::Active)
        .deleted_at(at("2025-01-01T00:00:00Z"))
        .reactivated_at(at("2025-02-01T00:00:00Z"));
    let mut world = World::start(employed().user(user)).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::RecycledIdentity)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn mat_02_with_manual_adoption_an_account_is_reported_and_left_alone() {
    let policy = format!("{}\n[matching]\nadopt = \"manual\"\n", system_tests::POLICY);
    let seed = employed().user(account(USER, MAIL, UserStatus::Active));
    let mut world = World::with_policy(seed, &policy).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::AdoptionNeeded)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn mat_05_a_deleted_account_of_the_same_employee_is_restored() {
    let user = account(USER, MAIL, UserStatus::Deleted).deleted_at(at("2023-01-01T00:00:00Z"));
    let seed = employed()
        .user(user)
        .mapping(Mapping::user("test-provisioner", USER, ADA));
    let mut world = World::start(seed).await;
    world.bob(BobAct::emit("employee.activated", ADA)).await;
    let returned = Disposition::Apply(Reason::Returned);
    assert!(world.dispositions(ADA).contains(&returned));
    assert_eq!(world.user(USER).await.status, UserStatus::Invited);
    assert_eq!(world.state().await.users.len(), 2, "the owner and Ada");
}

#[tokio::test]
async fn mat_06_a_recycled_address_never_revives_somebody_else() {
    let user = account(USER, MAIL, UserStatus::Deleted)
        .names("Augusta", "King")
        .deleted_at(at("2025-01-01T00:00:00Z"));
    let seed = employed()
        .user(user)
        .mapping(Mapping::user("test-provisioner", USER, GRACE));
    let mut world = World::start(seed).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::RecycledIdentity)
    );
    let finding = &world.last(ADA).findings[0];
    assert_eq!(
        finding.user.as_ref().map(ToString::to_string).as_deref(),
        Some(USER)
    );
    assert!(
        world.writes().await.is_empty(),
        "above all no POST with that mail"
    );
}

#[tokio::test]
async fn mat_07_a_deleted_account_without_a_link_is_a_conflict_with_evidence() {
    let user = || account(USER, MAIL, UserStatus::Deleted).deleted_at(at("2025-01-01T00:00:00Z"));
    let mut world = World::start(employed().user(user())).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    let decided = world.last(ADA);
    assert_eq!(
        decided.disposition,
        Disposition::Conflict(Reason::RecycledIdentity)
    );
    assert!(
        decided
            .explanation
            .to_string()
            .contains("its name is the same")
    );
    assert!(world.writes().await.is_empty());

    let policy = format!(
        "{}\n[matching]\nrestore_unlinked = \"same_name\"\n",
        system_tests::POLICY
    );
    let mut world = World::with_policy(employed().user(user()), &policy).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    let returned = Disposition::Apply(Reason::Returned);
    assert!(world.dispositions(ADA).contains(&returned));
    assert_eq!(
        world.account(ADA).await.expect("restored and linked").id,
        USER
    );

    let stranger = user().names("Augusta", "King");
    let mut world = World::with_policy(employed().user(stranger), &policy).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::RecycledIdentity)
    );
}

#[tokio::test]
async fn mat_08_a_changed_mail_moves_with_the_linked_account() {
    let mut world = World::start(linked()).await;
    world
        .bob(BobAct::edit(ADA, "root.email", "ada.king@example.com"))
        .await;
    assert_eq!(
        world.user(USER).await.mail.as_deref(),
        Some("ada.king@example.com")
    );
    assert_eq!(world.writes().await, ["PATCH /api/v2/users/{userId}"]);
}

#[tokio::test]
async fn mat_09_a_mail_held_by_a_deleted_account_stops_that_field_only() {
    let held = account(OTHER, "ada.king@example.com", UserStatus::Deleted)
        .deleted_at(at("2025-01-01T00:00:00Z"));
    let mut world = World::start(linked().user(held)).await;
    world
        .bob_act(BobAct::edit(ADA, "root.firstName", "Augusta"))
        .await;
    world
        .bob(BobAct::edit(ADA, "root.email", "ada.king@example.com"))
        .await;
    let user = world.user(USER).await;
    assert_eq!(user.first_name.as_deref(), Some("Augusta"));
    assert_eq!(user.mail.as_deref(), Some(MAIL));
    assert_eq!(
        world.last(ADA).findings[0].reason,
        Reason::MailHeldByDeleted
    );
}

#[tokio::test]
async fn mat_11_two_employees_with_one_mail_share_no_account() {
    // Bob's own work mails are unique; another field may hold one address twice.
    let policy = system_tests::POLICY.replace(
        "\"email | trim | lower\"",
        "\"first_of(home.privateEmail, email)\"",
    ) + "\n[matching]\ntrust_personal_email = true\n";
    let grace = person(GRACE, "grace@example.com").field("home.privateEmail", MAIL);
    let mut world = World::with_policy(linked().employee(grace), &policy).await;
    world.bob(BobAct::emit("employee.created", GRACE)).await;
    assert_eq!(
        world.last(GRACE).disposition,
        Disposition::Conflict(Reason::SharedIdentity)
    );
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn mat_14_without_a_usable_mail_nobody_is_created() {
    for mail in ["", "not a mail"] {
        let mut world = World::start(World::seed().employee(person(ADA, mail))).await;
        world.bob(BobAct::emit("employee.created", ADA)).await;
        assert_eq!(
            world.last(ADA).disposition,
            Disposition::Conflict(Reason::NoIdentifier)
        );
        assert!(world.writes().await.is_empty());
    }
}

#[tokio::test]
async fn mat_17_a_host_that_lost_its_database_finds_the_link_again() {
    let mut world = World::start(World::seed()).await;
    world.bob(BobAct::Hire(person(ADA, MAIL))).await;
    world.restart_on_an_empty_database().await;
    world.control().clear_log().await.expect("emptied");
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::InSync)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn mat_19_a_create_whose_answer_was_lost_is_recognised_as_our_own() {
    let policy = format!("{}\n[matching]\nadopt = \"manual\"\n", system_tests::POLICY);
    let mut world = World::with_policy(World::seed(), &policy).await;
    let lost = Fault::new(
        Api::Learning360,
        Effect::Cut {
            moment: Moment::After,
        },
    );
    world.fault(lost.on("POST", "/api/v2/users").times(1)).await;
    world.bob(BobAct::Hire(person(ADA, MAIL))).await;
    world.pass(120).await;
    let account = world
        .account(ADA)
        .await
        .expect("linked, although the policy adopts nobody");
    assert_eq!(account.mail.as_deref(), Some(MAIL));
    assert_eq!(
        world.state().await.users.len(),
        2,
        "the owner and Ada, no duplicate"
    );
    let mails = world.state().await.mails;
    assert_eq!(
        mails
            .iter()
            .filter(|mail| mail.kind == "invitation")
            .count(),
        1
    );
}

#[tokio::test]
async fn mat_22_other_domains_get_no_account() {
    let policy = format!(
        "{}\n[matching]\nallowed_domains = [\"example.org\"]\n",
        system_tests::POLICY
    );
    let mut world = World::with_policy(employed(), &policy).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::NoOp(Reason::DomainOutOfScope)
    );
    assert!(world.writes().await.is_empty());
}

#[tokio::test]
async fn mat_23_a_stranger_restored_by_a_create_is_deactivated_again() {
    // Between our look and our create, an administrator deletes the account that has the mail:
    // the look is made to show nobody.
    let user = account(OTHER, MAIL, UserStatus::Deleted).deleted_at(at("2025-01-01T00:00:00Z"));
    let mut world = World::start(employed().user(user)).await;
    let blind = Fault::new(Api::Learning360, Effect::EmptyList);
    world.fault(blind.on("GET", "/api/v2/users").times(2)).await;
    world.bob(BobAct::emit("employee.created", ADA)).await;
    world.pass(60).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::WrongAccount)
    );
    assert_eq!(world.user(OTHER).await.status, UserStatus::Deleted);
    assert!(world.account(ADA).await.is_none());
    assert_eq!(
        world.writes().await,
        ["POST /api/v2/users", "DELETE /api/v2/users/{userId}"],
        "it is not tried a second time"
    );
}

#[tokio::test]
async fn mat_23_a_restore_that_brings_somebody_else_is_undone() {
    // The linked account lost its mail to another deleted account after we looked.
    let ours = account(USER, MAIL, UserStatus::Deleted).deleted_at(at("2023-01-01T00:00:00Z"));
    let seed = employed()
        .user(ours)
        .mapping(Mapping::user("test-provisioner", USER, ADA));
    let mut world = World::start(seed).await;
    let other = serde_json::json!({
        "_id": OTHER, "status": "invited", "lang": "en", "mail": MAIL,
    });
    let answer = Fault::new(Api::Learning360, Effect::json(200, other));
    world
        .fault(answer.on("POST", "/api/v2/users").times(1))
        .await;
    world.bob(BobAct::emit("employee.activated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::WrongAccount)
    );
    assert_eq!(world.user(USER).await.status, UserStatus::Deleted);
    world.bob(BobAct::emit("employee.activated", ADA)).await;
    assert_eq!(
        world.last(ADA).disposition,
        Disposition::Conflict(Reason::WrongAccount)
    );
    assert_eq!(world.writes().await, ["POST /api/v2/users"]);
}

#[tokio::test]
async fn mat_16_a_link_to_a_user_who_does_not_exist_is_replaced() {
    let mut world = World::start(linked()).await;
    let gone = serde_json::json!({ "error": { "code": "userNotFound", "message": "gone" } });
    let gone = Fault::new(Api::Learning360, Effect::json(404, gone));
    world
        .fault(gone.on("GET", "/api/v2/users/{userId}").times(1))
        .await;
    world
        .learning360(Learning360Act::Login {
            user: USER.to_owned(),
        })
        .await;
    world.bob(BobAct::emit("employee.updated", ADA)).await;
    assert!(
        world
            .last(ADA)
            .findings
            .iter()
            .any(|it| it.reason == Reason::LinkBroken)
    );
}
