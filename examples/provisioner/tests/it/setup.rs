//! The command `setup`: what it asks for follows from the policy.

use provisioner::EXAMPLE_POLICY;
use serde_json::Value;

use crate::support::docs;
use crate::support::run::{Ran, folder_with, run};

fn setup(policy: &str, arguments: &[&str]) -> Ran {
    let folder = folder_with(policy);
    let arguments: Vec<_> = ["setup"].iter().chain(arguments).copied().collect();
    run(folder.path(), &arguments, &[])
}

fn object(policy: &str) -> Value {
    let ran = setup(policy, &["--json", "--url", "https://host.example.com/bob"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 1);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    let list = list.as_array().unwrap().iter();
    list.map(|it| it[key].as_str().unwrap()).collect()
}

#[test]
fn what_it_asks_for_follows_from_the_policy() {
    let whole = object(EXAMPLE_POLICY);
    let sections = &whole["permission_group"]["sections"];
    assert_eq!(texts(sections, "category"), ["lifecycle", "root", "work"]);
    assert_eq!(sections[0]["history"], true);
    assert_eq!(sections[1]["history"], false);
    let statuses = whole["permission_group"]["lifecycle_statuses"].to_string();
    for status in ["Hired", "Employed", "Terminated", "leave"] {
        assert!(statuses.contains(status), "{statuses}");
    }
    assert!(texts(&whole["scopes"], "scope").contains(&"customFields:read"));

    let (mapped, _) = EXAMPLE_POLICY.split_once("[custom_fields]").unwrap();
    let small = object(&format!("{mapped}phone = \"work.workPhone\"\n"));
    let sections = &small["permission_group"]["sections"];
    let categories = ["lifecycle", "root", "work", "workContact"];
    assert_eq!(texts(sections, "category"), categories);
    let scopes = texts(&small["scopes"], "scope");
    assert!(!scopes.contains(&"customFields:read"), "{scopes:?}");
    assert!(!scopes.contains(&"groups:bulk"), "{scopes:?}");
}

#[test]
fn each_webhook_has_its_address_its_events_and_its_variable() {
    let whole = object(EXAMPLE_POLICY);
    let webhooks = &whole["webhooks"];
    assert_eq!(
        texts(webhooks, "name"),
        [
            "360Learning_Employee_Upsert",
            "360Learning_Employee_Deactivation"
        ]
    );
    let (upsert, deactivation) = (&webhooks[0], &webhooks[1]);
    assert_eq!(upsert["url"], "https://host.example.com/bob/hibob/upsert");
    assert_eq!(upsert["listen_for"], "all employees");
    assert_eq!(upsert["secret_in"], "HIBOB_UPSERT_SECRETS");
    assert_eq!(
        texts(&upsert["events"], "shown_as"),
        [
            "Employee Created",
            "Employee Update",
            "Employee Activated",
            "Employee Joined"
        ]
    );
    assert_eq!(
        texts(&deactivation["events"], "shown_as"),
        [
            "Employee Inactivated",
            "Employee Terminated",
            "Employee Deleted"
        ]
    );
    // What Bob calls Terminated is sent as `left`.
    assert_eq!(texts(&deactivation["events"], "type")[1], "employee.left");
}

#[test]
fn an_address_that_bob_cannot_call_is_refused() {
    for url in [
        "http://host.example.com",
        "https://host.example.com/?x=1",
        "nowhere",
    ] {
        let ran = setup(EXAMPLE_POLICY, &["--url", url]);
        assert_eq!(ran.code, Some(2), "{url}");
        assert!(ran.stdout.is_empty());
        assert!(ran.stderr.contains("--url"), "{}", ran.stderr);
    }
}

#[test]
fn cfg_01_a_policy_that_is_none_is_refused_with_its_lines() {
    let ran = setup("platform = 1\n", &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("line 1:"), "{}", ran.stderr);
}

#[test]
fn secrets_are_never_shown_whatever_the_form() {
    let folder = folder_with(EXAMPLE_POLICY);
    let variables = [
        ("HIBOB_SERVICE_USER_TOKEN", "canary"),
        ("HIBOB_UPSERT_SECRETS", "canary canary"),
        ("LEARNING360_CLIENT_SECRET", "canary"),
        ("DATABASE_URL", "postgres://host:canary@db.example.com/host"),
    ];
    for form in ["--json", "--markdown", "--json=false"] {
        let ran = run(folder.path(), &["setup", form], &variables);
        assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
    }
    let ran = run(folder.path(), &["setup"], &variables);
    assert!(ran.stdout.contains("5 of them"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("canary"), "{}", ran.stdout);
}

#[test]
fn lines_fit_a_terminal_of_100_columns() {
    let ran = setup(EXAMPLE_POLICY, &[]);
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!ran.stdout.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn the_page_of_the_documentation_shows_what_it_prints() {
    let url = "https://provisioner.example.com";
    let text = setup(EXAMPLE_POLICY, &["--url", url]).stdout;
    let page = format!(
        "# What `provisioner setup` prints\n\n\
         For the example policy, before anything is set up. `--markdown` gives the same as \
         Markdown, for a page or a ticket; `--json` gives it to a program. A test keeps this page \
         as it is: `UPDATE_DOCS=1 cargo test -p provisioner documentation` writes it anew.\n\n{}",
        docs::block(&format!("provisioner setup --url {url}"), &text)
    );
    docs::check("setup.md", &page);
    let markdown = setup(EXAMPLE_POLICY, &["--url", url, "--markdown"]).stdout;
    for part in [
        "# Set-up for policy.toml",
        "| scope | to |",
        "**Settings › API v2**",
    ] {
        assert!(markdown.contains(part), "{part} in\n{markdown}");
    }
}
