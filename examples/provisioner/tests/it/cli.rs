//! The commands from outside: help, exit codes, and what must never be printed.

use std::process::{Command, Output};

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
fn every_command_explains_itself() {
    let (output, _) = run(&["--help"], &[]);
    let help = stdout(&output);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let commands = commands.lines().filter(|line| line.starts_with("  "));
    let commands = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let commands: Vec<_> = commands.filter(|it| !["", "help"].contains(it)).collect();
    assert!(commands.len() >= 13, "{commands:?}");
    for command in commands {
        let (output, _) = run(&[command, "--help"], &[]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        let help = stdout(&output);
        let (about, usage) = help.split_once("\n\nUsage: provisioner ").expect(command);
        assert!(usage.starts_with(command), "{usage}");
        let paragraphs = about.split("\n\n").count();
        assert!(
            paragraphs > 1,
            "{command} says more than its title: {about}"
        );
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
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
