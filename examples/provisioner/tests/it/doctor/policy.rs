//! Findings about the settings and the policy.

use sandbox::{CustomField, List, Person, Seed};

use super::patient;

#[tokio::test]
async fn settings_that_are_missing_are_findings() {
    let told = patient()
        .set("HIBOB_SERVICE_USER_TOKEN", "")
        .set("LISTEN", "nowhere")
        .examined()
        .await;
    let found = told.findings.iter().filter(|it| it["code"] == "settings");
    let found: Vec<_> = found.map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(found.len(), 2, "{}", told.text);
    assert!(
        found
            .iter()
            .any(|it| it.contains("HIBOB_SERVICE_USER_TOKEN is not set"))
    );
    // Without them nobody is called; the policy is looked at all the same.
    assert!(told.has("policy") && !told.has("people_visible"));
}

#[tokio::test]
async fn the_same_secret_twice_is_a_warning() {
    let told = patient()
        .set("HIBOB_DEACTIVATION_SECRETS", "canary-upsert-old")
        .examined()
        .await;
    told.expect("secret_repeated", "warning", &["address"]);
    assert!(!told.text.contains("canary-upsert"));
}

#[tokio::test]
async fn cfg_01_an_unusable_policy_is_told_line_by_line() {
    let told = patient()
        .policy("adopt = \"auto\"", "adopt = \"atuo\"")
        .examined()
        .await;
    told.expect("policy", "error", &["did you mean `auto`?"]);
    assert!(told.line("policy").starts_with("adopt"));
}

#[tokio::test]
async fn what_the_linter_says_is_a_warning_with_its_line() {
    let told = patient()
        .policy("invite = true", "invite = false")
        .examined()
        .await;
    told.expect("nobody_invited", "warning", &["cannot enter it"]);
}

#[tokio::test]
async fn cfg_01_what_the_company_does_not_have_is_told_with_its_line() {
    let told = patient()
        .policy("label('title')", "label('titel')")
        .examined()
        .await;
    told.expect(
        "misfit",
        "error",
        &["no list `titel`", "did you mean `title`?"],
    );
    assert!(told.line("misfit").starts_with("job"));

    let told = patient()
        .policy("650000000000000000000004", "650000000000000000000999")
        .examined()
        .await;
    told.expect("misfit", "error", &["no group"]);

    let told = patient()
        .policy("\"Start date\"", "\"Start day\"")
        .examined()
        .await;
    told.expect("misfit", "error", &["did you mean `Start date`?"]);

    let told = patient()
        .policy("== '253891'", "== 'Engineering'")
        .examined()
        .await;
    told.expect(
        "misfit",
        "error",
        &["that is a label, and its id is `253891`"],
    );
}

#[tokio::test]
async fn cf_03_a_field_of_the_wrong_kind_is_told() {
    let told = patient()
        .policy(
            "\"Start date\" = \"work.startDate\"",
            "\"Start date\" = \"work.title\"",
        )
        .examined()
        .await;
    told.expect("misfit", "error", &["holds dates"]);
}

#[tokio::test]
async fn cf_02_values_that_are_not_allowed_are_found_on_trial() {
    let strict = CustomField::text("650000000000000000000f09", "Title").allow(["Team Lead"]);
    let told = patient()
        .seed(|seed| seed.custom_field(strict))
        .policy(
            "[manager]",
            "\"Title\" = \"work.title | label('title')\"\n[manager]",
        )
        .examined()
        .await;
    told.expect(
        "unauthorized_value",
        "warning",
        &["unauthorized_value(Title)", "allow the values"],
    );
    assert!(!told.text.contains("Engineer\""), "no value is shown");
}

#[tokio::test]
async fn a_scope_that_fits_nobody_is_told() {
    let told = patient()
        .policy(
            "when = \"work.siteId in ['2606110', '2606111']\"",
            "when = \"work.siteId == '7'\"",
        )
        .seed(|seed| seed.site(sandbox::Site::new(7, "Nowhere", "UTC")))
        .examined()
        .await;
    told.expect("nobody_in_scope", "warning", &["compares ids"]);
}

#[tokio::test]
async fn grp_03_people_without_a_group_rule_are_told() {
    let research = List::new("department")
        .item("253890", "People & Culture")
        .item("253891", "Engineering")
        .item("253892", "Customer Care")
        .item("253893", "Research");
    let person = Person::new("3332883894235038399")
        .names("Canary", "Canary")
        .mail("research@example.com")
        .started("2024-01-01")
        .site(Seed::PARIS)
        .department("253893");
    let told = patient()
        .seed(|mut seed| {
            seed.lists.retain(|list| list.name != "department");
            seed.employees.insert(0, person);
            seed.list(research)
        })
        .examined()
        .await;
    told.expect("group_unmapped", "warning", &["[[groups]]"]);
}
