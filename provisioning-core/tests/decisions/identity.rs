//! Who is who: mails, usernames, and one person under two ids.

use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, OTHER, POLICY, Stage, USER, Way, active, both_ways, findings};

const MAIL: &str = "ada@example.com";
const OLD: &str = "90";

both_ways! {
    mat_04_mail_and_username_of_two_accounts_are_disputed:
        mat_04_mail_and_username_of_two_accounts_are_disputed_by_event,
        mat_04_mail_and_username_of_two_accounts_are_disputed_by_sync;
    mat_14_without_a_mail_the_username_identifies: mat_14_without_a_mail_the_username_identifies_by_event,
        mat_14_without_a_mail_the_username_identifies_by_sync;
    mat_15_a_private_mail_is_not_trusted: mat_15_a_private_mail_is_not_trusted_by_event,
        mat_15_a_private_mail_is_not_trusted_by_sync;
    mat_15_a_private_mail_is_used_where_the_policy_trusts_it:
        mat_15_a_private_mail_is_used_where_the_policy_trusts_it_by_event,
        mat_15_a_private_mail_is_used_where_the_policy_trusts_it_by_sync;
    lif_14_and_mat_21_a_new_id_is_proposed: lif_14_and_mat_21_a_new_id_is_proposed_by_event,
        lif_14_and_mat_21_a_new_id_is_proposed_by_sync;
    mat_21_the_link_moves_to_the_new_id: mat_21_the_link_moves_to_the_new_id_by_event,
        mat_21_the_link_moves_to_the_new_id_by_sync;
}

async fn mat_04_mail_and_username_of_two_accounts_are_disputed(way: Way) {
    let mut stage = Stage::plus("username = \"work.employeeIdInCompany\"\n");
    stage.person(ADA, MAIL, &[("work.employeeIdInCompany", Some("e7"))]);
    stage.model.user(USER, "active", MAIL);
    stage.model.user(OTHER, "active", "other@example.com");
    stage.model.set(OTHER, "username", json!("E7"));
    let decided = stage.by(way, ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::Conflict(Reason::Disputed));
    let named = [USER, OTHER].map(|user| format!("disputed by user {user}"));
    assert_eq!(findings(&decided), named);
    assert!(stage.model.effects().is_empty());
}

async fn mat_14_without_a_mail_the_username_identifies(way: Way) {
    for mail in [None, Some("no mail")] {
        let mut stage = Stage::new();
        stage.person(ADA, MAIL, &[("root.email", mail)]);
        let decided = stage.by(way, ADA, Evidence::Created).await;
        let expected = Disposition::Conflict(Reason::NoIdentifier);
        assert_eq!(decided.disposition, expected);
        let mut stage = Stage::plus("username = \"work.employeeIdInCompany\"\n");
        let more = [
            ("root.email", mail),
            ("work.employeeIdInCompany", Some("e7")),
        ];
        stage.person(ADA, MAIL, &more);
        stage.by(way, ADA, Evidence::Created).await;
        let user = format!("{:024x}", 1);
        assert_eq!(stage.model.text(&user, "username").as_deref(), Some("e7"));
        assert_eq!(stage.model.text(&user, "mail"), None);
    }
}

const PRIVATE: &str = "\"first_of(email, home.privateEmail)\"";

fn with_a_private_mail_only(lines: &str) -> Stage {
    let policy = POLICY.replace("\"email\"", PRIVATE);
    let stage = Stage::with(&format!("{policy}{lines}"));
    let more = [("root.email", None), ("home.privateEmail", Some(MAIL))];
    stage.person(ADA, MAIL, &more);
    stage
}

async fn mat_15_a_private_mail_is_not_trusted(way: Way) {
    let mut stage = with_a_private_mail_only("");
    let decided = stage.by(way, ADA, Evidence::Created).await;
    let expected = Disposition::Conflict(Reason::UntrustedIdentifier);
    assert_eq!(decided.disposition, expected);
    assert!(stage.model.effects().is_empty());
}

async fn mat_15_a_private_mail_is_used_where_the_policy_trusts_it(way: Way) {
    let mut stage = with_a_private_mail_only("[matching]\ntrust_personal_email = true\n");
    stage.by(way, ADA, Evidence::Created).await;
    let mail = stage.model.text(&format!("{:024x}", 1), "mail");
    assert_eq!(mail.as_deref(), Some(MAIL));
}

/// Ada worked here as 90 until last year; her account was deactivated then.
fn rehired_under_a_new_id(lines: &str) -> Stage {
    let stage = Stage::plus(lines).linked(OLD, USER, MAIL);
    let mut gone = active(MAIL);
    gone[3].1 = Some("Inactive");
    gone[4].1 = Some("terminated");
    stage.model.person(OLD, &gone);
    stage.model.set(USER, "status", json!("deleted"));
    let deleted = json!(["2025-12-31T23:00:00.000Z"]);
    stage.model.set(USER, "deletedAt", deleted);
    stage.person(ADA, MAIL, &[("work.startDate", Some("2026-03-02"))]);
    stage
}

async fn lif_14_and_mat_21_a_new_id_is_proposed(way: Way) {
    let mut stage = rehired_under_a_new_id("");
    let decided = stage.by(way, ADA, Evidence::Created).await;
    let expected = Disposition::Conflict(Reason::RelinkProposal);
    assert_eq!(decided.disposition, expected);
    assert!(stage.model.effects().is_empty());
}

async fn mat_21_the_link_moves_to_the_new_id(way: Way) {
    let mut stage = rehired_under_a_new_id("[matching]\nauto_relink = true\n");
    stage.by(way, ADA, Evidence::Created).await;
    let done = [format!("relink {USER}"), format!("restore {USER}")];
    assert_eq!(stage.model.effects(), done);
    assert_eq!(stage.model.lock().links[ADA], USER);
    let old = stage.by(way, OLD, Evidence::Updated).await;
    assert_eq!(old.disposition, Disposition::NoOp(Reason::NotProvisioned));
    assert_eq!(stage.model.effects(), done);
}

#[tokio::test]
async fn mat_21_an_account_that_is_in_use_still_is_proposed_to_the_same_name_only() {
    for (name, reason) in [
        ("Ada", Reason::RelinkProposal),
        ("Grace", Reason::SharedIdentity),
    ] {
        let mut stage = rehired_under_a_new_id("");
        stage.model.set(USER, "status", json!("active"));
        stage.model.set(USER, "firstName", json!(name));
        let decided = stage.event(ADA, Evidence::Created).await;
        let expected = Disposition::Conflict(reason);
        assert_eq!(decided.disposition, expected, "{name}");
        assert!(stage.model.effects().is_empty());
    }
}

#[tokio::test]
async fn mat_21_the_account_of_a_namesake_on_leave_is_never_taken() {
    let mut stage = rehired_under_a_new_id("[matching]\nauto_relink = true\n");
    stage.model.person(OLD, &crate::stage::on_leave(MAIL));
    let decided = stage.event(ADA, Evidence::Created).await;
    let expected = Disposition::Conflict(Reason::RecycledIdentity);
    assert_eq!(decided.disposition, expected);
    assert!(stage.model.effects().is_empty());
}
