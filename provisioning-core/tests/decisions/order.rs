//! Late, doubled and bundled events: the record decides, once.

use provisioning_core::{Disposition, Evidence, Reason};

use crate::stage::{ADA, Stage, USER, active, on_leave};

const MAIL: &str = "ada@example.com";

fn ada() -> Stage {
    Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL)
}

#[tokio::test]
async fn ord_01_an_update_after_the_deactivation_changes_nothing() {
    let mut stage = ada();
    stage.model.person(ADA, &on_leave(MAIL));
    stage.event(ADA, Evidence::Inactivated).await;
    let late = stage.event(ADA, Evidence::Updated).await;
    let expected = Disposition::NoOp(Reason::AlreadyInactive);
    assert_eq!(late.disposition, expected);
    assert_eq!(stage.model.effects(), [format!("deactivate {USER}")]);
}

#[tokio::test]
async fn ord_02_a_deactivation_that_comes_late_is_looked_at_again() {
    let mut stage = ada();
    stage.event(ADA, Evidence::Activated).await;
    let late = stage.event(ADA, Evidence::Inactivated).await;
    let expected = Disposition::NoOp(Reason::EventStateMismatch);
    assert_eq!(late.disposition, expected);
    let looks = stage.after(30).await.len();
    assert_eq!(looks, 1, "looked at again");
    stage.after(3_600).await;
    assert_eq!(stage.status(USER), "active");
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn ord_04_a_burst_is_one_read_and_one_decision() {
    let mut stage = ada();
    for number in 0..30 {
        let evidence = [Evidence::Updated, Evidence::Joined, Evidence::Created][number % 3];
        stage.note(ADA, evidence).await;
        if number % 15 == 14 {
            stage.advance(1);
        }
    }
    stage.advance(2);
    let decided = stage.settle().await;
    assert_eq!(decided.len(), 1);
    let reads = stage.model.lock().reads.clone();
    let persons = reads.iter().filter(|read| *read == "Person");
    assert_eq!(persons.count(), 1);
}

#[tokio::test]
async fn ord_05_the_urgency_of_the_deactivation_is_kept() {
    for order in [
        [Evidence::Updated, Evidence::Inactivated],
        [Evidence::Inactivated, Evidence::Updated],
    ] {
        let mut stage = ada();
        stage.model.person(ADA, &on_leave(MAIL));
        for evidence in order {
            stage.note(ADA, evidence).await;
        }
        let decided = stage.settle().await;
        assert_eq!(decided.len(), 1, "one decision, at once");
        assert_eq!(stage.status(USER), "deleted");
        stage.model.person(ADA, &active(MAIL));
    }
}

#[tokio::test]
async fn ord_02_no_other_sign_takes_a_deletion_back() {
    for others in [
        [Evidence::Created, Evidence::Activated],
        [Evidence::Joined, Evidence::Inactivated],
    ] {
        let mut stage = Stage::new().linked(ADA, USER, MAIL);
        for evidence in [Evidence::Deleted].into_iter().chain(others) {
            stage.note(ADA, evidence).await;
        }
        let decided = stage.after(2).await;
        let expected = Disposition::Apply(Reason::SourceGone);
        assert_eq!(decided[0].disposition, expected, "{others:?}");
    }
}
