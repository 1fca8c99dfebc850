//! Properties of records and metadata.
#![allow(clippy::unwrap_used)] // Clippy does not see that helpers of tests are tests.

use hibob_client::table::{EmploymentRow, LifecycleRow, TableRecord, TrainingRow, WorkRow};
use hibob_client::{Employee, Field, FieldId, FieldInventory, NamedList};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any JSON of moderate size.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z/.]{0,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Whether a field with this path would take the place of the record's own id.
fn is_of_the_id(path: &[String]) -> bool {
    path[0] == "id" || (path[0] == "root" && path[1] == "id")
}

proptest! {
    #[test]
    fn both_forms_of_a_record_give_the_same(
        path in prop::collection::vec("[a-z]{1,6}", 2..5),
        value in any_json(),
        whole in any::<bool>(),
    ) {
        let field = FieldId::parse(&path.join(".")).unwrap();
        // Null stands in the nested form only, and a record is found by its id.
        prop_assume!(!value.is_null() && !is_of_the_id(&path));
        let nest = |path: &[String]| {
            path.iter().rev().fold(value.clone(), |inner, name| json!({name.as_str(): inner}))
        };
        let nested = json!({"id": "1", path[0].as_str(): nest(&path[1..])});
        // A part of an object field may stand under the object's key.
        let slash = if whole && path.len() > 2 {
            let key = format!("/{}/{}", path[0], path[1]);
            json!({"id": "1", key.as_str(): {"value": nest(&path[2..])}})
        } else {
            json!({"id": "1", field.to_slash_form().as_str(): {"value": value}})
        };
        let [nested, slash] = [nested, slash].map(|record| Employee::from_json(record).unwrap());
        prop_assert_eq!(nested.field(&field), Field::Value(&value));
        prop_assert_eq!(slash.field(&field), Field::Value(&value));
        prop_assert_eq!(nested.try_text(&field), slash.try_text(&field));
        prop_assert_eq!(nested.try_date(&field), slash.try_date(&field));
    }

    #[test]
    fn unknown_columns_and_values_never_fail_a_row(
        extra in prop::collection::btree_map("[a-zA-Z.]{3,8}", any_json(), 0..5),
        odd in any_json(),
    ) {
        let mut row = json!({"id": odd, "status": odd, "effectiveDate": odd, "reportsTo": odd,
            "title": odd, "fte": odd, "cost": odd, "isCurrent": odd, "customColumns": odd});
        row.as_object_mut().unwrap().extend(extra);
        let lifecycle = LifecycleRow::from_json(row.clone()).unwrap();
        drop((lifecycle.id(), lifecycle.status(), lifecycle.effective_date()));
        let work = WorkRow::from_json(row.clone()).unwrap();
        drop((work.reports_to(), work.title(), work.is_current()));
        drop(work.custom_column::<String>(&FieldId::parse("column_1").unwrap()));
        let employment = EmploymentRow::from_json(row.clone()).unwrap();
        drop((employment.fte(), employment.contract()));
        let training = TrainingRow::from_json(row.clone()).unwrap();
        drop((training.cost(), training.name()));
        prop_assert_eq!(Value::Object(training.row().raw().clone()), row);
    }

    #[test]
    fn unknown_statuses_and_values_never_fail_a_record(odd in any_json(), status in ".{0,40}") {
        let employee = Employee::from_json(json!({"id": "1", "work": odd, "internal": odd,
            "/internal/lifecycleStatus": {"value": status}, "firstName": odd}))
        .unwrap();
        drop((employee.first_name(), employee.start_date(), employee.title(), employee.manager()));
        drop((employee.reports_to(), employee.is_manager(), employee.termination_date()));
        let read = employee.lifecycle_status();
        prop_assert!(!read.is_missing());
    }

    #[test]
    fn unknown_fields_never_fail_a_record(
        extra in prop::collection::btree_map("[a-zA-Z/.]{3,8}", any_json(), 0..5),
        field in "[a-zA-Z/.]{1,20}",
    ) {
        let mut body = json!({"id": "1"});
        body.as_object_mut().unwrap().extend(extra);
        let employee: Employee = serde_json::from_str(&body.to_string()).unwrap();
        if let Ok(field) = FieldId::parse(&field) {
            drop((employee.text(&field), employee.date(&field)));
        }
        drop((employee.email(), employee.access_status(), employee.lifecycle_status()));
    }

    #[test]
    fn metadata_of_any_content_is_read(
        entries in prop::collection::vec(any_json(), 0..6),
    ) {
        let fields: FieldInventory =
            serde_json::from_value(Value::from(entries.clone())).unwrap();
        prop_assert_eq!(fields.len() + fields.skipped(), entries.len());
        let list: NamedList =
            serde_json::from_value(json!({"name": "x", "items": entries})).unwrap();
        prop_assert!(list.items().len() + list.skipped() >= entries.len());
    }
}
