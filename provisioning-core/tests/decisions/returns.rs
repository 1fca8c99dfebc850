//! Leaves, rehires and returns: what comes back and what does not.

use learning360_client::{Role, Visibility};
use provisioning_core::{Disposition, Evidence, Outcome, Reason};
use serde_json::json;

use crate::model::GROUP;
use crate::stage::{ADA, OTHER, Stage, USER, Way, active, both_ways, findings, on_leave};

const MAIL: &str = "ada@example.com";
const TEAM: &str = "507f1f77bcf86cd7994390a1";
const THIRD: &str = "0000000000000000000000cc";
const FIELD: &str = "5f0000000000000000000001";

both_ways! {
    lif_12_a_rehire_restores_by_the_stored_mail: lif_12_a_rehire_restores_by_the_stored_mail_by_event,
        lif_12_a_rehire_restores_by_the_stored_mail_by_sync;
    lif_13_a_rehire_with_a_new_mail_keeps_the_account: lif_13_a_rehire_with_a_new_mail_keeps_the_account_by_event,
        lif_13_a_rehire_with_a_new_mail_keeps_the_account_by_sync;
    lif_15_a_future_rehire_waits: lif_15_a_future_rehire_waits_by_event,
        lif_15_a_future_rehire_waits_by_sync;
    lif_17_a_return_gives_everything_back: lif_17_a_return_gives_everything_back_by_event,
        lif_17_a_return_gives_everything_back_by_sync;
    lif_17_only_who_had_logged_in_is_activated: lif_17_only_who_had_logged_in_is_activated_by_event,
        lif_17_only_who_had_logged_in_is_activated_by_sync;
    lif_27_a_manual_deactivation_ends_with_a_new_period:
        lif_27_a_manual_deactivation_ends_with_a_new_period_by_event,
        lif_27_a_manual_deactivation_ends_with_a_new_period_by_sync;
    lif_27_the_lifecycle_table_tells_of_a_return: lif_27_the_lifecycle_table_tells_of_a_return_by_event,
        lif_27_the_lifecycle_table_tells_of_a_return_by_sync;
    lif_34_reports_have_their_manager_again: lif_34_reports_have_their_manager_again_by_event,
        lif_34_reports_have_their_manager_again_by_sync;
}

fn ada() -> Stage {
    Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL)
}

fn leaver(mail: &str) -> [(&'static str, Option<&str>); 6] {
    let mut record = active(mail);
    record[3].1 = Some("Inactive");
    record[4].1 = Some("terminated");
    record
}

/// Employed again since this day.
fn rehired<'a>(mail: &'a str, day: &'a str) -> [(&'static str, Option<&'a str>); 6] {
    let mut record = active(mail);
    record[5].1 = Some(day);
    record
}

async fn leave(stage: &mut Stage, way: Way) {
    stage.model.person(ADA, &on_leave(MAIL));
    stage.by(way, ADA, Evidence::Inactivated).await;
    assert_eq!(stage.status(USER), "deleted");
}

async fn come_back(stage: &mut Stage, way: Way) {
    stage.model.person(ADA, &active(MAIL));
    stage.by(way, ADA, Evidence::Activated).await;
    assert_ne!(stage.status(USER), "deleted");
}

async fn lif_12_a_rehire_restores_by_the_stored_mail(way: Way) {
    let mut stage = ada();
    stage.model.role(USER, Role::Learner, TEAM);
    stage.model.person(ADA, &leaver(MAIL));
    stage.by(way, ADA, Evidence::Terminated).await;
    stage.advance(40 * 86_400);
    stage.model.person(ADA, &rehired(MAIL, "2026-04-10"));
    stage.by(way, ADA, Evidence::Activated).await;
    let done = [format!("deactivate {USER}"), format!("restore {USER}")];
    assert_eq!(stage.model.effects(), done);
    let default = format!("learner:{GROUP}");
    assert_eq!(
        stage.model.roles(USER),
        [default],
        "only what the policy grants"
    );
}

async fn lif_13_a_rehire_with_a_new_mail_keeps_the_account(way: Way) {
    let mut stage = ada();
    stage.by(way, ADA, Evidence::Updated).await;
    stage.model.person(ADA, &leaver(MAIL));
    stage.by(way, ADA, Evidence::Terminated).await;
    stage.advance(40 * 86_400);
    let mail = "ada.king@example.com";
    stage.model.person(ADA, &rehired(mail, "2026-04-10"));
    stage.by(way, ADA, Evidence::Activated).await;
    let effects = stage.model.effects();
    assert_eq!(
        effects[1..],
        [format!("restore {USER}"), format!("edit {USER}")]
    );
    assert_eq!(stage.model.text(USER, "mail").as_deref(), Some(mail));
}

async fn lif_15_a_future_rehire_waits(way: Way) {
    for (rule, days) in [("creation", 10), ("start-3d", 7)] {
        let mut stage = Stage::plus(&format!("[lifecycle]\ncreate_at = \"{rule}\"\n"));
        stage = stage.active(ADA, MAIL).linked(ADA, USER, MAIL);
        stage.model.person(ADA, &leaver(MAIL));
        stage.by(way, ADA, Evidence::Terminated).await;
        stage.model.person(ADA, &rehired(MAIL, "2026-03-12"));
        stage.by(way, ADA, Evidence::Updated).await;
        stage.after((days - 1) * 86_400).await;
        assert_eq!(stage.status(USER), "deleted", "{rule}");
        stage.after(86_400).await;
        assert_eq!(stage.status(USER), "invited", "{rule}");
    }
}

async fn lif_17_a_return_gives_everything_back(way: Way) {
    let mut stage = ada();
    let model = &stage.model;
    model.custom_field(FIELD, "Shirt");
    model.custom_value(USER, FIELD, "M");
    model.role(USER, Role::Coach, TEAM);
    for role in [Role::Admin, Role::UserAdmin] {
        model.role(USER, role, TEAM);
    }
    model.user(OTHER, "active", "boss@example.com");
    model.user(THIRD, "active", "report@example.com");
    model.manager(USER, OTHER);
    model.manager(THIRD, USER);
    leave(&mut stage, way).await;
    stage.model.lock().managers.remove(USER);
    come_back(&mut stage, way).await;
    let model = &stage.model;
    let roles = [format!("learner:{GROUP}"), format!("coach:{TEAM}")];
    assert_eq!(model.roles(USER), roles, "and no power over others");
    assert_eq!(model.managers(USER), [OTHER]);
    assert_eq!(model.managers(THIRD), [USER]);
    assert_eq!(
        model.custom_values(USER),
        [(FIELD.to_owned(), "M".to_owned())]
    );
    let restores = model
        .effects()
        .iter()
        .filter(|done| done.starts_with("restore"))
        .count();
    assert_eq!(restores, 1);
}

#[tokio::test]
async fn lif_17_the_powers_that_are_not_given_back_are_reported() {
    let mut stage = ada();
    stage.model.role(USER, Role::Admin, TEAM);
    leave(&mut stage, Way::Event).await;
    stage.model.person(ADA, &active(MAIL));
    let last = stage.event_to_the_end(ADA, Evidence::Activated).await;
    let reported = format!("role_not_given_back({TEAM})");
    assert!(findings(&last).contains(&reported), "{:?}", findings(&last));
}

#[tokio::test]
async fn lif_17_what_somebody_takes_back_later_is_not_given_again() {
    let mut stage = ada();
    stage.model.role(USER, Role::Coach, TEAM);
    leave(&mut stage, Way::Event).await;
    come_back(&mut stage, Way::Event).await;
    stage.model.lock().roles.remove(USER);
    stage.model.role(USER, Role::Learner, GROUP);
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(stage.model.roles(USER), [format!("learner:{GROUP}")]);
}

#[tokio::test]
async fn lif_17_a_leave_that_is_held_takes_nothing_and_gives_nothing_back() {
    let mut stage = Stage::plus("[guards]\ndeactivations = 0\n").linked(ADA, USER, MAIL);
    stage.model.role(USER, Role::Coach, TEAM);
    stage.model.person(ADA, &on_leave(MAIL));
    stage.event(ADA, Evidence::Inactivated).await;
    stage.model.lock().roles.remove(USER);
    stage.model.role(USER, Role::Learner, GROUP);
    stage.model.person(ADA, &active(MAIL));
    stage.event(ADA, Evidence::Activated).await;
    assert_eq!(stage.model.roles(USER), [format!("learner:{GROUP}")]);
}

async fn lif_17_only_who_had_logged_in_is_activated(way: Way) {
    for (login, activate, status) in [
        (None, false, "invited"),
        (Some("2026-01-05T08:00:00.000Z"), false, "active"),
        (None, true, "active"),
    ] {
        let mut stage = Stage::plus(&format!("[lifecycle]\nactivate = {activate}\n"));
        stage = stage.active(ADA, MAIL).linked(ADA, USER, MAIL);
        stage.model.set(USER, "lastLoginDate", json!(login));
        leave(&mut stage, way).await;
        come_back(&mut stage, way).await;
        assert_eq!(stage.status(USER), status, "{login:?}, {activate}");
    }
}

/// Somebody else deactivated the account on the first of February.
fn deactivated_by_hand() -> Stage {
    let stage = ada();
    stage.model.set(USER, "status", json!("deleted"));
    let deleted = json!(["2026-02-01T10:00:00.000Z"]);
    stage.model.set(USER, "deletedAt", deleted);
    stage
}

async fn lif_27_a_manual_deactivation_ends_with_a_new_period(way: Way) {
    let mut stage = deactivated_by_hand();
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let respected = Disposition::NoOp(Reason::ManualDeactivation);
    assert_eq!(decided.disposition, respected);
    let since = "internal.currentActiveStatusStartDate";
    stage.person(ADA, MAIL, &[(since, Some("2026-03-01"))]);
    stage.by(way, ADA, Evidence::Activated).await;
    assert_eq!(stage.model.effects(), [format!("restore {USER}")]);
}

async fn lif_27_the_lifecycle_table_tells_of_a_return(way: Way) {
    let mut stage = deactivated_by_hand();
    let row = |day: &str, status: &str| (day.to_owned(), status.to_owned());
    let rows = vec![row("2024-04-01", "employed"), row("2026-01-15", "leave")];
    stage.model.lock().rows.insert(ADA.to_owned(), rows);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let respected = Disposition::NoOp(Reason::ManualDeactivation);
    assert_eq!(decided.disposition, respected);
    let rows = vec![row("2026-02-20", "Employed"), row("2026-01-15", "leave")];
    stage.model.lock().rows.insert(ADA.to_owned(), rows);
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(stage.model.effects(), [format!("restore {USER}")]);
}

async fn lif_34_reports_have_their_manager_again(way: Way) {
    let mut stage = ada();
    for report in [OTHER, THIRD] {
        let mail = format!("{report}@example.com");
        stage.model.user(report, "active", &mail);
        stage.model.manager(report, USER);
    }
    leave(&mut stage, way).await;
    assert!(stage.model.managers(OTHER).is_empty());
    // One of them has left in the meantime.
    stage.model.set(THIRD, "status", json!("deleted"));
    come_back(&mut stage, way).await;
    assert_eq!(stage.model.managers(OTHER), [USER]);
}

#[tokio::test]
async fn ev_17_access_that_is_revoked_at_once_stays_so_while_the_record_is_active() {
    let mut stage = ada();
    let decided = stage.event(ADA, Evidence::Revoked).await;
    assert_eq!(
        decided.disposition,
        Disposition::Apply(Reason::RevokedAtOnce)
    );
    assert_eq!(stage.status(USER), "deleted");
    for way in [Way::Event, Way::Sync] {
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        let expected = Disposition::NoOp(Reason::AlreadyInactive);
        assert_eq!(decided.disposition, expected);
    }
    stage.event(ADA, Evidence::Activated).await;
    assert_eq!(stage.status(USER), "invited", "a sign of activity lifts it");
}

#[tokio::test]
async fn lif_26_an_activation_that_finds_the_account_deleted_is_decided_again() {
    let mut stage = Stage::plus("[lifecycle]\nactivate = true\n").active(ADA, MAIL);
    stage = stage.linked(ADA, USER, MAIL);
    stage.model.set(USER, "status", json!("invited"));
    stage.model.lock().meddling = Some(Box::new(|systems| {
        let user = systems.users.get_mut(USER).expect("she is there");
        user.insert("status".to_owned(), json!("deleted"));
        user.insert("deletedAt".to_owned(), json!(["2026-03-02T09:00:00.000Z"]));
    }));
    let last = stage.event_to_the_end(ADA, Evidence::Updated).await;
    let respected = Disposition::NoOp(Reason::ManualDeactivation);
    assert_eq!(last.disposition, respected);
}

#[tokio::test]
async fn lif_17_a_lost_answer_to_the_restore_loses_nothing() {
    let mut stage = ada();
    stage.model.role(USER, Role::Coach, TEAM);
    let login = json!("2026-01-05T08:00:00.000Z");
    stage.model.set(USER, "lastLoginDate", login);
    leave(&mut stage, Way::Event).await;
    let lost = (true, Outcome::Unanswered);
    stage.model.lock().surprises.push(lost);
    come_back(&mut stage, Way::Event).await;
    let roles = [format!("learner:{GROUP}"), format!("coach:{TEAM}")];
    assert_eq!(stage.model.roles(USER), roles);
    assert_eq!(stage.status(USER), "active");
}

/// A group that a rule gave before the leave and does not give any more is not given back.
#[tokio::test]
async fn lif_17_what_the_rules_no_longer_grant_is_not_given_back() {
    let rule =
        "[[groups]]\ngroup = \"507f1f77bcf86cd7994390a1\"\nwhen = \"work.department == 'a'\"\n";
    let mut stage = Stage::plus(rule).linked(ADA, USER, MAIL);
    stage.model.group(GROUP, None, Visibility::Private);
    stage.model.group(TEAM, Some(GROUP), Visibility::Private);
    stage.person(ADA, MAIL, &[("work.department", Some("a"))]);
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(stage.model.roles(USER).len(), 2);
    leave(&mut stage, Way::Event).await;
    stage.person(ADA, MAIL, &[("work.department", Some("b"))]);
    stage.event(ADA, Evidence::Activated).await;
    assert_eq!(stage.model.roles(USER), [format!("learner:{GROUP}")]);
    let effects = stage.model.effects();
    assert!(
        !effects.contains(&format!("remove_membership {USER}")),
        "{effects:?}"
    );
}
