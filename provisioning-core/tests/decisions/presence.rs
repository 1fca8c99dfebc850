//! Zones, scope, hidden people, and accounts that are merely invited.

use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, Stage, USER, Way, both_ways, findings};

const MAIL: &str = "ada@example.com";

both_ways! {
    lif_11_without_a_known_site_the_companys_zone_counts:
        lif_11_without_a_known_site_the_companys_zone_counts_by_event,
        lif_11_without_a_known_site_the_companys_zone_counts_by_sync;
    lif_18_a_leave_that_remains_active_changes_nothing:
        lif_18_a_leave_that_remains_active_changes_nothing_by_event,
        lif_18_a_leave_that_remains_active_changes_nothing_by_sync;
    lif_31_a_converted_contractor_is_updated: lif_31_a_converted_contractor_is_updated_by_event,
        lif_31_a_converted_contractor_is_updated_by_sync;
    lif_32_who_never_accepted_is_activated_or_reported:
        lif_32_who_never_accepted_is_activated_or_reported_by_event,
        lif_32_who_never_accepted_is_activated_or_reported_by_sync;
    lif_35_a_leaver_goes_whatever_the_scope_says: lif_35_a_leaver_goes_whatever_the_scope_says_by_event,
        lif_35_a_leaver_goes_whatever_the_scope_says_by_sync;
    lif_35_null_is_out_and_hidden_changes_nothing: lif_35_null_is_out_and_hidden_changes_nothing_by_event,
        lif_35_null_is_out_and_hidden_changes_nothing_by_sync;
}

async fn lif_11_without_a_known_site_the_companys_zone_counts(way: Way) {
    let policy =
        crate::stage::POLICY.replace("[user]", "sites = { \"7\" = \"Pacific/Auckland\" }\n[user]");
    // Three in the afternoon in Paris on the last day; in Auckland it is over.
    for (site, status, found) in [
        (None, "active", vec!["zone_assumed(record)"]),
        (Some("8"), "active", vec!["zone_assumed(record)"]),
        (Some("7"), "deleted", vec![]),
    ] {
        let mut stage = Stage::with(&policy).linked(ADA, USER, MAIL);
        stage.advance(5 * 3600);
        let last_day = ("internal.terminationDate", Some("2026-03-02"));
        stage.person(ADA, MAIL, &[last_day, ("work.siteId", site)]);
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(findings(&decided), found, "{site:?}");
        assert_eq!(stage.status(USER), status, "{site:?}");
    }
}

async fn lif_18_a_leave_that_remains_active_changes_nothing(way: Way) {
    let mut stage = Stage::new().linked(ADA, USER, MAIL);
    let leave = ("internal.lifecycleStatus", Some("parental leave"));
    stage.person(ADA, MAIL, &[leave]);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
    assert!(stage.model.effects().is_empty());
}

#[tokio::test]
async fn lif_21_a_silent_bob_raises_an_alarm_and_then_the_event_alone_may_count() {
    for (rule, status) in [("", "active"), ("act_on_event_after = \"4h\"\n", "deleted")] {
        let mut stage = Stage::plus(&format!("[lifecycle]\n{rule}")).active(ADA, MAIL);
        stage = stage.linked(ADA, USER, MAIL);
        stage.model.lock().bob_is_down = true;
        let first = stage.event(ADA, Evidence::Terminated).await;
        assert_eq!(first.disposition, Disposition::Retry(Reason::Unavailable));
        let mut found = Vec::new();
        for _ in 0..7 {
            assert_eq!(stage.status(USER), "active");
            let decided = stage.after(1_800).await;
            found.extend(decided.iter().flat_map(findings));
        }
        assert!(found.contains(&"source_unreachable(record)".to_owned()));
        stage.after(1_800).await;
        assert_eq!(stage.status(USER), status, "{rule}");
    }
}

async fn lif_31_a_converted_contractor_is_updated(way: Way) {
    let lines = "job = \"work.title\"\n";
    let mut stage = Stage::plus(lines).linked(ADA, USER, MAIL);
    stage.model.set(USER, "job", json!("Contractor"));
    stage.person(ADA, MAIL, &[("work.title", Some("Permanent"))]);
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(stage.model.effects(), [format!("edit {USER}")]);
}

async fn lif_32_who_never_accepted_is_activated_or_reported(way: Way) {
    for (activate, status, found) in [
        (true, "active", vec![]),
        (false, "invited", vec!["never_logged_in"]),
    ] {
        let mut stage = Stage::plus(&format!("[lifecycle]\nactivate = {activate}\n"));
        stage = stage.active(ADA, MAIL).linked(ADA, USER, MAIL);
        stage.model.set(USER, "status", json!("invited"));
        let decided = stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(findings(&decided), found);
        assert_eq!(stage.status(USER), status);
        assert!(!stage.model.effects().contains(&format!("create {USER}")));
    }
}

const SCOPE: &str =
    "[scope]\nwhen = \"work.department == 'd1'\"\n[lifecycle]\non_out_of_scope = \"deactivate\"\n";

async fn lif_35_a_leaver_goes_whatever_the_scope_says(way: Way) {
    let ended = ("internal.lifecycleStatus", Some("Terminated"));
    let outside = ("work.department", Some("d2"));
    for more in [vec![ended, outside], vec![ended]] {
        let mut stage = Stage::plus(SCOPE).linked(ADA, USER, MAIL);
        stage.person(ADA, MAIL, &more);
        stage.by(way, ADA, Evidence::Terminated).await;
        assert_eq!(stage.status(USER), "deleted", "{more:?}");
    }
}

async fn lif_35_null_is_out_and_hidden_changes_nothing(way: Way) {
    let empty = ("work.department", None);
    for (more, status) in [(vec![empty], "deleted"), (vec![], "active")] {
        let mut stage = Stage::plus(SCOPE).linked(ADA, USER, MAIL);
        stage.person(ADA, MAIL, &more);
        stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(stage.status(USER), status, "{more:?}");
    }
}
