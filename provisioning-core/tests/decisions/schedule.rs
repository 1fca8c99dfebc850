//! Announced beginnings and ends.

use provisioning_core::{Disposition, Evidence, Outcome, Reason};
use serde_json::json;

use crate::stage::{ADA, Stage, USER, Way, both_ways, findings, on_leave};

const MAIL: &str = "ada@example.com";
const NET: &str = "[lifecycle]\nschedule_deactivation = true\n";
/// 31 March ends at 22:00 UTC in Paris; 14 hours later it is noon on the first of April.
const AFTER_MARCH: &str = "2026-04-02T00:00:00Z";

both_ways! {
    lif_02_an_account_begins_three_days_early: lif_02_an_account_begins_three_days_early_by_event,
        lif_02_an_account_begins_three_days_early_by_sync;
    lif_03_a_later_start_keeps_the_account: lif_03_a_later_start_keeps_the_account_by_event,
        lif_03_a_later_start_keeps_the_account_by_sync;
    lif_05_an_announced_last_day_is_a_safety_net: lif_05_an_announced_last_day_is_a_safety_net_by_event,
        lif_05_an_announced_last_day_is_a_safety_net_by_sync;
    lif_05_by_default_nothing_is_announced: lif_05_by_default_nothing_is_announced_by_event,
        lif_05_by_default_nothing_is_announced_by_sync;
    lif_06_a_withdrawn_termination_takes_it_back: lif_06_a_withdrawn_termination_takes_it_back_by_event,
        lif_06_a_withdrawn_termination_takes_it_back_by_sync;
    lif_07_an_earlier_day_moves_it: lif_07_an_earlier_day_moves_it_by_event,
        lif_07_an_earlier_day_moves_it_by_sync;
    lif_07_a_day_that_has_passed_deactivates: lif_07_a_day_that_has_passed_deactivates_by_event,
        lif_07_a_day_that_has_passed_deactivates_by_sync;
    lif_09_a_deactivated_account_is_not_scheduled: lif_09_a_deactivated_account_is_not_scheduled_by_event,
        lif_09_a_deactivated_account_is_not_scheduled_by_sync;
}

fn hired(stage: &Stage, start: &str) {
    let more = [
        ("internal.status", Some("Inactive")),
        ("internal.lifecycleStatus", Some("hired")),
        ("work.startDate", Some(start)),
    ];
    stage.person(ADA, MAIL, &more);
}

fn ends(stage: &Stage, day: Option<&str>) {
    stage.person(ADA, MAIL, &[("internal.terminationDate", day)]);
}

fn planned(stage: &Stage) -> Option<String> {
    stage.model.text(USER, "toBeDeactivatedAt")
}

async fn lif_02_an_account_begins_three_days_early(way: Way) {
    let rules = "[lifecycle]\ncreate_at = \"start-3d\"\ninvite_at = \"start\"\n";
    let mut stage = Stage::plus(rules);
    hired(&stage, "2026-03-12");
    stage.by(way, ADA, Evidence::Created).await;
    // Midnight of the ninth in Paris; it is 10:00 on the second.
    stage.after(6 * 86_400 + 14 * 3_600 - 10).await;
    assert!(stage.model.effects().is_empty());
    let decided = stage.after(10).await.pop().expect("it is time");
    let user = format!("{:024x}", 1);
    assert_eq!(stage.status(&user), "invited");
    let create = &decided.plan.steps()[0].action;
    assert!(
        format!("{create:?}").contains("Suppress"),
        "no mail before the start"
    );
    stage.advance(3 * 86_400);
    stage.person(ADA, MAIL, &[("work.startDate", Some("2026-03-12"))]);
    let started = stage.by(way, ADA, Evidence::Joined).await;
    assert_eq!(findings(&started), ["invitation_due"]);
}

async fn lif_03_a_later_start_keeps_the_account(way: Way) {
    let mut stage = Stage::new();
    hired(&stage, "2026-03-04");
    stage.by(way, ADA, Evidence::Created).await;
    hired(&stage, "2026-04-01");
    stage.by(way, ADA, Evidence::Updated).await;
    stage.after(29 * 86_400).await;
    let user = format!("{:024x}", 1);
    assert_eq!(stage.status(&user), "invited");
    assert_eq!(
        stage.model.effects().len(),
        2,
        "created and linked, and nothing else"
    );
}

#[tokio::test]
async fn lif_04_a_withdrawn_hire_costs_the_guards_nothing() {
    let mut stage = Stage::plus("[guards]\ndeactivations = 0\n");
    hired(&stage, "2026-03-12");
    stage.event(ADA, Evidence::Created).await;
    stage.model.lock().people.clear();
    let decided = stage.event(ADA, Evidence::Deleted).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Withdrawn));
    assert_eq!(stage.status(&format!("{:024x}", 1)), "deleted");
}

async fn lif_05_an_announced_last_day_is_a_safety_net(way: Way) {
    let mut stage = Stage::plus(NET).linked(ADA, USER, MAIL);
    ends(&stage, Some("2026-03-31"));
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(planned(&stage).as_deref(), Some(AFTER_MARCH));
    stage.now = "2026-03-31T21:59:59Z".parse().expect("a time");
    stage.settle().await;
    assert_eq!(stage.status(USER), "active");
    stage.after(1).await;
    assert_eq!(stage.status(USER), "deleted", "the exact one");
}

async fn lif_05_by_default_nothing_is_announced(way: Way) {
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    ends(&stage, Some("2026-03-31"));
    stage.by(way, ADA, Evidence::Updated).await;
    assert!(stage.model.effects().is_empty());
}

/// With a last day at the end of March that 360Learning knows.
async fn announced(way: Way) -> Stage {
    let mut stage = Stage::plus(NET).linked(ADA, USER, MAIL);
    ends(&stage, Some("2026-03-31"));
    stage.by(way, ADA, Evidence::Updated).await;
    stage
}

async fn lif_06_a_withdrawn_termination_takes_it_back(way: Way) {
    let mut stage = announced(way).await;
    ends(&stage, None);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let plan = "1. schedule never because schedule_withdrawn";
    assert_eq!(decided.plan.to_string(), plan);
    assert_eq!(planned(&stage), None);
}

#[tokio::test]
async fn lif_06_a_date_that_somebody_else_set_stays() {
    let mut stage = Stage::plus(NET).linked(ADA, USER, MAIL);
    stage
        .model
        .set(USER, "toBeDeactivatedAt", json!("2026-05-01T00:00:00Z"));
    ends(&stage, None);
    stage.event(ADA, Evidence::Updated).await;
    assert!(planned(&stage).is_some());
}

async fn lif_07_an_earlier_day_moves_it(way: Way) {
    let mut stage = announced(way).await;
    ends(&stage, Some("2026-03-10"));
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(planned(&stage).as_deref(), Some("2026-03-12T00:00:00Z"));
}

async fn lif_07_a_day_that_has_passed_deactivates(way: Way) {
    let mut stage = announced(way).await;
    ends(&stage, Some("2026-03-01"));
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(stage.status(USER), "deleted");
}

/// LIF-08: an instant that has passed is never sent, and a refused one stops nothing.
#[tokio::test]
async fn lif_08_a_refused_date_fails_nobody_and_the_day_itself_deactivates() {
    let mut stage = Stage::plus(NET).linked(ADA, USER, MAIL);
    ends(&stage, Some("2026-03-02"));
    let code = Some("deactivationDateInvalid".into());
    let refused = Outcome::Refused { status: 400, code };
    stage.model.lock().surprises.push((false, refused));
    let decided = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["fix_data"]);
    stage.after(24 * 3_600).await;
    assert_eq!(stage.status(USER), "deleted");
}

async fn lif_09_a_deactivated_account_is_not_scheduled(way: Way) {
    let mut stage = Stage::plus(NET).linked(ADA, USER, MAIL);
    let leave = on_leave(MAIL);
    stage.model.person(ADA, &leave);
    stage.by(way, ADA, Evidence::Inactivated).await;
    let ends = [("internal.terminationDate", Some("2026-03-31"))];
    let record: Vec<_> = leave.into_iter().chain(ends).collect();
    stage.model.person(ADA, &record);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    let expected = Disposition::NoOp(Reason::AlreadyInactive);
    assert_eq!(decided.disposition, expected);
    assert_eq!(stage.model.effects(), [format!("deactivate {USER}")]);
}

#[tokio::test]
async fn who_works_here_already_is_invited_at_once() {
    let mut stage = Stage::plus("[lifecycle]\ninvite_at = \"start\"\n");
    stage.person(ADA, MAIL, &[("work.startDate", Some("2026-02-02"))]);
    let decided = stage.event_to_the_end(ADA, Evidence::Created).await;
    let create = format!("{:?}", decided.plan.steps()[0].action);
    assert!(create.contains("Send"), "{create}");
}
