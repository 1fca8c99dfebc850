//! Custom values: all of them are written, and only ours are changed.

use std::collections::BTreeMap;

use learning360_client::CustomFieldId;
use provisioning_core::{CustomField, CustomFieldKind, Evidence};
use serde_json::json;

use crate::stage::{ADA, Stage, USER, Way, both_ways, findings};

const MAIL: &str = "ada@example.com";
const RULES: &str = r#"
[custom_fields]
"Team" = "work.department"
"Floor" = "work.site"
"Since" = "work.startDate"
"#;

both_ways! {
    cf_01_the_values_of_others_stay: cf_01_the_values_of_others_stay_by_event,
        cf_01_the_values_of_others_stay_by_sync;
    cf_02_a_value_that_is_not_allowed_is_left_out: cf_02_a_value_that_is_not_allowed_is_left_out_by_event,
        cf_02_a_value_that_is_not_allowed_is_left_out_by_sync;
    cf_03_what_is_no_date_is_left_out: cf_03_what_is_no_date_is_left_out_by_event,
        cf_03_what_is_no_date_is_left_out_by_sync;
    cf_04_a_field_that_is_gone_stops_nothing: cf_04_a_field_that_is_gone_stops_nothing_by_event,
        cf_04_a_field_that_is_gone_stops_nothing_by_sync;
    cf_05_without_the_current_values_nothing_is_written:
        cf_05_without_the_current_values_nothing_is_written_by_event,
        cf_05_without_the_current_values_nothing_is_written_by_sync;
    cf_06_a_change_in_between_is_kept: cf_06_a_change_in_between_is_kept_by_event,
        cf_06_a_change_in_between_is_kept_by_sync;
    dat_12_a_point_in_time_is_the_day_that_it_names: dat_12_a_point_in_time_is_the_day_that_it_names_by_event,
        dat_12_a_point_in_time_is_the_day_that_it_names_by_sync;
}

fn id(index: usize) -> String {
    format!("{index:024x}")
}

/// Ada with nine custom values, of which the policy maps `Team` (1), `Floor` (2) and `Since` (3).
fn ada() -> Stage {
    let stage = Stage::plus(RULES).linked(ADA, USER, MAIL);
    let names = ["Team", "Floor", "Since", "D", "E", "F", "G", "H", "I"];
    for (index, name) in names.iter().enumerate() {
        stage.model.custom_field(&id(index + 1), name);
        stage.model.custom_value(USER, &id(index + 1), "old");
    }
    stage.person(
        ADA,
        MAIL,
        &[
            ("work.department", Some("Engines")),
            ("work.site", Some("Two")),
        ],
    );
    stage
}

fn values(stage: &Stage) -> BTreeMap<String, String> {
    stage.model.custom_values(USER).into_iter().collect()
}

/// The old values, but for these.
fn old_but(new: [(usize, &str); 3]) -> BTreeMap<String, String> {
    let old = (1..=9).map(|index| (id(index), "old".to_owned()));
    old.chain(new.map(|(index, value)| (id(index), value.to_owned())))
        .collect()
}

fn replace(stage: &Stage, index: usize, change: impl Fn(CustomField) -> CustomField) {
    let fields = &mut stage.model.lock().custom_fields;
    fields[index - 1] = change(fields[index - 1].clone());
}

fn to_date(field: CustomField) -> CustomField {
    CustomField::new(field.id, field.name, CustomFieldKind::Date)
}

async fn cf_01_the_values_of_others_stay(way: Way) {
    let mut stage = ada();
    stage.by(way, ADA, Evidence::Updated).await;
    let expected = old_but([(1, "Engines"), (2, "Two"), (3, "2024-04-01")]);
    assert_eq!(values(&stage), expected);
    assert_eq!(stage.model.effects(), [format!("set_custom_values {USER}")]);
}

async fn cf_02_a_value_that_is_not_allowed_is_left_out(way: Way) {
    let mut stage = ada();
    replace(&stage, 1, |field| {
        field.with_authorized(["old".into(), "Bridges".into()])
    });
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["unauthorized_value(Team)"]);
    assert!(!format!("{decided:?}").contains("Engines"));
    let expected = old_but([(1, "old"), (2, "Two"), (3, "2024-04-01")]);
    assert_eq!(values(&stage), expected);
}

async fn cf_03_what_is_no_date_is_left_out(way: Way) {
    let mut stage = ada();
    replace(&stage, 2, to_date);
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["mapping_failed(Floor)"]);
    let expected = old_but([(1, "Engines"), (2, "old"), (3, "2024-04-01")]);
    assert_eq!(values(&stage), expected);
}

async fn cf_04_a_field_that_is_gone_stops_nothing(way: Way) {
    let mut stage = ada();
    stage.model.lock().custom_fields.remove(0);
    stage.model.set(USER, "firstName", json!("Augusta"));
    let decided = stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(findings(&decided), ["custom_field_not_found(Team)"]);
    let expected = old_but([(1, "old"), (2, "Two"), (3, "2024-04-01")]);
    assert_eq!(values(&stage), expected);
    assert_eq!(stage.model.text(USER, "firstName").as_deref(), Some("Ada"));
}

async fn cf_05_without_the_current_values_nothing_is_written(way: Way) {
    let mut stage = ada();
    stage.model.lock().broken.insert("CustomValues");
    stage.by(way, ADA, Evidence::Updated).await;
    assert!(stage.model.effects().is_empty());
    stage.model.lock().broken.clear();
    stage.after(180).await;
    assert_eq!(values(&stage)[&id(1)], "Engines", "later it is");
}

async fn cf_06_a_change_in_between_is_kept(way: Way) {
    let mut stage = ada();
    stage.model.lock().meddling = Some(Box::new(|systems| {
        let values = systems.custom_values.get_mut(USER).expect("some");
        let field = CustomFieldId::try_from(id(4).as_str()).expect("an id");
        values.insert(field, "new".to_owned());
    }));
    stage.by(way, ADA, Evidence::Updated).await;
    assert_eq!(values(&stage)[&id(4)], "new");
    assert_eq!(values(&stage)[&id(1)], "Engines");
}

async fn dat_12_a_point_in_time_is_the_day_that_it_names(way: Way) {
    for day in [
        "2024-04-01",
        "2024-04-01T00:00:00+12:00",
        "2024-04-01T23:30:00Z",
    ] {
        let mut stage = ada();
        replace(&stage, 3, to_date);
        stage
            .model
            .edit(ADA, |record| record["work"]["startDate"] = json!(day));
        stage.by(way, ADA, Evidence::Updated).await;
        assert_eq!(values(&stage)[&id(3)], "2024-04-01", "{day}");
    }
}
