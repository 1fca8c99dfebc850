//! Managers: set, changed, awaited and given up.

use provisioning_core::{Effect, Evidence, Outcome, Reason, Unavailable};
use serde_json::json;

use crate::stage::{ADA, OTHER, Stage, USER, Way, both_ways, created, findings, on_leave};

const MAIL: &str = "ada@example.com";
const BOSS: &str = "102";
const NEW_BOSS: &str = "103";
const THIRD: &str = "0000000000000000000000cc";
const FOURTH: &str = "0000000000000000000000dd";
const RULE: &str = "[manager]\nfrom = \"work.manager\"\n";

both_ways! {
    mgr_01_a_manager_is_set_when_he_is_there: mgr_01_a_manager_is_set_when_he_is_there_by_event,
        mgr_01_a_manager_is_set_when_he_is_there_by_sync;
    mgr_02_a_manager_out_of_scope_is_awaited: mgr_02_a_manager_out_of_scope_is_awaited_by_event,
        mgr_02_a_manager_out_of_scope_is_awaited_by_sync;
    mgr_03_a_deleted_manager_fails_nobody: mgr_03_a_deleted_manager_fails_nobody_by_event,
        mgr_03_a_deleted_manager_fails_nobody_by_sync;
    mgr_04_and_05_only_the_manager_we_set_is_replaced:
        mgr_04_and_05_only_the_manager_we_set_is_replaced_by_event,
        mgr_04_and_05_only_the_manager_we_set_is_replaced_by_sync;
    mgr_06_nobody_is_his_own_manager: mgr_06_nobody_is_his_own_manager_by_event,
        mgr_06_nobody_is_his_own_manager_by_sync;
    mgr_06_two_may_manage_each_other: mgr_06_two_may_manage_each_other_by_event,
        mgr_06_two_may_manage_each_other_by_sync;
    mgr_07_a_hidden_manager_stays: mgr_07_a_hidden_manager_stays_by_event,
        mgr_07_a_hidden_manager_stays_by_sync;
    mgr_09_a_manager_who_returns_is_set: mgr_09_a_manager_who_returns_is_set_by_event,
        mgr_09_a_manager_who_returns_is_set_by_sync;
}

/// Ada, linked, who reports to the boss; with these lines after the rule.
fn report(lines: &str) -> Stage {
    let stage = Stage::plus(&format!("{RULE}{lines}")).linked(ADA, USER, MAIL);
    under(&stage, ADA, Some(BOSS));
    stage
}

/// The same, with the boss linked as well.
fn report_and_boss(lines: &str) -> Stage {
    let stage = report(lines).linked(BOSS, OTHER, "102@example.com");
    under(&stage, BOSS, None);
    stage
}

fn under(stage: &Stage, id: &str, manager: Option<&str>) {
    let mail = if id == ADA {
        MAIL.to_owned()
    } else {
        format!("{id}@example.com")
    };
    stage.person(id, &mail, &[("work.manager", manager)]);
}

fn managers(stage: &Stage) -> Vec<String> {
    stage.model.managers(USER)
}

async fn mgr_01_a_manager_is_set_when_he_is_there(way: Way) {
    let mut stage = report("");
    stage.model.set(USER, "firstName", json!("Augusta"));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["pending_reference(manager)"]);
    assert_eq!(stage.model.text(USER, "firstName").as_deref(), Some("Ada"));
    under(&stage, BOSS, None);
    stage.event(BOSS, Evidence::Created).await;
    stage.after(2).await;
    assert_eq!(managers(&stage), [format!("{:024x}", 1)]);
}

#[tokio::test]
async fn mgr_01_the_report_is_woken_although_the_answer_to_the_link_was_lost() {
    let mut stage = report("");
    stage.event(ADA, Evidence::Updated).await;
    assert!(managers(&stage).is_empty());
    under(&stage, BOSS, None);
    // The create is answered, the link is made without an answer, and what follows sees it done.
    stage.model.lock().surprises = vec![(true, Outcome::Unanswered), (true, created())];
    stage.event(BOSS, Evidence::Created).await;
    stage.after(2).await;
    assert_eq!(managers(&stage), [format!("{:024x}", 1)]);
}

async fn mgr_02_a_manager_out_of_scope_is_awaited(way: Way) {
    let mut stage = report("[scope]\nwhen = \"work.department == 'd1'\"\n");
    let place = |stage: &Stage, id: &str, department: &str| {
        stage.model.edit(id, |record| {
            record["work"]["department"] = json!(department);
        });
    };
    under(&stage, BOSS, None);
    place(&stage, ADA, "d1");
    place(&stage, BOSS, "d2");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["manager_out_of_scope(manager)"]);
    assert!(stage.model.effects().is_empty());
    place(&stage, BOSS, "d1");
    stage.event(BOSS, Evidence::Updated).await;
    stage.after(2).await;
    assert_eq!(managers(&stage), [format!("{:024x}", 1)]);
}

async fn mgr_03_a_deleted_manager_fails_nobody(way: Way) {
    for (gone, kept) in [("keep", vec![OTHER]), ("remove", vec![])] {
        let mut stage = report_and_boss(&format!("gone = \"{gone}\"\n"));
        stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(managers(&stage), [OTHER]);
        stage.model.user(THIRD, "deleted", "103@example.com");
        stage.model.link(NEW_BOSS, THIRD);
        under(&stage, ADA, Some(NEW_BOSS));
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(findings(&decided), ["manager_deleted(manager)"]);
        assert_eq!(managers(&stage), kept);
    }
}

#[tokio::test]
async fn mgr_03_a_manager_who_is_deleted_meanwhile_fails_nobody() {
    let mut stage = report_and_boss("");
    let code = Some("managerDeleted".into());
    let refused = Outcome::Refused { status: 400, code };
    stage.model.lock().surprises.push((false, refused));
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["manager_deleted(manager)"]);
    assert_eq!(decided.disposition.reason(), Reason::Difference);
}

async fn mgr_04_and_05_only_the_manager_we_set_is_replaced(way: Way) {
    let mut stage = report_and_boss("").linked(NEW_BOSS, THIRD, "103@example.com");
    under(&stage, NEW_BOSS, None);
    stage.by(way, ADA, Evidence::Updated).await;
    stage.model.user(FOURTH, "active", "fourth@example.com");
    stage.model.manager(USER, FOURTH);
    under(&stage, ADA, Some(NEW_BOSS));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let plan = format!(
        "1. add_manager {THIRD} because granted\n2. remove_manager {OTHER} because no_longer_granted"
    );
    assert_eq!(decided.plan.to_string(), plan);
    assert_eq!(managers(&stage), [THIRD, FOURTH]);
    under(&stage, ADA, None);
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(managers(&stage), [FOURTH], "whom somebody else set");
}

async fn mgr_06_nobody_is_his_own_manager(way: Way) {
    let mut stage = report("");
    under(&stage, ADA, Some(ADA));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["self_manager(manager)"]);
    assert!(stage.model.effects().is_empty());
}

async fn mgr_06_two_may_manage_each_other(way: Way) {
    let mut stage = report_and_boss("");
    under(&stage, BOSS, Some(ADA));
    stage.by(way, ADA, Evidence::Updated).await;
    stage.by(way, BOSS, Evidence::Updated).await;
    assert_eq!(managers(&stage), [OTHER]);
    assert_eq!(stage.model.managers(OTHER), [USER]);
    assert_eq!(stage.model.effects().len(), 2);
    assert!(
        stage.after(60).await.len() <= 2,
        "the second reads, and no more"
    );
    assert!(stage.after(3_600).await.is_empty());
}

async fn mgr_07_a_hidden_manager_stays(way: Way) {
    let mut stage = report_and_boss("");
    stage.by(way, ADA, Evidence::Updated).await;
    let mut stage = stage.active(ADA, MAIL);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["source_field_missing(manager)"]);
    assert_eq!(managers(&stage), [OTHER]);
}

#[tokio::test]
async fn mgr_08_who_left_waits_for_nobody() {
    let mut stage = report("");
    stage.event(ADA, Evidence::Updated).await;
    stage.model.edit(ADA, |record| {
        record["internal"]["lifecycleStatus"] = json!("terminated");
    });
    stage.event(ADA, Evidence::Terminated).await;
    assert_eq!(stage.status(USER), "deleted");
    stage.after(3_600).await;
    under(&stage, BOSS, None);
    stage.note(BOSS, Evidence::Created).await;
    let decided = stage.after(2).await;
    assert!(
        decided
            .iter()
            .all(|decided| decided.employee.as_str() == BOSS)
    );
}

async fn mgr_09_a_manager_who_returns_is_set(way: Way) {
    let mut stage = report_and_boss("");
    stage.model.person(BOSS, &on_leave("102@example.com"));
    stage.event(BOSS, Evidence::Inactivated).await;
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["manager_deleted(manager)"]);
    under(&stage, BOSS, None);
    stage.event(BOSS, Evidence::Activated).await;
    stage.after(2).await;
    assert_eq!(managers(&stage), [OTHER]);
}

/// While the boss was away Ada got another one; his return gives her back to him, and her own
/// plan takes that back, because it was we who set it.
#[tokio::test]
async fn mgr_09_who_had_the_manager_and_has_another_one_is_looked_at_again() {
    let mut stage = report_and_boss("").linked(NEW_BOSS, THIRD, "103@example.com");
    under(&stage, NEW_BOSS, None);
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(managers(&stage), [OTHER]);
    stage.model.person(BOSS, &on_leave("102@example.com"));
    stage.event(BOSS, Evidence::Inactivated).await;
    under(&stage, ADA, Some(NEW_BOSS));
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(managers(&stage), [THIRD]);
    stage.after(3_600).await;
    under(&stage, BOSS, None);
    stage.event(BOSS, Evidence::Activated).await;
    stage.after(2).await;
    assert_eq!(managers(&stage), [THIRD]);
}

/// Ada reports to the boss, whom we set, and he can come back from a leave.
async fn report_of_the_boss() -> Stage {
    let mut stage = report_and_boss("").linked(NEW_BOSS, THIRD, "103@example.com");
    under(&stage, NEW_BOSS, None);
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(managers(&stage), [OTHER]);
    stage
}

/// The boss returns, and everybody who waits for him is looked at.
async fn the_boss_returns(stage: &mut Stage) {
    under(stage, BOSS, None);
    stage.event(BOSS, Evidence::Activated).await;
    stage.after(2).await;
    assert_ne!(stage.status(OTHER), "deleted");
}

/// Both in one turn: he goes before we take him from her, and his return gives her back.
#[tokio::test]
async fn mgr_09_a_manager_who_went_while_he_was_replaced_does_not_come_back() {
    let mut stage = report_of_the_boss().await;
    stage.model.person(BOSS, &on_leave("102@example.com"));
    under(&stage, ADA, Some(NEW_BOSS));
    stage.note(BOSS, Evidence::Inactivated).await;
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(stage.status(OTHER), "deleted");
    assert_eq!(managers(&stage), [THIRD]);
    the_boss_returns(&mut stage).await;
    assert_eq!(managers(&stage), [THIRD]);
}

/// Nobody hears whether he was deactivated, and he was not; meanwhile she gets another one.
#[tokio::test]
async fn mgr_09_a_leave_that_never_took_effect_gives_nobody_back() {
    let mut stage = report_of_the_boss().await;
    stage.model.person(BOSS, &on_leave("102@example.com"));
    let lost = (false, Outcome::Unavailable(Unavailable::Broken));
    stage.model.lock().surprises.push(lost);
    stage.event(BOSS, Evidence::Inactivated).await;
    under(&stage, ADA, Some(NEW_BOSS));
    stage.event(ADA, Evidence::Updated).await;
    assert_eq!(managers(&stage), [THIRD]);
    under(&stage, BOSS, None);
    let decided = stage.event(BOSS, Evidence::Activated).await;
    assert_eq!(stage.status(OTHER), "active", "he was here all the time");
    assert_eq!(managers(&stage), [THIRD]);
    let told = format!("no_longer_granted(give back) by user {USER}");
    assert!(
        findings(&decided).contains(&told),
        "{:?}",
        findings(&decided)
    );
}

/// She has another one when he returns, and is looked at while he gets her back, of which nobody
/// hears the answer.
#[tokio::test]
async fn mgr_09_who_is_given_back_without_an_answer_is_looked_at_again() {
    let mut stage = report_of_the_boss().await;
    stage.model.person(BOSS, &on_leave("102@example.com"));
    stage.event(BOSS, Evidence::Inactivated).await;
    under(&stage, ADA, Some(NEW_BOSS));
    stage.event(ADA, Evidence::Updated).await;
    under(&stage, BOSS, None);
    stage.note(BOSS, Evidence::Activated).await;
    stage.advance(2);
    stage.driver.turn(stage.now).await.expect("the store holds");
    assert_eq!(managers(&stage), [THIRD], "he is back, and no more");
    let lost = (true, Outcome::Unavailable(Unavailable::Broken));
    stage.model.lock().surprises.push(lost);
    stage.after(2).await;
    assert_eq!(managers(&stage), [OTHER, THIRD]);
    stage.after(3_600).await;
    assert_eq!(managers(&stage), [THIRD]);
}

/// The answer is lost after he has her back; then her own plan takes her away from him.
#[tokio::test]
async fn mgr_09_what_was_given_back_without_an_answer_is_not_given_again() {
    for moves in [true, false] {
        let mut stage = report_of_the_boss().await;
        stage.model.person(BOSS, &on_leave("102@example.com"));
        stage.event(BOSS, Evidence::Inactivated).await;
        under(&stage, BOSS, None);
        let restored = Outcome::Done(Effect::Plain);
        let lost = Outcome::Unavailable(Unavailable::Broken);
        stage.model.lock().surprises = vec![(moves, lost), (true, restored)];
        stage.event(BOSS, Evidence::Activated).await;
        assert_eq!(managers(&stage).len(), usize::from(moves));
        if moves {
            under(&stage, ADA, Some(NEW_BOSS));
        }
        stage.event(ADA, Evidence::Updated).await;
        let expected = if moves { THIRD } else { OTHER };
        assert_eq!(managers(&stage), [expected]);
        let before = stage.model.effects();
        stage.after(3_600).await;
        assert_eq!(stage.model.effects(), before, "nor taken twice");
        assert_eq!(managers(&stage), [expected]);
        assert_eq!(stage.status(OTHER), "invited");
    }
}
