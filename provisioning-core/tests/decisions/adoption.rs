//! Nobody is linked yet: which accounts are taken over, and which are left alone.

use provisioning_core::{Disposition, Evidence, Memory, Reason};
use serde_json::json;

use crate::stage::{ADA, OTHER, Stage, USER, Way, active, both_ways, findings};

const MAIL: &str = "ada@example.com";

both_ways! {
    mat_01_an_unlinked_account_is_adopted: mat_01_an_unlinked_account_is_adopted_by_event,
        mat_01_an_unlinked_account_is_adopted_by_sync;
    mat_01_one_that_was_deleted_before_is_not: mat_01_one_that_was_deleted_before_is_not_by_event,
        mat_01_one_that_was_deleted_before_is_not_by_sync;
    mat_02_manual_adoption_waits_for_a_person: mat_02_manual_adoption_waits_for_a_person_by_event,
        mat_02_manual_adoption_waits_for_a_person_by_sync;
    mat_05_a_deleted_account_of_the_same_person_comes_back:
        mat_05_a_deleted_account_of_the_same_person_comes_back_by_event,
        mat_05_a_deleted_account_of_the_same_person_comes_back_by_sync;
    mat_06_a_recycled_mail_is_a_conflict: mat_06_a_recycled_mail_is_a_conflict_by_event,
        mat_06_a_recycled_mail_is_a_conflict_by_sync;
    mat_07_a_deleted_stranger_is_a_conflict: mat_07_a_deleted_stranger_is_a_conflict_by_event,
        mat_07_a_deleted_stranger_is_a_conflict_by_sync;
    mat_07_the_same_name_comes_back_where_the_policy_says_so:
        mat_07_the_same_name_comes_back_where_the_policy_says_so_by_event,
        mat_07_the_same_name_comes_back_where_the_policy_says_so_by_sync;
    mat_17_without_any_memory_the_links_are_read_again:
        mat_17_without_any_memory_the_links_are_read_again_by_event,
        mat_17_without_any_memory_the_links_are_read_again_by_sync;
    mat_22_another_domain_gets_no_account: mat_22_another_domain_gets_no_account_by_event,
        mat_22_another_domain_gets_no_account_by_sync;
}

/// Ada is employed, and an account that nobody is linked to has her mail and name.
fn unlinked(lines: &str, status: &str) -> Stage {
    let stage = Stage::plus(lines).active(ADA, MAIL);
    stage.model.user(USER, status, MAIL);
    stage.model.set(USER, "firstName", json!("Ada"));
    stage.model.set(USER, "lastName", json!("Lovelace"));
    if status == "deleted" {
        let deleted = json!(["2025-12-31T23:00:00.000Z"]);
        stage.model.set(USER, "deletedAt", deleted);
    }
    stage
}

async fn mat_01_an_unlinked_account_is_adopted(way: Way) {
    for status in ["active", "invited"] {
        let mut stage = unlinked("", status);
        stage.model.set(USER, "firstName", json!("Augusta"));
        let decided = stage.by(way, ADA, Evidence::Created).await;
        assert_eq!(decided.disposition, Disposition::Apply(Reason::Adopted));
        let done = ["link", "edit"].map(|kind| format!("{kind} {USER}"));
        assert_eq!(stage.model.effects(), done);
        let plan = decided.plan.to_string();
        assert!(plan.contains("1. link because adopted"), "{plan}");
    }
}

async fn mat_01_one_that_was_deleted_before_is_not(way: Way) {
    for member in ["deletedAt", "reactivatedAt"] {
        let mut stage = unlinked("", "active");
        let moment = json!(["2025-01-01T00:00:00.000Z"]);
        stage.model.set(USER, member, moment);
        let decided = stage.by(way, ADA, Evidence::Created).await;
        let expected = Disposition::Conflict(Reason::RecycledIdentity);
        assert_eq!(decided.disposition, expected);
        assert!(stage.model.effects().is_empty());
    }
}

async fn mat_02_manual_adoption_waits_for_a_person(way: Way) {
    let mut stage = unlinked("[matching]\nadopt = \"manual\"\n", "active");
    let decided = stage.by(way, ADA, Evidence::Created).await;
    let expected = Disposition::Conflict(Reason::AdoptionNeeded);
    assert_eq!(decided.disposition, expected);
    let found = format!("adoption_needed by user {USER}");
    assert_eq!(findings(&decided), [found]);
    assert!(stage.model.effects().is_empty());
}

async fn mat_05_a_deleted_account_of_the_same_person_comes_back(way: Way) {
    let mut stage = unlinked("", "deleted");
    stage.model.link(ADA, USER);
    let since = "internal.currentActiveStatusStartDate";
    stage.person(ADA, MAIL, &[(since, Some("2026-03-01"))]);
    let decided = stage.by(way, ADA, Evidence::Activated).await;
    assert_eq!(decided.disposition, Disposition::Apply(Reason::Returned));
    assert_eq!(stage.model.effects(), [format!("restore {USER}")]);
}

async fn mat_06_a_recycled_mail_is_a_conflict(way: Way) {
    for former_is_there in [false, true] {
        let mut stage = unlinked("[matching]\nrestore_unlinked = \"same_name\"\n", "deleted");
        stage.model.set(USER, "firstName", json!("Grace"));
        stage.model.link("90", USER);
        if former_is_there {
            stage.model.person("90", &active("grace@example.com"));
        }
        let decided = stage.by(way, ADA, Evidence::Created).await;
        let expected = Disposition::Conflict(Reason::RecycledIdentity);
        assert_eq!(decided.disposition, expected);
        let ours = format!("link {USER}");
        let effects = stage.model.effects();
        assert!(!effects.contains(&ours), "{effects:?}");
        let posted = |done: &String| done.starts_with("create");
        assert!(!effects.iter().any(posted), "the mail is never sent");
    }
}

async fn mat_07_a_deleted_stranger_is_a_conflict(way: Way) {
    for (name, says) in [
        ("Ada", "its name is the same"),
        ("Eve", "its name is another"),
    ] {
        let mut stage = unlinked("", "deleted");
        stage.model.set(USER, "firstName", json!(name));
        let decided = stage.by(way, ADA, Evidence::Created).await;
        let expected = Disposition::Conflict(Reason::RecycledIdentity);
        assert_eq!(decided.disposition, expected);
        let explanation = decided.explanation.to_string();
        assert!(explanation.contains(says), "{explanation}");
        assert!(stage.model.effects().is_empty());
    }
}

async fn mat_07_the_same_name_comes_back_where_the_policy_says_so(way: Way) {
    for (name, comes_back) in [("ada ", true), ("Eve", false)] {
        let mut stage = unlinked("[matching]\nrestore_unlinked = \"same_name\"\n", "deleted");
        stage.model.set(USER, "firstName", json!(name));
        stage.by(way, ADA, Evidence::Created).await;
        let effects = stage.model.effects();
        let done = ["restore", "link"].map(|kind| format!("{kind} {USER}"));
        let expected: &[String] = if comes_back { &done } else { &[] };
        assert!(effects.starts_with(expected), "{effects:?}");
        assert_eq!(effects.is_empty(), !comes_back, "{effects:?}");
    }
}

async fn mat_17_without_any_memory_the_links_are_read_again(way: Way) {
    let mut stage = Stage::new().active(ADA, MAIL).linked(ADA, USER, MAIL);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
    let memory = stage.memory(ADA);
    assert_ne!(memory, Memory::default());
    assert_eq!(
        memory.link().map(ToString::to_string).as_deref(),
        Some(USER)
    );
    assert!(stage.model.effects().is_empty());
}

async fn mat_22_another_domain_gets_no_account(way: Way) {
    let rule = "[matching]\nallowed_domains = [\"example.org\"]\n";
    let mut stage = Stage::plus(rule).active(ADA, MAIL);
    let decided = stage.by(way, ADA, Evidence::Created).await;
    let expected = Disposition::NoOp(Reason::DomainOutOfScope);
    assert_eq!(decided.disposition, expected);
    stage.person("102", "grace@EXAMPLE.org", &[]);
    stage.by(way, "102", Evidence::Created).await;
    let user = format!("{:024x}", 1);
    let done = ["create", "link"].map(|kind| format!("{kind} {user}"));
    assert_eq!(stage.model.effects(), done);
    assert_ne!(user, OTHER);
}
