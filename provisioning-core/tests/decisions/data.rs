//! Values: hidden, empty, wrong, odd, and edited by others.

use provisioning_core::{Disposition, Evidence, Reason};
use serde_json::json;

use crate::stage::{ADA, Stage, USER, Way, both_ways, findings};

const MAIL: &str = "ada@example.com";

both_ways! {
    dat_01_a_hidden_field_is_left_alone: dat_01_a_hidden_field_is_left_alone_by_event,
        dat_01_a_hidden_field_is_left_alone_by_sync;
    dat_02_only_what_may_be_cleared_is: dat_02_only_what_may_be_cleared_is_by_event,
        dat_02_only_what_may_be_cleared_is_by_sync;
    dat_05_odd_texts_are_cleaned: dat_05_odd_texts_are_cleaned_by_event,
        dat_05_odd_texts_are_cleaned_by_sync;
    dat_06_an_unknown_language_is_left_out: dat_06_an_unknown_language_is_left_out_by_event,
        dat_06_an_unknown_language_is_left_out_by_sync;
    dat_07_what_is_written_once_stays: dat_07_what_is_written_once_stays_by_event,
        dat_07_what_is_written_once_stays_by_sync;
    dat_08_what_others_edit_is_put_back: dat_08_what_others_edit_is_put_back_by_event,
        dat_08_what_others_edit_is_put_back_by_sync;
    dat_09_one_failing_field_stops_nothing: dat_09_one_failing_field_stops_nothing_by_event,
        dat_09_one_failing_field_stops_nothing_by_sync;
    dat_10_a_default_fills_no_existing_account:
        dat_10_a_default_fills_no_existing_account_by_event,
        dat_10_a_default_fills_no_existing_account_by_sync;
    dat_11_a_new_label_is_written_only_where_labels_are_mapped:
        dat_11_a_new_label_is_written_only_where_labels_are_mapped_by_event,
        dat_11_a_new_label_is_written_only_where_labels_are_mapped_by_sync;
    dat_13_blanks_around_a_value_are_no_change: dat_13_blanks_around_a_value_are_no_change_by_event,
        dat_13_blanks_around_a_value_are_no_change_by_sync;
}

/// Ada, linked, with `job` in her account and her title in Bob.
fn titled(rule: &str, job: Option<&str>, title: Option<&str>) -> Stage {
    let stage = Stage::plus(&format!("job = {rule}\n")).linked(ADA, USER, MAIL);
    stage.model.set(USER, "job", json!(job));
    stage.person(ADA, MAIL, &[("work.title", title)]);
    stage
}

fn job(stage: &Stage) -> Option<String> {
    stage.model.text(USER, "job")
}

async fn dat_01_a_hidden_field_is_left_alone(way: Way) {
    let mut stage = titled("\"work.title\"", Some("Poet"), None).active(ADA, MAIL);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["source_field_missing(job)"]);
    assert_eq!(job(&stage).as_deref(), Some("Poet"));
}

async fn dat_02_only_what_may_be_cleared_is(way: Way) {
    let mut kept = titled("\"work.title\"", Some("Poet"), None);
    kept.by(way, ADA, Evidence::Updated).await;
    assert_eq!(job(&kept).as_deref(), Some("Poet"));
    let rule = "{ value = \"work.title\", clear = true }";
    let mut cleared = titled(rule, Some("Poet"), None);
    cleared.by(way, ADA, Evidence::Updated).await;
    assert_eq!(job(&cleared), None);
}

#[tokio::test]
async fn dat_04_without_a_first_name_the_default_is_taken_or_nobody_is_created() {
    let nameless = |stage: &Stage| stage.person(ADA, MAIL, &[("root.firstName", None)]);
    let mut stage = Stage::new();
    nameless(&stage);
    let decided = stage.event(ADA, Evidence::Created).await;
    let expected = Disposition::Conflict(Reason::RequiredMissing);
    assert_eq!(decided.disposition, expected);
    assert!(stage.model.effects().is_empty());
    let policy = crate::stage::POLICY;
    let rule = "{ value = \"firstName\", default = \"Colleague\" }";
    let mut stage = Stage::with(&policy.replace("\"firstName\"", rule));
    nameless(&stage);
    stage.event(ADA, Evidence::Created).await;
    let name = stage.model.text(&format!("{:024x}", 1), "firstName");
    assert_eq!(name.as_deref(), Some("Colleague"));
}

async fn dat_05_odd_texts_are_cleaned(way: Way) {
    let title = format!(" \u{202e}Poet\u{0} 👩‍🚀{}", "x".repeat(10_000));
    let mut stage = titled("\"work.title\"", None, Some(&title));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["value_adjusted(job)"]);
    let job = job(&stage).expect("it is written");
    assert!(job.starts_with("Poet 👩‍🚀xx") && job.chars().count() == 500);
}

async fn dat_06_an_unknown_language_is_left_out(way: Way) {
    let mut stage = Stage::plus("lang = \"work.language\"\n").linked(ADA, USER, MAIL);
    stage.model.set(USER, "firstName", json!("Augusta"));
    stage.person(ADA, MAIL, &[("work.language", Some("Klingon"))]);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["language_unknown(lang)"]);
    assert_eq!(stage.model.text(USER, "lang").as_deref(), Some("en"));
    assert_eq!(stage.model.text(USER, "firstName").as_deref(), Some("Ada"));
}

async fn dat_07_what_is_written_once_stays(way: Way) {
    let rule = "{ value = \"work.title\", when = \"create_only\" }";
    let mut stage = titled(rule, Some("Edited"), Some("Poet"));
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(job(&stage).as_deref(), Some("Edited"));
}

async fn dat_08_what_others_edit_is_put_back(way: Way) {
    let mut stage = titled("\"work.title\"", Some("Poet"), Some("Poet"));
    stage.by(way, ADA, Evidence::Updated).await;
    stage.model.set(USER, "job", json!("Edited"));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["drift(job)"]);
    assert_eq!(job(&stage).as_deref(), Some("Poet"));
}

async fn dat_09_one_failing_field_stops_nothing(way: Way) {
    let mut stage = titled("\"work.title + 1\"", Some("kept"), Some("Poet"));
    stage.model.set(USER, "firstName", json!("Augusta"));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["mapping_failed(job)"]);
    assert_eq!(stage.model.text(USER, "firstName").as_deref(), Some("Ada"));
    assert_eq!(job(&stage).as_deref(), Some("kept"));
}

async fn dat_10_a_default_fills_no_existing_account(way: Way) {
    let rule = "{ value = \"work.title\", default = \"Colleague\" }";
    let mut stage = titled(rule, Some("Poet"), None);
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(job(&stage).as_deref(), Some("Poet"));
}

async fn dat_11_a_new_label_is_written_only_where_labels_are_mapped(way: Way) {
    for (rule, before, after) in [
        ("\"work.title\"", "t1", "t1"),
        ("\"work.title | label('title')\"", "Engineer", "Architect"),
    ] {
        let mut stage = titled(rule, Some(before), Some("t1"));
        "Architect".clone_into(&mut stage.model.lock().title);
        stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(job(&stage).as_deref(), Some(after), "{rule}");
    }
}

async fn dat_13_blanks_around_a_value_are_no_change(way: Way) {
    let mut stage = titled("\"work.title\"", Some(" Poet"), Some("Poet  "));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(decided.disposition, Disposition::NoOp(Reason::InSync));
}
