//! Guards, refusals and lost answers.

use jiff::SignedDuration;
use provisioning_core::driver::Store;
use provisioning_core::{Disposition, Evidence, Outcome, Reason, Unavailable};

use crate::stage::{ADA, OTHER, POLICY, Stage, USER, active, on_leave};

#[tokio::test]
async fn grd_one_deactivation_too_many_is_held_until_the_person_is_active_again_or_approved() {
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
        decided.extend(stage.after(seconds).await);
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
