//! Guards, refusals and lost answers.

use jiff::SignedDuration;
use provisioning_core::driver::{Commit, Committed, Store};
use provisioning_core::{Disposition, Evidence, Ledger, Outcome, Reason, Unavailable};
use serde_json::json;

use crate::stage::{ADA, OTHER, POLICY, Stage, USER, active, on_leave};

#[tokio::test]
async fn grd_01_one_deactivation_too_many_is_held_until_the_person_is_active_again() {
    let policy = format!("{POLICY}\n[guards]\ndeactivations = 1\n");
    let mut stage = Stage::with(&policy)
        .linked(ADA, USER, "ada@example.com")
        .linked("102", OTHER, "b@example.com");
    for (id, mail) in [(ADA, "ada@example.com"), ("102", "b@example.com")] {
        stage.model.person(id, &on_leave(mail));
    }
    assert_eq!(
        stage.event(ADA, Evidence::Inactivated).await.disposition,
        Disposition::Apply(Reason::LeaveBegan)
    );
    let held = stage.event("102", Evidence::Inactivated).await;
    assert_eq!(
        held.disposition,
        Disposition::Hold(Reason::MassDeactivation)
    );
    assert_eq!(stage.status(OTHER), "active");
    // The window moves on; what was held stays held.
    stage.after(25 * 3600).await;
    assert_eq!(stage.status(OTHER), "active");
    let again = stage.event("102", Evidence::Inactivated).await;
    assert_eq!(
        again.disposition,
        Disposition::Hold(Reason::MassDeactivation)
    );
    stage.model.person("102", &active("b@example.com"));
    stage.event("102", Evidence::Activated).await;
    let ledger = stage.driver.store().ledger().await.expect("holds").value;
    assert_eq!(ledger.held().count(), 0, "nobody proposes it any more");
    assert_eq!(stage.status(OTHER), "active");
}

#[tokio::test]
async fn err_08_each_effect_takes_place_once_wherever_the_process_ends() {
    // A step whose outcome is lost stands for a crash right after it.
    for lost in 0..2 {
        let mut stage = Stage::new().active(ADA, "ada@example.com");
        let mut surprises = vec![(true, Outcome::Unanswered)];
        if lost == 1 {
            let user = learning360_client::UserId::try_from(format!("{:024x}", 1).as_str());
            let created = provisioning_core::Effect::Created(user.expect("an id"));
            surprises.push((true, Outcome::Done(created)));
        }
        stage.model.lock().surprises = surprises;
        stage.event(ADA, Evidence::Created).await;
        let user = format!("{:024x}", 1);
        assert_eq!(
            stage.model.effects(),
            [format!("create {user}"), format!("link {user}")]
        );
    }
}

#[tokio::test]
async fn err_06_an_undocumented_refusal_is_tried_three_more_times() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada2@example.com")
            .linked(ADA, USER, "ada@example.com");
    let refused = || {
        (
            false,
            Outcome::Refused {
                status: 400,
                code: None,
            },
        )
    };
    stage.model.lock().surprises = vec![refused(), refused(), refused(), refused()];
    let mut decided = vec![stage.event(ADA, Evidence::Updated).await];
    for seconds in [40, 130, 700] {
        let more = stage.after(seconds).await;
        decided.extend(more.into_iter().map(Into::into));
    }
    let last = decided.last().expect("decided");
    assert_eq!(last.disposition, Disposition::Dead(Reason::UnknownCode));
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn being_asked_to_wait_is_no_failed_attempt() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada2@example.com")
            .linked(ADA, USER, "ada@example.com");
    let pause = Unavailable::Pause(SignedDuration::from_secs(7));
    stage
        .model
        .lock()
        .surprises
        .push((false, Outcome::Unavailable(pause)));
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.due, Some(stage.now + SignedDuration::from_secs(7)));
    stage.after(7).await;
    assert_eq!(
        stage.model.text(USER, "mail").as_deref(),
        Some("ada2@example.com")
    );
}

#[tokio::test]
async fn grd_01_the_window_moves_on_for_those_who_were_not_held() {
    let policy = format!("{POLICY}\n[guards]\ndeactivations = 1\n");
    let mut stage = Stage::with(&policy)
        .linked(ADA, USER, "ada@example.com")
        .linked("102", OTHER, "b@example.com");
    stage.model.person(ADA, &on_leave("ada@example.com"));
    stage.event(ADA, Evidence::Inactivated).await;
    stage.after(24 * 3600).await;
    stage.model.person("102", &on_leave("b@example.com"));
    stage.event("102", Evidence::Inactivated).await;
    assert_eq!(stage.status(OTHER), "deleted");
}

#[tokio::test]
async fn grd_02_an_approved_step_is_applied_when_it_is_proposed_again() {
    let policy = format!("{POLICY}\n[guards]\ndeactivations = 0\n");
    let stage = Stage::with(&policy).linked(ADA, USER, "ada@example.com");
    stage.model.person(ADA, &on_leave("ada@example.com"));
    let mut stage = stage;
    let held = stage.event(ADA, Evidence::Inactivated).await.held;
    assert_eq!(held.len(), 1);
    let store = stage.driver.store();
    let known = store.ledger().await.expect("holds");
    let mut ledger = known.value;
    let about = ledger.approve(&[held[0].id], stage.now);
    assert_eq!(about, [held[0].employee.clone()].into());
    let claim = {
        stage.note(ADA, Evidence::Refresh).await;
        stage.advance(2);
        let store = stage.driver.store();
        store
            .claim(stage.now, 1)
            .await
            .expect("holds")
            .pop()
            .expect("due")
    };
    let store = stage.driver.store();
    let commit = Commit::new(&claim, &claim.memory, stage.now);
    let commit = commit.with_ledger(&ledger, known.version);
    assert_eq!(store.commit(commit).await.expect("holds"), Committed::Done);
    store
        .release(&claim, None, Some(stage.now))
        .await
        .expect("holds");
    stage.settle().await;
    assert_eq!(stage.status(USER), "deleted");
}

#[tokio::test]
async fn ord_06_a_commit_on_an_older_hint_or_ledger_is_stale() {
    let mut stage = Stage::new().active(ADA, "ada@example.com");
    stage.note(ADA, Evidence::Created).await;
    stage.advance(2);
    let store = stage.driver.store();
    let claim = store
        .claim(stage.now, 1)
        .await
        .expect("holds")
        .pop()
        .expect("due");
    assert!(
        store.claim(stage.now, 1).await.expect("holds").is_empty(),
        "one writer a person"
    );
    let ledger = Ledger::default();
    let commit = Commit::new(&claim, &claim.memory, stage.now);
    let outdated = commit.with_ledger(&ledger, 77);
    assert_eq!(
        store.commit(outdated).await.expect("holds"),
        Committed::StaleLedger
    );
    stage.note(ADA, Evidence::Inactivated).await;
    let store = stage.driver.store();
    assert_eq!(
        store.commit(commit).await.expect("holds"),
        Committed::StaleHint
    );
}

#[tokio::test]
async fn a_field_without_an_answer_is_completed_later_and_stops_nothing_else() {
    let policy = POLICY.replace("[user]", "[user]\njob = \"work.title | label('title')\"");
    let mut stage = Stage::with(&policy);
    let mut record = active("ada@example.com").to_vec();
    record.push(("work.title", Some("t1")));
    stage.model.person(ADA, &record);
    stage.model.lock().broken.insert("NamedList");
    let decided = stage.event(ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Provision));
    assert_eq!(decided.findings[0].to_string(), "unavailable(job)");
    stage.after(60).await;
    stage.model.lock().broken.clear();
    stage.after(180).await;
    let user = format!("{:024x}", 1);
    assert_eq!(stage.model.text(&user, "job").as_deref(), Some("Engineer"));
}

#[tokio::test]
async fn a_mail_that_nobody_can_vouch_for_is_changed_later() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada.new@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.model.set(USER, "firstName", json!("Augusta"));
    stage.model.lock().broken.insert("UsersByMail");
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(stage.model.text(USER, "firstName").as_deref(), Some("Ada"));
    assert_eq!(
        stage.model.text(USER, "mail").as_deref(),
        Some("ada@example.com")
    );
    stage.model.lock().broken.clear();
    stage.after(180).await;
    assert_eq!(
        stage.model.text(USER, "mail").as_deref(),
        Some("ada.new@example.com")
    );
}

#[tokio::test]
async fn a_holder_who_cannot_be_told_is_asked_about_again() {
    let mut stage =
        Stage::new()
            .active(ADA, "ada.new@example.com")
            .linked(ADA, USER, "ada@example.com");
    stage.model.user(OTHER, "active", "ada.new@example.com");
    stage.model.lock().broken.insert("LinkTo");
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(decided.findings[0].reason, Reason::Unavailable);
    stage.model.lock().broken.clear();
    let decided = stage.after(180).await.pop().expect("a later look");
    assert_eq!(decided.findings[0].reason, Reason::MailHeldByOther);
}
