//! Matching, links and mails.

use jiff::SignedDuration;
use learning360_client::ErrorCode;
use provisioning_core::driver::Store as _;
use provisioning_core::{ChargeKind, Disposition, Evidence, Outcome, Reason};
use serde_json::json;

use crate::stage::{ADA, OTHER, POLICY, Stage, USER, created};

#[tokio::test]
async fn mat_19_our_own_create_is_recognised_when_its_answer_was_lost() {
    let policy = format!("{POLICY}\n[matching]\nadopt = \"manual\"\n");
    let mut stage = Stage::with(&policy).active(ADA, "ada@example.com");
    stage
        .model
        .lock()
        .surprises
        .push((true, Outcome::Unanswered));
    let decided = stage.event_to_the_end(ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::OwnCreate));
    let user = format!("{:024x}", 1);
    assert_eq!(
        stage.model.effects(),
        [format!("create {user}"), format!("link {user}")]
    );
}

#[tokio::test]
async fn mat_19_a_refused_create_makes_no_stranger_ours() {
    let policy = format!("{POLICY}\n[matching]\nadopt = \"manual\"\n");
    let mut stage = Stage::with(&policy).active(ADA, "ada@example.com");
    // Somebody is faster: the list showed nobody, and the create is refused.
    let refused = Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::MailAlreadyUsed),
    };
    stage.model.lock().surprises.push((false, refused));
    stage.note(ADA, Evidence::Created).await;
    stage.advance(2);
    stage.driver.turn(stage.now).await.expect("holds");
    stage.model.user(OTHER, "invited", "ada@example.com");
    let decided = stage.settle().await.pop().expect("decided again");
    assert_eq!(
        decided.disposition,
        Disposition::Conflict(Reason::AdoptionNeeded)
    );
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn mat_23_a_stranger_who_was_restored_is_deactivated_again_and_never_tried_twice() {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    // The list hides a deleted account, so the create brings it back.
    stage.model.user(OTHER, "deleted", "ada@example.com");
    let restored = Outcome::Done(provisioning_core::Effect::Restored(
        learning360_client::UserId::try_from(OTHER).expect("an id"),
    ));
    let hidden = stage
        .model
        .lock()
        .users
        .remove(OTHER)
        .expect("it was there");
    stage.note(ADA, Evidence::Created).await;
    stage.advance(2);
    stage.model.lock().surprises.push((false, restored));
    stage.driver.turn(stage.now).await.expect("holds");
    stage.model.lock().users.insert(OTHER.to_owned(), hidden);
    stage.model.set(OTHER, "status", json!("invited"));
    let decided = stage.settle().await.pop().expect("decided again");
    assert_eq!(
        decided.disposition,
        Disposition::Conflict(Reason::WrongAccount)
    );
    assert_eq!(stage.status(OTHER), "deleted");
    assert_eq!(stage.model.effects(), [format!("deactivate {OTHER}")]);
    stage.model.lock().users.remove(OTHER);
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(
        decided.disposition,
        Disposition::Conflict(Reason::WrongAccount)
    );
    // Another mail is another question.
    stage = stage.active(ADA, "ada.new@example.com");
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Provision));
}

#[tokio::test]
async fn mat_08_and_13_a_mail_is_changed_on_the_linked_account_and_only_if_it_differs() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada.new@example.com")
            .linked(ADA, USER, "ada@example.com");
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.plan.to_string(), "1. edit mail because difference");
    assert_eq!(
        stage.model.text(USER, "mail").as_deref(),
        Some("ada.new@example.com")
    );
    stage.model.set(USER, "mail", json!(" ADA.new@example.com"));
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
}

#[tokio::test]
async fn mat_18_another_link_than_remembered_stops_writes_until_seen_twice() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.event(ADA, Evidence::Updated).await;
    let mut stage = stage.linked(ADA, OTHER, "ada.other@example.com");
    stage.model.lock().users.remove(USER);
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::LinkMismatch));
    let decided = stage.after(30).await.pop().expect("the second look");
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Difference));
}

#[tokio::test]
async fn mat_16_a_link_to_nobody_starts_the_matching_again() {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    stage.model.link(ADA, USER);
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.plan.steps()[1].action.kind().as_str(), "relink");
    assert_eq!(decided.findings[0].reason, Reason::LinkBroken);
}

#[tokio::test]
async fn mat_19_a_create_that_is_tried_again_pays_for_one_invitation() {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    stage.model.lock().surprises = vec![(false, Outcome::Unanswered)];
    let decided = stage.event_to_the_end(ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Provision));
    assert!(
        stage.model.lock().surprises.is_empty(),
        "the second attempt"
    );
    let memory = serde_json::to_value(stage.memory(ADA)).expect("plain data");
    assert!(memory["invited"].is_object());
    let ledger = stage.driver.store().ledger().await.expect("it holds").value;
    let hour = SignedDuration::from_hours(1);
    assert_eq!(ledger.spent(ChargeKind::Invitation, hour, stage.now), 1);

    // Once the account is there nothing of it is left, and a later one pays for itself.
    stage.event_to_the_end(ADA, Evidence::Created).await;
    let memory = serde_json::to_value(stage.memory(ADA)).expect("plain data");
    assert_eq!(memory.get("invited"), None);
}

#[tokio::test]
async fn mat_19_a_lost_create_makes_only_a_fresh_invitation_ours() {
    let policy = format!("{POLICY}\n[matching]\nadopt = \"manual\"\n");
    for (status, deleted, ours) in [
        ("invited", false, true),
        ("active", false, false),
        ("invited", true, false),
    ] {
        let mut stage = Stage::with(&policy).active(ADA, "ada@example.com");
        stage.model.lock().surprises = vec![(false, Outcome::Unanswered)];
        stage.note(ADA, Evidence::Created).await;
        stage.advance(2);
        stage.driver.turn(stage.now).await.expect("holds");
        stage.model.user(OTHER, status, "ada@example.com");
        if deleted {
            stage
                .model
                .set(OTHER, "deletedAt", json!(["2025-01-01T00:00:00.000Z"]));
        }
        let decided = stage.settle().await.pop().expect("decided again");
        let expected = match (ours, deleted) {
            (true, _) => Disposition::Apply(Reason::OwnCreate),
            (false, true) => Disposition::Conflict(Reason::RecycledIdentity),
            (false, false) => Disposition::Conflict(Reason::AdoptionNeeded),
        };
        assert_eq!(
            decided.disposition, expected,
            "{status}, deleted before: {deleted}"
        );
    }
}

#[tokio::test]
async fn mat_19_already_used_after_a_lost_create_may_be_our_own_success() {
    let policy = format!("{POLICY}\n[matching]\nadopt = \"manual\"\n");
    let mut stage = Stage::with(&policy).active(ADA, "ada@example.com");
    // The account is there, but the list does not show it yet when we decide again.
    let used = Outcome::Refused {
        status: 400,
        code: Some(ErrorCode::MailAlreadyUsed),
    };
    stage.model.lock().surprises = vec![(false, used), (false, Outcome::Unanswered)];
    stage.note(ADA, Evidence::Created).await;
    stage.advance(2);
    stage.driver.turn(stage.now).await.expect("holds");
    stage.driver.turn(stage.now).await.expect("holds");
    stage.model.user(OTHER, "invited", "ada@example.com");
    let decided = stage.settle().await.pop().expect("decided again");
    assert_eq!(decided.disposition, Disposition::Apply(Reason::OwnCreate));
}

/// Ada is being made; the answer is lost, and so is the process.
async fn made_without_an_answer() -> Stage {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    stage.model.lock().surprises = vec![(true, Outcome::Unanswered)];
    stage.note(ADA, Evidence::Created).await;
    stage.advance(2);
    stage.driver.turn(stage.now).await.expect("holds");
    stage
}

#[tokio::test]
async fn mat_19_a_lost_create_is_found_although_the_mail_has_changed_since() {
    let mut stage = made_without_an_answer().await;
    stage = stage.active(ADA, "new@example.com");
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::OwnCreate));
    stage.after(30).await;
    let user = format!("{:024x}", 1);
    let effects = stage.model.effects();
    assert_eq!(effects.iter().filter(|it| it.contains("create")).count(), 1);
    assert_eq!(effects[1], format!("link {user}"));
    assert!(effects[2].starts_with("edit"), "{effects:?}");
}

#[tokio::test]
async fn mat_19_what_was_made_is_linked_although_the_record_is_hidden_by_then() {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    // The create is answered; the link is not, for it was not made. The last comes first.
    stage.model.lock().surprises = vec![(false, Outcome::Unanswered), (true, created())];
    stage.note(ADA, Evidence::Created).await;
    stage.advance(2);
    stage.driver.turn(stage.now).await.expect("holds");
    assert!(stage.model.lock().links.is_empty());
    stage.person(ADA, "ada@example.com", &[("internal.status", None)]);
    stage.after(60).await;
    assert_eq!(stage.model.lock().links.len(), 1);
}

#[tokio::test]
async fn mat_19_what_was_made_is_not_forgotten_while_the_links_cannot_be_read() {
    let mut stage = made_without_an_answer().await;
    stage.person(ADA, "ada@example.com", &[("internal.status", None)]);
    stage.model.lock().broken.insert("LinkOf");
    stage.after(60).await;
    stage.model.lock().broken.clear();
    stage.after(3_600).await;
    assert_eq!(stage.model.lock().links.len(), 1);
}

#[tokio::test]
async fn mat_19_what_a_lost_create_made_is_deactivated_if_the_person_leaves_first() {
    let user = format!("{:024x}", 1);
    for gone in [false, true] {
        let mut stage = made_without_an_answer().await;
        let evidence = if gone {
            stage.model.lock().people.remove(ADA);
            Evidence::Deleted
        } else {
            let left = [
                ("internal.status", Some("Inactive")),
                ("internal.lifecycleStatus", Some("terminated")),
            ];
            stage.person(ADA, "ada@example.com", &left);
            Evidence::Inactivated
        };
        stage.event(ADA, evidence).await;
        stage.after(30).await;
        assert_eq!(stage.status(&user), "deleted", "record deleted: {gone}");
    }
}

#[tokio::test]
async fn mat_23_a_restore_that_names_another_account_stops_the_person() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.event(ADA, Evidence::Updated).await;
    stage.model.set(USER, "status", json!("deleted"));
    stage
        .model
        .set(USER, "deletedAt", json!(["2023-01-01T00:00:00.000Z"]));
    stage.model.user(OTHER, "invited", "other@example.com");
    let other = learning360_client::UserId::try_from(OTHER).expect("an id");
    let restored = Outcome::Done(provisioning_core::Effect::Restored(other));
    stage.model.lock().surprises = vec![(false, restored)];
    let decided = stage.event_to_the_end(ADA, Evidence::Activated).await;
    assert_eq!(
        decided.disposition,
        Disposition::Conflict(Reason::WrongAccount)
    );
    assert_eq!(stage.status(OTHER), "deleted", "put back");
    assert_eq!(stage.status(USER), "deleted", "not tried again");
}
