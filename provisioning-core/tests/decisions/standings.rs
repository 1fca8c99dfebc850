//! What a record's standing and scope come to.

use jiff::Timestamp;
use provisioning_core::driver::Store;
use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, POLICY, Stage, USER, Way, active, both_ways, findings, on_leave};

const MAIL: &str = "ada@example.com";

both_ways! {
    ev_02_who_agrees_is_left_alone: ev_02_who_agrees_is_left_alone_by_event,
        ev_02_who_agrees_is_left_alone_by_sync;
    ev_03_a_new_title_is_one_edit: ev_03_a_new_title_is_one_edit_by_event,
        ev_03_a_new_title_is_one_edit_by_sync;
    ev_06_whoever_is_inactive_is_deactivated: ev_06_whoever_is_inactive_is_deactivated_by_event,
        ev_06_whoever_is_inactive_is_deactivated_by_sync;
    lif_01_a_future_employee_waits: lif_01_a_future_employee_waits_by_event,
        lif_01_a_future_employee_waits_by_sync;
    lif_10_a_last_day_ends_where_the_person_works: lif_10_a_last_day_ends_where_the_person_works_by_event,
        lif_10_a_last_day_ends_where_the_person_works_by_sync;
    lif_16_a_leave_deactivates_or_keeps: lif_16_a_leave_deactivates_or_keeps_by_event,
        lif_16_a_leave_deactivates_or_keeps_by_sync;
    lif_19_who_is_deactivated_stays_so: lif_19_who_is_deactivated_stays_so_by_event,
        lif_19_who_is_deactivated_stays_so_by_sync;
    lif_28_a_leaver_whom_somebody_activates_goes_again:
        lif_28_a_leaver_whom_somebody_activates_goes_again_by_event,
        lif_28_a_leaver_whom_somebody_activates_goes_again_by_sync;
    lif_29_out_of_scope_keeps_or_deactivates: lif_29_out_of_scope_keeps_or_deactivates_by_event,
        lif_29_out_of_scope_keeps_or_deactivates_by_sync;
    lif_30_back_in_scope_is_the_same_account: lif_30_back_in_scope_is_the_same_account_by_event,
        lif_30_back_in_scope_is_the_same_account_by_sync;
}

fn ada(lines: &str) -> Stage {
    Stage::plus(lines).active(ADA, MAIL).linked(ADA, USER, MAIL)
}

/// A record with this access and lifecycle status.
fn record(
    access: &'static str,
    lifecycle: &'static str,
) -> [(&'static str, Option<&'static str>); 6] {
    let mut record = active(MAIL);
    record[3].1 = Some(access);
    record[4].1 = Some(lifecycle);
    record
}

async fn ev_02_who_agrees_is_left_alone(way: Way) {
    let mut stage = ada("");
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
    assert!(stage.model.effects().is_empty());
}

async fn ev_03_a_new_title_is_one_edit(way: Way) {
    let mut stage = ada("job = \"work.title\"\n");
    stage.person(ADA, MAIL, &[("work.title", Some("Poet"))]);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.plan.to_string(), "1. edit job because difference");
    assert_eq!(stage.model.effects(), [format!("edit {USER}")]);
    assert_eq!(stage.model.text(USER, "job").as_deref(), Some("Poet"));
}

async fn ev_06_whoever_is_inactive_is_deactivated(way: Way) {
    for (lifecycle, reason) in [
        ("terminated", Some(Reason::Leaver)),
        ("garden leave", Some(Reason::LeaveBegan)),
        ("Employed", Some(Reason::Suspended)),
        ("Hired", None),
    ] {
        let mut stage = ada("");
        stage.model.person(ADA, &record("Inactive", lifecycle));
        let decided = stage.by(way, ADA, Evidence::Inactivated).await;
        let expected = reason.map_or(Disposition::NoOp(Reason::InSync), Disposition::Apply);
        assert_eq!(decided.disposition, expected, "{lifecycle}");
        let gone = stage.status(USER) == "deleted";
        assert_eq!(gone, reason.is_some(), "{lifecycle}");
        let ledger = stage.driver.store().ledger().await.expect("holds").value;
        let text = serde_json::to_string(&ledger).expect("plain data");
        assert_eq!(text.contains("\"deactivation\""), gone, "it is charged");
    }
}

#[tokio::test]
async fn ev_08_a_deleted_record_takes_the_linked_account() {
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    let decided = stage.event(ADA, Evidence::Deleted).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::SourceGone));
    let plan = "1. deactivate because source_gone, by the sign deleted and absence";
    assert_eq!(decided.plan.to_string(), plan);
}

#[tokio::test]
async fn lif_23_whom_a_synchronization_misses_is_held() {
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    stage.model.person("102", &active("grace@example.com"));
    let decided = stage.by(Way::Sync, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::Hold(Reason::SourceGone));
    assert_eq!(stage.status(USER), "active");
}

#[tokio::test]
async fn ev_10_garden_leave_counts_when_the_access_ends() {
    let mut stage = ada("");
    stage.model.person(ADA, &record("Active", "garden leave"));
    let first = stage.event(ADA, Evidence::Updated).await;
    assert_eq!(first.disposition, Disposition::NoOp(Reason::InSync));
    stage.model.person(ADA, &record("Inactive", "garden leave"));
    stage.event(ADA, Evidence::Inactivated).await;
    assert_eq!(stage.status(USER), "deleted");
}

async fn lif_01_a_future_employee_waits(way: Way) {
    let mut stage = Stage::plus("[lifecycle]\ncreate_at = \"start\"\n");
    let mut hired = record("Inactive", "hired");
    hired[5].1 = Some("2026-03-12");
    stage.model.person(ADA, &hired);
    let decided = stage.by(way, ADA, Evidence::Created).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::NotYet));
    stage.after(60).await;
    let midnight: Timestamp = "2026-03-11T23:00:00Z".parse().expect("a time");
    let due = stage.driver.store().next_due().await.expect("holds");
    assert_eq!(due, Some(midnight), "in Paris");
    stage
        .after(midnight.duration_since(stage.now).as_secs() - 1)
        .await;
    assert!(stage.model.effects().is_empty());
    stage.after(1).await;
    assert_eq!(stage.model.effects().len(), 2, "created and linked");
}

/// In Auckland the clocks go back in the night after the fourth of April.
async fn lif_10_a_last_day_ends_where_the_person_works(way: Way) {
    let sites = "sites = { \"7\" = \"Pacific/Auckland\" }\n[user]";
    let policy = POLICY.replace("[user]", sites);
    for (day, over) in [
        ("2026-03-02", "2026-03-02T11:00:00Z"),
        ("2026-04-04", "2026-04-04T11:00:00Z"),
        ("2026-04-05", "2026-04-05T12:00:00Z"),
    ] {
        let mut stage = Stage::with(&policy).linked(ADA, USER, MAIL);
        let ends = ("internal.terminationDate", Some(day));
        stage.person(ADA, MAIL, &[ends, ("work.siteId", Some("7"))]);
        stage.by(way, ADA, Evidence::Updated).await;
        let over: Timestamp = over.parse().expect("a time");
        stage
            .after(over.duration_since(stage.now).as_secs() - 1)
            .await;
        assert_eq!(stage.status(USER), "active", "{day}");
        stage.after(1).await;
        assert_eq!(stage.status(USER), "deleted", "{day}");
    }
}

async fn lif_16_a_leave_deactivates_or_keeps(way: Way) {
    for (rule, status) in [("", "deleted"), ("on_leave = \"keep\"\n", "active")] {
        let mut stage = ada(&format!("[lifecycle]\n{rule}"));
        stage.model.person(ADA, &on_leave(MAIL));
        let decided = stage.by(way, ADA, Evidence::Inactivated).await;
        assert_eq!(stage.status(USER), status, "{rule}");
        if status == "active" {
            assert_eq!(decided.disposition, Disposition::NoOp(Reason::OnLeave));
        }
    }
}

async fn lif_19_who_is_deactivated_stays_so(way: Way) {
    let mut stage = ada("");
    stage.model.person(ADA, &on_leave(MAIL));
    stage.model.set(USER, "status", json!("deleted"));
    let decided = stage.by(way, ADA, Evidence::Inactivated).await;
    let expected = Disposition::NoOp(Reason::AlreadyInactive);
    assert_eq!(decided.disposition, expected);
    assert!(stage.model.effects().is_empty());
}

async fn lif_28_a_leaver_whom_somebody_activates_goes_again(way: Way) {
    let mut stage = ada("");
    stage.model.person(ADA, &record("Inactive", "terminated"));
    stage.by(way, ADA, Evidence::Terminated).await;
    stage.model.set(USER, "status", json!("active"));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Leaver));
    assert_eq!(findings(&decided), ["drift"]);
    assert_eq!(stage.status(USER), "deleted");
}

const SCOPE: &str = "[scope]\nwhen = \"work.department == 'd1'\"\n";

fn place(stage: &Stage, department: &str) {
    stage.person(ADA, MAIL, &[("work.department", Some(department))]);
}

async fn lif_29_out_of_scope_keeps_or_deactivates(way: Way) {
    for (rule, status) in [
        ("", "active"),
        ("on_out_of_scope = \"deactivate\"\n", "deleted"),
    ] {
        let mut stage = ada(&format!("{SCOPE}[lifecycle]\n{rule}"));
        place(&stage, "d1");
        stage.by(way, ADA, Evidence::Updated).await;
        place(&stage, "d2");
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(decided.disposition.reason(), Reason::OutOfScope, "{rule}");
        assert_eq!(stage.status(USER), status, "{rule}");
    }
}

async fn lif_30_back_in_scope_is_the_same_account(way: Way) {
    for rule in ["keep", "deactivate"] {
        let lines = format!("{SCOPE}[lifecycle]\non_out_of_scope = \"{rule}\"\n");
        let mut stage = ada(&lines);
        for department in ["d1", "d2", "d1"] {
            place(&stage, department);
            stage.by(way, ADA, Evidence::Updated).await;
        }
        assert_ne!(stage.status(USER), "deleted", "{rule}");
        assert_eq!(stage.model.lock().links[ADA], USER);
        let systems = stage.model.lock();
        assert_eq!(systems.users.len(), 1, "nobody is created: {rule}");
    }
}

#[tokio::test]
async fn prv_02_a_deleted_employee_is_deactivated_and_nothing_more() {
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    stage.event(ADA, Evidence::Deleted).await;
    for _ in 0..12 {
        stage.after(30 * 86_400).await;
    }
    assert_eq!(stage.model.effects(), [format!("deactivate {USER}")]);
    let name = |member| stage.model.text(USER, member);
    assert_eq!(name("mail").as_deref(), Some(MAIL));
    assert_eq!(name("lastName").as_deref(), Some("Lovelace"));
}
