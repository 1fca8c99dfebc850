//! The policy file: what it may say, and what is said about a wrong one.

use provisioning_core::{Policy, PolicyProblems};

const GOOD: &str = r#"
platform = "example-provisioner"

[scope]
when = "work.siteId in ['2606110', '2606111']"

[time]
zone = "Europe/Paris"
sites = { "2606111" = "Pacific/Auckland" }

[user]
group = "507f1f77bcf86cd799439011"
mail = "email | trim | lower"
first_name = "firstName"
last_name = "surname"
job = "work.title | label('title')"
phone = { value = "first_of(work.workPhone, work.workMobile)", clear = true }
lang = { value = "lookup(work.siteId, {'2606110': 'fr'})", default = "en", when = "create_only" }

[matching]
adopt = "manual"
restore_unlinked = "same_name"
allowed_domains = ["Example.com"]

[lifecycle]
create_at = "start-3d"
invite = false
activate = true
on_leave = "keep"
on_out_of_scope = "deactivate"

[guards]
deactivations = 3
"#;

fn problems(text: &str) -> Vec<(usize, String)> {
    let problems = Policy::parse(text).expect_err("the policy is wrong");
    problems
        .problems()
        .iter()
        .map(|problem| (problem.line, problem.message.clone()))
        .collect()
}

#[test]
fn a_policy_names_the_fields_and_lists_it_reads() {
    let policy = Policy::parse(GOOD).expect("the policy is right");
    let fields: Vec<_> = policy.fields().iter().map(ToString::to_string).collect();
    assert_eq!(
        fields,
        [
            "internal.currentActiveStatusStartDate",
            "internal.lifecycleStatus",
            "internal.status",
            "internal.terminationDate",
            "root.email",
            "root.firstName",
            "root.id",
            "root.surname",
            "work.siteId",
            "work.startDate",
            "work.title",
            "work.workMobile",
            "work.workPhone",
        ]
    );
    let lists: Vec<_> = policy.lists().iter().map(ToString::to_string).collect();
    assert_eq!(lists, ["title"]);
    assert_eq!(policy.platform(), "example-provisioner");
    assert_eq!(policy.guards().deactivations, 3);
}

#[test]
fn cfg_01_all_problems_are_found_at_once_with_line_and_nearest_word() {
    let text = r#"platform = "p"
[scop]
when = "true"
[time]
zone = "Europe/Pariss"
[user]
group = "not-an-id"
mail = "email | trimm"
job = "work.title | label(work.department)"
phone = "work[field]"
[lifecycle]
on_leave = "keeep"
create_at = "tomorrow"
[guards]
deactivations = -1
"#;
    let found = problems(text);
    let expected = [
        (2, "unknown key `scop`; did you mean `scope`?"),
        (
            5,
            "unknown time zone `Europe/Pariss`; did you mean `Europe/Paris`?",
        ),
        (
            7,
            "`group` must be the id of a 360Learning group: 24 hexadecimal digits",
        ),
        (8, "unknown filter `trimm`; did you mean `trim`?"),
        (
            9,
            "`label` needs the name of a Bob list as a text, such as label('title')",
        ),
        (10, "`[…]` behind a value is not allowed; name the field"),
        (12, "unknown on_leave `keeep`; did you mean `keep`?"),
        (
            13,
            "`create_at` must be \"creation\", \"start\" or \"start-3d\" (3 days before)",
        ),
        (15, "`deactivations` must be a whole number, 0 or more"),
    ];
    let found: Vec<_> = found
        .iter()
        .map(|(line, text)| (*line, text.as_str()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn cfg_02_a_policy_without_a_mail_can_never_find_an_account() {
    let text =
        "platform = \"p\"\n[time]\nzone = \"UTC\"\n[user]\ngroup = \"507f1f77bcf86cd799439011\"\n";
    assert_eq!(
        problems(text),
        [(
            4,
            "[user] `mail` is missing: without it no account can be found or created".to_owned()
        )]
    );
}

#[test]
fn cfg_04_a_policy_has_no_place_for_a_secret() {
    let text = format!("{GOOD}\n[bob]\ntoken = \"hunter2\"\n");
    let found = problems(&text);
    assert_eq!(found.len(), 1);
    assert!(found[0].1.starts_with("unknown key `bob`"), "{found:?}");
    assert!(!found[0].1.contains("hunter2"));
}

#[test]
fn grp_08_a_policy_without_a_group_is_an_error_at_load() {
    let text = GOOD.replace("group = \"507f1f77bcf86cd799439011\"", "");
    assert_eq!(
        problems(&text).first().map(|(_, text)| text.as_str()),
        Some("[user] `group` is missing")
    );
}

#[test]
fn templates_and_unreadable_files_are_refused_with_a_line() {
    let template = GOOD.replace("\"firstName\"", "\"{{ firstName }}\"");
    assert_eq!(
        problems(&template)[0].1,
        "write an expression, without `{{ }}` or `{% %}`"
    );
    let broken = problems("platform = \n[user");
    assert!(
        !broken.is_empty() && broken.iter().all(|(line, _)| *line > 0),
        "{broken:?}"
    );
}

#[test]
fn cfg_01_binding_names_fields_that_bob_does_not_have() {
    let text = GOOD.replace("work.workPhone", "work.custom.field_1651169416679");
    let policy = Policy::parse(&text).expect("custom fields are only known to Bob");
    let inventory = serde_json::json!([
        { "id": "root.id" }, { "id": "root.email" }, { "id": "root.firstName" },
        { "id": "root.surname" }, { "id": "work.title" }, { "id": "work.siteId" },
        { "id": "work.workMobile" }, { "id": "work.custom.field_1651169416678" },
    ]);
    let inventory = serde_json::from_value(inventory).expect("an inventory");
    let problems: PolicyProblems = policy.bind(&inventory).expect_err("one field is unknown");
    assert_eq!(
        problems.to_string(),
        "the policy cannot be used\n  line 17: Bob has no field `work.custom.field_1651169416679`; \
         did you mean `work.custom.field_1651169416678`?"
    );
}
