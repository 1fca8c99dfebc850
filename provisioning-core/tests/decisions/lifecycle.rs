//! Lifecycle, dates and absence.

use provisioning_core::driver::Store;
use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, POLICY, Stage, USER, active, on_leave};

#[tokio::test]
async fn lif_16_and_17_a_leave_deactivates_and_the_return_restores_the_same_account() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.event(ADA, Evidence::Updated).await;
    stage.model.person(ADA, &on_leave("ada@example.com"));
    let left = stage.event(ADA, Evidence::Inactivated).await;
    assert_eq!(left.disposition, Disposition::Apply(Reason::LeaveBegan));
    assert_eq!(stage.status(USER), "deleted");
    stage.model.person(ADA, &active("ada@example.com"));
    let back = stage.event(ADA, Evidence::Activated).await;
    assert_eq!(back.disposition, Disposition::Apply(Reason::Returned));
    assert_eq!(stage.status(USER), "invited");
    assert_eq!(
        stage.model.effects(),
        [format!("deactivate {USER}"), format!("restore {USER}")]
    );
}

#[tokio::test]
async fn lif_20_a_contradicted_event_is_looked_at_four_times_and_then_left_alone() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    let mut decided = vec![stage.event(ADA, Evidence::Inactivated).await];
    for seconds in [23, 95, 780, 2700] {
        let look = stage.after(seconds).await;
        assert_eq!(look.len(), 1, "after {seconds} s");
        decided.extend(look.into_iter().map(Into::into));
    }
    for decision in &decided {
        assert_eq!(
            decision.disposition,
            Disposition::NoOp(Reason::EventStateMismatch)
        );
    }
    assert_eq!(decided.last().expect("five").due, None);
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn lif_23_a_linked_person_whom_bob_does_not_show_is_never_deactivated() {
    let mut stage = Stage::new().linked(ADA, USER, "ada@example.com");
    let first = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(first.disposition, Disposition::NoOp(Reason::NotVisible));
    for seconds in [30, 90, 800, 2800] {
        stage.after(seconds).await;
    }
    assert_eq!(stage.driver.store().next_due().await.expect("holds"), None);
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn lif_33_an_announced_leaver_who_vanishes_is_deactivated_after_two_minutes() {
    let mut stage = Stage::new().linked(ADA, USER, "ada@example.com");
    let first = stage.event(ADA, Evidence::Inactivated).await;
    assert_eq!(first.disposition, Disposition::NoOp(Reason::NotVisible));
    stage.after(30).await;
    assert_eq!(stage.status(USER), "active");
    let second = stage
        .after(100)
        .await
        .pop()
        .expect("a look after two minutes");
    assert_eq!(
        second.disposition,
        Disposition::Apply(Reason::EventAndInvisible)
    );
    assert_eq!(stage.status(USER), "deleted");
}

#[tokio::test]
async fn lif_33_a_later_sign_of_activity_takes_the_announcement_back() {
    let mut stage = Stage::new().linked(ADA, USER, "ada@example.com");
    stage.event(ADA, Evidence::Inactivated).await;
    stage.event(ADA, Evidence::Activated).await;
    for seconds in [30, 100, 800, 2800] {
        stage.after(seconds).await;
    }
    assert_eq!(stage.status(USER), "active");
}

#[tokio::test]
async fn lif_25_a_refused_record_changes_nothing_and_is_tried_again() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.model.lock().forbidden.insert(ADA.to_owned());
    let decided = stage.event(ADA, Evidence::Deleted).await;
    assert_eq!(decided.disposition, Disposition::Retry(Reason::FixConfig));
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn lif_27_a_manual_deactivation_is_respected() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.event(ADA, Evidence::Updated).await;
    stage.model.set(USER, "status", json!("deleted"));
    stage
        .model
        .set(USER, "deletedAt", json!(["2026-02-01T10:00:00.000Z"]));
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(
        decided.disposition,
        Disposition::NoOp(Reason::ManualDeactivation)
    );
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn lif_12_an_account_that_lost_its_mail_is_never_revived() {
    let mut stage = Stage::new().linked(ADA, USER, "x7f3@erased.invalid");
    let mut record = active("ada@example.com");
    record[5].1 = Some("2026-03-01");
    stage.model.person(ADA, &record);
    stage.model.set(USER, "status", json!("deleted"));
    stage
        .model
        .set(USER, "deletedAt", json!(["2026-02-01T10:00:00.000Z"]));
    let decided = stage.event(ADA, Evidence::Activated).await;
    assert_eq!(decided.disposition, Disposition::Conflict(Reason::Erased));
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn lif_21_an_unreachable_bob_is_asked_again_by_the_schedule() {
    let mut stage = Stage::new().linked(ADA, USER, "ada@example.com");
    stage.model.lock().bob_is_down = true;
    let first = stage.event(ADA, Evidence::Deleted).await;
    assert_eq!(first.disposition, Disposition::Retry(Reason::Unavailable));
    for seconds in [23, 100, 700] {
        stage.after(seconds).await;
    }
    assert_eq!(stage.status(USER), "active");
    stage.model.lock().bob_is_down = false;
    stage.after(2 * 3600).await;
    // The event was `deleted`, and Bob shows nothing: the evidence outlived the outage.
    assert_eq!(stage.status(USER), "deleted");
}

#[tokio::test]
async fn lif_17_who_had_logged_in_before_is_active_again_after_the_return() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage
        .model
        .set(USER, "lastLoginDate", json!("2026-01-05T08:00:00.000Z"));
    stage.model.person(ADA, &on_leave("ada@example.com"));
    stage.event(ADA, Evidence::Inactivated).await;
    stage.model.person(ADA, &active("ada@example.com"));
    stage.event(ADA, Evidence::Activated).await;
    assert_eq!(stage.status(USER), "active");
    let kinds: Vec<_> = stage.model.effects();
    assert_eq!(
        kinds[1..],
        [format!("restore {USER}"), format!("activate {USER}")]
    );
}

#[tokio::test]
async fn lif_22_a_deleted_event_with_the_record_still_there_is_looked_at_again() {
    let mut stage = Stage::with(&format!("{POLICY}\n[lifecycle]\non_leave = \"keep\"\n")).linked(
        ADA,
        USER,
        "ada@example.com",
    );
    stage.model.person(ADA, &on_leave("ada@example.com"));
    stage.event(ADA, Evidence::Deleted).await;
    assert_eq!(stage.status(USER), "active");
    stage.model.lock().people.clear();
    stage.after(30).await;
    assert_eq!(
        stage.status(USER),
        "deleted",
        "the second look finds the record gone"
    );
}

#[tokio::test]
async fn ev_26_a_read_long_after_the_event_is_not_repeated() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.note(ADA, Evidence::Updated).await;
    let decided = stage.after(21).await.pop().expect("a decision");
    assert_eq!(decided.due, None);
}
