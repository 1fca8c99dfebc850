//! The policy file: what it may say, and what is said about a wrong one.

use hibob_client::FieldId;
use jiff::SignedDuration;
use provisioning_core::policy::{Budget, Guards, Share};
use provisioning_core::{ChargeKind, LintKind, Policy};

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

[custom_fields]
"Department" = "work.department | label('department')"
"507f1f77bcf86cd799439033" = { value = "work.startDate | date", default = "2026-01-01", when = "fill_if_empty", clear = true }
"Country" = "work.site | table('country')"

[manager]
from = "work.manager"
gone = "remove"

[[groups]]
group = "507f1f77bcf86cd799439012"
when = "work.department == '253891'"

[[groups]]
group = "507f1f77bcf86cd799439013"

[memberships]
revoke = "never"

[matching]
adopt = "manual"
restore_unlinked = "same_name"
allowed_domains = ["Example.com"]
trust_personal_email = true
auto_relink = true

[lifecycle]
create_at = "start-3d"
invite = false
activate = true
on_leave = "keep"
on_out_of_scope = "deactivate"
invite_at = "start"
schedule_deactivation = true
act_on_event_after = "4h"

[events]
access_revoked = "deactivate"
table_entries = "refresh"
temporary_leave = "refresh"
subscribed = [
  "employee.created", "employee.updated", "employee.activated", "employee.joined",
  "employee.inactivated", "employee.left", "employee.deleted",
  "employee.access.revoked.immediately", "table.entry.created", "table.entry.updated",
]

[guards]
deactivations = { per_hour = 4, per_day = { floor = 20, percent = 10, cap = 50 }, per_6h = 9 }
email_changes = 3
protected = ["507f1f77bcf86cd799439099"]

[tables.country]
Paris = "France"
else = "Elsewhere"
"#;

fn problems(text: &str) -> Vec<(usize, String)> {
    let problems = Policy::parse(text).expect_err("the policy is wrong");
    problems
        .problems()
        .iter()
        .map(|problem| (problem.line, problem.message.clone()))
        .collect()
}

/// The smallest policy, with one more piece of text at its end.
fn small(more: &str) -> String {
    format!(
        "platform = \"p\"\n[time]\nzone = \"UTC\"\n[user]\n\
         group = \"507f1f77bcf86cd799439011\"\nmail = \"email\"\n{more}"
    )
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
            "work.department",
            "work.manager",
            "work.site",
            "work.siteId",
            "work.startDate",
            "work.title",
            "work.workMobile",
            "work.workPhone",
        ]
    );
    let lists: Vec<_> = policy.lists().iter().map(ToString::to_string).collect();
    assert_eq!(lists, ["department", "title"]);
    assert_eq!(policy.platform(), "example-provisioner");
    assert!(policy.lint().is_empty(), "{:?}", policy.lint());
}

#[test]
fn a_policy_tells_which_lines_read_a_field() {
    let policy = Policy::parse(&small(
        "first_name = \"firstName\"\nlast_name = \"first_of(surname, firstName)\"\n",
    ));
    let policy = policy.expect("the policy is right");
    let lines = |field: &str| {
        let field = FieldId::parse(field).expect("an id");
        policy.lines_of(&field).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(lines("root.email"), [6]);
    assert_eq!(lines("root.firstName"), [7, 8]);
    let of_the_standing = lines("internal.status");
    assert!(of_the_standing.is_empty(), "no rule reads it");
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
last_name = "sirname"
custom = "work.titel"
organization = "work.site | table('contry')"
[custom_fields]
"Department" = "frist_of(work.department)"
"Manager" = "work.reportsTo.mail"
"Site" = { value = "work.site.name", wenn = "always" }
[manager]
form = "work.manager"
[[groups]]
group = "507f1f77bcf86cd799439012"
when = "work.department is defined"
[matching]
adopt = "automatic"
allowed_domains = ["@example.com"]
[lifecycle]
on_leave = "keeep"
create_at = "tomorrow"
act_on_event_after = "4 hours"
[events]
subscribed = ["employee.inactivatd"]
[guards]
deactivations = -1
email_changes = { per_week = 3, per_day = { flor = 1, percent = 101 } }
protected = ["me"]
[tables.country]
Paris = 7
"#;
    let found: Vec<_> = problems(text)
        .iter()
        .map(|(line, text)| format!("{line}: {text}"))
        .collect();
    insta::assert_snapshot!(found.join("\n"));
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
fn cfg_02_a_mapping_that_can_never_produce_a_mail_is_an_error() {
    let never = [
        "'help@example.com'",
        "work.startDate",
        "firstName ~ surname",
        "email | date",
        "work.title | label('title')",
        "lookup(work.siteId, {'1': 'x'})",
        // A manager's mail is another person's.
        "work.reportsTo.email",
        // Nobody trusts it by default.
        "home.privateEmail | lower",
    ];
    for mail in never {
        let text = small("").replace("\"email\"", &format!("\"{mail}\""));
        let found = problems(&text);
        assert!(
            found[0].0 == 6 && found[0].1.starts_with("never_produces_mail: "),
            "{mail}: {found:?}"
        );
    }
    let perhaps = [
        "first_of(email, home.privateEmail)",
        "firstName ~ '.' ~ surname ~ '@example.com'",
        "work.custom.field_1651169416679 | lower",
    ];
    for mail in perhaps {
        let text = small("").replace("\"email\"", &format!("\"{mail}\""));
        assert!(Policy::parse(&text).is_ok(), "{mail}");
    }
}

#[test]
fn cfg_02_a_mail_that_is_never_allowed_or_trusted_is_an_error() {
    let mail = |mail: &str, more: &str| {
        let text = small(more).replace("\"email\"", &format!("\"{mail}\""));
        Policy::parse(&text)
    };
    let allowed = "[matching]\nallowed_domains = [\"example.com\"]\n";
    let made = "firstName ~ '@example.org'";
    assert!(mail(made, "").is_ok());
    assert!(mail(made, allowed).is_err(), "its domain gets no account");
    assert!(mail("firstName ~ '@example.com'", allowed).is_ok());
    assert!(mail("firstName ~ '@' ~ work.custom.domain", allowed).is_ok());
    let private = "home.privateEmail";
    assert!(mail(private, "").is_err());
    let trusted = "[matching]\ntrust_personal_email = true\n";
    assert!(mail(private, trusted).is_ok());
    let named = "username = \"work.employeeIdInCompany\"\n";
    assert!(mail(private, named).is_ok(), "the username identifies");
}

#[test]
fn cfg_01_texts_that_360learning_would_refuse_are_found_at_load() {
    let wrong = [
        (
            "lang = { value = \"work.custom.lang\", default = \"eng\" }",
            "unknown language `eng`; did you mean `en`?",
        ),
        (
            "lang = \"lookup(work.siteId, {'1': 'fr', '2': 'frr'})\"",
            "unknown language `frr`; did you mean `fr`?",
        ),
        (
            "lang = \"'eng' if work.siteId == '1' else 'fr'\"",
            "unknown language `eng`; did you mean `en`?",
        ),
        (
            "lang = \"first_of(work.custom.lang, 'eng')\"",
            "unknown language `eng`; did you mean `en`?",
        ),
        (
            "lang = \"work.site | table('lang')\"\n[tables.lang]\nParis = \"fr\"\nelse = \"eng\"",
            "unknown language `eng`; did you mean `en`?",
        ),
        (
            "primary_group = \"lookup(work.siteId, {'1': 'sales'})\"",
            "`primary_group` gives ids of 360Learning groups: 24 hexadecimal digits",
        ),
        (
            "username = { value = \"work.employeeIdInCompany\", default = \"none\" }",
            "`username` is one person's: a default would be that of many",
        ),
    ];
    for (text, message) in wrong {
        let found = problems(&small(&format!("{text}\n")));
        assert_eq!(found, [(7, message.to_owned())], "{text}");
    }
    for right in [
        "lang = \"lookup(work.siteId, {'eng': 'fr'})\"",
        "lang = \"'fr' if work.siteId in ['eng'] or 'eng' == work.site else 'en'\"",
        "lang = \"work.custom.lang ~ 'eng'\"",
        "lang = \"first_of(work.custom.lang, 'FR') | lower\"",
        "lang = \"lookup(work.site | table('site'), {'eng': 'fr'})\"\n[tables.site]\nParis = \"eng\"",
    ] {
        assert!(
            Policy::parse(&small(&format!("{right}\n"))).is_ok(),
            "{right}"
        );
    }
    let text = small("").replace(
        "\"email\"",
        "{ value = \"email\", default = \"a@example.com\" }",
    );
    let message = "`mail` is one person's: a default would be that of many";
    assert_eq!(problems(&text), [(6, message.to_owned())]);
}

#[test]
fn guards_that_never_let_anybody_go_are_a_warning() {
    let found = |limit: &str| {
        let text = small(&format!("[guards]\ndeactivations = {limit}\n"));
        let policy = Policy::parse(&text).expect("warnings are no errors");
        let lints: Vec<_> = policy.lint().iter().map(|it| (it.line, it.kind)).collect();
        lints
    };
    let held = [(8, LintKind::DeactivationsHeld)];
    assert_eq!(found("0"), held);
    assert_eq!(found("{ per_hour = 0 }"), held);
    assert_eq!(
        found("{ per_run = { floor = 5, percent = 3, cap = 0 } }"),
        held
    );
    assert_eq!(found("1"), []);
    assert_eq!(found("{ per_day = { floor = 0, percent = 5 } }"), []);
}

#[test]
fn cfg_04_a_literal_secret_is_refused_and_never_repeated() {
    let random = "q7Jx2LmP9sKd4Vb8Nc3Tf6Hg1Rw5Yz0A";
    let places = [
        format!("[bob]\ntoken = \"{random}\"\n"),
        "[bob]\nclient_secret = \"hunter2\"\n".to_owned(),
        format!("job = \"'{random}'\"\n"),
        "[matching]\nadopt = \"Bearer hunter2\"\n".to_owned(),
        "[custom_fields]\nNote = \"'https://bob:hunter2@example.com'\"\n".to_owned(),
        format!("[tables.x]\na = \"{random}\"\n"),
        format!("[lifecycle]\non_leave = \"{random}\"\n"),
        "[guards]\nprotected = [\"0123456789abcdef0123456789abcdef01234567\"]\n".to_owned(),
    ];
    for place in places {
        let found = problems(&small(&place));
        assert!(
            found
                .iter()
                .any(|(_, message)| message.starts_with("literal_secret: ")),
            "{place}: {found:?}"
        );
        for part in [random, "hunter2", "0123456789abcdef"] {
            assert!(!format!("{found:?}").contains(part), "{place}: {found:?}");
        }
    }
}

#[test]
fn cfg_04_names_and_ids_are_no_secrets() {
    let more = r#"
[custom_fields]
"Password policy" = "work.custom.field_1651169416679"
"Table" = "category_1716214820047.field_1716214839517"
"Long" = "first_of(internal.currentActiveStatusStartDate, work.startDate)"
"#;
    assert!(Policy::parse(&small(more)).is_ok());
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
fn ev_11_a_set_up_that_never_deactivates_is_an_error_at_load() {
    let guide = r#"[events]
subscribed = ["employee.created", "employee.updated", "employee.activated", "employee.joined", "employee.left", "employee.deleted"]
"#;
    let found = problems(&small(guide));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, 8);
    assert!(
        found[0]
            .1
            .starts_with("left_is_ignored_so_nothing_deactivates: "),
        "{found:?}"
    );
    let complete = guide.replace("\"employee.left\"", "\"employee.inactivated\"");
    let policy = Policy::parse(&small(&complete)).expect("it deactivates");
    assert!(policy.lint().is_empty(), "{:?}", policy.lint());
    assert!(
        Policy::parse(&small("")).is_ok(),
        "without a declaration the set-up guide is believed"
    );
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    let more = r#"job = "fullName"
[scope]
when = "'a' == 'a'"
[[groups]]
group = "507f1f77bcf86cd799439011"
when = "work.department | label('department') == 'Sales'"
[lifecycle]
invite = false
[events]
access_revoked = "deactivate"
subscribed = ["employee.inactivated"]
"#;
    let text = small(more).replace("\"email\"", "\"first_of(email, home.privateEmail)\"");
    let policy = Policy::parse(&text).expect("warnings are no errors");
    let found: Vec<_> = policy
        .lint()
        .iter()
        .map(|lint| (lint.line, lint.kind))
        .collect();
    let subscription = (17, LintKind::NotSubscribed);
    let mut expected = vec![
        (1, LintKind::NobodyInvited),
        (6, LintKind::PrivateMail),
        (7, LintKind::CalculatedField),
        (9, LintKind::ConstantCondition),
        (11, LintKind::SameGroup),
        (12, LintKind::LabelInCondition),
    ];
    expected.extend([subscription; 6]);
    assert_eq!(found, expected);
    assert!(found.iter().all(|(_, kind)| !kind.is_error()));
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
    let large = problems(&"#".repeat(300_000));
    assert_eq!(large[0].1, "a policy has at most 262144 bytes");
}

#[test]
fn guards_are_what_the_file_says_and_otherwise_the_defaults() {
    let policy = Policy::parse(GOOD).expect("the policy is right");
    let hours = SignedDuration::from_hours;
    let deactivations = Budget::default()
        .per_run(Share::new(10, 5).capped(200))
        .within(hours(6), Share::new(9, 0))
        .within(hours(24), Share::new(20, 10).capped(50))
        .within(hours(1), Share::new(4, 0));
    let found = policy
        .guards()
        .budget(ChargeKind::Deactivation)
        .expect("limited");
    let sorted = |budget: &Budget| {
        let mut windows = budget.windows.clone();
        windows.sort_by_key(|window| window.length);
        (windows, budget.run)
    };
    assert_eq!(sorted(found), sorted(&deactivations));
    let three = Budget::default().within(hours(24), Share::new(3, 0));
    assert_eq!(
        policy.guards().budget(ChargeKind::EmailChange),
        Some(&three)
    );
    let protected: Vec<_> = policy
        .guards()
        .protected()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(protected, ["507f1f77bcf86cd799439099"]);
    let default = Policy::parse(&small("")).expect("the policy is right");
    assert_eq!(*default.guards(), Guards::default());
}

#[test]
fn the_digest_follows_the_meaning_and_not_the_layout() {
    let digest = |text: &str| Policy::parse(text).expect("it is right").digest();
    let one =
        small("job = 'work.title'\nphone = 'work.workPhone' # why\n[guards]\ndeactivations = 16\n");
    let same = small(
        "phone   = \"\"\"work.workPhone\"\"\"\n\n\njob = 'work.title'\n[guards]\ndeactivations = 0x10\n",
    );
    assert_eq!(digest(&one), digest(&same));
    for other in [
        one.replace("16", "17"),
        one.replace("work.workPhone", "work.workMobile"),
        one.replace("phone", "organization"),
        one.replace("UTC", "Europe/Paris"),
    ] {
        assert_ne!(digest(&one), digest(&other), "{other}");
    }
}

#[test]
fn requirements_say_what_to_set_up() {
    let policy = Policy::parse(GOOD).expect("the policy is right");
    insta::assert_snapshot!("requirements", policy.requirements().to_string());
    let policy = Policy::parse(&small("")).expect("the policy is right");
    insta::assert_snapshot!(
        "requirements_of_the_smallest",
        policy.requirements().to_string()
    );
}

#[test]
fn origins_say_which_line_takes_what_from_where() {
    let policy = Policy::parse(GOOD).expect("the policy is right");
    let told = policy.origins().into_iter().map(|origin| {
        let fields: Vec<_> = origin.fields.iter().map(ToString::to_string).collect();
        let (what, line, when) = (origin.what, origin.line, origin.when);
        format!("{line:>2} {what:?} from {} {when:?}", fields.join(", "))
    });
    let told: Vec<_> = told.collect();
    for expected in [
        " 5 Person from work.siteId Always",
        "17 Field(Phone) from work.workMobile, work.workPhone Always",
        "18 Field(Lang) from work.siteId CreateOnly",
        "21 CustomField(\"Department\") from work.department Always",
        "26 Manager from work.manager Always",
    ] {
        assert!(
            told.iter().any(|it| it == expected),
            "{expected} in {told:#?}"
        );
    }
    // The scope, six fields, three custom fields, the manager, and the group with a condition.
    assert_eq!(told.len(), 12);
}
