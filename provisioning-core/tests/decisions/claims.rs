//! One account, several claims: a mail that somebody else holds stops the mail and nothing else.

use learning360_client::{ErrorCode, UserField, Visibility};
use provisioning_core::{Disposition, Effect, Evidence, Outcome, Reason};
use serde_json::json;

use crate::model::GROUP;
use crate::stage::{ADA, OTHER, Seen, Stage, USER, Way, active, both_ways, created, findings};

const OLD: &str = "ada@example.com";
const NEW: &str = "ada.new@example.com";
const GRACE: &str = "102";
const EDITH: &str = "103";
const THIRD: &str = "0000000000000000000000cc";

both_ways! {
    mat_03_a_username_that_somebody_has_stops_that_field_only:
        mat_03_a_username_that_somebody_has_stops_that_field_only_by_event,
        mat_03_a_username_that_somebody_has_stops_that_field_only_by_sync;
    mat_03_work_goes_on_at_the_linked_account: mat_03_work_goes_on_at_the_linked_account_by_event,
        mat_03_work_goes_on_at_the_linked_account_by_sync;
    mat_09_a_deactivated_account_keeps_its_mail: mat_09_a_deactivated_account_keeps_its_mail_by_event,
        mat_09_a_deactivated_account_keeps_its_mail_by_sync;
    mat_10_a_holder_who_keeps_it_shares_it: mat_10_a_holder_who_keeps_it_shares_it_by_event,
        mat_10_a_holder_who_keeps_it_shares_it_by_sync;
    mat_10_a_holder_who_gives_it_up_is_waited_for: mat_10_a_holder_who_gives_it_up_is_waited_for_by_event,
        mat_10_a_holder_who_gives_it_up_is_waited_for_by_sync;
    mat_11_the_second_of_two_gets_no_account: mat_11_the_second_of_two_gets_no_account_by_event,
        mat_11_the_second_of_two_gets_no_account_by_sync;
    mat_12_two_who_swap_are_a_cycle: mat_12_two_who_swap_are_a_cycle_by_event,
        mat_12_two_who_swap_are_a_cycle_by_sync;
    mat_20_a_mail_that_is_used_too_often_is_dead: mat_20_a_mail_that_is_used_too_often_is_dead_by_event,
        mat_20_a_mail_that_is_used_too_often_is_dead_by_sync;
}

/// Ada is to get a new mail and her first name, and somebody else's account has the mail.
fn wanted_by_two(status: &str) -> Stage {
    let stage = Stage::new().active(ADA, NEW).linked(ADA, USER, OLD);
    stage.model.set(USER, "firstName", json!("Augusta"));
    stage.model.user(OTHER, status, NEW);
    stage.model.set(OTHER, "firstName", json!("Ada"));
    stage.model.set(OTHER, "lastName", json!("Lovelace"));
    stage
}

/// The account belongs to Grace, who is to have this mail.
fn of_grace(stage: &Stage, wants: &str) {
    stage.model.person(GRACE, &active(wants));
    stage.model.link(GRACE, OTHER);
}

/// Only the first name was written, and the finding names the other account.
fn only_the_mail_waits(stage: &Stage, decided: &Seen, reason: Reason) {
    let found = format!("{reason}(mail) by user {OTHER}");
    assert_eq!(findings(decided), [found]);
    let plan = "1. edit firstName because difference";
    assert_eq!(decided.plan.to_string(), plan);
    assert_eq!(mails(stage), [OLD, NEW]);
}

fn mails(stage: &Stage) -> [String; 2] {
    [USER, OTHER].map(|user| stage.model.text(user, "mail").unwrap_or_default())
}

async fn mat_03_work_goes_on_at_the_linked_account(way: Way) {
    let mut stage = wanted_by_two("active");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    only_the_mail_waits(&stage, &decided, Reason::MailHeldByOther);
    assert_eq!(stage.model.lock().links[ADA], USER);
}

async fn mat_09_a_deactivated_account_keeps_its_mail(way: Way) {
    let mut stage = wanted_by_two("deleted");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    only_the_mail_waits(&stage, &decided, Reason::MailHeldByDeleted);
    assert_eq!(stage.status(OTHER), "deleted");
}

async fn mat_10_a_holder_who_keeps_it_shares_it(way: Way) {
    let mut stage = wanted_by_two("active");
    of_grace(&stage, NEW);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    only_the_mail_waits(&stage, &decided, Reason::SharedIdentity);
}

async fn mat_10_a_holder_who_gives_it_up_is_waited_for(way: Way) {
    let mut stage = wanted_by_two("active");
    of_grace(&stage, "grace@example.com");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let moving = format!("mail_moving(mail) by user {OTHER}");
    assert_eq!(findings(&decided), [moving]);
    stage.by(way, GRACE, Evidence::Updated).await;
    stage.after(2).await;
    assert_eq!(mails(&stage), [NEW, "grace@example.com"]);
}

async fn mat_11_the_second_of_two_gets_no_account(way: Way) {
    let mut stage = Stage::new().active(ADA, OLD).linked(ADA, USER, OLD);
    stage.model.person(GRACE, &active(OLD));
    let second = stage.by(way, GRACE, Evidence::Created).await;
    let shared = Disposition::Conflict(Reason::SharedIdentity);
    assert_eq!(second.disposition, shared);
    let first = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(first.disposition, Disposition::NoOp(Reason::InSync));
    assert!(stage.model.effects().is_empty());
}

async fn mat_12_two_who_swap_are_a_cycle(way: Way) {
    let mut stage = wanted_by_two("active");
    of_grace(&stage, OLD);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    only_the_mail_waits(&stage, &decided, Reason::MailCycle);
    let decided = stage.by(way, GRACE, Evidence::Updated).await;
    let found = format!("mail_cycle(mail) by user {USER}");
    assert_eq!(findings(&decided), [found]);
    stage.after(3_600).await;
    assert_eq!(mails(&stage), [OLD, NEW], "never half swapped");
}

async fn mat_20_a_mail_that_is_used_too_often_is_dead(way: Way) {
    let mut stage = Stage::new().active(ADA, NEW).linked(ADA, USER, OLD);
    let code = Some("mailUsedTooManyTimes".into());
    let refused = Outcome::Refused { status: 400, code };
    stage.model.lock().surprises.push((false, refused));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::Dead(Reason::FixData));
    let mail = UserField::Mail.as_str();
    assert_eq!(stage.model.text(USER, mail).as_deref(), Some(OLD));
    assert!(stage.model.effects().is_empty());
    stage.after(3_600).await;
    assert!(
        stage.model.effects().len() <= 1,
        "not tried again and again"
    );
}

/// Three go round; whoever comes first sees a holder who is about to move.
#[tokio::test]
async fn three_who_go_round_are_never_half_swapped() {
    let stage = wanted_by_two("active");
    of_grace(&stage, "edith@example.com");
    stage.model.person(EDITH, &active(OLD));
    let mut stage = stage.linked(EDITH, THIRD, "edith@example.com");
    for id in [ADA, GRACE, EDITH] {
        stage.event(id, Evidence::Updated).await;
    }
    stage.after(3_600).await;
    assert_eq!(mails(&stage), [OLD, NEW]);
}

const NAMED: &str = "username = \"work.employeeIdInCompany\"\n";

async fn mat_03_a_username_that_somebody_has_stops_that_field_only(way: Way) {
    for (linked, status, reason) in [
        (false, "active", Reason::MailHeldByOther),
        (false, "deleted", Reason::MailHeldByDeleted),
        (true, "active", Reason::SharedIdentity),
    ] {
        let mut stage = Stage::plus(NAMED).linked(ADA, USER, OLD);
        stage.person(ADA, OLD, &[("work.employeeIdInCompany", Some("E7"))]);
        stage.model.set(USER, "firstName", json!("Augusta"));
        stage.model.set(USER, "username", json!("e1"));
        stage.model.user(OTHER, status, NEW);
        stage.model.set(OTHER, "username", json!("e7"));
        if linked {
            stage.person(GRACE, NEW, &[("work.employeeIdInCompany", Some("e7"))]);
            stage.model.set(OTHER, "firstName", json!("Ada"));
            stage.model.set(OTHER, "lastName", json!("Lovelace"));
            stage.model.link(GRACE, OTHER);
        }
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        let found = format!("{reason}(username) by user {OTHER}");
        assert_eq!(findings(&decided), [found]);
        let plan = "1. edit firstName because difference";
        assert_eq!(decided.plan.to_string(), plan);
        assert_eq!(stage.model.text(USER, "username").as_deref(), Some("e1"));
    }
}

#[tokio::test]
async fn a_username_is_edited_on_its_own_and_capitals_are_no_difference() {
    let mut stage = Stage::plus(NAMED).linked(ADA, USER, OLD);
    stage.person(ADA, OLD, &[("work.employeeIdInCompany", Some("e7"))]);
    stage.model.set(USER, "firstName", json!("Augusta"));
    stage.model.set(USER, "username", json!("e1"));
    let decided = stage.event(ADA, Evidence::Updated).await;
    let plan = "1. edit firstName because difference\n2. edit username because difference";
    assert_eq!(decided.plan.to_string(), plan, "it may be refused alone");
    stage.model.set(USER, "username", json!("E7"));
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
}

#[tokio::test]
async fn mat_03_a_username_is_taken_when_its_holder_gives_it_up() {
    let mut stage = Stage::plus(NAMED).linked(ADA, USER, OLD);
    stage.person(ADA, OLD, &[("work.employeeIdInCompany", Some("E7"))]);
    stage.model.set(USER, "username", json!("e1"));
    stage.person(GRACE, NEW, &[("work.employeeIdInCompany", Some("E8"))]);
    stage = stage.linked(GRACE, OTHER, NEW);
    stage.model.set(OTHER, "username", json!("e7"));
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(stage.model.text(USER, "username").as_deref(), Some("e1"));
    stage.event(GRACE, Evidence::Updated).await;
    stage.after(60).await;
    let names = [USER, OTHER].map(|user| stage.model.text(user, "username").unwrap_or_default());
    assert_eq!(names, ["e7", "e8"]);
    // What differs in nothing but its capitals is no difference.
    let before = stage.model.effects();
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(stage.model.effects(), before);
}

#[tokio::test]
async fn mat_03_a_username_on_another_platform_stops_no_new_account() {
    let mut stage = Stage::plus(NAMED);
    stage.person(ADA, OLD, &[("work.employeeIdInCompany", Some("E7"))]);
    let refused = Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::UsernameAlreadyUsed),
    };
    // The last one is the answer to the first step.
    stage.model.lock().surprises = vec![
        (false, refused),
        (true, Outcome::Done(Effect::Plain)),
        (true, created()),
    ];
    let decided = stage.event(ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Provision));
    assert_eq!(findings(&decided), ["mail_held_by_other(username)"]);
    let user = format!("{:024x}", 1);
    let done = [format!("create {user}"), format!("link {user}")];
    assert_eq!(stage.model.effects(), done);
}

#[tokio::test]
async fn a_mail_that_is_refused_again_and_again_stops_no_other_step() {
    let mut stage = Stage::plus("[[groups]]\ngroup = \"507f1f77bcf86cd799439012\"\n")
        .active(ADA, NEW)
        .linked(ADA, USER, OLD);
    let refused = || Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::MailAlreadyUsed),
    };
    stage.model.group(GROUP, None, Visibility::Private);
    let more = "507f1f77bcf86cd799439012";
    stage.model.group(more, Some(GROUP), Visibility::Private);
    stage.model.lock().surprises = vec![(false, refused()), (false, refused()), (false, refused())];
    let decided = stage.event_to_the_end(ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["mail_held_by_other(mail)"]);
    let roles = stage.model.lock().roles[USER].clone();
    assert!(
        roles.iter().any(|role| role.group.as_str() == more),
        "{roles:?}"
    );
}
