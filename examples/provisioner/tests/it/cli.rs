//! The commands from outside: help, exit codes, and what must never be printed.

use std::process::{Command, Output};

use sandbox::Seed;
use serde_json::Value;
use tempfile::TempDir;

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_provisioner"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    (output, folder)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_teaches_the_way_in() {
    let (output, _) = run(&["--help"], &[]);
    assert_eq!(output.status.code(), Some(0));
    let help = stdout(&output);
    for part in [
        "demo",
        "serve --sandbox",
        "HIBOB_UPSERT_SECRETS",
        "DATABASE_URL",
        "Exit codes",
    ] {
        assert!(help.contains(part), "{part} in\n{help}");
    }
    let (output, _) = run(&["serve", "--help"], &[]);
    assert!(stdout(&output).contains("/hibob/deactivation"));
}

#[test]
fn unusable_arguments_exit_with_2() {
    for arguments in [&[][..], &["dance"], &["demo", "--slowly"]] {
        let (output, _) = run(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stdout(&output).is_empty());
    }
}

#[test]
fn unusable_settings_exit_with_2_and_are_all_named() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, provisioner::EXAMPLE_POLICY).unwrap();
    let policy = policy.to_str().unwrap();
    let variables = [
        ("HIBOB_BASE_URL", "http://api.hibob.com/v1"),
        ("LISTEN", "canary"),
    ];
    let (output, _) = run(&["serve", "--policy", policy], &variables);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    for part in [
        "HIBOB_BASE_URL must",
        "LISTEN must",
        "LEARNING360_CLIENT_SECRET is not set",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("canary"), "no value is shown: {said}");
}

#[test]
fn an_unusable_policy_exits_with_2_and_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("broken.toml");
    let text = provisioner::EXAMPLE_POLICY.replace("adopt = \"auto\"", "adopt = \"atuo\"");
    let number = text.lines().position(|line| line.contains("atuo")).unwrap() + 1;
    std::fs::write(&policy, text).unwrap();
    let (output, _) = run(&["serve", "--policy", policy.to_str().unwrap()], &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("broken.toml") && said.contains(&format!("line {number}:")),
        "{said}"
    );
    assert!(said.contains("did you mean `auto`?"), "{said}");

    let (output, _) = run(&["serve"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("policy.toml"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn settings_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("policy.toml"),
        provisioner::EXAMPLE_POLICY,
    )
    .unwrap();
    std::fs::write(
        folder.path().join(".env"),
        "LISTEN=canary\nHIBOB_COMPANY_ID=637323\n",
    )
    .unwrap();
    let serve = |variables: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_provisioner"))
            .arg("serve")
            .current_dir(folder.path())
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        stderr(&output)
    };
    assert!(serve(&[]).contains("LISTEN must"));
    assert!(
        !serve(&[("LISTEN", "127.0.0.1:0")]).contains("LISTEN"),
        "the environment wins"
    );
}

#[test]
fn the_demonstration_ends_in_agreement() {
    let (output, _) = run(&["demo"], &[]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{told}{}", stderr(&output));
    assert!(told.ends_with("Both sides agree.\n"), "{told}");
    assert!(!told.contains('\u{1b}'), "no colours in a pipe");
    assert!(stderr(&output).is_empty(), "{}", stderr(&output));
    let expected = [
        "apply(provision)",
        "apply(adopted)",
        "apply(difference)",
        "no_op(irrelevant)",
        "Calls to either API: 0 reads, 0 writes.",
        "apply(leave_began)",
        "apply(returned)",
        "left (ignored)",
        "apply(leaver)",
        "no_op(not_yet)",
        "apply(source_gone)",
        "hold(mass_deactivation)",
        "Nothing waits for approval any more",
    ];
    for part in expected {
        assert!(told.contains(part), "{part} in\n{told}");
    }
}

#[test]
fn prv_01_the_demonstration_prints_json_and_logs_nothing_personal() {
    let (output, _) = run(&["demo", "--json"], &[("RUST_LOG", "trace")]);
    assert_eq!(output.status.code(), Some(0));
    let told = stdout(&output);
    let summary: Value = serde_json::from_str(&told).expect("one object and nothing else");
    assert_eq!(told.lines().count(), 1);
    assert_eq!(summary["converged"], true);
    assert_eq!(summary["employees"], 12);
    assert_eq!(summary["held"], 1);
    for figure in ["webhooks", "reads", "writes"] {
        assert!(summary[figure].as_u64() > Some(0), "{figure}");
    }
    for disposition in ["apply", "no_op", "ignore", "hold"] {
        assert!(
            summary["decisions"][disposition].as_u64() > Some(0),
            "{disposition}"
        );
    }
    assert!(summary["seconds"].as_f64().is_some());

    let log = stderr(&output);
    assert!(
        log.contains("DEBUG") && log.contains("decided"),
        "it does log"
    );
    let mut markers = vec![
        Seed::SERVICE_USER_TOKEN.to_owned(),
        Seed::CLIENT_SECRET.to_owned(),
        "@example.com".to_owned(),
        "Bearer ".to_owned(),
        "Basic ".to_owned(),
        "-secret".to_owned(),
        "Bob-Signature: ".to_owned(),
    ];
    for person in Seed::demo().employees {
        for field in ["root.firstName", "root.surname", "root.email"] {
            markers.push(person.fields[field].as_str().unwrap().to_owned());
        }
    }
    markers.extend(["Team Lead".to_owned(), "Chief People Officer".to_owned()]);
    for marker in markers {
        let line = log.lines().find(|line| line.contains(&marker));
        assert_eq!(line, None, "{marker} must not be logged");
        assert!(!told.contains(&marker));
    }
}
