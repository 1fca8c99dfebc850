//! A policy against what one company has.

use std::sync::Arc;

use hibob_client::{FieldInventory, NamedList};
use learning360_client::{CustomFieldId, GroupId, Visibility};
use provisioning_core::{Catalog, CustomField, CustomFieldKind, Group, GroupTree, Policy};
use serde_json::{Value, json};

fn policy(more: &str) -> Policy {
    let text = format!(
        r#"platform = "p"
[time]
zone = "UTC"
[user]
group = "507f1f77bcf86cd799439011"
mail = "email"
{more}"#
    );
    Policy::parse(&text).expect("nothing is wrong with it offline")
}

fn problems(policy: &Policy, catalog: Catalog) -> Vec<(usize, String)> {
    let Err(problems) = policy.bind(catalog) else {
        return Vec::new();
    };
    problems
        .problems()
        .iter()
        .map(|problem| (problem.line, problem.message.clone()))
        .collect()
}

fn fields() -> FieldInventory {
    serde_json::from_value(json!([
        { "id": "root.email", "type": "text" },
        { "id": "work.startDate", "type": "date" },
        { "id": "work.title", "type": "list", "typeData": { "listId": "title" } },
        { "id": "work.department", "type": "list", "typeData": { "listId": "department" } },
        { "id": "work.custom.field_1651169416678", "type": "text" },
        { "id": "work.custom.field_2", "type": "date", "categoryId": "travel" },
    ]))
    .expect("an inventory")
}

fn named_list(list: Value) -> NamedList {
    serde_json::from_value(list).expect("a list")
}

fn lists() -> Catalog {
    let department = named_list(json!({
        "name": "department",
        "items": [{ "id": "253891", "value": "Sales" }, { "id": "253892", "value": "Research" }],
    }));
    let title = named_list(json!({ "name": "title", "items": [] }));
    Catalog::default()
        .with_fields(fields())
        .with_lists([department, title].map(Arc::new))
}

fn custom_field(id: &str, name: &str, kind: CustomFieldKind) -> CustomField {
    CustomField::new(CustomFieldId::try_from(id).expect("an id"), name, kind)
}

fn custom_fields() -> Catalog {
    let hired = custom_field("507f1f77bcf86cd799439033", "Hired", CustomFieldKind::Date);
    let unit = custom_field(
        "507f1f77bcf86cd799439034",
        "Business unit",
        CustomFieldKind::Text,
    );
    let level = custom_field("507f1f77bcf86cd799439035", "Level", CustomFieldKind::Text)
        .with_authorized(["junior".into(), "senior".into()]);
    Catalog::default().with_custom_fields(vec![hired, unit, level])
}

#[test]
fn what_is_not_known_is_not_checked() {
    let policy = policy("[custom_fields]\nNothing = \"work.custom.nothing | label('nothing')\"\n");
    assert_eq!(problems(&policy, Catalog::default()), []);
}

#[test]
fn cfg_01_binding_names_fields_that_bob_does_not_have() {
    let policy = policy("phone = \"work.custom.field_1651169416679\"\njob = \"work.title\"\n");
    let catalog = Catalog::default().with_fields(fields());
    assert_eq!(
        problems(&policy, catalog),
        [(
            7,
            "Bob has no field `work.custom.field_1651169416679`; \
             did you mean `work.custom.field_1651169416678`?"
                .to_owned()
        )]
    );
}

#[test]
fn cfg_01_binding_names_lists_and_items_that_bob_does_not_have() {
    let policy = policy(
        r#"job = "work.title | label('titel')"
lang = "lookup(work.department, {'253893': 'fr', '253892': 'en'})"
[scope]
when = "work.department in ['253891', '25389'] or work.department != 'sales'"
[[groups]]
group = "507f1f77bcf86cd799439012"
when = "'253892' == work.department and work.department not in ['4711']"
"#,
    );
    let found: Vec<_> = problems(&policy, lists())
        .into_iter()
        .map(|(line, message)| format!("{line}: {message}"))
        .collect();
    assert_eq!(
        found,
        [
            "7: Bob has no list `titel`; did you mean `title`?",
            "8: Bob's list `department` has no item `253893`; did you mean `253891`?",
            "10: Bob's list `department` has no item `25389`; did you mean `253891`?",
            "10: Bob's list `department` has no item `sales`; that is a label, and its id is `253891`",
            "13: Bob's list `department` has no item `4711`",
        ]
    );
}

#[test]
fn only_texts_that_are_compared_with_the_field_itself_are_items() {
    let policy = policy(
        r#"[scope]
when = "work.department ~ 'x' == 'ax' and work.title | lower == 'y' and 'z' ~ work.department in ['b']"
"#,
    );
    assert_eq!(problems(&policy, lists()), []);
}

#[test]
fn cfg_01_binding_names_groups_and_custom_fields_that_360learning_does_not_have() {
    let policy = policy(
        r#"[custom_fields]
"Busines unit" = "work.title"
"507f1f77bcf86cd799439034" = "work.title"
"Business unit" = "work.title"
"Level" = { value = "work.title", default = "seniour" }
[[groups]]
group = "507f1f77bcf86cd799439012"
"#,
    );
    let id = |text| GroupId::try_from(text).expect("an id");
    let known = Group::new(
        id("507f1f77bcf86cd799439011"),
        "All",
        None,
        Visibility::Public,
    );
    let groups: GroupTree = [known].into_iter().collect();
    let found: Vec<_> = problems(&policy, custom_fields().with_groups(groups))
        .into_iter()
        .map(|(line, message)| format!("{line}: {message}"))
        .collect();
    assert_eq!(
        found,
        [
            "8: 360Learning has no custom field `Busines unit`; did you mean `Business unit`?",
            "10: the custom field `Business unit` is mapped in line 9 already",
            "11: the custom field `Level` does not allow its default; did you mean `senior`?",
            "13: 360Learning has no group `507f1f77bcf86cd799439012`; \
             did you mean `507f1f77bcf86cd799439011`?",
        ]
    );
}

#[test]
fn cfg_01_binding_names_sites_groups_and_values_that_stand_in_the_rules() {
    let policy = policy(
        r#"primary_group = "lookup(work.siteId, {'1': '507f1f77bcf86cd799439012'})"
[time.sites]
"1" = "Europe/Paris"
"2" = "Pacific/Auckland"
"London" = "Europe/London"
[custom_fields]
"Level" = "'juniour' if work.title == '1' else 'senior'"
"#,
    );
    let site = named_list(json!({
        "name": "site",
        "items": [{ "id": 1, "value": "Paris" }, { "id": 3, "value": "London" }],
    }));
    let known = Group::new(
        GroupId::try_from("507f1f77bcf86cd799439011").expect("an id"),
        "All",
        None,
        Visibility::Public,
    );
    let groups: GroupTree = [known].into_iter().collect();
    let catalog = custom_fields()
        .with_lists([Arc::new(site)])
        .with_groups(groups);
    let found: Vec<_> = problems(&policy, catalog)
        .into_iter()
        .map(|(line, message)| format!("{line}: {message}"))
        .collect();
    assert_eq!(
        found,
        [
            "7: 360Learning has no group `507f1f77bcf86cd799439012`; \
             did you mean `507f1f77bcf86cd799439011`?",
            "10: Bob has no site `2`; did you mean `1`?",
            "11: Bob has no site `London`; that is a label, and its id is `3`",
            "13: the custom field `Level` does not allow a text of its rule; \
             did you mean `junior`?",
        ]
    );
    // What is not known is not checked.
    assert_eq!(problems(&policy, Catalog::default()), []);
}

#[test]
fn cf_03_only_dates_are_mapped_to_a_custom_field_for_dates() {
    let wrong = [
        "work.title",
        "work.title | label('title')",
        "work.startDate ~ ''",
        "first_of(work.startDate, work.title)",
        "(work.startDate | date) ~ 'x'",
        "work.startDate | date | upper",
        "'2026-01-01'",
    ];
    let right = [
        "work.startDate",
        "work.startDate | add_days(30)",
        "work.title | date",
        "first_of(work.startDate, work.custom.field_2)",
        "first_of(work.startDate, email) | date",
    ];
    for (expressions, expected) in [(&wrong[..], 1), (&right[..], 0)] {
        for expression in expressions {
            let policy = policy(&format!("[custom_fields]\nHired = \"{expression}\"\n"));
            let found = problems(&policy, custom_fields().with_fields(fields()));
            assert_eq!(found.len(), expected, "{expression}: {found:?}");
            if expected == 1 {
                assert_eq!(
                    found[0],
                    (
                        8,
                        "the custom field `Hired` holds dates: map a date field, or end with \
                         `| date`"
                            .to_owned()
                    )
                );
            }
        }
    }
    let default = "[custom_fields]\nHired = { value = \"work.startDate\", default = \"soon\" }\n";
    assert_eq!(problems(&policy(default), custom_fields()).len(), 1);
}

#[test]
fn a_bound_policy_knows_the_categories_of_the_companys_own_fields() {
    let policy = policy("job = \"work.custom.field_2\"\n");
    let bound = policy.bind(lists()).expect("it fits");
    let categories = bound.requirements().categories;
    assert!(
        categories["travel"]
            .iter()
            .any(|field| field.as_str() == "work.custom.field_2")
    );
    assert!(policy.requirements().categories.contains_key("work"));
    assert!(!policy.requirements().categories.contains_key("travel"));
}
